import { createHash } from 'node:crypto'

/** HMAC written out from RFC 2104, so that a verifier is not tested against the same call it makes. */
export function hmacSha256Hex(key: string, ...parts: readonly (string | Uint8Array)[]): string {
  let block = Buffer.from(key, 'utf8')
  if (block.length > 64) block = createHash('sha256').update(block).digest()
  const padded = Buffer.concat([block], 64)
  const pad = (byte: number) => padded.map((b) => b ^ byte)
  const inner = createHash('sha256').update(pad(0x36))
  for (const part of parts) inner.update(part)
  return createHash('sha256').update(pad(0x5c)).update(inner.digest()).digest('hex')
}

/** What Slack sends with every request: https://docs.slack.dev/authentication/verifying-requests-from-slack */
export function signSlack(body: string | Uint8Array, secret: string, atSeconds: number): Record<string, string> {
  return {
    'x-slack-request-timestamp': String(atSeconds),
    'x-slack-signature': `v0=${hmacSha256Hex(secret, `v0:${atSeconds}:`, body)}`,
  }
}
