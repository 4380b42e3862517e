import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'

const SIGNATURE = /^[0-9a-f]{64}$/
/**
 * Linear tries again after a minute, an hour and six hours, and does not say whether it signs the time anew. Until the last of these is over a
 * delivery is good; a repeat has no second effect, because what it says has a name of its own in the inbox.
 * https://linear.app/developers/webhooks
 */
const MAX_AGE_MS = 8 * 3_600_000
const MAX_AHEAD_MS = 60_000
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Anything with `Headers.get`: repeated headers arrive joined by a comma, which no pattern here accepts. */
export interface HeadersLike {
  get(name: string): string | null
}
let cached: { readonly secret: string; readonly key: KeyObject } | undefined

/** What was signed. `ok` is false for what nobody who knows the secret has signed in time, and says nothing about why. */
export type Verified = { readonly ok: false } | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
const REFUSED: Verified = { ok: false }

/**
 * HMAC-SHA256 over the raw body, before anything is parsed, and then the time inside the signed body; the one in the header is signed by nobody.
 */
export function verifyLinear(raw: Uint8Array, headers: HeadersLike, secret: string, nowMs: number): Verified {
  if (secret === '') return REFUSED
  const signature = headers.get('linear-signature')
  if (signature === null || !SIGNATURE.test(signature)) return REFUSED
  if (cached?.secret !== secret) cached = { secret, key: createSecretKey(Buffer.from(secret)) }
  const expected = createHmac('sha256', cached.key).update(raw).digest()
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) return REFUSED
  const body = objectIn(raw)
  if (body === null) return REFUSED
  const { webhookTimestamp: at } = body
  if (typeof at !== 'number' || !Number.isFinite(at)) return REFUSED
  return nowMs - at > MAX_AGE_MS || at - nowMs > MAX_AHEAD_MS ? REFUSED : { ok: true, body }
}
function objectIn(raw: Uint8Array): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(decoder.decode(raw))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
