import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { BOT_USER, type FakeView, type Sender, type SlackFake, startSlackFake } from '../fakes/slack/index.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const [ANN, BOB] = ['U0ANN0001', 'U0BOB0001']
const [ANN_DM, BOB_DM] = ['D0ANN0001', 'D0BOB0001']

describe('the Home tab in Slack', () => {
  let slack: SlackFake
  let hub: TestHub
  let ann: Sender
  beforeAll(async () => {
    slack = await startSlackFake({ openWorld: true })
    hub = await startTestHub('embedded', slack.env)
    ann = slack.to((request) => hub.fetch(request))
  })
  afterAll(async () => {
    await hub?.close()
    await slack?.close()
  })
  const published = () => slack.counts.get('views.publish') ?? 0
  const open = async (user: string, channel: string): Promise<FakeView> => {
    const before = published()
    expect(await ann.openHome({ user, channel })).toMatchObject({ status: 200 })
    await hub.quiet()
    // Once, with the answer: no notes of progress.
    expect(published()).toBe(before + 1)
    const view = slack.homes.get(user)
    if (!view) throw new Error('nothing was published')
    return view
  }
  const says = (view: FakeView) => JSON.stringify(view.view.blocks)
  const press = async (view: FakeView, label: string, user = ANN) => {
    const buttons = (view.view.blocks as { type: string; elements?: { text?: { text: string } }[] }[]).flatMap((b) =>
      b.type === 'actions' ? (b.elements ?? []).map((e) => e.text?.text) : [],
    )
    expect(buttons).toContain(label)
    expect(await ann.clickHome(view, buttons.indexOf(label), { user })).toMatchObject({ status: 200 })
  }

  it('shows what there is to do while there is nothing else', async () => {
    const view = await open(ANN, ANN_DM)
    expect(says(view)).toMatch(/Your stories.*None yet.*New story.*Waiting for approval.*Nothing waits/)
  })

  it('a story written from there is asked for in a form and drafted in the conversation with the bot', async () => {
    await press(await open(ANN, ANN_DM), 'New story')
    const form = slack.views.at(-1)
    if (!form) throw new Error('no form')
    await ann.submitView(form, { text: 'As a shopper I want to pay with a saved card' })
    await slack.waitFor((all) => all.some((m) => m.text.startsWith('ST-1')), { channel: ANN_DM })
    await hub.quiet()
    expect(says(await open(ANN, ANN_DM))).toMatch(/\*ST-1\*.*draft/)
  })

  it('lists what workflows ask of who looks, and not of who started them', async () => {
    const slash = (user: string, text: string) => ann.slash({ command: '/workflow', text, user })
    await hub.hub.store.sql.query(
      `update hub.people set role = 'maintainer' where id in (select person_id from hub.accounts where account_id = $1)`,
      [ANN],
    )
    await slash(BOB, 'run release service=shop')
    await slack.waitFor((all) => all.some((m) => m.text.startsWith('release · WF-1 waits for approval')))
    // Its time is over tomorrow: nothing rests until then.
    await vi.waitFor(async () => expect(await hub.count('jobs', `kind = 'workflow.due'`)).toBe(1), 10_000)
    await hub.hub.store.sql.query(`delete from hub.jobs where kind = 'workflow.due'`, [])
    const view = await open(ANN, ANN_DM)
    expect(says(view)).toMatch(/Waiting for you.*\*WF-1\* · release: .*Answer WF-1.*Your stories/)
    expect(says(await open(BOB, BOB_DM))).not.toContain('WF-1')
    await press(view, 'Answer WF-1')
    const question = (all: readonly { readonly text: string }[]) =>
      all.filter((m) => m.text.startsWith('WF-1 waits for approval of'))
    await slack.waitFor((all) => question(all).length === 1, { channel: ANN_DM })
    await slash(BOB, 'cancel WF-1')
    await hub.quiet()
    expect(says(await open(ANN, ANN_DM))).not.toContain('WF-1')
  })

  it('shows a story in the conversation, not in place of the tab', async () => {
    const view = await open(ANN, ANN_DM)
    const before = published()
    await press(view, 'Show ST-1')
    await slack.waitFor((all) => all.filter((m) => m.text.startsWith('ST-1')).length === 2, { channel: ANN_DM })
    await hub.quiet()
    expect(published()).toBe(before)
  })

  it('what Ann wrote in private waits for nobody; what she wrote for the team waits for Bob', async () => {
    expect(says(await open(BOB, BOB_DM))).not.toContain('ST-1')
    await ann.slash({ command: '/story', text: 'As a seller I want *bold* <prices> | in the list', channel: 'C1' })
    await slack.waitFor((all) => all.some((m) => m.text.includes('ST-2')), { channel: 'C1' })
    await hub.quiet()
    const view = await open(BOB, BOB_DM)
    expect(says(view)).toMatch(/Waiting for approval.*ST-2/)
    await press(view, 'Review ST-2', BOB)
    await slack.waitFor((all) => all.some((m) => m.text.startsWith('ST-2')), { channel: BOB_DM })
    expect(slack.problems).toEqual([])
  })

  it('another tab asks for nothing, and the same event twice has one effect', async () => {
    const before = published()
    await ann.openHome({ tab: 'messages' })
    await ann.openHome({ eventId: 'EvHome' })
    await ann.openHome({ eventId: 'EvHome' })
    await hub.quiet()
    expect(published()).toBe(before + 1)
  })

  it.each([
    ['cut', { kind: 'cut', commit: true } as const],
    ['limited', { kind: 'rate-limited', retryAfterSeconds: 1 } as const],
    ['500', { kind: 'status', status: 500, commit: false } as const],
  ])('is published again after an answer that was %s', async (_, fault) => {
    const before = slack.arrivals.filter((a) => a.method === 'views.publish' && a.outcome === 'ok').length
    slack.faults.add('views.publish', fault)
    await ann.openHome()
    await hub.quiet()
    expect(slack.arrivals.filter((a) => a.method === 'views.publish' && a.outcome === 'ok')).toHaveLength(before + 1)
    expect(await hub.count('outbox', `state in ('held', 'dead')`)).toBe(0)
  })

  it('an event that Slack delivers hours late, and again, is handled once', async () => {
    const hoursAgo = Math.floor(Date.now() / 1_000) - 5 * 3_600
    const ts = `${hoursAgo}.000100`
    const event = {
      type: 'app_mention',
      user: ANN,
      channel: 'CLATE',
      ts,
      event_ts: ts,
      text: `<@${BOT_USER}> hub whoami`,
    }
    for (let i = 0; i < 3; i++)
      expect(await ann.event(event, { eventId: 'EvLate', atSeconds: hoursAgo })).toMatchObject({ status: 200 })
    const body = JSON.stringify({
      type: 'event_callback',
      team_id: 'T0000001',
      event_id: 'EvLate',
      event_time: hoursAgo,
      event,
    })
    // As Delayed Events repeats it: a fresh signature over an old event.
    await ann.raw(body, 'application/json', { 'x-slack-retry-num': '3', 'x-slack-retry-reason': 'http_timeout' })
    await slack.waitFor((all) => all.length > 0, { channel: 'CLATE' })
    await hub.quiet()
    expect(slack.shown('CLATE')).toHaveLength(1)
    expect(slack.shown('CLATE')[0]?.threadTs).toBe(ts)
  })
})
