import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'

/** Seconds a request may be older or newer than now: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const MAX_SKEW_SECONDS = 300
const TIMESTAMP = /^[1-9][0-9]{9}$/
const SIGNATURE = /^v0=[0-9a-f]{64}$/

/** Anything with `Headers.get`: repeated headers arrive joined by a comma, which no pattern here accepts. */
export interface HeadersLike {
  get(name: string): string | null
}
let cached: { readonly secret: string; readonly key: KeyObject } | undefined

/**
 * Stricter than Slack's own SDK, which accepts `v0=<good>=junk`, timestamps like `0x5b…` and requests from the future.
 * Over the raw bytes, before anything is parsed.
 */
export function verifySlack(raw: Uint8Array, headers: HeadersLike, secret: string, nowSeconds: number): boolean {
  if (secret === '') return false
  const timestamp = headers.get('x-slack-request-timestamp')
  const signature = headers.get('x-slack-signature')
  if (timestamp === null || !TIMESTAMP.test(timestamp)) return false
  if (signature === null || !SIGNATURE.test(signature)) return false
  if (!(Math.abs(nowSeconds - Number(timestamp)) <= MAX_SKEW_SECONDS)) return false
  if (cached?.secret !== secret) cached = { secret, key: createSecretKey(Buffer.from(secret, 'utf8')) }
  const expected = createHmac('sha256', cached.key).update(`v0:${timestamp}:`).update(raw).digest()
  return timingSafeEqual(expected, Buffer.from(signature.slice(3), 'hex'))
}
