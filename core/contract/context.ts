import type { EnqueueOptions, EventType, Job, JobRef } from './jobs.ts'
import type { Log } from './log.ts'
import type { Message } from './message.ts'
import type { Person } from './people.ts'
import type { Place } from './place.ts'
import type { In, Schema } from './schema.ts'

/** What a handler may do, on whose behalf and for how long. Every act inherits workspace, actor and a key, so a repeat has no second effect. */
export interface Context {
  /** The ledger's id of this run, the same on every attempt: key your own writes by it. */
  readonly jobId: string
  /** 1 on the first try. */
  readonly attempt: number
  /** Tenant: a key of every row and every query. */
  readonly workspace: string
  readonly actor: Person
  /** Where it was asked; null for work nobody asked for. */
  readonly place: Place | null
  readonly log: Log
  /** Aborts when the lease is lost, the job times out or the hub stops. */
  readonly signal: AbortSignal
  /** Shows how far it is: posts once, then edits the same message at a pace the platform allows. The result replaces it. */
  progress(note: Message): Promise<void>
  /** Stores a further message in the outbox. `name` makes its key; the same name in the same job is sent once. */
  send(name: string, to: Place, message: Message): Promise<void>
  /**
   * Shows the state of something in a place: posts it there once, and from then on edits that post, whichever job calls. `card.of` names the thing
   * within its workspace, `card.revision` grows with every change of it: what arrives behind a later revision is dropped.
   * @example for (const place of subscribed) await ctx.show(place, { ...render(deployment), card: { of: `deployment ${id}`, revision } })
   */
  show(to: Place, message: Message & Required<Pick<Message, 'card'>>): Promise<void>
  enqueue<P extends Schema>(job: Job<P>, payload: In<P>, options?: EnqueueOptions): Promise<JobRef>
  publish<S extends Schema>(event: EventType<S>, payload: In<S>): Promise<void>
  /** Append-only record of a side effect. `detail` must hold no secret. */
  audit(action: string, subject: string, detail?: Readonly<Record<string, unknown>>): Promise<void>
}
