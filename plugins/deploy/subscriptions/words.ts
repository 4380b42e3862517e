import type { DeploymentState } from '#contract'
import { duration } from '../text.ts'
import { formatQuiet } from './quiet.ts'
import type { Subscription } from './store.ts'

/** What `only` may say, and the states that this means. */
export const ONLY = {
  failed: ['failed'],
  live: ['succeeded'],
  ended: ['succeeded', 'failed', 'cancelled', 'rolled-back'],
  waiting: ['waiting'],
  'rolled-back': ['rolled-back'],
} as const satisfies Readonly<Record<string, readonly DeploymentState[]>>
export type Only = keyof typeof ONLY
export const ONLY_WORDS = ['failed', 'live', 'ended', 'waiting', 'rolled-back'] as const satisfies readonly Only[]

const SAID: Readonly<Record<Only, string>> = {
  failed: ' that fail or are taken back',
  live: ' that go live',
  ended: ' once they are over',
  waiting: ' that wait for approval',
  'rolled-back': ' that are taken back',
}

/** 'deployments of web to production that go live, silent 22:00–07:00 Europe/Berlin' */
export function sentenceOf(subscription: Pick<Subscription, 'filter'>): string {
  const { environment, service, states } = subscription.filter
  const only = onlyOf(states)
  return [
    environment === null && service === undefined ? 'all deployments' : 'deployments',
    service === undefined ? '' : ` of ${service}`,
    environment === null ? '' : ` to ${environment}`,
    only === null ? '' : SAID[only],
  ].join('')
}
function onlyOf(states: readonly DeploymentState[] | null): Only | null {
  if (states === null) return null
  return (
    ONLY_WORDS.find((only) => ONLY[only].length === states.length && ONLY[only].every((s) => states.includes(s))) ??
    null
  )
}
/** How a place is told: 'once for each service and day, gathered for 15 min, silent 22:00–07:00 UTC'; '' when at once and of each. */
export function mannerOf({ once, groupMinutes, quietFrom, quietTo, zone }: Omit<Subscription, 'filter'>): string {
  return [
    ...(once && once.length > 0
      ? [`once for each ${['service', ...once.slice(0, -1)].join(', ')} and ${once.at(-1)}`]
      : []),
    ...(groupMinutes === null ? [] : [`gathered for ${duration(groupMinutes * 60_000)}`]),
    ...(quietFrom === null || quietTo === null
      ? []
      : [`silent ${formatQuiet({ quietFrom, quietTo })} ${zone ?? 'UTC'}`]),
  ].join(', ')
}
