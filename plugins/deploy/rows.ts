import { type DeploymentState, HubError } from '#contract'
import { formatReference } from './reference.ts'
import type { deployments } from './tables.ts'

export type Row = typeof deployments.$inferSelect
/** One service in one place. */
export interface Spot {
  readonly workspace: string
  readonly service: string
  readonly environment: string
}
export const OPEN: readonly DeploymentState[] = ['waiting', 'queued', 'running']
/** Nobody needs to agree any more, and it is not over. */
export const GOING: readonly DeploymentState[] = ['queued', 'running']

export const notFound = (number: number): HubError =>
  new HubError('NOT_FOUND', `${formatReference(number)} does not exist here: see the deployments with "deploy status"`)
export function beingDeployed(busy: Pick<Row, 'number' | 'service' | 'environment' | 'state' | 'byName'>): HubError {
  const reference = formatReference(busy.number)
  const who = busy.byName ? ` by ${busy.byName}` : ''
  const how = busy.state === 'waiting' ? 'waits for approval' : 'is under way'
  return new HubError(
    'CONFLICT',
    `${reference}${who} ${how}, and ${busy.service} goes to ${busy.environment} one deployment at a time: wait for it, or end it with "deploy cancel ${reference}"`,
  )
}
