import type { Bindings, DeliveryMeasures, Links, Repositories, Tasks } from '#contract'
import type { Stories } from '../story/api.ts'
import type { CommitStore } from './changes/store.ts'
import type { SettingsStore } from './settings/store.ts'
import type { DeploymentStore } from './store.ts'
import type { SubscriptionStore } from './subscriptions/store.ts'

/** What jobs and commands work with; functions, because services exist only once every plugin is set up. */
export interface Desk {
  store(): DeploymentStore
  settings(): SettingsStore
  subscriptions(): SubscriptionStore
  commits(): CommitStore
  measures(): (workspace: string, fromMs: number, toMs: number) => Promise<DeliveryMeasures[]>
  bindings(): Bindings
  links(): Links
  tasks(): Tasks
  repositories(codeHost: string): Repositories | null
  stories(): Stories | null
  /** The hub's own workspace. */
  home(): string
  nowMs(): number
}
/** Code host of a service that nothing was said about. */
export const DEFAULT_CODE_HOST = 'github'
/** Adapter that knows a repository: as set for the service, else as the repository was bound. */
export async function codeHostOf(desk: Desk, workspace: string, service: string, repository: string): Promise<string> {
  const settings = await desk.settings().service(workspace, service)
  if (settings) return settings.codeHost
  const [bound] = await desk.bindings().list(workspace, { kind: 'repository', target: repository })
  return bound?.plugin ?? DEFAULT_CODE_HOST
}
