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
