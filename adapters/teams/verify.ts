import { verify } from 'node:crypto'
import { ALGORITHM, type KeySource } from './jwks.ts'

/** https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication#connector-to-bot */
const ISSUER = 'https://api.botframework.com'
const CHANNEL = 'msteams'
const MAX_SKEW_SECONDS = 300
/** Microsoft's are about 1,500 characters. */
const MAX_HEADER = 8_192
const BEARER = /^Bearer ([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/

/** Anything with `Headers.get`: repeated headers arrive joined by a comma, which no pattern here accepts. */
export interface HeadersLike {
  get(name: string): string | null
}
export interface TeamsTrust {
  readonly appId: string
  readonly keys: KeySource
  /** A stand-in is the only one that may be answered over plain http. */
  readonly allowHttp: boolean
}
export type Verdict =
  | { readonly ok: true; readonly activity: Readonly<Record<string, unknown>> }
  /** 401: no token worth reading; 403: a token, but not one for us; 400: the token holds, the body is no activity. */
  | { readonly ok: false; readonly status: 400 | 401 | 403; readonly reason: string }

/**
 * The seven checks, over the raw request. The body is not parsed before the token holds, and no address in token or body is ever called.
 * Cheap checks come first: a made-up key id cannot make us ask for keys unless everything else fits.
 * Throws only when no key could be fetched at all.
 */
export async function verifyTeams(
  raw: Uint8Array,
  headers: HeadersLike,
  trust: TeamsTrust,
  nowSeconds: number,
): Promise<Verdict> {
  const authorization = headers.get('authorization')
  if (authorization === null) return refuse(401, 'no Authorization header')
  const [all, head, body, signature] = (authorization.length <= MAX_HEADER && BEARER.exec(authorization)) || []
  if (all === undefined || head === undefined || body === undefined || signature === undefined)
    return refuse(401, 'not a bearer token')
  const header = decode(head)
  const claims = decode(body)
  if (header === null || claims === null || !isCanonical(signature)) return refuse(401, 'not a JWT')

  const kid = header.kid
  if (header.alg !== ALGORITHM) return refuse(403, 'another algorithm')
  if (typeof kid !== 'string' || !/^[\w.=-]{1,200}$/.test(kid)) return refuse(403, 'no usable key id')
  // A token may not bring its own key, say where to find one, or demand extensions.
  if (['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64'].some((name) => name in header)) return refuse(403, 'odd header')
  if (claims.iss !== ISSUER) return refuse(403, 'another issuer')
  if (trust.appId === '' || claims.aud !== trust.appId) return refuse(403, 'made for another app')
  if (!isSeconds(claims.exp) || !(claims.exp >= nowSeconds - MAX_SKEW_SECONDS)) return refuse(403, 'expired')
  if (!isSeconds(claims.nbf) || !(claims.nbf <= nowSeconds + MAX_SKEW_SECONDS)) return refuse(403, 'not valid yet')

  const found = await trust.keys.find(kid)
  if (found === null) return refuse(403, 'unknown key')
  const signed = Buffer.from(`${head}.${body}`, 'ascii')
  if (!verify('RSA-SHA256', signed, found.key, Buffer.from(signature, 'base64url'))) return refuse(403, 'bad signature')
  if (!found.endorsements.includes(CHANNEL)) return refuse(403, 'the key may not speak for Teams')

  const activity = parseObject(new TextDecoder().decode(raw))
  if (activity === null) return refuse(400, 'the body is no JSON object')
  if (activity.channelId !== CHANNEL) return refuse(403, 'another channel')
  if (typeof claims.serviceurl !== 'string' || claims.serviceurl === '' || claims.serviceurl !== activity.serviceUrl)
    return refuse(403, 'serviceUrl differs from the token')
  if (!isCallable(claims.serviceurl, trust.allowHttp)) return refuse(403, 'serviceUrl is not https')
  return { ok: true, activity }
}
function refuse(status: 400 | 401 | 403, reason: string): Verdict {
  return { ok: false, status, reason }
}
/** Our own token will be sent there. */
function isCallable(address: string, allowHttp: boolean): boolean {
  const url = URL.canParse(address) ? new URL(address) : null
  return url !== null && (url.protocol === 'https:' || (allowHttp && url.protocol === 'http:')) && url.username === ''
}
function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
/** One spelling for each sequence of bytes: the last character of base64url has bits that decoders ignore. */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part
}
function decode(part: string): Record<string, unknown> | null {
  return isCanonical(part) ? parseObject(Buffer.from(part, 'base64url').toString('utf8')) : null
}
function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}
