import type { Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { type HookEnv, type Hub, HubError } from '#contract'
import type { HttpClient } from '../shared/http.ts'
import { createStates, STATE_MS, type StateFault } from '../shared/oauth-state.ts'
import { PAGE_POLICY, page } from '../shared/page.ts'
import type { SlackConfig } from './config.ts'
import type { Installations } from './installations.ts'
import { authorizeUrl, exchange, type OAuthApp } from './oauth.ts'

const COOKIE = 'hub_slack_install'
const PATH = '/hooks/slack'

/** Where people begin, and where Slack sends them back to. */
export function addressesOf(publicUrl: string): { readonly install: string; readonly redirect: string } {
  const root = `${publicUrl.replace(/\/+$/, '')}${PATH}`
  return { install: `${root}/install`, redirect: `${root}/oauth` }
}

export interface InstallOptions {
  readonly hub: Pick<Hub<SlackConfig>, 'kv' | 'log'>
  readonly app: OAuthApp
  readonly installations: Installations
  readonly http: HttpClient
  readonly now?: () => number
}

/** `GET /hooks/slack/install` and `GET /hooks/slack/oauth`: the app into a workspace, its token into the hub. */
export function addInstallRoutes(routes: Hono<HookEnv>, options: InstallOptions): void {
  const { hub, app, installations, http, now = Date.now } = options
  const states = createStates(app.clientSecret, hub.kv, now)
  // Behind a proxy the request itself may say http.
  const secure = app.redirectUri.startsWith('https:')
  const cookie = { path: PATH, httpOnly: true, secure, sameSite: 'Lax', maxAge: STATE_MS / 1_000 } as const

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
      hub.log.warn({ fault }, 'Slack installation refused: its state does not hold')
      return again(c, 400, FAULTS[fault])
    }
    const error = c.req.query('error')
    if (error !== undefined) return again(c, 200, error === 'access_denied' ? DENIED : REFUSED)
    const code = c.req.query('code')
    if (!code || code.length > 500) return again(c, 400, REFUSED)
    try {
      const { id, isOrganisation, installation } = await exchange(http, app, code, now())
      await installations.save(id, installation)
      hub.log.info({ id, isOrganisation }, 'Slack app was installed')
      return show(c, 200, {
        title: `AutoDevHub is in ${installation.name}`,
        lines: [
          'Invite it where it should answer: /invite @hub',
          'Then ask it for what it can do: /hub help',
          ...(isOrganisation ? ['Every workspace that your organisation adds to the app can use it.'] : []),
        ],
        link: {
          label: 'Open Slack',
          url: new URL(isOrganisation ? '/' : `/client/${id}`, 'https://app.slack.com').href,
        },
      })
    } catch (caught) {
      if (!(caught instanceof HubError)) throw caught
      hub.log.error({ error: caught.message, code: caught.code }, 'Slack installation failed')
      return again(c, caught.code === 'INPUT_INVALID' ? 400 : 502, FAILURES[caught.code] ?? AWAY)
    }
  })
  type Words = readonly [title: string, line: string]
  const again = (c: Context, status: 200 | 400 | 502, [title, line]: Words) =>
    show(c, status, { title, lines: [line], link: { label: 'Start again', url: addressesOf(publicOf(app)).install } })
}
const DENIED = ['Nothing was installed', 'You chose Cancel. Start again whenever you like.'] as const
const REFUSED = [
  'Nothing was installed',
  'Slack sent no permission to install. Start again from the beginning.',
] as const
const AWAY = ['Slack did not answer', 'Nothing was installed. Try again in a minute.'] as const
const SPENT = ['This link was used already', 'Each link installs once. Start again for a fresh one.'] as const
const FAULTS: Readonly<Record<StateFault, readonly [string, string]>> = {
  missing: ['This is not where it begins', 'Start the installation here, in this browser.'],
  forged: ['This link was made for another browser', 'Start the installation here, in this browser.'],
  expired: ['This link has expired', 'An installation has to be finished within ten minutes. Start again.'],
  used: SPENT,
}
const FAILURES: Readonly<Record<string, readonly [string, string]>> = {
  INPUT_INVALID: SPENT,
  CONFIG_INVALID: [
    'This hub is not set up for installations yet',
    'Nothing was installed. Whoever runs it finds the reason in its log.',
  ],
}
function publicOf({ redirectUri }: OAuthApp): string {
  return redirectUri.slice(0, -`${PATH}/oauth`.length)
}
function show(c: Context, status: 200 | 400 | 502, content: Parameters<typeof page>[0]): Response {
  c.header('cache-control', 'no-store')
  c.header('referrer-policy', 'no-referrer')
  c.header('x-content-type-options', 'nosniff')
  c.header('content-security-policy', PAGE_POLICY)
  return c.html(page(content), status)
}
