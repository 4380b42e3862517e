import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Channel, Delivery, KeyValue, Message, Place } from '#contract'
import { channelContract, type Fault } from '../../test/contract/channel.ts'
import { checkActivity, readActivity } from '../../test/fakes/teams/cards.ts'
import {
  ANN,
  BOB,
  BOT,
  CHANNEL,
  GROUP,
  GUEST,
  PERSONAL,
  startTeamsFake,
  TENANT,
  type TeamsFake,
  type TeamsFault,
} from '../../test/fakes/teams/index.ts'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { config } from './config.ts'
import { teams } from './index.ts'
import { profileOf } from './profile.ts'
import { createReferences } from './references.ts'
import type { OutgoingActivity } from './render.ts'

const FAULTS: Readonly<Record<Exclude<Fault, 'unreachable'>, TeamsFault>> = {
  'rate-limited': { kind: 'rate-limited', retryAfterSeconds: 7 },
  unauthenticated: { kind: 'refuse', status: 401, code: 'BotNotRegistered' },
  'error-after-commit': { kind: 'status', status: 500, commit: true },
  'cut-after-commit': { kind: 'cut', commit: true },
  'cut-before-commit': { kind: 'cut', commit: false },
  slow: { kind: 'slow', ms: 60_000 },
}
const workspace = `teams:${TENANT}`
const general: Place = { plugin: 'teams', workspace, channel: CHANNEL, visibility: 'team' }

function memory(): KeyValue {
  const stored = new Map<string, unknown>()
  return {
    get: async (key) => stored.get(key) ?? null,
    set: async (key, value) => void stored.set(key, value),
    add: async (key, value) => !stored.has(key) && stored.set(key, value).has(key),
    delete: async (key) => void stored.delete(key),
  }
}
async function connect(fake: TeamsFake, password = fake.appPassword) {
  const parsed = config.parse({
    appId: fake.appId,
    appPassword: password,
    tenantId: TENANT,
    openidMetadataUrl: fake.env.TEAMS_OPENID_METADATA_URL,
    tokenUrl: fake.env.TEAMS_TOKEN_URL,
  })
  const client = createClient(parsed)
  const references = createReferences(memory())
  const { serviceUrl } = fake
  await references.rememberConversation(workspace, CHANNEL, { serviceUrl, kind: 'channel', bot: BOT.id })
  await references.rememberConversation(workspace, GROUP, { serviceUrl, kind: 'groupChat', bot: BOT.id })
  await references.rememberConversation(workspace, PERSONAL, { serviceUrl, kind: 'personal', bot: BOT.id })
  for (const id of [ANN, BOB, GUEST]) {
    await references.rememberPerson(workspace, id, { serviceUrl, bot: BOT.id, channel: CHANNEL })
  }
  return { client, references, channel: createChannel(client, references) }
}

channelContract({
  plugin: teams,
  skip: {
    'attaches the full text where it is cut':
      'a bot attaches files only after the person has consented to each; nothing is cut, the text goes on in further messages',
  },
  async open() {
    const fake = await startTeamsFake()
    const { channel, client } = await connect(fake)
    return {
      channel,
      place: general,
      accounts: { known: ANN, unknown: '29:1nobody' },
      secrets: [fake.appPassword, 'fake-bearer-'],
      shown: async () =>
        fake.shown().map((m) => ({
          id: m.id,
          text: readActivity(m.activity).words,
          edited: m.edited,
          ...(m.owner ? { only: m.owner } : {}),
        })),
      fault: async (fault) => (fault === 'unreachable' ? fake.goAway() : fake.faults.add('*', FAULTS[fault])),
      words: (native) => readActivity(native).words,
      problems: checkActivity,
      mentions: (native) => readActivity(native).mentions,
      links: (native) => readActivity(native).links,
      async close() {
        client.close()
        await fake.close()
      },
    }
  },
})

describe('Teams in particular', () => {
  let fake: TeamsFake
  let channel: Channel<OutgoingActivity>
  let opened: Awaited<ReturnType<typeof connect>>
  const { signal } = new AbortController()
  beforeEach(async () => {
    fake = await startTeamsFake()
    opened = await connect(fake)
    channel = opened.channel
  })
  afterEach(async () => {
    opened.client.close()
    await fake.close()
  })
  const post = (message: Message, to: Partial<Place> = {}, key = 'delivery-1'): Delivery => ({
    key,
    message,
    op: 'post',
    to: { ...general, ...to },
  })
  const calls = () => fake.arrivals.map((a) => `${a.method} ${a.outcome}`)

  test('a thread of a channel is part of the conversation, a chat has none', async () => {
    await channel.deliver(post({ text: 'in the thread' }, { thread: '1700000000000' }), signal)
    await channel.deliver(post({ text: 'at the top' }), signal)
    await channel.deliver(post({ text: 'in the group' }, { channel: GROUP, thread: '1700000000000' }), signal)
    expect(fake.arrivals.filter((a) => a.method === 'send').map((a) => a.args.conversation)).toEqual([
      `${CHANNEL};messageid=1700000000000`,
      CHANNEL,
      GROUP,
    ])
    expect(fake.problems).toEqual([])
  })
  test('one token serves many sends, and a refused one is replaced', async () => {
    await Promise.all([1, 2, 3].map((i) => channel.deliver(post({ text: `${i}` }, {}, `k${i}`), signal)))
    expect(fake.counts.get('token')).toBe(1)
    fake.faults.add('send', { kind: 'refuse', status: 401, code: 'Unauthorized' })
    await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await channel.deliver(post({ text: 'again' }), signal)
    expect(fake.counts.get('token')).toBe(2)
  })
  test('a token is renewed before it dies', async () => {
    const short = await startTeamsFake({ tokenSeconds: 1 })
    const { channel: with1, client } = await connect(short)
    await with1.deliver(post({ text: 'a' }), signal)
    await new Promise((resolve) => setTimeout(resolve, 600))
    await with1.deliver(post({ text: 'b' }), signal)
    expect(short.counts.get('token')).toBe(2)
    expect(short.arrivals.filter((a) => a.outcome === 'Unauthorized')).toEqual([])
    client.close()
    await short.close()
  })
  test.each([
    [{ kind: 'status', status: 500, commit: false }, 'UNAVAILABLE', 'backoff'],
    [{ kind: 'cut', commit: false }, 'UNAVAILABLE', 'backoff'],
    [{ kind: 'refuse', status: 400, code: 'x' }, 'UNAUTHENTICATED', 'never'],
  ] as const)('without a token nothing is sent: %o', async (fault, code, retry) => {
    fake.faults.add('token', fault)
    await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toMatchObject({ code, retry })
    expect(fake.counts.get('send')).toBeUndefined()
  })
  test('a wrong password names its variable and not its value', async () => {
    const wrong = await connect(fake, 'wrong-password-123')
    const failed = wrong.channel.deliver(post({ text: 'x' }), signal)
    await expect(failed).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/invalid_client.*TEAMS_APP_PASSWORD/),
    })
    await expect(failed).rejects.not.toMatchObject({ message: expect.stringContaining('wrong-password-123') })
    wrong.client.close()
  })

  test.each([
    [{ kind: 'refuse', status: 403, code: 'BotNotInConversationRoster' }, 'FORBIDDEN', 'never', 'add the app'],
    [{ kind: 'refuse', status: 403, code: 'BotDisabledByAdmin' }, 'FORBIDDEN', 'never', 'BotDisabledByAdmin'],
    [{ kind: 'refuse', status: 404, code: 'ConversationNotFound' }, 'NOT_FOUND', 'never', 'ConversationNotFound'],
    [{ kind: 'refuse', status: 400, code: 'BadArgument' }, 'INPUT_INVALID', 'never', 'BadArgument'],
    [{ kind: 'refuse', status: 413, code: 'MessageSizeTooBig' }, 'TOO_LARGE', 'never', 'MessageSizeTooBig'],
    [{ kind: 'refuse', status: 412, code: 'PreconditionFailed' }, 'UNAVAILABLE', 'backoff', 'PreconditionFailed'],
    [{ kind: 'refuse', status: 307, code: 'Moved' }, 'INPUT_INVALID', 'never', 'redirect'],
    [{ kind: 'status', status: 502, commit: true }, 'OUTCOME_UNKNOWN', 'backoff', '502'],
    [{ kind: 'status', status: 504, commit: false }, 'OUTCOME_UNKNOWN', 'backoff', '504'],
    [{ kind: 'status', status: 503, commit: false }, 'OUTCOME_UNKNOWN', 'backoff', '503'],
    [{ kind: 'rate-limited' }, 'RATE_LIMITED', { afterMs: 10_000 }, 'wait 10 s'],
  ] as const)('%o is %s', async (fault, code, retry, words) => {
    fake.faults.add('send', fault)
    const message = expect.stringContaining(words)
    await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toMatchObject({ code, retry, message })
    expect(fake.counts.get('send')).toBe(1)
  })
  test('the eighth send in a second is too many, in that thread alone', async () => {
    const strict = await startTeamsFake({ rateTimeScale: 1 })
    const { channel: limited, client } = await connect(strict)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 9 }, (_, i) =>
        limited.deliver(post({ text: `${i}` }, { thread: '1700000000000' }, `k${i}`), signal),
      ),
    )
    expect(outcomes.filter((o) => o.status === 'fulfilled')).toHaveLength(7)
    for (const { reason } of outcomes.filter((o) => o.status === 'rejected')) {
      expect(reason).toMatchObject({
        code: 'RATE_LIMITED',
        retry: { afterMs: expect.toSatisfy((ms) => ms >= 100 && ms <= 2_000) },
      })
    }
    await limited.deliver(post({ text: 'elsewhere' }, { thread: '1700000000001' }), signal)
    client.close()
    await strict.close()
  })
  test('429 closes the thread that was too fast, not its neighbours', async () => {
    fake.faults.add('send', { kind: 'rate-limited', retryAfterSeconds: 12 })
    const delivery = post({ text: 'x' }, { thread: '1700000000000' })
    await expect(channel.deliver(delivery, signal)).rejects.toMatchObject({
      retry: { afterMs: 12_000 },
      scope: `${workspace}:thread:${CHANNEL};1700000000000`,
    })
    const others = channel.limits(post({ text: 'x' }, { thread: '1700000000001' })).map((l) => l.key)
    expect(others).not.toContain(`${workspace}:thread:${CHANNEL};1700000000000`)
  })
  test('the buckets of a thread keep each of Teams’ windows', () => {
    const limits = channel.limits(post({ text: 'x' }))
    /** The most sends that buckets together let through in any window of this length. */
    const most = (all: typeof limits, windowMs: number) =>
      Math.min(...all.map(({ burst, intervalMs }) => burst + Math.floor(windowMs / intervalMs)))
    for (const [seconds, allowed] of [
      [1, 7],
      [2, 8],
      [30, 60],
      [3_600, 1_800],
    ] as const) {
      expect(most(limits.slice(0, 2), seconds * 1_000)).toBeLessThanOrEqual(allowed)
    }
    expect(most(limits.slice(2), 1_000)).toBeLessThanOrEqual(30)
  })

  test('an edit whose message is gone says so, and one whose answer was lost can be repeated', async () => {
    const posted = await channel.deliver(post({ text: 'a' }, { thread: '1700000000000' }), signal)
    const edit: Delivery = { key: 'k2', message: { text: 'b' }, op: 'update', to: posted }
    fake.faults.add('update', { kind: 'cut', commit: true })
    await expect(channel.deliver(edit, signal)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    expect(await channel.find(edit, 0, signal)).toBeNull()
    await channel.deliver(edit, signal)
    expect(fake.shown()).toMatchObject([{ edited: true, activity: { text: 'b', id: posted.message } }])
    fake.messages.splice(0)
    await expect(channel.deliver(edit, signal)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
  test('a post cannot be looked for', async () => {
    await expect(channel.find(post({ text: 'x' }), 0, signal)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      retry: 'never',
    })
  })
  test('nothing is sent to a conversation that no verified token ever named', async () => {
    await expect(channel.deliver(post({ text: 'x' }, { channel: '19:elsewhere' }), signal)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('add the app'),
    })
    expect(fake.arrivals).toEqual([])
  })

  describe('an answer for one person alone', () => {
    const only = (id: string): Message => ({ text: 'the secret answer', only: { plugin: 'teams', id } })
    test('goes to their own chat, which is opened once', async () => {
      const posted = await channel.deliver(post(only(BOB), { thread: '1700000000000' }), signal)
      await channel.deliver(post(only(BOB), {}, 'k2'), signal)
      expect(calls()).toEqual(['token ok', 'create ok', 'send ok', 'send ok'])
      expect(fake.shown().map((m) => m.owner)).toEqual([BOB, BOB])
      expect(posted).toMatchObject({ channel: fake.shown()[0]?.conversation, visibility: 'private' })
      expect(posted).not.toHaveProperty('thread')
    })
    test('is edited there, too', async () => {
      const posted = await channel.deliver(post(only(ANN)), signal)
      await channel.deliver({ key: 'k2', message: { text: 'now' }, op: 'update', to: posted }, signal)
      expect(fake.shown(PERSONAL)).toMatchObject([{ edited: true, activity: { text: 'now' } }])
    })
    test('stays in the chat it was asked in, and never in somebody else’s', async () => {
      const { serviceUrl } = fake
      await opened.references.rememberPerson(workspace, ANN, {
        serviceUrl,
        bot: BOT.id,
        channel: PERSONAL,
        chat: PERSONAL,
      })
      await channel.deliver(post(only(ANN), { channel: PERSONAL, visibility: 'private' }), signal)
      await channel.deliver(post(only(BOB), { channel: PERSONAL, visibility: 'private' }, 'k2'), signal)
      expect(fake.shown().map((m) => m.owner)).toEqual([ANN, BOB])
    })
    test.each([
      [
        'cannot be opened',
        (f: TeamsFake) => f.faults.add('create', { kind: 'refuse', status: 403, code: 'BotNotInstalledForUser' }),
      ],
      [
        'is blocked',
        (f: TeamsFake) => f.faults.add('send', { kind: 'refuse', status: 403, code: 'ConversationBlockedByUser' }),
      ],
    ])('where the chat %s, the place says so without a word of it', async (_what, arm) => {
      arm(fake)
      await channel.deliver(post(only(BOB), { thread: '1700000000000' }), signal)
      expect(fake.shown()).toHaveLength(1)
      expect(fake.shown()[0]).toMatchObject({ conversation: CHANNEL, thread: '1700000000000' })
      expect(JSON.stringify(fake.shown())).not.toContain('secret')
      expect(JSON.stringify(fake.shown())).toContain('Open a chat with me')
    })
    test('a chat that may or may not have been opened is only a delay', async () => {
      fake.faults.add('create', { kind: 'cut', commit: true })
      await expect(channel.deliver(post(only(BOB)), signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      await channel.deliver(post(only(BOB)), signal)
      expect(
        [...fake.conversations.values()].filter((c) => c.members.includes(BOB) && c.kind === 'personal'),
      ).toHaveLength(1)
    })
  })

  test('an address counts only where the tenant has proven it: not the profile’s, not a guest’s', async () => {
    expect(await channel.profile(workspace, ANN)).toEqual({
      name: 'Ann Example',
      isBot: false,
      isMember: true,
      email: 'ann@example.com',
    })
    expect(await channel.profile(workspace, BOB)).toEqual({ name: 'Bob Example', isBot: false, isMember: true })
    expect(await channel.profile(workspace, GUEST)).toEqual({ name: 'Gus Guest', isBot: false, isMember: false })
  })
  test('people of another tenant, and those whose role or tenant Teams does not tell, are no members', () => {
    const ann = { id: ANN, name: 'Ann', userPrincipalName: 'ann@example.com', userRole: 'user', tenantId: TENANT }
    expect(profileOf(ann, workspace)).toMatchObject({ isMember: true })
    for (const other of [{ tenantId: 'another' }, { tenantId: null }, { userRole: null }, { userRole: 'anonymous' }])
      expect(profileOf({ ...ann, ...other }, workspace)).toMatchObject({ isMember: false })
  })
})
