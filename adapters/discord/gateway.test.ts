import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { type CommandCall, HubError, type Log, type Receipt } from '#contract'
import type { Store } from '../../core/store/open.ts'
import { ANN, APP, BOT_USER, type DiscordFake, GUILD, startDiscordFake } from '../../test/fakes/discord/index.ts'
import { openTestStore } from '../../test/fakes/story-desk.ts'
import { services } from '../../test/services/index.ts'
import { migratedDatabase } from '../../test/support/templates.ts'
import { type Calls, createCalls } from './calls.ts'
import { createClient, type DiscordClient } from './client.ts'
import { isGateway } from './connection.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { createMessages } from './messages.ts'
import { createGatewayStore, type GatewayStore } from './store.ts'

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} }
const LEASE_MS = 1_200
let store: Store
let leases: GatewayStore
beforeAll(async () => {
  store = await openTestStore()
  leases = createGatewayStore(store.db, APP)
})
afterAll(() => store.close())
afterEach(() => store.sql.query('delete from hub.discord_gateway'))

const { databaseUrl } = services()
describe.each(['embedded', 'PostgreSQL'] as const)('the one who leads, on %s', (kind) => {
  // Without PostgreSQL on this machine its half is skipped, and the report says so.
  const test = it.skipIf(kind === 'PostgreSQL' && databaseUrl === null)
  let real: Store | undefined
  let leases: GatewayStore
  beforeAll(async () => {
    if (kind === 'PostgreSQL' && databaseUrl !== null) real = await openTestStore(await migratedDatabase())
    leases = createGatewayStore((real ?? store).db, APP)
  })
  afterEach(() => real?.sql.query('delete from hub.discord_gateway'))
  afterAll(() => real?.close())
  const session = { id: 's1', resumeUrl: 'wss://gateway.discord.gg', sequence: 7 }
  test('is one of ten that ask at once', async () => {
    const held = await Promise.all(Array.from({ length: 10 }, (_, n) => leases.acquire(`p${n}`, 5_000)))
    expect(held.filter((one) => one !== null)).toEqual([{ fence: 1, state: null }])
  })
  test('is followed when its lease is over, and what it still writes does not count', async () => {
    expect(await leases.acquire('a', 60_000)).toEqual({ fence: 1, state: null })
    expect(await leases.renew('a', 1, 60_000, session)).toBe(true)
    expect(await leases.acquire('b', 60_000)).toBeNull()
    await (real ?? store).sql.query('update hub.discord_gateway set expires_at = clock_timestamp()')
    expect(await leases.acquire('b', 60_000)).toEqual({ fence: 2, state: session })
    expect(await leases.renew('a', 1, 5_000, { ...session, sequence: 99 })).toBe(false)
    await leases.release('a', 1, { ...session, sequence: 99 })
    expect(await leases.acquire('c', 5_000)).toBeNull()
  })
  test('hands over at once when it leaves in order', async () => {
    await leases.acquire('a', 60_000)
    await leases.release('a', 1, session)
    expect(await leases.acquire('b', 60_000)).toEqual({ fence: 2, state: session })
  })
  test('leads one app, not another one', async () => {
    await leases.acquire('a', 60_000)
    expect(await createGatewayStore((real ?? store).db, '999999999999999999').acquire('b', 60_000)).toEqual({
      fence: 1,
      state: null,
    })
  })
})

describe('the Gateway among several processes', () => {
  let fake: DiscordFake
  let made: { readonly gateway: Gateway; readonly client: DiscordClient; readonly calls: CommandCall[] }[]
  let answer: (call: CommandCall) => Promise<Receipt>
  beforeEach(async () => {
    fake = await startDiscordFake({ openWorld: true })
    made = []
    answer = async () => ({ status: 'queued', id: 'j1', announce: null })
  })
  afterEach(async () => {
    await Promise.all(made.map(({ gateway }) => gateway.close()))
    for (const { client } of made) client.close()
    await fake.close()
  })
  const start = (holder: string, over: { botToken?: string; store?: GatewayStore } = {}) => {
    const { appId, publicKey, apiUrl } = fake
    const config = { appId, publicKey, apiUrl, botToken: over.botToken ?? fake.botToken, guildIds: [], gateway: true }
    const client = createClient(config)
    const calls = createCalls(client, appId)
    const taken: CommandCall[] = []
    const hub = {
      config,
      log: quiet,
      command: async (call: CommandCall) => {
        const receipt = await answer(call)
        taken.push(call)
        return receipt
      },
    }
    const gateway = createGateway({ hub, calls, messages: createMessages(hub, calls), holder, leaseMs: LEASE_MS })
    gateway.start(over.store ?? leases)
    const process = { gateway, client, calls: taken }
    made.push(process)
    return process
  }
  const standing = (n: number) => expect.poll(() => fake.gateway.standing(), { timeout: 10_000 }).toBe(n)
  const inputs = () => made.flatMap(({ calls }) => calls.map(({ input }) => input))
  const say = (content: string) => fake.gateway.say({ content, mention: true, channel: '710000000000000099' })

  test('one of three holds it, and a message is taken once', async () => {
    for (const holder of ['a', 'b', 'c']) start(holder)
    await standing(1)
    await new Promise((resolve) => setTimeout(resolve, LEASE_MS))
    expect(fake.gateway.identified).toHaveLength(1)
    say('hub help')
    await expect.poll(inputs).toEqual(['hub help'])
    expect(made.map(({ gateway }) => gateway.health().status)).toEqual(['ok', 'ok', 'ok'])
  })
  test('one that leaves hands its session over: the next hears what was said in between', async () => {
    const first = start('a')
    await standing(1)
    say('one')
    await expect.poll(inputs).toEqual(['one'])
    await first.gateway.close()
    expect(fake.gateway.standing()).toBe(0)
    say('two')
    start('b')
    await expect.poll(inputs, { timeout: 10_000 }).toEqual(['one', 'two'])
    expect(fake.gateway.identified).toHaveLength(1)
    expect(fake.gateway.resumed).toHaveLength(1)
  })
  test('one that cannot renew its lease stops before it is over, and what it had not stored the next one stores', async () => {
    let cut = false
    const flaky: GatewayStore = {
      ...leases,
      renew: (...given) => (cut ? Promise.reject(new Error('connection refused')) : leases.renew(...given)),
      release: async (...given) => (cut ? undefined : leases.release(...given)),
    }
    start('a', { store: flaky })
    await standing(1)
    say('one')
    await expect.poll(inputs).toEqual(['one'])
    // Far enough for a renewal to note how far it has come.
    await new Promise((resolve) => setTimeout(resolve, LEASE_MS / 2))
    cut = true
    answer = () => Promise.reject(new HubError('UNAVAILABLE', 'the database is away'))
    say('two')
    await standing(0)
    answer = async () => ({ status: 'queued', id: 'j2', announce: null })
    start('b')
    await expect.poll(() => inputs().at(-1), { timeout: 10_000 }).toBe('two')
    expect(inputs().filter((input) => input === 'two')).toHaveLength(1)
    expect(fake.gateway.identified).toHaveLength(1)
  })
  test('a refused token is said in the health, and not tried again and again', async () => {
    const { gateway } = start('a', { botToken: 'wrong' })
    await expect.poll(() => gateway.health().detail ?? '', { timeout: 5_000 }).toMatch(/DISCORD_BOT_TOKEN/)
    await new Promise((resolve) => setTimeout(resolve, LEASE_MS))
    expect(fake.arrivals.filter(({ call }) => call === 'GET /users/@me')).toHaveLength(1)
  })
  test.each([4_004, 4_013, 4_014])('a connection refused with %i is given up, for a while', async (code) => {
    fake.gateway.refuseWith(code)
    const { gateway } = start('a')
    await expect.poll(() => gateway.health().status, { timeout: 5_000 }).toBe('degraded')
    await expect.poll(() => gateway.health().detail, { timeout: 5_000 }).toMatch(/refused/)
    const asked = fake.arrivals.filter(({ call }) => call === 'GET /gateway/bot').length
    await new Promise((resolve) => setTimeout(resolve, LEASE_MS))
    expect(fake.arrivals.filter(({ call }) => call === 'GET /gateway/bot')).toHaveLength(asked)
  })
  test('what is refused is said to the person, in a body that Discord takes', async () => {
    answer = () => Promise.reject(new HubError('TOO_LARGE', `@everyone ${'<@1> `x` '.repeat(900)}`))
    start('a')
    await standing(1)
    const id = say('story of everything')
    const [told] = await fake.waitFor((all) => all.length > 0)
    expect(told?.replyTo).toBe(id)
    expect(fake.problems).toEqual([])
  })
  test('Discord away: it is tried again until it is back', async () => {
    fake.faults.add('GET /gateway/bot', { kind: 'status', status: 503, commit: false }, 2)
    start('a')
    await standing(1)
  })
})

describe('what is said to the hub', () => {
  const taken: CommandCall[] = []
  const said: string[] = []
  let lookUps = 0
  let channel: Calls['channel']
  let refuse: HubError | null = null
  const calls = {
    channel: (...given: Parameters<Calls['channel']>) => {
      lookUps += 1
      return channel(...given)
    },
    typing: async () => undefined,
    say: async (_to: unknown, _channel: string, text: string) => void said.push(text),
  } as unknown as Calls
  const messages = createMessages(
    {
      log: quiet,
      command: async (call) => {
        if (refuse) throw refuse
        taken.push(call)
        return { status: 'queued', id: 'j', announce: null }
      },
    },
    calls,
  )
  const base = {
    id: '800000000000000001',
    type: 0,
    channel_id: '700000000000000001',
    guild_id: GUILD,
    author: { id: ANN, username: 'ann' },
    content: `<@${BOT_USER}> story list`,
    mentions: [{ id: BOT_USER, username: 'hub' }],
  }
  beforeEach(() => {
    taken.length = 0
    said.length = 0
    refuse = null
    channel = async () => ({ type: 0 })
  })
  test.each([
    [`<@${BOT_USER}> story list`, 'story list'],
    [`<@!${BOT_USER}>, /story list`, 'story list'],
    [`story list <@${BOT_USER}>`, 'story list'],
    [`<@${BOT_USER}>`, 'hub help'],
    [`<@${BOT_USER}> story <@${ANN}> wants <#123456789012345678>`, 'story @ann wants #123456789012345678'],
  ])('%s is %s', async (content, input) => {
    await messages.take({ ...base, content, mentions: [...base.mentions, { id: ANN, username: 'ann' }] }, BOT_USER)
    expect(taken).toMatchObject([{ input, deliveryId: 'message:800000000000000001' }])
  })
  test('a thread belongs to its channel, and is looked up once', async () => {
    channel = async () => ({ type: 11, parent_id: '700000000000000002' })
    const before = lookUps
    for (let i = 0; i < 3; i++) await messages.take({ ...base, channel_id: '700000000000000003' }, BOT_USER)
    expect(taken[0]?.place).toMatchObject({ channel: '700000000000000002', thread: '700000000000000003' })
    // Once itself, and once its channel.
    expect(lookUps - before).toBe(2)
  })
  test.each([
    ['a channel', { type: 0 }, 'team'],
    ['a thread', { type: 11, parent_id: '700000000000000002' }, 'team'],
    ['a private thread', { type: 12, parent_id: '700000000000000002' }, 'private'],
    ['a channel that not everybody sees', { type: 0, permission_overwrites: [{ id: GUILD, deny: '1024' }] }, 'private'],
    ['one that not everybody may write in', { type: 0, permission_overwrites: [{ id: GUILD, deny: '2048' }] }, 'team'],
    ['one that one person does not see', { type: 0, permission_overwrites: [{ id: ANN, deny: '1024' }] }, 'team'],
    ['one that is not told of in full', { type: 0, permission_overwrites: 'x' }, 'private'],
  ])('%s: who reads it', async (_what, wire, visibility) => {
    const channel_id = String(700000000000001000n + BigInt(lookUps))
    channel = async (_place, id) => (id === channel_id ? wire : { type: 0 })
    await messages.take({ ...base, channel_id }, BOT_USER)
    expect(taken[0]?.place.visibility).toBe(visibility)
  })
  test('a thread of a channel that not everybody sees is as private', async () => {
    const hidden = { type: 0, permission_overwrites: [{ id: GUILD, deny: '1024' }] }
    channel = async (_place, id) =>
      id === '700000000000000021' ? hidden : { type: 11, parent_id: '700000000000000021' }
    await messages.take({ ...base, channel_id: '700000000000000020' }, BOT_USER)
    expect(taken[0]?.place.visibility).toBe('private')
  })
  test('a channel that may not be looked at is a channel; while Discord is away the message waits', async () => {
    channel = () => Promise.reject(new HubError('UNAVAILABLE', 'away'))
    await expect(messages.take({ ...base, channel_id: '700000000000000004' }, BOT_USER)).rejects.toThrow('away')
    channel = () => Promise.reject(new HubError('FORBIDDEN', 'Missing Access'))
    await messages.take({ ...base, channel_id: '700000000000000004' }, BOT_USER)
    expect(taken[0]?.place).toMatchObject({ channel: '700000000000000004', thread: base.id, visibility: 'private' })
  })
  test('what can never be taken is said; what may later is tried again', async () => {
    refuse = new HubError('TOO_LARGE', 'at most 150,000 characters')
    await messages.take(base, BOT_USER)
    expect(said).toEqual(['at most 150,000 characters'])
    refuse = new HubError('UNAVAILABLE', 'the database is away')
    await expect(messages.take(base, BOT_USER)).rejects.toThrow('away')
    expect(said).toHaveLength(1)
  })
  test('no payload at all makes it throw, or is taken for what it is not', async () => {
    const near = fc.record(
      {
        id: fc.oneof(fc.constant(base.id), fc.anything()),
        type: fc.oneof(fc.constantFrom(0, 19, 7), fc.anything()),
        channel_id: fc.oneof(fc.constant(base.channel_id), fc.anything()),
        guild_id: fc.oneof(fc.constantFrom(GUILD, null, undefined), fc.anything()),
        author: fc.oneof(fc.constant(base.author), fc.constant({ id: ANN, bot: true }), fc.anything()),
        content: fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.anything()),
        mentions: fc.oneof(fc.constant(base.mentions), fc.constant([]), fc.anything()),
        message_reference: fc.oneof(fc.constant({ message_id: base.id }), fc.anything()),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.anything(), near), async (payload) => {
        taken.length = 0
        await messages.take(payload, BOT_USER)
        for (const { input, actor, deliveryId, place } of taken) {
          expect(typeof input === 'string' && input.trim() !== '').toBe(true)
          expect([actor.id, deliveryId]).toEqual([ANN, `message:${base.id}`])
          expect(place.workspace).toMatch(/^discord:(?:\d+|dm-\d+)$/)
        }
      }),
      { numRuns: 1_000 },
    )
  })
  test.each([null, 7, 'text', [], {}, { ...base, id: 'x' }, { ...base, author: {} }, { ...base, mentions: 'all' }])(
    'nothing is made of %j',
    async (payload) => {
      await messages.take(payload, BOT_USER)
      expect(taken).toEqual([])
    },
  )
})

test.each([
  ['wss://gateway.discord.gg', true],
  ['wss://gateway-us-east1-b.discord.gg/?v=10', true],
  ['ws://gateway.discord.gg', false],
  ['wss://discord.gg.evil.test', false],
  ['wss://evildiscord.gg', false],
  ['https://gateway.discord.gg', false],
  ['ws://127.0.0.1:1/resume', true],
  ['no address', false],
])('the token goes to %s: %s', (url, good) => {
  expect(isGateway(url, 'http://127.0.0.1:4000/api')).toBe(good)
})
