import { z } from 'zod'
import { HubError } from '#contract'
import type { HttpAnswer, HttpClient } from '../shared/http.ts'

/**
 * The least that work: issues, comments and searches; writing them; who somebody is; webhooks of the app; and tokens that can be renewed.
 * https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/
 */
export const SCOPES = [
  'read:jira-work',
  'write:jira-work',
  'read:jira-user',
  'manage:jira-webhook',
  'offline_access',
] as const
const JSON_BODY = { accept: 'application/json', 'content-type': 'application/json' } as const

export interface OAuthApp {
  readonly clientId: string
  readonly clientSecret: string
  readonly authUrl: string
  readonly apiUrl: string
  readonly redirectUri: string
}
export interface Grant {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresAtMs: number
}
export interface Site {
  readonly cloudId: string
  readonly url: string
}

/** https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#1--direct-the-user-to-the-authorization-url-to-get-an-authorization-code */
export function authorizeUrl({ authUrl, clientId, redirectUri }: OAuthApp, state: string): string {
  const url = new URL('/authorize', authUrl)
  url.search = new URLSearchParams({
    audience: 'api.atlassian.com',
    client_id: clientId,
    scope: SCOPES.join(' '),
    redirect_uri: redirectUri,
    state,
    response_type: 'code',
    prompt: 'consent',
  }).toString()
  return url.href
}

const token = z.string().regex(/^\S+$/)
const granted = z.object({ access_token: token, refresh_token: token, expires_in: z.number().positive() })
const refused = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/) })

/** One request, no retry: a code is good once. Throws INPUT_INVALID for a code that is none (any more). */
export function exchange(http: HttpClient, app: OAuthApp, code: string, nowMs: number): Promise<Grant> {
  const ask = { grant_type: 'authorization_code', code, redirect_uri: app.redirectUri }
  return grantOf(http, app, ask, nowMs, 'INPUT_INVALID')
}
/**
 * Each refresh token is good once and brings the next. Throws UNAUTHENTICATED, for good, where Atlassian wants a person to connect again.
 * https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/
 */
export function renewGrant(
  http: HttpClient,
  app: OAuthApp,
  refreshToken: string,
  nowMs: number,
  signal?: AbortSignal,
): Promise<Grant> {
  const ask = { grant_type: 'refresh_token', refresh_token: refreshToken }
  return grantOf(http, app, ask, nowMs, 'UNAUTHENTICATED', signal)
}
async function grantOf(
  http: HttpClient,
  app: OAuthApp,
  ask: Readonly<Record<string, string>>,
  nowMs: number,
  spent: 'INPUT_INVALID' | 'UNAUTHENTICATED',
  signal?: AbortSignal,
): Promise<Grant> {
  const body = JSON.stringify({ ...ask, client_id: app.clientId, client_secret: app.clientSecret })
  const answer = await http.post(new URL('/oauth/token', app.authUrl).href, body, JSON_BODY, signal)
  const word = refused.safeParse(parse(answer)).data?.error
  if (word === 'invalid_grant' || (word === 'unauthorized_client' && spent === 'UNAUTHENTICATED'))
    throw new HubError(spent, `Atlassian refused it: ${word}`, { retry: 'never' })
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429)
    throw new HubError(
      'CONFIG_INVALID',
      `Atlassian refused the app (${word ?? `HTTP ${answer.status}`}); check JIRA_CLIENT_ID, JIRA_CLIENT_SECRET and the callback URL ${app.redirectUri}`,
    )
  const read = granted.safeParse(parse(answer))
  if (answer.status !== 200 || !read.success)
    throw new HubError('UNAVAILABLE', `Atlassian granted no token (HTTP ${answer.status})`)
  const { access_token, refresh_token, expires_in } = read.data
  return { accessToken: access_token, refreshToken: refresh_token, expiresAtMs: nowMs + expires_in * 1_000 }
}

const resources = z.array(
  z.object({ id: z.string().regex(/^[\w-]{1,64}$/), url: z.url(), scopes: z.array(z.string()) }),
)

/** Sites of Jira that the person granted: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/#3-1-get-the-cloudid-for-your-site */
export async function sitesOf(http: HttpClient, app: OAuthApp, accessToken: string): Promise<readonly Site[]> {
  const headers = { accept: 'application/json', authorization: `Bearer ${accessToken}` }
  const answer = await http.send('GET', new URL('/oauth/token/accessible-resources', app.apiUrl).href, '', headers)
  const read = resources.safeParse(parse(answer))
  if (answer.status !== 200 || !read.success)
    throw new HubError('UNAVAILABLE', `Atlassian named no sites (HTTP ${answer.status})`)
  // Confluence of the same site is an entry of its own, with other scopes.
  return read.data.flatMap(({ id, url, scopes }) => (scopes.includes(SCOPES[0]) ? [{ cloudId: id, url }] : []))
}
export function apiBase({ apiUrl }: OAuthApp, cloudId: string): string {
  return `${apiUrl.replace(/\/+$/, '')}/ex/jira/${cloudId}`
}
const account = z.object({ accountId: z.string().min(1), displayName: z.string().default('') })

/** In whose name the token works. */
export async function accountOf(
  http: HttpClient,
  app: OAuthApp,
  cloudId: string,
  accessToken: string,
): Promise<{ readonly id: string; readonly name: string }> {
  const headers = { accept: 'application/json', authorization: `Bearer ${accessToken}` }
  const answer = await http.send('GET', `${apiBase(app, cloudId)}/rest/api/3/myself`, '', headers)
  const read = account.safeParse(parse(answer))
  if (answer.status === 401 || answer.status === 403)
    throw new HubError('FORBIDDEN', `The new token does not work in Jira (HTTP ${answer.status})`)
  if (!read.success) throw new HubError('UNAVAILABLE', `Jira did not say whose token it is (HTTP ${answer.status})`)
  return { id: read.data.accountId, name: read.data.displayName }
}
function parse({ text }: HttpAnswer): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
