import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { type Sender, type SlackFake, startSlackFake } from '../../test/fakes/slack/index.ts'
import { startTestHub, type TestHub } from '../../test/support/hub.ts'
import { config } from './config.ts'
import { BOT_SCOPES } from './manifest.ts'

const PUBLIC = 'https://hub.example.com'
let tenants = 0
/** A workspace of each test's own: all of them share one hub. */
function team(name = 'Alpha') {
  tenants += 1
  return { id: `T000000${tenants}`, name }
}
const GROUP = { id: 'E0000001', name: 'Example Group', isOrganisation: true }

interface Browser {
  /** Follows the button to Slack and back; the answer is the page that the person sees at the end. */
  install(change?: (back: URL) => void): Promise<{ status: number; text: string; headers: Headers }>
  begin(): Promise<{ at: URL; cookie: string; setCookie: string }>
  open(url: URL | string, cookie: string): Promise<{ status: number; text: string; headers: Headers }>
}
function browserOf(hub: TestHub, slack: SlackFake): Browser {
  const open: Browser['open'] = async (url, cookie) => {
    const answer = await hub.fetch(new Request(url, { headers: cookie ? { cookie } : {} }))
    return { status: answer.status, text: await answer.text(), headers: answer.headers }
  }
  const begin: Browser['begin'] = async () => {
    const answer = await hub.fetch(new Request(`${PUBLIC}/hooks/slack/install`))
    expect(answer.status).toBe(302)
    const setCookie = answer.headers.get('set-cookie') ?? ''
    return { at: new URL(answer.headers.get('location') ?? ''), cookie: setCookie.split(';')[0] ?? '', setCookie }
  }
  return {
    begin,
    open,
    async install(change = () => undefined) {
      const { at, cookie } = await begin()
      const back = new URL(slack.apps.authorize(at))
      change(back)
      return open(back, cookie)
    },
  }
}

describe('the app in many workspaces', () => {
  let slack: SlackFake
  let hub: TestHub
  let browser: Browser
  let ann: Sender
  beforeAll(async () => {
    slack = await startSlackFake({ openWorld: true })
    hub = await startTestHub('embedded', slack.installEnv(PUBLIC))
    browser = browserOf(hub, slack)
    ann = slack.to((request) => hub.fetch(request))
  })
  afterAll(async () => {
    await hub?.close()
    await slack?.close()
  })
  const installIn = async (tenant: Parameters<SlackFake['apps']['next']>[0]) => {
    slack.apps.next(tenant)
    expect((await browser.install()).status).toBe(200)
  }
  const deadSends = (id: string) =>
    hub.hub.store.sql.query<{ error: string; errorCode: string }>(
      `select error, error_code as "errorCode" from hub.outbox where state = 'dead' and workspace = $1`,
      [`slack:${id}`],
    )

  it('sends people to Slack with the least scopes and a cookie that only the way back gets', async () => {
    const { at, setCookie } = await browser.begin()
    expect(at.origin).toBe(slack.origin)
    expect(at.pathname).toBe('/oauth/v2/authorize')
    expect(Object.fromEntries(at.searchParams)).toEqual({
      client_id: slack.apps.clientId,
      scope: BOT_SCOPES.join(','),
      redirect_uri: `${PUBLIC}/hooks/slack/oauth`,
      state: expect.stringMatching(/^\d{13}\.[\w-]{22}\.[\w-]{43}$/),
    })
    expect(setCookie).toMatch(/; Max-Age=600; Path=\/hooks\/slack; HttpOnly; Secure; SameSite=Lax$/)
  })

  it('says in the start-up report where to install it and what to enter as redirect URL', () => {
    expect(hub.report.find(({ name }) => name === 'slack')).toEqual({
      name: 'slack',
      on: true,
      detail: `install at ${PUBLIC}/hooks/slack/install · redirect URL ${PUBLIC}/hooks/slack/oauth`,
    })
  })

  it('keeps the token sealed, and answers each workspace with its own', async () => {
    const [TEAM_A, TEAM_B] = [team(), team('Bravo <b>&')]
    slack.apps.next(TEAM_B)
    const page = await browser.install()
    expect(page.status).toBe(200)
    expect(page.text).toContain('AutoDevHub is in Bravo &#60;b&#62;&#38;')
    expect(page.text).toContain('/invite @hub')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page.headers.get('cache-control')).toBe('no-store')
    await installIn(TEAM_A)
    await ann.slash({ command: '/hub', text: 'help', team: TEAM_A.id, channel: 'CA' })
    await ann.slash({ command: '/hub', text: 'help', team: TEAM_B.id, channel: 'CB' })
    await hub.quiet()
    const answers = slack.arrivals.filter(({ method, outcome }) => /^chat\./.test(method) && outcome === 'ok')
    expect(answers.map(({ args, owner }) => [args.channel, owner]).sort()).toEqual([
      ['CA', TEAM_A.id],
      ['CB', TEAM_B.id],
    ])
    const rows = await hub.hub.store.sql.query<{ row: string; hex: string }>(
      `select k::text as row, encode(value, 'hex') as hex from hub.kv k where plugin = 'slack'`,
    )
    expect(rows.length).toBeGreaterThanOrEqual(2)
    for (const token of [...slack.apps.tokensOf(TEAM_A.id), ...slack.apps.tokensOf(TEAM_B.id)])
      for (const { row, hex } of rows) {
        expect(row).not.toContain(token)
        expect(hex).not.toContain(Buffer.from(token).toString('hex'))
      }
  })

  it('refuses commands of a workspace without the app, and says where to install it', async () => {
    const sent = await ann.slash({ command: '/hub', text: 'help', team: 'T0STRANGE', channel: 'C1' })
    expect(sent).toMatchObject({
      status: 200,
      json: { response_type: 'ephemeral', text: expect.stringContaining(`${PUBLIC}/hooks/slack/install`) },
    })
    expect(await ann.mention({ text: 'hub help', team: 'T0STRANGE', channel: 'C1' })).toMatchObject({ status: 200 })
    expect(await hub.count('inbox', `workspace = 'slack:T0STRANGE'`)).toBe(0)
    expect(slack.shown('C1')).toEqual([])
  })

  test.each<[string, (back: URL) => void, RegExp]>([
    ['no state', (back) => back.searchParams.delete('state'), /not where it begins/],
    ['an empty state', (back) => back.searchParams.set('state', ''), /not where it begins/],
    ['a state that is none', (back) => back.searchParams.set('state', 'x'.repeat(5_000)), /made for another browser/],
    [
      'a state whose time was pushed out',
      (back) => {
        const [, id, proof] = (back.searchParams.get('state') ?? '').split('.')
        back.searchParams.set('state', `${Date.now() + 9e8}.${id}.${proof}`)
      },
      /made for another browser/,
    ],
    ['no code', (back) => back.searchParams.delete('code'), /Nothing was installed/],
    ['a code that Slack does not know', (back) => back.searchParams.set('code', 'guess'), /Start again/],
    [
      'an error of Slack’s',
      (back) => back.searchParams.set('error', '<script>alert(1)</script>'),
      /Nothing was installed/,
    ],
  ])('installs nothing with %s', async (_, change, says) => {
    const TEAM_A = team()
    slack.apps.next(TEAM_A)
    const page = await browser.install(change)
    expect(page.text).toMatch(says)
    expect(page.text).not.toContain('<script')
    expect(page.text).toContain(`href="${PUBLIC}/hooks/slack/install"`)
    const refused = await ann.slash({ command: '/hub', text: 'help', team: TEAM_A.id, channel: 'C1' })
    expect(refused.json?.text).toContain('not installed')
  })

  it('says so kindly when the person chose Cancel', async () => {
    const TEAM_A = team()
    slack.apps.next(TEAM_A, 'cancel')
    const page = await browser.install()
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('You chose Cancel') })
  })

  it('refuses the state of another browser, and of none', async () => {
    const TEAM_A = team()
    slack.apps.next(TEAM_A)
    const [mine, theirs] = [await browser.begin(), await browser.begin()]
    const back = slack.apps.authorize(mine.at)
    for (const cookie of [theirs.cookie, '', 'hub_slack_install=']) {
      expect(await browser.open(back, cookie)).toMatchObject({ status: 400 })
    }
    // Refusing it did not use it up.
    expect(await browser.open(back, mine.cookie)).toMatchObject({ status: 200 })
  })

  it('takes a state once, even from ten requests at once', async () => {
    const TEAM_A = team()
    slack.apps.next(TEAM_A)
    const { at, cookie } = await browser.begin()
    const back = slack.apps.authorize(at)
    const before = slack.counts.get('oauth.v2.access') ?? 0
    const pages = await Promise.all(Array.from({ length: 10 }, () => browser.open(back, cookie)))
    expect(pages.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(pages.filter(({ text }) => text.includes('used already'))).toHaveLength(9)
    expect(slack.counts.get('oauth.v2.access')).toBe(before + 1)
  })

  test.each([
    ['away', { kind: 'status', status: 503, commit: false } as const, /did not answer/],
    ['cut off', { kind: 'cut', commit: true } as const, /did not answer/],
    ['of the opinion that the secret is wrong', { kind: 'refuse', error: 'bad_client_secret' } as const, /not set up/],
  ])('shows a page with a way back while Slack is %s', async (_, fault, says) => {
    const TEAM_A = team()
    slack.apps.next(TEAM_A)
    slack.faults.add('oauth.v2.access', fault)
    const page = await browser.install()
    expect(page.status).toBe(502)
    expect(page.text).toMatch(says)
    expect(page.text).not.toContain(slack.apps.clientSecret)
    await installIn(TEAM_A)
  })

  it('a workspace uninstalled mid-job: its sends end with the cure, and no other workspace waits', async () => {
    const [TEAM_A, TEAM_B] = [team(), team('Bravo')]
    await installIn(TEAM_A)
    await installIn(TEAM_B)
    slack.faults.add('chat.postEphemeral', { kind: 'rate-limited', retryAfterSeconds: 1 })
    await ann.slash({ command: '/hub', text: 'help', team: TEAM_A.id, channel: 'CM' })
    // Its answer is under way, and waits.
    await expect
      .poll(() => slack.arrivals.some(({ args, outcome }) => args.channel === 'CM' && outcome === 'ratelimited'))
      .toBe(true)
    slack.apps.uninstall(TEAM_A.id)
    await ann.event({ type: 'tokens_revoked', tokens: { oauth: [], bot: ['U0BOT0001'] } }, { team: TEAM_A.id })
    await ann.event({ type: 'app_uninstalled' }, { team: TEAM_A.id })
    await ann.slash({ command: '/hub', text: 'help', team: TEAM_B.id, channel: 'CN' })
    await hub.quiet()
    const dead = await deadSends(TEAM_A.id)
    expect(dead).toEqual([
      { errorCode: 'UNAUTHENTICATED', error: expect.stringContaining(`Install it: ${PUBLIC}/hooks/slack/install`) },
    ])
    expect(slack.shown('CM')).toEqual([])
    expect(slack.shown('CN')).toHaveLength(1)
    const refused = await ann.slash({ command: '/hub', text: 'help', team: TEAM_A.id, channel: 'CM' })
    expect(refused.json?.text).toContain('not installed in the Slack workspace Alpha')
    await installIn(TEAM_A)
    await ann.slash({ command: '/hub', text: 'help', team: TEAM_A.id, channel: 'CM2' })
    await slack.waitFor((all) => all.length === 1, { channel: 'CM2' })
  })

  it('a token that Slack refuses ends the sends even when the event about it never comes', async () => {
    const TEAM_A = team()
    await installIn(TEAM_A)
    const say = (channel: string) => ann.slash({ command: '/hub', text: 'help', team: TEAM_A.id, channel })
    await say('CT1')
    await slack.waitFor((all) => all.length === 1, { channel: 'CT1' })
    slack.apps.uninstall(TEAM_A.id)
    await say('CT2')
    await hub.quiet()
    expect(await deadSends(TEAM_A.id)).toEqual([
      { errorCode: 'UNAUTHENTICATED', error: expect.stringMatching(/account_inactive.*install the app again: https/) },
    ])
    expect((await say('CT3')).json?.text).toContain('not installed')
  })

  it('the end of an earlier installation, delivered late, does not end the next one', async () => {
    const TEAM_A = team()
    await installIn(TEAM_A)
    const hoursAgo = Math.floor(Date.now() / 1_000) - 7_200
    await ann.event({ type: 'app_uninstalled' }, { team: TEAM_A.id, atSeconds: hoursAgo })
    await ann.slash({ command: '/hub', text: 'help', team: TEAM_A.id, channel: 'CL1' })
    await slack.waitFor((all) => all.length === 1, { channel: 'CL1' })
  })

  it('a person’s revoked token does not remove the bot', async () => {
    const TEAM_A = team()
    await installIn(TEAM_A)
    await ann.event({ type: 'tokens_revoked', tokens: { oauth: ['U0ANN0001'] } }, { team: TEAM_A.id })
    await ann.slash({ command: '/hub', text: 'help', team: TEAM_A.id, channel: 'CP1' })
    await slack.waitFor((all) => all.length === 1, { channel: 'CP1' })
  })

  it('an Enterprise Grid installs it once for all its workspaces, and removes it from all', async () => {
    await installIn(GROUP)
    const enterprise = GROUP.id
    const [first, second] = ['T0GRID001', 'T0GRID002']
    // Before anything came from it nobody can know that it belongs to the organisation.
    expect((await ann.slash({ command: '/hub', text: 'help', team: first, channel: 'CG1' })).json?.text).toContain(
      'not installed',
    )
    await ann.slash({ command: '/hub', text: 'help', team: first, enterprise, channel: 'CG1' })
    await ann.mention({ text: 'hub help', team: second, enterprise, channel: 'CG2' })
    await slack.waitFor((all) => all.length === 1, { channel: 'CG1' })
    await slack.waitFor((all) => all.length === 1, { channel: 'CG2' })
    await hub.quiet()
    const answers = slack.arrivals.filter(({ args }) => /^CG/.test(String(args.channel)))
    expect([...new Set(answers.map(({ owner }) => owner))]).toEqual([GROUP.id])
    slack.apps.uninstall(GROUP.id)
    await ann.event({ type: 'app_uninstalled' }, { team: first, enterprise })
    for (const one of [first, second]) {
      const sent = await ann.slash({ command: '/hub', text: 'help', team: one, enterprise, channel: 'C3' })
      expect(sent.json?.text).toContain('not installed in the Slack workspace Example Group')
    }
  })

  it('while the database is away no page claims an installation, and a command is asked for again', async () => {
    const [TEAM_A, TEAM_B] = [team(), team('Bravo')]
    await installIn(TEAM_A)
    const { query } = hub.hub.store.sql
    const sql = hub.hub.store.sql as { query: typeof query }
    sql.query = () => Promise.reject(new Error('connection refused'))
    try {
      slack.apps.next(TEAM_B)
      expect((await browser.install()).status).toBeGreaterThanOrEqual(500)
      expect((await ann.slash({ command: '/hub', text: 'help', team: TEAM_B.id, channel: 'C1' })).status).toBe(503)
    } finally {
      sql.query = query
    }
  })
})

describe('configuration', () => {
  const many = {
    signingSecret: 's',
    clientId: '1.2',
    clientSecret: 'c',
    publicUrl: 'https://hub.example.com',
  }
  it('takes an id with its secret and an address, and an address of this machine for a try', () => {
    expect(config.safeParse(many).success).toBe(true)
    expect(config.safeParse({ ...many, publicUrl: 'http://127.0.0.1:3000' }).success).toBe(true)
  })
  test.each([
    { clientSecret: undefined },
    { clientId: undefined },
    { publicUrl: undefined },
    { publicUrl: 'http://hub.example.com' },
    { botToken: 'xoxb-1' },
    { signingSecret: undefined },
  ])('refuses it with %o', (wrong) => {
    expect(config.safeParse({ ...many, ...wrong }).success).toBe(false)
  })
})

test('beside Socket Mode there are the two pages, and still no address for deliveries', async () => {
  const slack = await startSlackFake({ openWorld: true })
  const { SLACK_SIGNING_SECRET: _, ...many } = slack.installEnv(PUBLIC)
  const hub = await startTestHub('embedded', { ...many, SLACK_APP_TOKEN: slack.socketEnv.SLACK_APP_TOKEN })
  slack.apps.next({ id: 'T0SOCKET1', name: 'Socket' })
  expect((await browserOf(hub, slack).install()).status).toBe(200)
  const forged = new Request(`${PUBLIC}/hooks/slack`, { method: 'POST', body: 'command=/hub&team_id=T0SOCKET1' })
  expect((await hub.fetch(forged)).status).toBe(404)
  await expect.poll(() => slack.socket.standing(), { timeout: 10_000 }).toBe(2)
  await slack
    .to((request) => slack.socket.target(request))
    .slash({ command: '/hub', text: 'help', team: 'T0SOCKET1', channel: 'C1' })
  await slack.waitFor((all) => all.length === 1, { channel: 'C1' })
  await hub.close()
  await slack.close()
})
