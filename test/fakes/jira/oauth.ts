import { randomBytes } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { BOT, type Person } from './world.ts'

const HOUR_MS = 3_600_000
const CODE_MS = 60_000
export const CLOUD_ID = '1324a887-45db-1bf4-1e99-ef0ff456d421'

interface Family {
  readonly account: Person
  readonly scopes: readonly string[]
  readonly sites: readonly string[]
  refreshToken: string
  /** When each refresh token was used first. */
  readonly spent: Map<string, number>
  isDead: boolean
}
interface Access {
  readonly family: Family
  readonly untilMs: number
}
interface Code {
  readonly family: Family
  readonly redirectUri: string
  readonly untilMs: number
}
/** What the person does on Atlassian's page. */
export interface Consent {
  readonly deny?: boolean
  /** Other sites in place of this one. */
  readonly sites?: readonly string[]
  readonly account?: Person
  /** Ticked in the console of the app; absent: whatever is asked for. */
  readonly scopes?: readonly string[]
}
export type OAuthFake = ReturnType<typeof createOAuthFake>

/** auth.atlassian.com, and api.atlassian.com as far as tokens go: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/ */
export function createOAuthFake(deps: { readonly now: () => number; readonly siteUrl: () => string }) {
  const { now, siteUrl } = deps
  const clientId = 'aQwErTyUiOpAsDfGhJkLzXcVbNm01234'
  const clientSecret = 'ATOAfakeClientSecret0123456789abcdefghijklmnop'
  const codes = new Map<string, Code>()
  const tokens = new Map<string, Access>()
  const families: Family[] = []
  /** Everything that was asked at the token endpoint, in order. */
  const asked: { readonly grant: string; readonly outcome: string }[] = []
  let faults: ('away' | 'cut-after')[] = []
  let delayMs = 0
  let leewayMs = 0
  const fresh = (kind: string) => `${kind}-${randomBytes(18).toString('base64url')}`

  const authorize = (at: URL | string, consent: Consent = {}): URL => {
    const url = new URL(at)
    const given = Object.fromEntries(url.searchParams)
    const wrong =
      given.audience !== 'api.atlassian.com' ||
      given.client_id !== clientId ||
      given.response_type !== 'code' ||
      given.prompt !== 'consent' ||
      !given.redirect_uri ||
      !given.state
    if (wrong) throw new Error(`Atlassian would show an error: ${url.search}`)
    const back = new URL(given.redirect_uri ?? '')
    back.searchParams.set('state', given.state ?? '')
    if (consent.deny) {
      back.searchParams.set('error', 'access_denied')
      back.searchParams.set('error_description', 'User did not authorize the request')
      return back
    }
    const family: Family = {
      account: consent.account ?? BOT,
      scopes: consent.scopes ?? (given.scope ?? '').split(' '),
      sites: consent.sites ?? [siteUrl()],
      refreshToken: '',
      spent: new Map(),
      isDead: false,
    }
    families.push(family)
    const code = fresh('code')
    codes.set(code, { family, redirectUri: given.redirect_uri ?? '', untilMs: now() + CODE_MS })
    back.searchParams.set('code', code)
    return back
  }
  const issue = (family: Family) => {
    const accessToken = fresh('access')
    tokens.set(accessToken, { family, untilMs: now() + HOUR_MS })
    family.refreshToken = fresh('refresh')
    const held = family.scopes.includes('offline_access') ? { refresh_token: family.refreshToken } : {}
    return {
      access_token: accessToken,
      ...held,
      expires_in: 3_600,
      scope: family.scopes.join(' '),
      token_type: 'Bearer',
    }
  }
  const grant = (body: Readonly<Record<string, unknown>>): { readonly outcome: string; readonly family?: Family } => {
    if (body.client_id !== clientId || body.client_secret !== clientSecret) return { outcome: 'access_denied' }
    if (body.grant_type === 'authorization_code') {
      const code = codes.get(String(body.code))
      codes.delete(String(body.code))
      const isGood = code && code.untilMs > now() && code.redirectUri === body.redirect_uri
      return isGood ? { outcome: 'ok', family: code.family } : { outcome: 'invalid_grant' }
    }
    const token = String(body.refresh_token)
    const family = families.find((one) => one.refreshToken === token || one.spent.has(token))
    if (!family) return { outcome: 'invalid_grant' }
    if (family.isDead) return { outcome: 'unauthorized_client' }
    const spentMs = family.spent.get(token)
    if (spentMs !== undefined && now() - spentMs >= leewayMs) {
      // Used twice: taken for theft.
      family.isDead = true
      return { outcome: 'invalid_grant' }
    }
    if (spentMs === undefined) family.spent.set(token, now())
    return { outcome: 'ok', family }
  }
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.get('/authorize', (c) => c.redirect(authorize(c.req.url).href, 302))
  app.post('/oauth/token', async (c) => {
    const body = (await c.req.json()) as Readonly<Record<string, unknown>>
    const fault = faults.shift()
    if (fault === 'away') return c.text('upstream error', 503)
    const { outcome, family } = grant(body)
    asked.push({ grant: String(body.grant_type), outcome })
    const answer = family ? issue(family) : null
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
    if (fault === 'cut-after') {
      c.env.incoming.socket.destroy()
      return new Response('')
    }
    if (answer) return c.json(answer)
    return c.json({ error: outcome, error_description: 'refused' }, outcome === 'access_denied' ? 401 : 403)
  })
  const bearerOf = (c: Context): Access | null => {
    const access = tokens.get((c.req.header('authorization') ?? '').replace(/^Bearer /, ''))
    return access && access.untilMs > now() && !access.family.isDead ? access : null
  }
  app.get('/oauth/token/accessible-resources', (c) => {
    const access = bearerOf(c)
    if (!access) return c.json({ code: 401, message: 'Unauthorized' }, 401)
    const { sites, scopes } = access.family
    const jira = scopes.filter((scope) => scope.includes('jira'))
    return c.json([
      // Confluence of the same site.
      { id: '0'.repeat(8), url: siteUrl(), name: 'docs', scopes: ['read:confluence-content.all'] },
      ...sites.map((url) => ({
        id: url === siteUrl() ? CLOUD_ID : randomBytes(8).toString('hex'),
        url,
        name: 'site',
        scopes: jira,
      })),
    ])
  })
  return {
    app,
    clientId,
    clientSecret,
    asked,
    authorize,
    /** Whose call this is, and whether its token may do that. */
    check(c: Context): Person | 'no token' | 'no scope' {
      const access = bearerOf(c)
      if (!access) return 'no token'
      const needed = scopesOf(c.req.method, c.req.path)
      return needed.every((scope) => access.family.scopes.includes(scope)) ? access.family.account : 'no scope'
    },
    /** All that was granted ends: somebody took the app away from their account. */
    revoke: () => {
      for (const family of families) family.isDead = true
    },
    /** Access tokens end at once; refresh tokens stay. */
    expire: () => tokens.clear(),
    secretsOf: () =>
      [...tokens.keys(), ...families.map((one) => one.refreshToken), clientSecret].filter((one) => one !== ''),
    fail: (...next: ('away' | 'cut-after')[]) => {
      faults = next
    },
    slow: (ms: number) => {
      delayMs = ms
    },
    /** Atlassian's own is ten minutes; none by itself, so that a second use never goes unseen. */
    setLeeway: (ms: number) => {
      leewayMs = ms
    },
  }
}
/** https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/ */
function scopesOf(method: string, path: string): readonly string[] {
  if (/\/rest\/api\/3\/(?:myself|user)$/.test(path)) return ['read:jira-user']
  if (path.includes('/rest/api/3/webhook')) return ['read:jira-work', 'manage:jira-webhook']
  if (path.endsWith('/permissions/check')) return []
  return method === 'GET' || path.endsWith('/search/jql') ? ['read:jira-work'] : ['write:jira-work']
}
