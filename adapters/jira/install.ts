import type { Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { type HookEnv, type Hub, HubError } from '#contract'
import type { HttpClient } from '../shared/http.ts'
import { createStates, STATE_MS, type StateFault } from '../shared/oauth-state.ts'
import { PAGE_POLICY, page } from '../shared/page.ts'
import type { JiraConfig } from './config.ts'
import { accountOf, authorizeUrl, exchange, type OAuthApp, sitesOf } from './oauth.ts'
import type { Connections } from './tokens-oauth.ts'

const COOKIE = 'hub_jira_install'
const PATH = '/hooks/jira'

/** Where people begin, and where Atlassian sends them back to. */
export function addressesOf(publicUrl: string): { readonly install: string; readonly redirect: string } {
  const root = `${publicUrl}${PATH}`
  return { install: `${root}/install`, redirect: `${root}/oauth` }
}

export interface InstallOptions {
  readonly hub: Pick<Hub<JiraConfig>, 'kv' | 'log'>
  /** JIRA_BASE_URL. */
  readonly siteUrl: string
  readonly app: OAuthApp
  readonly installUrl: string
  readonly connections: Connections
  readonly http: HttpClient
  /** A connection was made: its webhooks may be set up. */
  onConnected(): void
  readonly now?: () => number
}

/** `GET /hooks/jira/install` and `GET /hooks/jira/oauth`: the consent of one person, whose token the hub then works with. */
export function addInstallRoutes(routes: Hono<HookEnv>, options: InstallOptions): void {
  const { hub, siteUrl, app, installUrl, connections, http, onConnected, now = Date.now } = options
  const { host } = new URL(siteUrl)
  const states = createStates(app.clientSecret, hub.kv, now)
  // Behind a proxy the request itself may say http.
  const secure = app.redirectUri.startsWith('https:')
  const cookie = { path: PATH, httpOnly: true, secure, sameSite: 'Lax', maxAge: STATE_MS / 1_000 } as const
  type Words = readonly [title: string, line: string]
  const again = (c: Context, status: 200 | 400 | 403 | 502, [title, line]: Words) =>
    show(c, status, { title, lines: [line], link: { label: 'Start again', url: installUrl } })

  routes.get('/install', (c) => {
    const { state, half } = states.issue()
    setCookie(c, COOKIE, half, cookie)
    c.header('cache-control', 'no-store')
    return c.redirect(authorizeUrl(app, state), 302)
  })
  routes.get('/oauth', async (c) => {
    const half = getCookie(c, COOKIE)
    deleteCookie(c, COOKIE, { path: PATH, secure })
    const fault = await states.spend(c.req.query('state'), half)
    if (fault !== null) {
      hub.log.warn({ fault }, 'Jira was not connected: the state does not hold')
      return again(c, 400, FAULTS[fault])
    }
    const error = c.req.query('error')
    if (error !== undefined) return again(c, 200, error === 'access_denied' ? DENIED : REFUSED)
    const code = c.req.query('code')
    if (!code || code.length > 4_000) return again(c, 400, REFUSED)
    try {
      const grant = await exchange(http, app, code, now())
      const site = (await sitesOf(http, app, grant.accessToken)).find(({ url }) => new URL(url).host === host)
      if (!site) return again(c, 403, ['Another site was chosen', `Choose ${host} on Atlassian's page.`])
      const account = await accountOf(http, app, site.cloudId, grant.accessToken)
      if (!(await connections.save({ ...grant, cloudId: site.cloudId, account }))) {
        hub.log.warn({ account: account.id }, 'Jira stays connected through another account')
        return again(c, 403, TAKEN)
      }
      hub.log.info({ cloudId: site.cloudId, account: account.id }, 'Jira was connected')
      onConnected()
      return show(c, 200, {
        title: `${host} is connected`,
        lines: [`The hub works there as ${account.name}.`, 'Join a project to it: /hub bind tracker payments jira:PAY'],
        link: { label: 'Open Jira', url: siteUrl },
      })
    } catch (caught) {
      if (!(caught instanceof HubError)) throw caught
      hub.log.error({ error: caught.message, code: caught.code }, 'Jira was not connected')
      return again(c, caught.code === 'INPUT_INVALID' ? 400 : 502, FAILURES[caught.code] ?? AWAY)
    }
  })
}
const DENIED = ['Nothing was connected', 'You chose Cancel. Start again whenever you like.'] as const
const REFUSED = ['Nothing was connected', 'Atlassian sent no permission. Start again from the beginning.'] as const
const AWAY = ['Atlassian did not answer', 'Nothing was connected. Try again in a minute.'] as const
const SPENT = ['This link was used already', 'Each link connects once. Start again for a fresh one.'] as const
const TAKEN = [
  'It is connected through another account',
  'Only that account can renew it. To change accounts, take the app away from it first: id.atlassian.com → Connected apps.',
] as const
const FAULTS: Readonly<Record<StateFault, readonly [string, string]>> = {
  missing: ['This is not where it begins', 'Start here, in this browser.'],
  forged: ['This link was made for another browser', 'Start here, in this browser.'],
  expired: ['This link has expired', 'It has to be finished within ten minutes. Start again.'],
  used: SPENT,
}
const FAILURES: Readonly<Record<string, readonly [string, string]>> = {
  INPUT_INVALID: SPENT,
  FORBIDDEN: [
    'This account cannot use Jira there',
    'Nothing was connected. Choose an account with access to the site.',
  ],
  CONFIG_INVALID: [
    'This hub is not set up for it yet',
    'Nothing was connected. Whoever runs it finds the reason in its log.',
  ],
}
function show(c: Context, status: 200 | 400 | 403 | 502, content: Parameters<typeof page>[0]): Response {
  c.header('cache-control', 'no-store')
  c.header('referrer-policy', 'no-referrer')
  c.header('x-content-type-options', 'nosniff')
  c.header('content-security-policy', PAGE_POLICY)
  return c.html(page(content), status)
}
