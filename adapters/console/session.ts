import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const SESSION_MS = 7 * 24 * 3_600_000

const digest = (text: string) => createHash('sha256').update(text).digest()
/** Compares digests, so neither length nor content shows in the time it takes. */
const same = (a: string, b: string) => timingSafeEqual(digest(a), digest(b))

/**
 * Sessions without a store: an expiry signed with the console's token. Every process with the same token accepts them, and a new token
 * ends them all.
 */
export function makeSessions(token: string) {
  const sign = (expiresMs: string) =>
    createHmac('sha256', token).update(`console session ${expiresMs}`).digest('base64url')
  return {
    maxAgeSeconds: SESSION_MS / 1_000,
    isToken: (given: string) => same(given, token),
    issue(nowMs = Date.now()): string {
      const expiresMs = String(nowMs + SESSION_MS)
      return `${expiresMs}.${sign(expiresMs)}`
    },
    isValid(session: string, nowMs = Date.now()): boolean {
      const [expiresMs = '', signature = ''] = session.split('.')
      return same(signature, sign(expiresMs)) && Number(expiresMs) > nowMs
    },
  }
}
export type Sessions = ReturnType<typeof makeSessions>
