import { defineService } from './define.ts'

export const DEPLOYMENT_STATES = [
  'waiting',
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'rolled-back',
] as const
export type DeploymentState = (typeof DEPLOYMENT_STATES)[number]

/** One deployment of one service to one environment, as it stands. Texts are outside text. */
export interface DeploymentView {
  /** 'D-12', as people type it. */
  readonly reference: string
  readonly id: string
  readonly workspace: string
  readonly project: string | null
  readonly service: string
  readonly environment: string
  readonly state: DeploymentState
  readonly ref: string | null
  readonly sha: string | null
  readonly repository: string | null
  readonly url: string | null
  /** Who asked for it, as people call them. */
  readonly by: string | null
  /** Grows with every change. */
  readonly revision: number
  readonly startedAtMs: number
  /** As whoever reported it says. */
  readonly finishedAtMs: number | null
  /** When the hub learnt of that end, by the clock of its database: seconds later, or days. Null while it is open. */
  readonly endRecordedAtMs: number | null
  /** Commits it brought, oldest first; at most 100. */
  readonly commits: readonly { readonly sha: string; readonly message: string; readonly author: string }[]
  /** Stories it brought, with each criterion: 'verified' by a passed check or a person, otherwise not. */
  readonly stories: readonly {
    readonly reference: string
    readonly title: string
    readonly criteria: readonly { readonly id: string; readonly title: string; readonly verified: boolean }[]
  }[]
  /** Reference of the deployment it takes back. */
  readonly rollsBack: string | null
  /** Why it failed or was cancelled. */
  readonly reason: string | null
}
/** Four keys of delivery over a time, https://dora.dev/guides/dora-metrics-four-keys/. Null where nothing can be told. */
export interface DeliveryMeasures {
  readonly service: string
  readonly deployments: number
  readonly perDay: number
  readonly medianLeadTimeMs: number | null
  readonly failureRate: number | null
  readonly medianRestoreMs: number | null
}
export interface DeploymentQuery {
  readonly service?: string
  readonly environment?: string
  readonly state?: DeploymentState
  /** Ended in [fromMs, toMs). */
  readonly fromMs?: number
  readonly toMs?: number
  /**
   * Which time of an end counts: that of the reporter, or that at which the hub learnt of it. Of times that meet end to end, the second kind
   * misses none that is reported late. Absent: 'finished'.
   */
  readonly by?: 'finished' | 'recorded'
  /** At most 500. */
  readonly limit: number
}
/** Reads deployments; commands, reports and the API write them. */
export interface Deployments {
  /** Newest first. */
  list(workspace: string, query: DeploymentQuery): Promise<readonly DeploymentView[]>
  /** NOT_FOUND when the workspace has no such deployment. */
  get(workspace: string, reference: string): Promise<DeploymentView>
  measures(workspace: string, fromMs: number, toMs: number): Promise<readonly DeliveryMeasures[]>
}
export const deployments = defineService<Deployments>('deployments')
