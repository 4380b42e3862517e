import { randomInt, timingSafeEqual } from 'node:crypto'
import { HubError, type KeyValue } from '#contract'

/** Proof that whoever asked reads the mailbox: a code that is good once, for half an hour and for five tries. */
export interface Codes {
  /** The code of this job, the same on every attempt at it. */
  issue(subscription: string, jobId: string): Promise<string>
  /** Does the code belong to this subscription? CONFLICT after too many wrong ones. */
  check(subscription: string, typed: string): Promise<boolean>
  forget(subscription: string): Promise<void>
}
const TTL_MS = 30 * 60_000
const TRIES = 5
/** No letters or digits that are taken for one another. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'
const LENGTH = 8

export function createCodes(kv: KeyValue): Codes {
  const read = async (subscription: string) => {
    const value = await kv.get(`code:${subscription}`)
    return typeof value === 'object' && value !== null && 'code' in value && 'jobId' in value
      ? { code: String(value.code), jobId: String(value.jobId) }
      : null
  }
  return {
    async issue(subscription, jobId) {
      const known = await read(subscription)
      if (known?.jobId === jobId) return known.code
      const code = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
      await kv.set(`code:${subscription}`, { code, jobId }, TTL_MS)
      return code
    },
    async check(subscription, typed) {
      const known = await read(subscription)
      if (known === null) return false
      // One key for each try: two at once count as two.
      const key = (n: number) => `try:${subscription}:${known.jobId}:${n}`
      let n = 1
      while (n <= TRIES && !(await kv.add(key(n), true, TTL_MS))) n += 1
      if (n > TRIES) throw new HubError('CONFLICT', 'Too many wrong codes: subscribe again for a new one')
      const [given, right] = [Buffer.from(typed.trim().toLowerCase()), Buffer.from(known.code)]
      return given.length === right.length && timingSafeEqual(given, right)
    },
    forget: (subscription) => kv.delete(`code:${subscription}`),
  }
}
