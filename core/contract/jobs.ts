import type { Context } from './context.ts'
import type { Message } from './message.ts'
import type { Place } from './place.ts'
import type { Awaitable, Schema } from './schema.ts'

/** Name and schema of a job: safe to import from anywhere. Handlers are never imported. */
export interface Job<P extends Schema = Schema> {
  /** '<plugin>.<verb>' */
  readonly name: string
  readonly payload: P
  readonly retry: { readonly attempts: number; readonly backoffMs: number }
}
/** Name and schema of an event that adapters and engines publish. */
export interface EventType<S extends Schema = Schema> {
  readonly name: string
  readonly payload: S
}
/** Made by `handleJob`, which checks the payload and erases its type in one place. */
export interface JobHandler {
  readonly job: Job
  run(payload: unknown, ctx: Context): Awaitable<Message | undefined>
}
export interface EventHandler {
  readonly event: EventType
  run(payload: unknown, ctx: Context): Awaitable<void>
}
export interface EnqueueOptions {
  /** Makes the job's key together with its name; absent: one job of that name for each run. */
  readonly key?: string
  readonly delayMs?: number
  /** Where the returned message goes; absent: the place of the caller. */
  readonly replyTo?: Place
  /**
   * Tenant that the job works for; absent: that of the caller. For work that begins outside of any tenant, such as a schedule or a webhook about
   * something that a binding joins to a project; who is found by no binding gets no job.
   */
  readonly workspace?: string
  /** Jobs of one lane run strictly in order, one at a time. */
  readonly lane?: string
}
export interface JobRef {
  readonly jobId: string
}

/**
 * Regular work: run once for each slot of `everyMs` (counted from the epoch), however many processes the hub has. Slots that passed while none
 * ran are not made up for, so `run` looks for what is due by its own records. It belongs to no tenant: see `EnqueueOptions.workspace`.
 */
export interface Schedule {
  /** Unique in its plugin: 'hourly'. */
  readonly name: string
  /** At least 10,000. */
  readonly everyMs: number
  run(slot: { readonly startMs: number }, ctx: Context): Awaitable<void>
}
