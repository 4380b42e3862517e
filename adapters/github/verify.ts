import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'

const SIGNATURE = /^sha256=[0-9a-f]{64}$/

/** Anything with `Headers.get`: repeated headers arrive joined by a comma, which no pattern here accepts. */
export interface HeadersLike {
  get(name: string): string | null
}
let cached: { readonly secret: string; readonly key: KeyObject } | undefined

/**
 * HMAC-SHA256 over the raw body, before anything is parsed. The SHA-1 header is not looked at, so nobody can ask for the weaker one.
 * There is no time in it: what is sent again carries the same delivery id, which the inbox knows.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function verifyGitHub(raw: Uint8Array, headers: HeadersLike, secret: string): boolean {
  if (secret === '') return false
  const signature = headers.get('x-hub-signature-256')
  if (signature === null || !SIGNATURE.test(signature)) return false
  if (cached?.secret !== secret) cached = { secret, key: createSecretKey(Buffer.from(secret)) }
  const expected = createHmac('sha256', cached.key).update(raw).digest()
  return timingSafeEqual(expected, Buffer.from(signature.slice('sha256='.length), 'hex'))
}
