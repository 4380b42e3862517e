import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ANN,
  ANN_DM,
  BOB,
  buttonsOf,
  type DiscordFake,
  type FakeMessage,
  readMessage,
  type Sender,
  startDiscordFake,
} from '../fakes/discord/index.ts'
import { isModeAvailable, MODES, startTestHub, type TestHub } from '../support/hub.ts'

const TEXT =
  'As a shopper I want to pay with a saved card so that checkout is quick. A card that has expired must not be offered.'
const HOOK = 'http://hub.test/hooks/discord'
const channels = Array.from({ length: 20 }, (_, i) => `7000000000000000${String(i).padStart(2, '0')}`)

describe.each(MODES)('/story in Discord on %s', (mode) => {
  const available = isModeAvailable(mode)
  let discord: DiscordFake
  let hub: TestHub
  let ann: Sender
  beforeAll(async () => {
    if (!available) return
    discord = await startDiscordFake({ openWorld: true })
    hub = await startTestHub(mode, { ...discord.env })
    ann = discord.to((request) => hub.fetch(new Request(HOOK, request)))
  })
  afterAll(async () => {
    await hub?.close()
    await discord?.close()
  })
  const inChannel = (n: number) => ({ channel: channels[n] ?? '' })
  const words = (message: FakeMessage | undefined) => readMessage(message ?? {}).words
  const posts = (n: number) => discord.shown(channels[n]).filter((m) => !m.isEphemeral)
  const has = (text: RegExp) => (all: readonly FakeMessage[]) => all.some((m) => text.test(words(m)))
  const storyOf = (n: number): FakeMessage => {
    const [story] = posts(n)
    if (!story) throw new Error('no story')
    return story
  }
  const when = it.skipIf(!available)

  when('registers its commands once, as Discord takes them', async () => {
    await expect
      .poll(() => discord.commands.get('')?.map((c) => c.name), { timeout: 10_000 })
      .toEqual(expect.arrayContaining(['story', 'hub']))
    expect(discord.problems).toEqual([])
    expect(discord.arrivals.filter((a) => a.call.startsWith('PUT'))).toHaveLength(1)
  })

  when('a command is deferred for all to see, and the story takes its place', async () => {
    const sent = await ann.slash('story new', { text: TEXT }, inChannel(1))
    expect(sent).toMatchObject({ status: 200, json: { type: 5 } })
    await discord.waitFor(has(/ST-1/), inChannel(1))
    await hub.quiet()
    expect(posts(1)).toHaveLength(1)
    expect(discord.messages.filter((m) => m.isLoading)).toEqual([])
    expect(buttonsOf(storyOf(1)).map((b) => b.label)).toEqual(
      expect.arrayContaining(['Refine', 'Approve', 'Regenerate', 'Show Gherkin']),
    )
    expect(discord.problems).toEqual([])
  })

  when('Show Gherkin answers in a thread of the story', async () => {
    expect((await ann.click(storyOf(1), 'Show Gherkin')).json).toEqual({ type: 6 })
    await discord.waitFor(has(/Scenario/), inChannel(1))
    await hub.quiet()
    const reply = posts(1).find((m) => /Scenario/.test(words(m)))
    expect(reply?.channel).toBe(storyOf(1).id)
  })

  when('Refine opens a form, and submitting it edits the message in place', async () => {
    const before = posts(1).length
    expect((await ann.click(storyOf(1), 'Refine')).type).toBe(9)
    const modal = discord.modals.at(-1)
    if (!modal) throw new Error('no form')
    const sent = await ann.submitModal(modal, { instruction: 'add a criterion for refunds' })
    expect(sent.json).toEqual({ type: 6 })
    await expect.poll(() => words(storyOf(1)), { timeout: 10_000 }).toMatch(/v2/)
    await hub.quiet()
    expect(posts(1)).toHaveLength(before)
  })

  when('a form without its required text comes back with what was typed', async () => {
    await ann.click(storyOf(1), 'Refine')
    const modal = discord.modals.at(-1)
    if (!modal) throw new Error('no form')
    const sent = await ann.submitModal(modal, { instruction: '' })
    expect(sent).toMatchObject({ type: 4, json: { data: { flags: 64, content: expect.stringContaining('missing') } } })
    const told = discord.shown(channels[1]).at(-1)
    expect((await ann.click(told as FakeMessage, 'Open the form again')).type).toBe(9)
  })

  when('Approve freezes the story: a later refinement names the cure', async () => {
    await ann.click(storyOf(1), 'Approve')
    await expect.poll(() => words(storyOf(1)), { timeout: 10_000 }).toMatch(/approved/i)
    await ann.slash('story refine', { id: 'ST-1', instruction: 'make it shorter' }, inChannel(1))
    await discord.waitFor(has(/--reopen/), inChannel(1))
  })

  when('without its text the command opens a form', async () => {
    const sent = await ann.slash('story new', {}, inChannel(2))
    expect(sent.type).toBe(9)
    const modal = discord.modals.at(-1)
    if (!modal) throw new Error('no form')
    expect((await ann.submitModal(modal, { text: 'As an admin I want to export the audit log as CSV' })).type).toBe(5)
    await discord.waitFor(has(/ST-\d+/), inChannel(2))
  })

  when('help is for the asker alone, from the first moment on', async () => {
    const sent = await ann.slash('hub help', {}, inChannel(3))
    expect(sent.json).toEqual({ type: 5, data: { flags: 64 } })
    const [help] = await discord.waitFor((all) => all.length > 0, inChannel(3))
    expect(help).toMatchObject({ isEphemeral: true, only: ANN })
    expect(words(help)).toContain('/story')
  })

  when('suggestions come from the catalog', async () => {
    const sent = await ann.autocomplete('hub help', 'command', 'refi', inChannel(3))
    expect(sent.json).toMatchObject({ type: 8, data: { choices: [{ name: 'story refine', value: 'story refine' }] } })
  })

  when('takes the same interaction fifty times at once as one job and one post', async () => {
    const before = await hub.count('jobs', `kind = 'command'`)
    const id = '800000000000000001'
    const where = { ...inChannel(4), id }
    const sent = await Promise.all(Array.from({ length: 50 }, () => ann.slash('story list', {}, where)))
    expect(new Set(sent.map((s) => s.status))).toEqual(new Set([200]))
    await discord.waitFor((all) => all.length > 0, inChannel(4))
    await hub.quiet()
    expect((await hub.count('jobs', `kind = 'command'`)) - before).toBe(1)
    expect(posts(4)).toHaveLength(1)
  })

  when(
    'an answer that comes when the token has died goes to the channel',
    async () => {
      const sent = await ann.slash('story new', { text: 'As a guest I want to see prices' }, inChannel(5))
      const token = sent.interaction
      if (!token) throw new Error('no interaction')
      discord.interactions.delete(token.token)
      await discord.waitFor(has(/ST-\d+/), { ...inChannel(5), timeoutMs: 15_000 })
      await hub.quiet(20_000)
      expect(posts(5)).toHaveLength(1)
      expect(posts(5)[0]?.via).toBe('api')
    },
    30_000,
  )

  when('in direct messages it answers there', async () => {
    await ann.slash('story list', {}, { channel: ANN_DM, guild: null })
    const [answer] = await discord.waitFor((all) => all.length > 0, { channel: ANN_DM })
    expect(answer?.channel).toBe(ANN_DM)
  })

  when('who may not is told so, and nobody else', async () => {
    await ann.slash('hub role set', { person: 'bob', role: 'admin' }, { ...inChannel(6), user: BOB })
    const [told] = await discord.waitFor((all) => all.length > 0, inChannel(6))
    expect(told).toMatchObject({ isEphemeral: true, only: BOB })
    await hub.quiet()
    expect(discord.messages.filter((m) => m.isLoading && m.channel === channels[6])).toEqual([])
  })

  when('a role given to a mention is that account’s', async () => {
    await hub.makeAdmin(ANN)
    const [id, username] = ['300000000000000077', 'newcomer']
    discord.users.set(id, { id, username, globalName: null, takesDirectMessages: true })
    await ann.slash('hub role set', { person: `<@${id}>`, role: 'maintainer' }, inChannel(6))
    await expect.poll(() => hub.granted('maintainer'), { timeout: 10_000 }).toEqual([id])
  })

  when('Discord tests the address with bad signatures: a cheap 401 and nothing stored', async () => {
    const before = await hub.count('inbox')
    expect((await ann.ping()).json).toEqual({ type: 1 })
    const sent = await Promise.all(Array.from({ length: 20 }, () => ann.badSignature()))
    expect(new Set(sent.map((s) => s.status))).toEqual(new Set([401]))
    expect(await hub.count('inbox')).toBe(before)
  })

  when.each([
    ['mentions', '@everyone @here <@300000000000000002> <@&1> <#1> </story:1> please pay faster', /ST-\d+/],
    ['emoji and right to left', 'כמשתמש אני רוצה לשלם 💳 بسرعة', /ST-\d+/],
    ['markdown', '# **big** ||secret|| [good](https://evil.test) `code` > quote', /ST-\d+/],
  ])('%s: a sensible answer that notifies nobody', async (name, text, expected) => {
    const where = inChannel(7 + ['mentions', 'emoji and right to left', 'markdown'].indexOf(name))
    await ann.slash('story new', { text }, where)
    await discord.waitFor(has(expected), where)
    await hub.quiet()
    expect(discord.shown(where.channel).flatMap((m) => readMessage(m).mentions)).toEqual([])
    const bodies = discord.arrivals.filter((a) => /^(?:POST|PATCH) .*messages|^POST \/webhooks/.test(a.call))
    expect(
      bodies.every(
        (a) => JSON.stringify(a.body.allowed_mentions ?? {}) === '{"parse":[]}' || a.call.endsWith('threads'),
      ),
    ).toBe(true)
    expect(JSON.stringify(discord.messages)).not.toContain(discord.botToken)
    expect(discord.problems).toEqual([])
  })

  when(
    'a lost answer is found again and not sent twice',
    async () => {
      discord.faults.add('PATCH /webhooks/:id/:token/messages/:id', { kind: 'cut', commit: true })
      await ann.slash('story new', { text: 'As a reader I want a dark theme' }, inChannel(10))
      await discord.waitFor(has(/ST-\d+/), inChannel(10))
      await hub.quiet(15_000)
      expect(posts(10)).toHaveLength(1)
      expect(await hub.count('outbox', `state = 'held'`)).toBe(0)
    },
    20_000,
  )
})
