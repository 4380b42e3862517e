import { hash } from 'node:crypto'

const BLOCK = 64

/**
 * HMAC written out from its definition, so that the product's verifier is not checked against itself.
 * https://datatracker.ietf.org/doc/html/rfc2104
 */
export function signJira(
  body: string | Uint8Array,
  secret: string,
  method: 'sha256' | 'sha1' | 'md5' = 'sha256',
): Record<string, string> {
  const bytes = Buffer.from(secret)
  const key = Buffer.alloc(BLOCK)
  ;(bytes.length > BLOCK ? hash(method, bytes, 'buffer') : bytes).copy(key)
  const pad = (value: number) => Buffer.from(key.map((byte) => byte ^ value))
  const inner = hash(method, Buffer.concat([pad(0x36), Buffer.from(body)]), 'buffer')
  return { 'x-hub-signature': `${method}=${hash(method, Buffer.concat([pad(0x5c), inner]), 'hex')}` }
}
