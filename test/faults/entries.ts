/** One line of the arrival ledger. Written by the driver and the fake platform, never by the product. */
export type Entry =
  /** The driver is about to send. `lane` is the thread, `order` its place in it; ops of one lane are sent one after another. */
  | {
      readonly kind: 'attempt'
      readonly op: string
      readonly lane: string
      readonly order: number
      readonly atMs: number
    }
  /** The hub answered 2xx. */
  | {
      readonly kind: 'ack'
      readonly op: string
      readonly atMs: number
      readonly tookMs: number
      readonly tries: number
    }
  /** Not acknowledged in all its tries: it may or may not have been taken. */
  | { readonly kind: 'refused'; readonly op: string; readonly atMs: number; readonly statuses: readonly number[] }
  /** A message that people see at the platform. */
  | {
      readonly kind: 'arrival'
      readonly how: 'created' | 'edited'
      readonly key: string
      readonly channel: string
      readonly thread: string
      readonly text: string
      readonly atMs: number
    }
  /** The platform answered a post with nothing, or with nothing that tells whether it was taken. */
  | { readonly kind: 'unanswered'; readonly op: string; readonly atMs: number }
  /** Nobody could tell whether it arrived, so it was held; the harness looked at the platform, as a person would, and decided. */
  | { readonly kind: 'held'; readonly op: string; readonly outcome: 'sent' | 'resend'; readonly atMs: number }
  /** A call before the end of a wait that the platform had asked for. */
  | { readonly kind: 'early'; readonly method: string; readonly earlyByMs: number; readonly atMs: number }
  | { readonly kind: 'fault'; readonly fault: string; readonly detail: string; readonly atMs: number }

/** How the hub begins the notice that a job was given up. */
export const FAILURE = /^This did not work: /
/** The words of a command carry its op, and so does the one post that answers it. */
export const opWord = (n: number): string => `op-${n}`
export function opOf(text: string): string | null {
  return /\bop-\d+\b/.exec(text)?.[0] ?? null
}
