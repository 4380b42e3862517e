import { hash } from 'node:crypto'

const BLOCK = 64

/**
 * HMAC written out from its definition, so that the product's verifier is not checked against itself.
 * https://datatracker.ietf.org/doc/html/rfc2104
 */
export function signLinear(body: string | Uint8Array, secret: string): Record<string, string> {
  const bytes = Buffer.from(secret)
  const key = Buffer.alloc(BLOCK)
  ;(bytes.length > BLOCK ? hash('sha256', bytes, 'buffer') : bytes).copy(key)
  const pad = (value: number) => Buffer.from(key.map((byte) => byte ^ value))
  const inner = hash('sha256', Buffer.concat([pad(0x36), Buffer.from(body)]), 'buffer')
  return { 'linear-signature': hash('sha256', Buffer.concat([pad(0x5c), inner]), 'hex') }
}
