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

export type JiraClaims = Readonly<Record<string, unknown>>
/** The JWT of a dynamic webhook, made by another implementation than the one that checks it. */
export async function signJiraToken(
  secret: string,
  claims: JiraClaims,
  header: { readonly alg?: string; readonly [name: string]: unknown } = {},
): Promise<string> {
  const { SignJWT } = await import('jose')
  return new SignJWT({ ...claims })
    .setProtectedHeader({ typ: 'JWT', ...header, alg: header.alg ?? 'HS256' })
    .sign(new TextEncoder().encode(secret))
}
/** Good for three minutes, as those of Atlassian. */
export function jiraClaims(clientId: string, atSeconds: number): JiraClaims {
  return { iss: clientId, iat: atSeconds, exp: atSeconds + 180 }
}
