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

/** For adapters whose people can stop what they asked for. */
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
}
export const jobsControl = defineService<JobsControl>('jobs-control')
