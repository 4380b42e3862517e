import { z } from 'zod'
import type { KeyValue } from '#contract'
import { mailboxHash } from './limits.ts'

const stopSchema = z.object({ by: z.enum(['bounce', 'complaint']), reason: z.string(), atMs: z.number() })
/** Why nothing more is sent to an address, by what came back from there. */
export type Stop = z.output<typeof stopSchema>

/** Addresses that nothing more is sent to until their owner says otherwise. Kept under hashes: they are compared and never read. */
export interface Suppressions {
  of(address: string): Promise<Stop | null>
  /** For good. A complaint stands above a bounce; otherwise the first one stays. */
  stop(address: string, stop: Stop): Promise<void>
  /** Counts a mail that could not be delivered for now, each once. How many there were lately. */
  strike(address: string, mail: string, nowMs: number): Promise<number>
  lift(address: string, nowMs: number): Promise<void>
  /** When it was lifted last: what is said about earlier mails is old news. */
  liftedAtMs(address: string): Promise<number>
}
const DAY_MS = 86_400_000
const STRIKES_MS = 14 * DAY_MS
/** Longer than any report takes: servers give up after five days, people find mails after weeks. */
const LIFTED_MS = 365 * DAY_MS
const MAX_COUNTED = 20

const strikes = z.array(z.object({ mail: z.string(), atMs: z.number() }))

export function createSuppressions(kv: KeyValue): Suppressions {
  const key = (what: 'stopped' | 'strikes' | 'lifted', address: string) => `${what}:${mailboxHash(address)}`
  const of = async (address: string) => stopSchema.safeParse(await kv.get(key('stopped', address))).data ?? null
  return {
    of,
    async stop(address, stop) {
      if (await kv.add(key('stopped', address), stop)) return
      const before = await of(address)
      if (before?.by !== 'complaint' && stop.by === 'complaint') await kv.set(key('stopped', address), stop)
    },
    async strike(address, mail, nowMs) {
      const counted = strikes.safeParse(await kv.get(key('strikes', address))).data ?? []
      const recent = counted.filter(({ atMs }) => nowMs - atMs < STRIKES_MS)
      if (recent.some((one) => one.mail === mail)) return recent.length
      const all = [...recent, { mail, atMs: nowMs }].slice(-MAX_COUNTED)
      await kv.set(key('strikes', address), all, STRIKES_MS)
      return all.length
    },
    async lift(address, nowMs) {
      // First, so that a report that is read meanwhile finds that it is old.
      await kv.set(key('lifted', address), nowMs, LIFTED_MS)
      await kv.delete(key('strikes', address))
      await kv.delete(key('stopped', address))
    },
    async liftedAtMs(address) {
      const at = await kv.get(key('lifted', address))
      return typeof at === 'number' ? at : 0
    },
  }
}
