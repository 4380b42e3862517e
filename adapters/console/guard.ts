import type { Context, MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import type { HookEnv } from '#contract'
import type { Sessions } from './session.ts'

/** Nothing but files of our own: no inline script or style, no frame around us, no string that becomes markup. */
const HEADERS = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
}
/** Pages made of documents: WebAssembly is their search, and diagrams bring styles. Each page narrows this further by a policy of its own. */
export const DOCUMENT_HEADERS: typeof HEADERS = {
  ...HEADERS,
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
}
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** RFC 9457, like every error of the hub. */
export function problem(status: 400 | 401 | 403 | 404 | 415 | 422 | 503, detail: string, more: object = {}): Response {
  return Response.json(
    { title: detail, status, detail, ...more },
    { status, headers: { 'content-type': 'application/problem+json' } },
  )
}
function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
/** Cookies ignore ports: the port in the name keeps two hubs on one machine apart. */
export function cookieName(c: Context<HookEnv>): string {
  return `hub_console_${urlOf(`http://${c.req.header('host') ?? ''}`)?.port || '80'}`
}

/**
 * On every route of the console. A page of some other site may point its own name at this machine (DNS rebinding), so the name we were
 * called by must be a loopback name or the public one.
 */
export function checkHost(publicUrl: string | undefined, headers = HEADERS): MiddlewareHandler<HookEnv> {
  const publicHost = publicUrl === undefined ? null : new URL(publicUrl).hostname
  return async (c, next) => {
    const host = urlOf(`http://${c.req.header('host') ?? ''}`)?.hostname
    if (!host || (!LOOPBACK.test(host) && host !== publicHost)) {
      return problem(403, 'The console answers to localhost and to the host of HUB_PUBLIC_URL only.')
    }
    await next()
    for (const [name, value] of Object.entries(headers)) c.header(name, value)
    if (!c.res.headers.has('cache-control')) c.header('Cache-Control', 'no-store')
  }
}

export function hasSession(c: Context<HookEnv>, sessions: Sessions): boolean {
  const cookie = getCookie(c, cookieName(c))
  return cookie !== undefined && sessions.isValid(cookie)
}
function hasBearer(c: Context<HookEnv>, sessions: Sessions): boolean {
  const [, token] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? []
  return token !== undefined && sessions.isToken(token)
}
/** The cookie is sent whoever asks, so a change must be asked for by our own page. Null: the headers do not tell. */
function isOwnPage(c: Context<HookEnv>, publicUrl: string | undefined): boolean | null {
  const site = c.req.header('sec-fetch-site')
  const origin = c.req.header('origin')
  // `none` is an address typed by the person.
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  if (origin === undefined) return site === 'same-origin' ? true : null
  const from = urlOf(origin)
  if (from === null) return false
  return from.host === c.req.header('host') || (publicUrl !== undefined && from.origin === new URL(publicUrl).origin)
}
export function isSignedIn(c: Context<HookEnv>, sessions: Sessions): boolean {
  return hasBearer(c, sessions) || hasSession(c, sessions)
}
export function checkCaller(sessions: Sessions, publicUrl: string | undefined): MiddlewareHandler<HookEnv> {
  return async (c, next) => {
    const bearer = hasBearer(c, sessions)
    if (!isSignedIn(c, sessions)) {
      return problem(
        401,
        'Open the console with the link that the hub printed at its start, or send its token as a bearer token.',
      )
    }
    const own = isOwnPage(c, publicUrl)
    const reads = c.req.method === 'GET' || c.req.method === 'HEAD'
    // Without either header it is no browser we know of: reading is harmless there, and a bearer token is no ambient credential.
    if (own === false || (own === null && !reads && !bearer)) {
      return problem(403, 'This request did not come from the console page itself.')
    }
    await next()
  }
}
