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

const BEARER = /^Bearer ([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/
const MAX_HEADER = 8_192
export const MAX_SKEW_SECONDS = 60
/** Atlassian's live some minutes; one that says it lives longer than this is nobody's. */
const MAX_LIFE_SECONDS = 86_400
/** A token may not bring its own key, say where to find one, or demand extensions. */
const ODD = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64']

export interface JiraTrust {
  readonly clientId: string
  readonly clientSecret: string
}
/**
 * The JWT of a dynamic webhook, signed with the secret of the OAuth app. It vouches for the sender and not for the body, which TLS alone protects
 * on its way. Only HS256 is heard, whatever its header asks for. Atlassian documents no claims: `exp` is required, so that none is good for ever, and
 * who is named as issuer or audience has to be Atlassian and this app; a tenant's key, which is no address, may stand as issuer.
 * https://developer.atlassian.com/cloud/jira/platform/webhooks/#webhooks-authentication-for-oauth-2-0-apps
 */
export function verifyJiraToken(headers: HeadersLike, trust: JiraTrust, nowSeconds: number): boolean {
  if (trust.clientSecret === '' || trust.clientId === '') return false
  const authorization = headers.get('authorization')
  if (authorization === null || authorization.length > MAX_HEADER) return false
  const [, head, body, signature] = BEARER.exec(authorization) ?? []
  if (head === undefined || body === undefined || signature === undefined || !isCanonical(signature)) return false
  const header = decode(head)
  if (header === null || header.alg !== 'HS256' || ODD.some((name) => name in header)) return false
  if (cached?.secret !== trust.clientSecret)
    cached = { secret: trust.clientSecret, key: createSecretKey(Buffer.from(trust.clientSecret)) }
  const expected = createHmac('sha256', cached.key).update(`${head}.${body}`, 'ascii').digest()
  if (!timingSafeEqual(expected, Buffer.from(signature, 'base64url'))) return false
  const claims = decode(body)
  return claims !== null && isTimely(claims, nowSeconds) && isForUs(claims, trust.clientId)
}
function isTimely({ exp, iat, nbf }: Readonly<Record<string, unknown>>, nowSeconds: number): boolean {
  if (!isSeconds(exp) || exp < nowSeconds - MAX_SKEW_SECONDS || exp > nowSeconds + MAX_LIFE_SECONDS) return false
  return [iat, nbf].every((at) => at === undefined || (isSeconds(at) && at <= nowSeconds + MAX_SKEW_SECONDS))
}
function isForUs({ iss, aud }: Readonly<Record<string, unknown>>, clientId: string): boolean {
  const isAudience = aud === undefined || (Array.isArray(aud) ? aud : [aud]).includes(clientId)
  return isAudience && (iss === undefined || isAtlassian(iss))
}
function isAtlassian(iss: unknown): boolean {
  if (typeof iss !== 'string') return false
  if (!iss.includes('/')) return /^[\w:.@-]{1,200}$/.test(iss)
  const url = URL.canParse(iss) ? new URL(iss) : null
  return url?.protocol === 'https:' && /(?:^|\.)atlassian\.(?:com|net)$/.test(url.hostname)
}
function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
/** One spelling for each sequence of bytes: the last character of base64url has bits that decoders ignore. */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part
}
function decode(part: string): Readonly<Record<string, unknown>> | null {
  if (!isCanonical(part)) return null
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}
