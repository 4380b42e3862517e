import { z } from 'zod'
import { HubError } from '#contract'
import type { HttpClient } from '../shared/http.ts'
import { FORM_BODY } from './client.ts'
import type { Installation } from './installations.ts'

export interface OAuthApp {
  readonly clientId: string
  readonly clientSecret: string
  readonly apiUrl: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
}

export function authorizeUrl({ clientId, apiUrl, redirectUri, scopes }: OAuthApp, state: string): string {
  const url = new URL('/oauth/v2/authorize', apiUrl)
  url.search = new URLSearchParams({
    client_id: clientId,
    scope: scopes.join(','),
    redirect_uri: redirectUri,
    state,
  }).toString()
  return url.href
}

const named = z.object({ id: z.string().regex(/^[A-Z0-9]{2,30}$/), name: z.string().nullish() })
const granted = z.object({
  ok: z.literal(true),
  access_token: z.string().regex(/^\S+$/),
  token_type: z.literal('bot'),
  scope: z.string().default(''),
  bot_user_id: z.string().default(''),
  team: named.nullish(),
  enterprise: named.nullish(),
  is_enterprise_install: z.boolean().nullish(),
})
export interface Granted {
  /** The team's, or the organisation's where the app was installed in all of it. */
  readonly id: string
  readonly isOrganisation: boolean
  readonly installation: Installation
}

/** One request, no retry: a code is good once. https://docs.slack.dev/reference/methods/oauth.v2.access */
export async function exchange(http: HttpClient, app: OAuthApp, code: string, nowMs: number): Promise<Granted> {
  const { clientId, clientSecret, apiUrl, redirectUri } = app
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  const body = new URLSearchParams({ code, redirect_uri: redirectUri }).toString()
  const answer = await http.post(`${apiUrl}oauth.v2.access`, body, { authorization, ...FORM_BODY })
  if (answer.status !== 200)
    throw new HubError('UNAVAILABLE', `oauth.v2.access: Slack answered with HTTP ${answer.status}`)
  const parsed = granted.safeParse(parse(answer.text))
  if (!parsed.success) throw refusalOf(parse(answer.text))
  const { access_token, bot_user_id, scope, team, enterprise } = parsed.data
  const isOrganisation = parsed.data.is_enterprise_install === true
  const where = isOrganisation ? enterprise : team
  if (!where) throw new HubError('INPUT_INVALID', 'oauth.v2.access: Slack named no workspace')
  const name = where.name ?? where.id
  const installation = { token: access_token, name, botUser: bot_user_id, scopes: scope, installedAtMs: nowMs }
  return { id: where.id, isOrganisation, installation }
}
function refusalOf(answer: unknown): HubError {
  const word = z.object({ error: z.string().regex(/^[a-z_]{1,60}$/) }).safeParse(answer)
  if (!word.success) return new HubError('UNAVAILABLE', "oauth.v2.access: Slack's answer was not readable")
  const { error } = word.data
  if (/^(?:invalid_client_id|bad_client_secret|bad_redirect_uri)$/.test(error)) {
    const cure = 'check SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and the redirect URL under OAuth & Permissions'
    return new HubError('CONFIG_INVALID', `oauth.v2.access: ${error}; ${cure}`)
  }
  return new HubError('INPUT_INVALID', `oauth.v2.access: ${error}`)
}
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
