import type { DeploymentState } from '#contract'

export interface Commit {
  readonly sha: string
  readonly message: string
  readonly author: string
}
/** A story as it was when the deployment carried it. Titles of private ones are left out. */
export interface StoryCarried {
  readonly reference: string
  readonly title: string
  readonly criteria: readonly { readonly id: string; readonly title: string }[]
}
export interface Approval {
  /** '<plugin>:<account id>' */
  readonly key: string
  readonly name: string
}
/** What a subscription wants to hear; null: everything. */
export interface Filter {
  readonly environment: string | null
  readonly states: readonly DeploymentState[] | null
  /** Absent: every service. */
  readonly service?: string
}
/** What `--once` counts by, together with the service. */
export const ONCE_PARTS = ['version', 'environment', 'day'] as const
export type OncePart = (typeof ONCE_PARTS)[number]

const OPEN: ReadonlySet<DeploymentState> = new Set(['waiting', 'queued', 'running'])
export const isOpen = (state: DeploymentState): boolean => OPEN.has(state)

export const MOST_COMMITS = 100
/** Environments that count for the measures unless a person says otherwise. */
export const looksLikeProduction = (environment: string): boolean =>
  /^(prod|production|live)([-_].*)?$/.test(environment)
