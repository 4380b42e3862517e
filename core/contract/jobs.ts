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
  /** Jobs of one lane run strictly in order, one at a time. */
  readonly lane?: string
}
export interface JobRef {
  readonly jobId: string
}
