import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INTENTS } from '../../adapters/discord/connection.ts'
import {
  ANN,
  ANN_DM,
  BOB,
  BOT_USER,
  type DiscordFake,
  type FakeMessage,
  readMessage,
  startDiscordFake,
} from '../fakes/discord/index.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const STORY = 'As a shopper I want to pay with a saved card so that checkout is quick.'
const channels = Array.from({ length: 20 }, (_, i) => `7100000000000000${String(i).padStart(2, '0')}`)

describe('plain words in Discord, through the Gateway', () => {
  let discord: DiscordFake
  let hub: TestHub
  const standing = (n: number) => expect.poll(() => discord.gateway.standing(), { timeout: 15_000 }).toBe(n)
  beforeAll(async () => {
    discord = await startDiscordFake({ openWorld: true })
    hub = await startTestHub('embedded', { ...discord.env, DISCORD_GATEWAY: 'on' })
  })
  afterAll(async () => {
    await hub?.close()
    await discord?.close()
  })
  const at = (n: number) => channels[n] ?? ''
  const words = (message: FakeMessage | undefined) => readMessage(message ?? {}).words
  const shows = (channel: string, text: RegExp) =>
    discord.waitFor((all) => all.some((m) => text.test(words(m))), { channel, timeoutMs: 20_000 })

  it('asks for messages and nothing else', async () => {
    await standing(1)
    expect(discord.gateway.identified).toMatchObject([{ intents: INTENTS, shard: [0, 1] }])
    expect(INTENTS).toBe(512 + 4_096)
    expect(discord.gateway.problems).toEqual([])
  })

  it('a mention drafts a story in a thread of its own, and words in it refine the story', async () => {
    const id = discord.gateway.say({ content: `story ${STORY}`, channel: at(0), mention: true })
    const [story] = await shows(at(0), /ST-\d/)
    await hub.quiet()
    expect(story?.channel).toBe(id)
    expect(discord.channels.get(id)).toMatchObject({ kind: 'thread', parentId: at(0) })
    expect(discord.arrivals.some(({ call, path }) => call.endsWith('/typing') && path.includes(at(0)))).toBe(true)
    discord.gateway.say({ content: 'add a criterion for vouchers', channel: id, mention: true })
    await shows(at(0), /v2/)
    await hub.quiet()
    expect(discord.shown(at(0)).every((m) => m.channel === id)).toBe(true)
  })

  it('a reply to the story that names the hub goes on with it', async () => {
    discord.gateway.say({ content: `story ${STORY} Gift cards count too.`, channel: ANN_DM, guild: null })
    const all = await shows(ANN_DM, /ST-\d/)
    await hub.quiet()
    const story = all.find((m) => /ST-\d/.test(words(m)))
    if (!story) throw new Error('no story')
    expect(story.replyTo).toBeUndefined()
    const before = discord.shown(ANN_DM).length
    discord.gateway.say({ content: 'hub whoami', channel: ANN_DM, guild: null, replyTo: story })
    await discord.waitFor((shown) => shown.length > before, { channel: ANN_DM })
  })

  it('hears a command behind a mention, and what is private reaches the asker alone', async () => {
    discord.gateway.say({ content: 'hub whoami', channel: at(1), mention: true })
    await discord.waitFor((all) => all.some((m) => m.only === ANN && /Ann|ann/.test(words(m))))
    await hub.quiet()
    expect(discord.shown(at(1)).filter((m) => m.only === undefined)).toEqual([])
  })

  it('a role given to a mention is that account’s', async () => {
    await hub.makeAdmin(ANN)
    const [id, username] = ['300000000000000077', 'newcomer']
    discord.users.set(id, { id, username, globalName: null, takesDirectMessages: true })
    discord.gateway.say({ content: `hub role <@${id}> maintainer`, channel: at(1), mention: true })
    await expect.poll(() => hub.granted('maintainer'), { timeout: 10_000 }).toEqual([id])
  })

  it('hears nothing that is not said to it: no words of others, no bots, no webhooks, not itself', async () => {
    const before = await hub.count('inbox')
    discord.gateway.say({ content: `story ${STORY}`, channel: at(2) })
    discord.gateway.say({ content: `<@${BOT_USER}1> story ${STORY}`, channel: at(2) })
    discord.gateway.say({ content: `story ${STORY}`, channel: at(2), user: BOT_USER, mention: true })
    discord.gateway.say({ content: `story ${STORY}`, channel: ANN_DM, guild: null, user: BOT_USER })
    discord.gateway.say({
      content: 'story x',
      channel: at(2),
      mention: true,
      more: { webhook_id: '123456789012345678' },
    })
    discord.gateway.say({ content: 'story x', channel: at(2), mention: true, more: { author: { id: BOB, bot: true } } })
    // A member joined, a message was pinned: not words.
    discord.gateway.say({ content: '', channel: at(2), mention: true, more: { type: 7 } })
    discord.gateway.say({ content: '', channel: at(2), mention: true, more: { author: null, content: 5 } })
    const id = discord.gateway.say({ content: 'hub help', channel: at(2), mention: true })
    await expect.poll(() => hub.count('inbox', `delivery_id = 'message:${id}'`), { timeout: 10_000 }).toBe(1)
    await hub.quiet()
    expect(await hub.count('inbox')).toBe(before + 1)
  })

  it('the same message twice has one effect', async () => {
    const id = discord.gateway.say({ content: 'story list', channel: at(3), mention: true })
    discord.gateway.repeat()
    discord.gateway.repeat()
    await discord.waitFor((all) => all.length > 0, { channel: at(3) })
    await hub.quiet()
    expect(discord.shown(at(3))).toHaveLength(1)
    expect(await hub.count('inbox', `delivery_id = 'message:${id}'`)).toBe(1)
  })

  it.each(['reconnect', 'cut'] as const)('goes on where it was after a connection that ended by %s', async (how) => {
    const resumes = discord.gateway.resumed.length
    discord.gateway.recycle(how)
    const channel = at(how === 'cut' ? 5 : 6)
    // Said while nobody listened.
    discord.gateway.say({ content: 'story list', channel, mention: true })
    await discord.waitFor((all) => all.length > 0, { channel, timeoutMs: 15_000 })
    await standing(1)
    expect(discord.gateway.resumed.length).toBeGreaterThan(resumes)
    expect(discord.gateway.identified).toHaveLength(1)
  })

  it('begins anew where Discord forgot the session', async () => {
    discord.gateway.recycle('invalid')
    await expect.poll(() => discord.gateway.identified.length, { timeout: 15_000 }).toBe(2)
    await standing(1)
    discord.gateway.say({ content: 'story list', channel: at(7), mention: true })
    await discord.waitFor((all) => all.length > 0, { channel: at(7), timeoutMs: 15_000 })
  })

  it('what cannot be stored now is stored later, in order, and only then counts as received', async () => {
    const { sql } = hub.hub.store
    const held = sql as { query: typeof sql.query }
    const { query } = sql
    held.query = () => Promise.reject(new Error('connection refused'))
    const ids = [0, 1, 2].map((n) =>
      discord.gateway.say({ content: `hub why story ${n}`, channel: at(8), mention: true }),
    )
    await new Promise((resolve) => setTimeout(resolve, 600))
    held.query = query
    const stored = () =>
      query<{ id: string }>(
        `select delivery_id as id from hub.inbox where delivery_id = any($1::text[]) order by received_at, id`,
        [`{${ids.map((id) => `message:${id}`).join(',')}}`],
      )
    await expect.poll(async () => (await stored()).length, { timeout: 15_000 }).toBe(3)
    expect((await stored()).map(({ id }) => id)).toEqual(ids.map((id) => `message:${id}`))
    await hub.quiet()
  })
})
