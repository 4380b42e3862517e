import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { ANN, BEN, type JiraFake, readAdf, startJiraFake, type Target } from '../../test/fakes/jira/index.ts'
import type { Consent } from '../../test/fakes/jira/oauth.ts'
import { startTestHub, type TestHub } from '../../test/support/hub.ts'
import { SCOPES } from './oauth.ts'

const PUBLIC = 'https://hub.example.com'
const HOOK = `${PUBLIC}/hooks/jira`
const TEXT = 'As a shopper I want to pay with a saved card, so that I need not type it again.'
const paragraph = (text: string) => ({
  version: 1,
  type: 'doc',
  content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
})

describe('the site by consent of a person', () => {
  let jira: JiraFake
  let hub: TestHub
  const target: Target = (request) => hub.fetch(new Request(HOOK, request))
  beforeAll(async () => {
    jira = await startJiraFake()
    hub = await startTestHub('embedded', jira.oauthEnv(PUBLIC))
    jira.connectDynamic(target)
  })
  afterAll(async () => {
    await hub?.close()
    await jira?.close()
  })
  const open = async (url: URL | string, cookie = '') => {
    const answer = await hub.fetch(new Request(url, { headers: cookie ? { cookie } : {} }))
    return { status: answer.status, text: await answer.text(), headers: answer.headers }
  }
  const begin = async () => {
    const { status, headers } = await open(`${HOOK}/install`)
    expect(status).toBe(302)
    const setCookie = headers.get('set-cookie') ?? ''
    return { at: new URL(headers.get('location') ?? ''), setCookie, cookie: setCookie.split(';')[0] ?? '' }
  }
  const connect = async (consent: Consent = {}, change: (back: URL) => void = () => undefined) => {
    const { at, cookie } = await begin()
    const back = jira.oauth.authorize(at, consent)
    change(back)
    return open(back, cookie)
  }
  const jiraHealth = async () => JSON.stringify(await (await hub.fetch(new Request(`${PUBLIC}/health/ready`))).json())
  const rest = async () => {
    for (let i = 0; i < 3; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      await hub.quiet(20_000)
    }
  }

  it('is asked for with the least scopes and a cookie that only the way back gets', async () => {
    const { at, setCookie } = await begin()
    expect(at.origin + at.pathname).toBe(`${jira.baseUrl}/authorize`)
    expect(Object.fromEntries(at.searchParams)).toEqual({
      audience: 'api.atlassian.com',
      client_id: jira.oauth.clientId,
      scope: SCOPES.join(' '),
      redirect_uri: `${HOOK}/oauth`,
      state: expect.stringMatching(/^\d{13}\.[\w-]{22}\.[\w-]{43}$/),
      response_type: 'code',
      prompt: 'consent',
    })
    expect(setCookie).toMatch(/; Max-Age=600; Path=\/hooks\/jira; HttpOnly; Secure; SameSite=Lax$/)
  })

  it('is asked for in the start-up report and in health while nobody gave it', async () => {
    expect(hub.report.find(({ name }) => name === 'jira')?.detail).toBe(
      `connect it at ${HOOK}/install · callback URL ${HOOK}/oauth`,
    )
    expect(await jiraHealth()).toContain(`Jira is not connected; connect it: ${HOOK}/install`)
  })

  test.each<[string, Consent, (back: URL) => void, number, RegExp]>([
    ['without a state', {}, (back) => back.searchParams.delete('state'), 400, /not where it begins/],
    ['with a made-up state', {}, (back) => back.searchParams.set('state', 'x'.repeat(5_000)), 400, /another browser/],
    [
      'with a state whose time was pushed out',
      {},
      (back) => {
        const [, id, proof] = (back.searchParams.get('state') ?? '').split('.')
        back.searchParams.set('state', `${Date.now() + 9e8}.${id}.${proof}`)
      },
      400,
      /another browser/,
    ],
    ['where the person chose Cancel', { deny: true }, () => undefined, 200, /You chose Cancel/],
    ['with a code that is none', {}, (back) => back.searchParams.set('code', 'guess'), 400, /used already/],
    ['for another site', { sites: ['https://other.atlassian.net'] }, () => undefined, 403, /Another site was chosen/],
    [
      'without the scope of offline access',
      { scopes: ['read:jira-work'] },
      () => undefined,
      502,
      /Nothing was connected/,
    ],
  ])('stays away %s', async (_, consent, change, status, says) => {
    const page = await connect(consent, change)
    expect(page).toMatchObject({ status, text: expect.stringMatching(says) })
    expect(page.text).toContain(`href="${HOOK}/install"`)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(
      await hub.hub.store.sql.query(`select 1 from hub.kv where plugin = 'jira' and key = 'oauth:connection'`),
    ).toEqual([])
  })

  it('takes a state once, a code once, and neither from another browser', async () => {
    const [mine, theirs] = [await begin(), await begin()]
    const back = jira.oauth.authorize(mine.at, { deny: true })
    expect((await open(back, theirs.cookie)).status).toBe(400)
    expect((await open(back, mine.cookie)).text).toContain('You chose Cancel')
    expect((await open(back, mine.cookie)).text).toContain('used already')
  })

  it('connects; criteria of an issue that a dynamic webhook tells of are written through it', async () => {
    await hub.hub.store.sql.query(
      `insert into hub.bindings (workspace, kind, plugin, target_workspace, target, project, label, rules, bound_by)
       values ($1, 'tracker', 'jira', $1, 'PAY', 'pay', 'PAY', $2::text::jsonb, 'jira:x')`,
      [`jira:${new URL(jira.baseUrl).host}`, JSON.stringify({ mode: 'auto' })],
    )
    const codes = new Set<string>()
    const page = await connect({}, (back) => codes.add(back.searchParams.get('code') ?? ''))
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('is connected') })
    const [code = ''] = codes
    expect((await connect({}, (back) => back.searchParams.set('code', code))).text).toContain('used already')
    await expect
      .poll(() => jira.dynamicHooks, { timeout: 5_000 })
      .toEqual([expect.objectContaining({ url: HOOK, jqlFilter: 'project = "PAY"' })])
    const before = jira.requests.length
    const issue = jira.world.create(ANN, { project: 'PAY', summary: 'Saved cards', description: paragraph(TEXT) })
    await expect.poll(() => readAdf(issue.description).words, { timeout: 15_000 }).toMatch(/AC-1 .+Given /s)
    await rest()
    const since = jira.requests.slice(before).filter((request) => !request.includes('/serverInfo'))
    // Each call that came in at the door of the app shows a second time behind it.
    const doors = since.filter((request) => request.includes('/ex/jira/'))
    expect(doors.length).toBeGreaterThan(0)
    expect(since.filter((request) => request.includes(' /rest/'))).toHaveLength(doors.length)
    expect(jira.problems).toEqual([])
    expect(await jiraHealth()).not.toContain('not connected')
  }, 30_000)

  it('hears commands in comments, and only of webhooks that are its own', async () => {
    const issue = jira.world.create(ANN, { project: 'PAY', summary: 'Other cards' })
    await rest()
    jira.world.comment(ANN, issue, '/hub help')
    await expect.poll(() => jira.comments(issue.id).length, { timeout: 10_000 }).toBe(1)
    await rest()
    const event = jira.world.events.findLast(({ payload }) => payload.webhookEvent === 'comment_created')
    if (!event) throw new Error('no comment was told')
    const other = { ...event, identifier: 'another-delivery' }
    const inbox = await hub.count('inbox')
    expect((await jira.deliverDynamic(target, other, undefined, [99])).status).toBe(200)
    expect(await hub.count('inbox')).toBe(inbox)
    const signed = await jira.deliver(target, other)
    expect(signed.status).toBe(401)
  }, 30_000)

  it('keeps its tokens sealed', async () => {
    const rows = await hub.hub.store.sql.query<{ row: string; hex: string }>(
      `select k::text as row, encode(value, 'hex') as hex from hub.kv k where plugin = 'jira'`,
    )
    expect(rows.length).toBeGreaterThan(2)
    for (const secret of jira.oauth.secretsOf())
      for (const { row, hex } of rows) {
        expect(row).not.toContain(secret)
        expect(hex).not.toContain(Buffer.from(secret).toString('hex'))
      }
  })

  it('stays with the account that gave it until that takes it back; then health says where to connect again', async () => {
    expect(await connect({ account: BEN })).toMatchObject({
      status: 403,
      text: expect.stringContaining('another account'),
    })
    expect((await connect()).status).toBe(200)
    jira.oauth.revoke()
    jira.oauth.expire()
    const issue = jira.world.create(ANN, { project: 'PAY', summary: 'Late cards' })
    await rest()
    jira.world.comment(ANN, issue, '/hub help')
    const waiting = () =>
      hub.count('outbox', `state = 'pending' and error like '%connect the hub to Jira again: ${HOOK}/install%'`)
    await expect.poll(waiting, { timeout: 10_000 }).toBe(1)
    expect((await connect({ account: BEN })).status).toBe(200)
  }, 30_000)
})
