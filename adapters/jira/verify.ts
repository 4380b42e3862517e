import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'

const SIGNATURE = /^sha256=[0-9a-f]{64}$/

/** Anything with `Headers.get`: repeated headers arrive joined by a comma, which no pattern here accepts. */
export interface HeadersLike {
  get(name: string): string | null
}
let cached: { readonly secret: string; readonly key: KeyObject } | undefined

/**
 * HMAC over the raw body, before anything is parsed. The header names its method, which whoever sends it chooses: only SHA-256 is heard, so that
 * nobody can ask for MD5. There is no time in it: what is sent again carries the same identifier, which the inbox knows.
 * https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks
 */
export function verifyJira(raw: Uint8Array, headers: HeadersLike, secret: string): boolean {
  if (secret === '') return false
  const signature = headers.get('x-hub-signature')
  if (signature === null || !SIGNATURE.test(signature)) return false
  if (cached?.secret !== secret) cached = { secret, key: createSecretKey(Buffer.from(secret)) }
  const expected = createHmac('sha256', cached.key).update(raw).digest()
  return timingSafeEqual(expected, Buffer.from(signature.slice('sha256='.length), 'hex'))
}
