import { z } from 'zod'
import type { KeyValue } from '#contract'
import { sameMailbox } from './address.ts'

/** What is known of one mail by its Message-ID. `begun`: its content was on its way; nothing noted: not a byte of it was. */
export interface Sent {
  readonly state: 'begun' | 'accepted'
  readonly subject: string
}
/** A mail that somebody wrote to us, as far as an answer needs to know it. */
export interface HeardOf {
  readonly subject: string
  /** What it answers itself, oldest first. */
  readonly references: readonly string[]
}
/**
 * What SMTP cannot be asked afterwards, written down beforehand: whether the server could have taken a mail that we heard nothing more of.
 * Addresses that are refused are kept here too.
 */
export interface Journal {
  sent(messageId: string): Promise<Sent | null>
  note(messageId: string, sent: Sent): Promise<void>
  forget(messageId: string): Promise<void>
  /** When the server first asked to come back later with this mail. */
  postponedSinceMs(messageId: string, nowMs: number): Promise<number>
  /** Why nothing more is sent to an address; null where it is open. */
  refusal(address: string): Promise<string | null>
  refuse(address: string, reason: string): Promise<void>
  reopen(address: string): Promise<void>
  hear(messageId: string, heard: HeardOf): Promise<void>
  heard(messageId: string): Promise<HeardOf | null>
  /** A command that was not run stays so, though its mail be read again when its author has been let in. */
  turnAway(deliveryId: string): Promise<void>
  wasTurnedAway(deliveryId: string): Promise<boolean>
  /** Is this one of the first `most` of a thread within a time? The same one is counted once, however often it is read. */
  admits(thread: string, one: string, most: number, withinMs: number): Promise<boolean>
}
const DAY_MS = 86_400_000
/** Long enough for whoever decides about a held mail, and for answers to keep their subject. */
const SENT_MS = 7 * DAY_MS
/** Mailboxes come back; a list that nobody ends would be tried for ever. */
const REFUSED_MS = 30 * DAY_MS

const heardOf = z.object({ subject: z.string(), references: z.array(z.string()) })
const counts = z.array(z.object({ one: z.string(), atMs: z.number() }))

export function createJournal(kv: KeyValue): Journal {
  const textOf = (value: unknown, field: string): string | null => {
    const found = typeof value === 'object' && value !== null && field in value ? Reflect.get(value, field) : null
    return typeof found === 'string' ? found : null
  }
  const refusedKey = (address: string) => `refused:${sameMailbox(address)}`
  return {
    async sent(messageId) {
      const value = await kv.get(`sent:${messageId}`)
      const state = textOf(value, 'state')
      return state === 'begun' || state === 'accepted' ? { state, subject: textOf(value, 'subject') ?? '' } : null
    },
    note: (messageId, sent) => kv.set(`sent:${messageId}`, sent, SENT_MS),
    forget: (messageId) => kv.delete(`sent:${messageId}`),
    async postponedSinceMs(messageId, nowMs) {
      const key = `postponed:${messageId}`
      if (await kv.add(key, nowMs, SENT_MS)) return nowMs
      const first = await kv.get(key)
      return typeof first === 'number' ? first : nowMs
    },
    refusal: async (address) => textOf(await kv.get(refusedKey(address)), 'reason'),
    refuse: (address, reason) => kv.set(refusedKey(address), { reason }, REFUSED_MS),
    reopen: (address) => kv.delete(refusedKey(address)),
    hear: (messageId, heard) => kv.set(`heard:${messageId}`, heard, SENT_MS),
    heard: async (messageId) => heardOf.safeParse(await kv.get(`heard:${messageId}`)).data ?? null,
    turnAway: (deliveryId) => kv.set(`away:${deliveryId}`, true, SENT_MS),
    wasTurnedAway: async (deliveryId) => (await kv.get(`away:${deliveryId}`)) === true,
    async admits(thread, one, most, withinMs) {
      const key = `thread:${thread}`
      const now = Date.now()
      const counted = (counts.safeParse(await kv.get(key)).data ?? []).filter(({ atMs }) => now - atMs < withinMs)
      if (counted.some((known) => known.one === one)) return true
      if (counted.length >= most) return false
      await kv.set(key, [...counted, { one, atMs: now }], withinMs)
      return true
    },
  }
}
