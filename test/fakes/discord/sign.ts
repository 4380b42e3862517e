import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'

/** Key pair of a stand-in app, the same for the same seed. */
export interface SigningKey {
  readonly privateKey: KeyObject
  /** Value for DISCORD_PUBLIC_KEY. */
  readonly publicKey: string
}
/** https://datatracker.ietf.org/doc/html/rfc8410#section-7: what stands before the 32 bytes of a private key. */
const PKCS8_PREFIX = '302e020100300506032b657004220420'

export function signingKey(seed: number): SigningKey {
  const secret = Buffer.alloc(32, seed % 256)
  const der = Buffer.concat([Buffer.from(PKCS8_PREFIX, 'hex'), secret])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey).export({ format: 'jwk' }).x ?? ''
  return { privateKey, publicKey: Buffer.from(publicKey, 'base64url').toString('hex') }
}
/** What Discord sends with every interaction: https://docs.discord.com/developers/interactions/overview */
export function signDiscord(
  body: string | Uint8Array,
  { privateKey }: SigningKey,
  atSeconds: number,
): Record<string, string> {
  const signed = Buffer.concat([Buffer.from(String(atSeconds)), Buffer.from(body)])
  return {
    'x-signature-timestamp': String(atSeconds),
    'x-signature-ed25519': sign(null, signed, privateKey).toString('hex'),
  }
}
