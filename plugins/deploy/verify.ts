import { createHmac, timingSafeEqual } from 'node:crypto'

/** Anything with `Headers.get`: repeated headers arrive joined by a comma, which no pattern here accepts. */
export interface HeadersLike {
  get(name: string): string | null
}
const ID = /^[\x21-\x2d\x2f-\x7e]{1,200}$/
const SECONDS = /^[1-9]\d{0,11}$/
/** Signatures of other versions stand between; the base64 of 32 bytes has one spelling. */
const SIGNATURES = /^v\d[a-z]?,[A-Za-z0-9+/=]{1,200}(?: v\d[a-z]?,[A-Za-z0-9+/=]{1,200}){0,9}$/
const V1 = /^v1,([A-Za-z0-9+/]{43}=)$/
const TOLERANCE_SECONDS = 5 * 60
const SECRET = /^(?:whsec_)?([A-Za-z0-9+/]{22,}={0,2})$/

/** Bytes of a secret as it is handed out, with or without its prefix; null for what is none, too short ones among them. */
export function secretBytes(secret: string): Uint8Array | null {
  const [, text] = SECRET.exec(secret) ?? []
  if (text === undefined) return null
  const bytes = Buffer.from(text, 'base64')
  return bytes.byteLength >= 16 && bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')
    ? bytes
    : null
}

/**
 * Standard Webhooks, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: HMAC-SHA256 over
 * `id.timestamp.body`, the body as it came. One of several signatures is enough, so that secrets can be changed without a gap.
 */
export function verifyStandardWebhook(
  raw: Uint8Array,
  headers: HeadersLike,
  key: Uint8Array,
  nowSeconds: number,
): boolean {
  const id = headers.get('webhook-id')
  const timestamp = headers.get('webhook-timestamp')
  const signatures = headers.get('webhook-signature')
  if (id === null || timestamp === null || signatures === null) return false
  if (!ID.test(id) || !SECONDS.test(timestamp) || !SIGNATURES.test(signatures)) return false
  if (Math.abs(nowSeconds - Number(timestamp)) > TOLERANCE_SECONDS) return false
  const expected = Buffer.from(signStandardWebhook(raw, id, timestamp, key))
  return signatures.split(' ').some((one) => V1.test(one) && timingSafeEqual(expected, Buffer.from(one)))
}
/** One signature with its version: 'v1,…'. */
export function signStandardWebhook(raw: Uint8Array, id: string, timestamp: string, key: Uint8Array): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(raw).digest('base64')}`
}
