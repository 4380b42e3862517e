import { defineService } from './define.ts'

/** How far a job is. `queued`: committed, and not yet handed to the job table. */
export type JobState = 'queued' | 'pending' | 'running' | 'done' | 'dead' | 'cancelled'
export interface JobStatus {
  readonly id: string
  readonly state: JobState
  /** Attempts begun so far; more than one means it was tried again. */
  readonly attempts: number
  /** Why it last failed, in words for the person who must act. */
  readonly error: string | null
}
/** Read-only look at jobs, for surfaces that show their state. The id is the one of `Receipt`. */
export interface JobsView {
  get(workspace: string, jobId: string): Promise<JobStatus | null>
}
export const jobsView = defineService<JobsView>('jobs-view')

/** For whoever knows that work is not wanted any more. */
export interface JobsControl {
  /**
   * Ends what waits or runs in a lane and was asked for before `before`, a `Context.jobId`: what runs is aborted, and nothing more of it is
   * written or posted. How many jobs that were.
   */
  cancelLane(which: {
    readonly workspace: string
    readonly lane: string
    readonly before: string
    /** For whoever looks at the jobs later: 'stopped by Ann'. */
    readonly reason: string
  }): Promise<number>
  /**
   * Ends what waits in these lanes for its time and was never begun: timers of something that came before. What was begun, if only once, goes on
   * to its end. The row and its key stay, so that asking for the same job again makes no other. How many jobs that were.
   */
  withdraw(which: {
    readonly workspace: string
    readonly lanes: readonly string[]
    readonly reason: string
  }): Promise<number>
}
export const jobsControl = defineService<JobsControl>('jobs-control')
