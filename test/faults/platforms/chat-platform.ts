import type { Lane } from '../lanes.ts'
import type { Random } from '../random.ts'

export const PLATFORM_NAMES = ['slack', 'discord', 'teams'] as const
export type PlatformName = (typeof PLATFORM_NAMES)[number]

/** One command a person gives, in the driver's words. */
export interface Said {
  readonly op: string
  readonly lane: Lane
  readonly command: string
  readonly words: string
  /** Outside any thread, where the platform has both. */
  readonly slash: boolean
  /** The same id again is the same delivery. */
  readonly deliveryId?: string
}
/** What goes over the wire for it. */
export interface Wire {
  readonly body: string
  readonly contentType: string
  /** Deliveries of one lane are worked in order; false: each stands for itself. */
  readonly inLane: boolean
  /** The platform sends it again where it saw no 2xx. */
  readonly again: boolean
  /** What the stand-in has to know once the hub's answer was read, as another process received it. */
  readonly told?: (answer: string) => Told
  /** How the hub tells this delivery from others. */
  readonly key: { readonly workspace: string; readonly deliveryId: string }
}
export type Told = Readonly<Record<string, string>>
/** Strings that the driver's half must know to be believed. */
export type Hand = Readonly<Record<string, string>>

/** The driver's half: speaks to the hub as the platform does. */
export interface Caller {
  /** How long it waits for an answer. */
  readonly patienceMs: number
  wire(said: Said): Wire
  /** Headers of one request with this body, as it is sent. */
  sign(body: string, nowSeconds: number): Readonly<Record<string, string>>
  /** Headers of the n-th repeat. */
  repeat(nth: number): Readonly<Record<string, string>>
  /** Whether a 2xx says that the command was taken: a platform may want its refusals in words, too. */
  isTaken(answer: string): boolean
}

/** What the stand-in does in the place of a call, or after it. All three fakes know these. */
export type CallFault =
  | { readonly kind: 'cut'; readonly commit: boolean }
  | { readonly kind: 'status'; readonly status: number; readonly commit: boolean }
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'slow'; readonly ms: number }
/** A message that people see from now on. */
export interface Seen {
  readonly how: 'created' | 'edited'
  readonly key: string
  readonly channel: string
  readonly thread: string
  readonly text: string
  readonly live: readonly string[]
}
export interface StandInOptions {
  /** 0.1 makes the platform's second last 100 ms; absent: no limits. */
  readonly rateTimeScale?: number
  readonly random: Random
  /** Longest time a message stays out of what can be read back. */
  readonly historyLagMs: () => number
  /** Credentials are refused on every call. */
  readonly isRevoked: () => boolean
  /** Asked for each call that posts, with the words it would show; null lets it pass. */
  readonly faultOfPost: (words: string) => CallFault | null
  /** Told before the caller has its answer. */
  readonly onSeen: (seen: Seen) => void
}
/** The fake behind one interface, in a process of its own. */
export interface StandIn {
  readonly port: number
  /** Variables that lead a hub to it at this address: its own, or a proxy's. */
  env(origin: string): Readonly<Record<string, string>>
  /** What the driver needs to speak for it, where hubs find it at this address. */
  hand(origin: string): Hand | Promise<Hand>
  /** Calls before the end of a wait it asked for, so far. */
  readonly early: readonly { readonly method: string; readonly earlyByMs: number }[]
  facts(): {
    readonly stored: number
    readonly calls: Readonly<Record<string, number>>
    readonly problems: readonly string[]
  }
  hear?(told: Told): void
}

/** One platform of the fault runs. */
export interface ChatPlatform {
  readonly name: PlatformName
  /** A post whose answer was lost can be looked for; where not, each is held and a person decides. */
  readonly canLook: boolean
  /** A command whose answer nobody can look for. */
  readonly unseen: 'whisper' | 'echo'
  /** Whether what saw no 2xx comes again. */
  readonly sendsAgain: boolean
  /** A request is good for some minutes around its signature; where not, the credential has a life of its own. */
  readonly signsTime: boolean
  /** What its rates allow, for as many posts as are waiting at once. */
  readonly rates: {
    readonly channels: (isQuick: boolean) => number
    readonly leastMs: (posts: number, channels: number) => number
  }
  /** Path of the hub's webhook. */
  readonly path: string
  caller(hand: Hand): Caller
  start(options: StandInOptions): Promise<StandIn>
}
