import {
  type Bindings,
  type DeliveryMeasures,
  HubError,
  type Links,
  type Repositories,
  type Tasks,
  type Tracker,
} from '#contract'
import type { Stories } from '../story/api.ts'
import type { CommitStore } from './changes/store.ts'
import type { GroupStore } from './groups/store.ts'
import type { SettingsStore } from './settings/store.ts'
import type { DeploymentStore } from './store.ts'
import type { SubscriptionStore } from './subscriptions/store.ts'

/** What jobs and commands work with; functions, because services exist only once every plugin is set up. */
export interface Desk {
  store(): DeploymentStore
  settings(): SettingsStore
  subscriptions(): SubscriptionStore
  groups(): GroupStore
  commits(): CommitStore
  measures(): (workspace: string, fromMs: number, toMs: number) => Promise<DeliveryMeasures[]>
  bindings(): Bindings
  links(): Links
  tasks(): Tasks
  repositories(codeHost: string): Repositories | null
  stories(): Stories | null
  tracker(plugin: string): Tracker | null
  /** The hub's own workspace. */
  home(): string
  nowMs(): number
}
/** Code host of a service that nothing was said about. */
export const DEFAULT_CODE_HOST = 'github'
/** A repository that this workspace has bound, as its code host writes it. */
export interface BoundRepository {
  readonly codeHost: string
  readonly repository: string
  readonly project: string
}
/**
 * One token of a code host may see the repositories of many tenants: a workspace reads and starts nothing but in those that it has bound, after
 * proof of power on both ends.
 */
export async function boundRepository(
  desk: Desk,
  workspace: string,
  repository: string,
  codeHost?: string,
): Promise<BoundRepository | null> {
  const bound = await desk.bindings().list(workspace, { kind: 'repository' })
  const found = bound.find(
    ({ plugin, target }) =>
      target.toLowerCase() === repository.toLowerCase() && (codeHost === undefined || plugin === codeHost),
  )
  return found ? { codeHost: found.plugin, repository: found.target, project: found.project } : null
}
export function refuseUnbound(codeHost: string, repository: string): never {
  throw new HubError(
    'FORBIDDEN',
    `${repository} belongs to no project here: bind it first with "hub bind repository <project> ${codeHost}:${repository}"`,
  )
}
