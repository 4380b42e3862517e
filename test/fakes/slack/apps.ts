import { nextId, TEAM } from './state.ts'

/** Whoever an installation is for. */
export interface Tenant {
  readonly id: string
  readonly name: string
  /** The organisation of an Enterprise Grid, of which the app is installed in all workspaces. */
  readonly isOrganisation?: boolean
}
/** Slack's side of installations: https://docs.slack.dev/authentication/installing-with-oauth */
export interface FakeApps {
  readonly clientId: string
  readonly clientSecret: string
  /** Who will be on Slack's page next, and what they press; a fresh person cancels. */
  next(tenant: Tenant, presses?: 'allow' | 'cancel'): void
  /** Slack's page: the address that the browser is sent back to. Throws where it would show an error instead. */
  authorize(url: URL): string
  access(form: URLSearchParams, authorization: string | undefined): Record<string, unknown>
  /** Slack's word for a token that does not work, or null. */
  refusal(token: string): string | null
  /** Whose token it is, '' for none of ours. */
  ownerOf(token: string): string
  /** Every token ever given to it. */
  tokensOf(id: string): readonly string[]
  uninstall(id: string): void
}

export function createApps(botToken: string): FakeApps {
  const clientId = '1234567890.0987654321'
  const clientSecret = 'fake-client-secret-0123456789abcdef'
  const owners = new Map<string, string>([[botToken, TEAM]])
  const dead = new Set<string>()
  const codes = new Map<string, { tenant: Tenant; redirectUri: string; scope: string; used: boolean }>()
  let visitor: { tenant: Tenant; presses: 'allow' | 'cancel' } | null = null
  return {
    clientId,
    clientSecret,
    next(tenant, presses = 'allow') {
      visitor = { tenant, presses }
    },
    authorize(url) {
      const redirectUri = url.searchParams.get('redirect_uri') ?? ''
      if (url.searchParams.get('client_id') !== clientId) throw new Error('Slack shows: invalid client_id')
      const back = new URL(redirectUri)
      const state = url.searchParams.get('state')
      if (state !== null) back.searchParams.set('state', state)
      if (visitor === null || visitor.presses === 'cancel') {
        back.searchParams.set('error', 'access_denied')
        return back.href
      }
      const code = nextId('code')
      const scope = url.searchParams.get('scope') ?? ''
      codes.set(code, { tenant: visitor.tenant, redirectUri, scope, used: false })
      back.searchParams.set('code', code)
      return back.href
    },
    access(form, authorization) {
      const [id, secret] = Buffer.from((authorization ?? '').replace(/^Basic /, ''), 'base64')
        .toString()
        .split(':')
      if (id !== clientId) return { ok: false, error: 'invalid_client_id' }
      if (secret !== clientSecret) return { ok: false, error: 'bad_client_secret' }
      const code = codes.get(form.get('code') ?? '')
      if (!code) return { ok: false, error: 'invalid_code' }
      if (code.used) return { ok: false, error: 'code_already_used' }
      if (form.get('redirect_uri') !== code.redirectUri) return { ok: false, error: 'bad_redirect_uri' }
      code.used = true
      const { tenant, scope } = code
      const token = `xoxb-${nextId(tenant.id)}-fake`
      owners.set(token, tenant.id)
      const named = { id: tenant.id, name: tenant.name }
      const isOrganisation = tenant.isOrganisation === true
      return {
        ok: true,
        app_id: 'A0000001',
        authed_user: { id: 'U0ANN0001' },
        scope,
        token_type: 'bot',
        access_token: token,
        bot_user_id: 'U0BOT0001',
        team: isOrganisation ? null : named,
        enterprise: isOrganisation ? named : null,
        is_enterprise_install: isOrganisation,
      }
    },
    refusal(token) {
      if (dead.has(token)) return 'account_inactive'
      return owners.has(token) ? null : 'invalid_auth'
    },
    ownerOf: (token) => owners.get(token) ?? '',
    tokensOf: (id) => [...owners].flatMap(([token, owner]) => (owner === id ? [token] : [])),
    uninstall(id) {
      for (const [token, owner] of owners) if (owner === id) dead.add(token)
    },
  }
}
