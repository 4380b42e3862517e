import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type SlackFake, startSlackFake } from '../../test/fakes/slack/index.ts'
import { startTestHub, type TestHub } from '../../test/support/hub.ts'
import { config } from './config.ts'

const ann = (slack: SlackFake) => slack.to((request) => slack.socket.target(request))
const standing = (slack: SlackFake, n: number) =>
  expect.poll(() => slack.socket.standing(), { timeout: 10_000 }).toBe(n)

describe('Socket Mode', () => {
  let slack: SlackFake
  let hub: TestHub
  beforeEach(async () => {
    slack = await startSlackFake({ openWorld: true })
    hub = await startTestHub('embedded', slack.socketEnv)
    await standing(slack, 2)
  })
  afterEach(async () => {
    await hub.close()
    await slack.close()
  })

  test('a command comes in through one of two connections, is acknowledged after the commit, and answered once', async () => {
    const before = await hub.count('inbox')
    const ack = await ann(slack).slash({
      command: '/story',
      text: 'As a shopper I want to pay with a saved card',
      channel: 'C1',
    })
    expect(ack).toMatchObject({
      status: 200,
      json: { response_type: 'ephemeral', text: expect.stringContaining('Drafting') },
    })
    expect(await hub.count('inbox')).toBe(before + 1)
    await slack.waitFor((all) => all.some((m) => m.text.includes('ST-1')), { channel: 'C1' })
    await hub.quiet()
    expect(slack.shown('C1')).toHaveLength(1)
  })
  test('mentions, buttons and forms work as by request', async () => {
    await ann(slack).slash({ command: '/story', text: 'As a shopper I want to pay with a saved card', channel: 'C1' })
    const [story] = await slack.waitFor((all) => all.some((m) => m.text.includes('ST-1')), { channel: 'C1' })
    await hub.quiet()
    if (!story) throw new Error('no story')
    const labels = (story.blocks ?? []).flatMap((b) =>
      b.type === 'actions' ? (b.elements as { text: { text: string } }[]).map((e) => e.text.text) : [],
    )
    expect((await ann(slack).click(story, labels.indexOf('Refine'))).status).toBe(200)
    const view = slack.views.at(-1)
    if (!view) throw new Error('no form')
    expect(await ann(slack).submitView(view, { instruction: '  ' })).toMatchObject({
      json: { response_action: 'errors' },
    })
    expect((await ann(slack).mention({ text: 'hub whoami', channel: 'C2' })).status).toBe(200)
    await slack.waitFor((all) => all.length > 0, { channel: 'C2' })
  })
  test('the same event twice has one effect', async () => {
    for (let i = 0; i < 2; i++) await ann(slack).mention({ text: 'hub whoami', channel: 'C3', eventId: 'Ev1' })
    await slack.waitFor((all) => all.length > 0, { channel: 'C3' })
    await hub.quiet()
    expect(slack.shown('C3')).toHaveLength(1)
  })
  test.each(['disconnect', 'cut'] as const)(
    'a connection that Slack ends by %s comes back, and the other stands meanwhile',
    async (how) => {
      slack.socket.recycle(how)
      expect((await ann(slack).slash({ command: '/hub', text: 'help', channel: 'C4' })).status).toBe(200)
      await expect.poll(() => slack.socket.opened(), { timeout: 10_000 }).toBe(3)
      await standing(slack, 2)
    },
  )
  test('there is no address to send forgeries to', async () => {
    const answer = await hub.fetch(new Request('http://hub.test/hooks/slack', { method: 'POST', body: 'command=/hub' }))
    expect(answer.status).toBe(404)
  })
})

test('a refused token is named in the health of the hub, and tried again', async () => {
  const slack = await startSlackFake({ openWorld: true })
  const hub = await startTestHub('embedded', { ...slack.socketEnv, SLACK_APP_TOKEN: 'xapp-wrong' })
  await expect.poll(() => slack.counts.get('apps.connections.open') ?? 0, { timeout: 10_000 }).toBeGreaterThan(3)
  const health = await (await hub.fetch(new Request('http://hub.test/health/ready'))).text()
  expect(health).toMatch(/no socket to Slack.*invalid_auth/)
  await hub.close()
  await slack.close()
})

test.each([{ botToken: 'x' }, { botToken: 'x', appToken: 'xoxb-not-this-one' }, { appToken: 'xapp-1' }])(
  'refuses %o',
  (wrong) => {
    expect(config.safeParse(wrong).success).toBe(false)
  },
)
