import type { Message } from './message.ts'
import type { Profile } from './people.ts'
import type { Place, Posted } from './place.ts'

/** What a platform can do, as data: the core owns each fallback, and no caller probes for a method. */
export interface Capabilities {
  /** A posted message can be edited. False: the hub replies instead. */
  readonly update: boolean
  readonly threads: boolean
  /** False: the hub prints the saved command instead of a button. */
  readonly buttons: boolean
  /** False: the hub asks for what is missing one message at a time, in the thread. */
  readonly forms: boolean
  /** False: only commands are heard there, no plain words, so that nothing can be asked back. */
  readonly plainWords?: boolean | undefined
  /** One person alone can be shown a message in a channel. False: direct message. */
  readonly private: boolean
  readonly files: boolean
  /**
   * How an unknown send is settled. `native`: the platform drops a repeat of the same key, so it is simply sent again.
   * `find`: `Channel.find` looks for our marker. `none`: it is held for a person.
   */
  readonly reconcile: 'native' | 'find' | 'none'
  /** Characters of text in one message, as the platform counts them. */
  readonly maxText: number
  readonly maxBlocks: number
}
/** One send. `key` is the outbox row's unique key and the marker that `find` looks for. */
export type Delivery = { readonly key: string; readonly message: Message } & (
  | { readonly op: 'post'; readonly to: Place }
  | { readonly op: 'update'; readonly to: Posted }
)
/** A limit the platform documents: `burst` sends at once, then one every `intervalMs`. `key` names the bucket they share. */
export interface Limit {
  readonly key: string
  readonly intervalMs: number
  readonly burst: number
}
/** An adapter's outbound half. All members are required; differences are in `Capabilities`. */
export interface Channel<Native = unknown> {
  /** Pure. Parts that follow each other where one message is not enough; the first is the one edited later. Never empty. */
  split(message: Message): readonly Message[]
  /** Pure. The platform's own body for one part, inside its limits. */
  render(message: Message): Native
  /** Pure. Buckets this send draws from. */
  limits(delivery: Delivery): readonly Limit[]
  /**
   * One HTTP call, no retry of its own. Throws `HubError`: RATE_LIMITED with `afterMs` and `scope`, UNAVAILABLE when nothing was done,
   * OUTCOME_UNKNOWN when the request was written and no answer was read, otherwise what cures it. Where a message lands is returned.
   */
  deliver(delivery: Delivery, signal: AbortSignal): Promise<Posted>
  /** Settles an unknown send by the platform's own read-back: the message that carries `delivery.key`, or null when it is surely absent. */
  find(delivery: Delivery, sinceMs: number, signal: AbortSignal): Promise<Posted | null>
  profile(workspace: string, accountId: string): Promise<Profile | null>
}
