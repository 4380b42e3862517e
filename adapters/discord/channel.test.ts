import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Channel, Delivery, KeyValue, Message, Place, Posted } from '#contract'
import { channelContract, type Fault } from '../../test/contract/channel.ts'
import { checkMessage, readMessage } from '../../test/fakes/discord/check.ts'
import {
  ANN,
  ANN_DM,
  BOB,
  BOT_USER,
  type DiscordFake,
  type DiscordFault,
  type FakeInteraction,
  GENERAL,
  GUILD,
  greeting,
  nextId,
  STRANGE,
  startDiscordFake,
} from '../../test/fakes/discord/index.ts'
import { checkSchema } from '../../test/fakes/discord/schema.ts'
import { createCalls } from './calls.ts'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { discord } from './index.ts'
import { footerOf, nonceOf } from './mark.ts'
import { personAddress } from './place.ts'
import type { DiscordBody } from './render.ts'
import { ticketFor } from './ticket.ts'

const FAULTS: Readonly<Record<Exclude<Fault, 'unreachable'>, DiscordFault>> = {
  'rate-limited': { kind: 'rate-limited', retryAfterSeconds: 7.25 },
  unauthenticated: { kind: 'refuse', status: 401, code: 0 },
  'error-after-commit': { kind: 'status', status: 500, commit: true },
  'cut-after-commit': { kind: 'cut', commit: true },
  'cut-before-commit': { kind: 'cut', commit: false },
  slow: { kind: 'slow', ms: 60_000 },
}
/** Direct messages belong to nobody's server. */
const direct = { workspace: `discord:dm-${ANN}`, visibility: 'private' } as const
const general: Place = { plugin: 'discord', workspace: `discord:${GUILD}`, channel: GENERAL, visibility: 'team' }
const signal = AbortSignal.timeout(120_000)

function memory(): KeyValue & { readonly size: () => number } {
  const values = new Map<string, unknown>()
  return {
    get: async (key) => values.get(key) ?? null,
    set: async (key, value) => void values.set(key, value),
    add: async (key, value) => !values.has(key) && values.set(key, value).has(key),
    delete: async (key) => void values.delete(key),
    size: () => values.size,
  }
}
function connect(fake: DiscordFake, kv: KeyValue = memory(), now: () => number = Date.now) {
  const { appId, publicKey, botToken, apiUrl } = fake
  const client = createClient({ appId, publicKey, botToken, apiUrl, guildIds: [], gateway: false })
  return { client, channel: createChannel(createCalls(client, appId), kv, now) }
}

channelContract({
  plugin: discord,
  async open() {
    const fake = await startDiscordFake()
    const { client, channel } = connect(fake)
    return {
      channel,
      place: general,
      accounts: { known: ANN, unknown: '300000000000000099' },
      secrets: [fake.botToken],
      shown: async () =>
        fake.shown().map((m) => ({
          id: m.id,
          text: readMessage(m).words,
          edited: m.edited,
          ...(m.only ? { only: m.only } : {}),
        })),
      fault: async (fault) => (fault === 'unreachable' ? fake.goAway() : fake.faults.add('*', FAULTS[fault])),
      words: (native) => readMessage(native).words,
      problems: (native) => [
        ...checkMessage({ ...native }, native.files.length, true),
        ...checkSchema('POST /channels/:id/messages', wireOf(native)),
        ...(native.files.length > 10 ? [`${native.files.length} files`] : []),
      ],
      mentions: (native) => readMessage(native).mentions,
      links: (native) => readMessage(native).links,
      async close() {
        client.close()
        await fake.close()
      },
    }
  },
})
const wireOf = ({ embeds, components, allowed_mentions }: DiscordBody) => ({ embeds, components, allowed_mentions })

describe('Discord in particular', () => {
  let fake: DiscordFake
  let kv: ReturnType<typeof memory>
  let channel: Channel<DiscordBody>
  let close: () => void
  let nowMs: number
  beforeEach(async () => {
    nowMs = Date.now()
    fake = await startDiscordFake({ now: () => nowMs })
    kv = memory()
    const made = connect(fake, kv, () => nowMs)
    channel = made.channel
    close = () => made.client.close()
  })
  afterEach(async () => {
    close()
    await fake.close()
  })
  const post = (message: Message, to: Partial<Place> = {}, key = 'delivery-1'): Delivery => ({
    key,
    message,
    op: 'post',
    to: { ...general, ...to },
  })
  const update = (to: Posted, message: Message, key = 'delivery-2'): Delivery => ({ key, message, op: 'update', to })
  const calls = () => fake.arrivals.map((a) => `${a.call} ${a.outcome}`)
  const only = (id: string): Message => ({ text: 'for you alone', only: { plugin: 'discord', id } })
  const words = (channelId?: string) => fake.shown(channelId).map((m) => readMessage(m).words)
  const find = (delivery: Delivery) => channel.find(delivery, nowMs - 1_000, signal)

  /** A slash command whose deferred reply waits, as the webhook leaves it. */
  const asked = (kind: 'public' | 'private' | 'message', more: Partial<FakeInteraction> & { on?: string } = {}) => {
    const id = nextId()
    const token = `token-${id}`
    const { on, ...rest } = more
    const base = { author: BOT_USER, via: 'interaction', content: '', embeds: [], components: [], files: [] } as const
    const original = on ?? nextId()
    if (on === undefined) {
      fake.messages.push({
        ...base,
        id: original,
        channel: more.channel ?? GENERAL,
        isEphemeral: kind === 'private',
        ...(kind === 'private' ? { only: ANN } : {}),
        isLoading: true,
        edited: false,
        storedAtMs: nowMs,
      })
    }
    fake.interactions.set(token, {
      id,
      token,
      kind: kind === 'message' ? 'component' : 'command',
      user: ANN,
      channel: GENERAL,
      issuedAtMs: nowMs,
      isAcknowledged: true,
      isDeferred: kind !== 'message',
      original,
      ...rest,
    })
    const place = ticketFor({ kind, owner: ANN, interactionId: id, token, issuedAtMs: nowMs })
    return kind === 'private' ? { ...place, channel: personAddress(ANN), visibility: 'private' as const } : place
  }

  test('a post notifies nobody, carries our mark and the key that makes a repeat harmless', async () => {
    const delivery = post({ text: 'Hi @everyone <@300000000000000001>' })
    const posted = await channel.deliver(delivery, signal)
    expect(fake.arrivals[0]?.body).toMatchObject({
      allowed_mentions: { parse: [] },
      nonce: nonceOf('delivery-1'),
      enforce_nonce: true,
      embeds: [{ footer: { text: footerOf('delivery-1') } }],
    })
    expect(nonceOf('delivery-1')).toHaveLength(24)
    expect((await channel.deliver(delivery, signal)).message).toBe(posted.message)
    expect(fake.shown()).toHaveLength(1)
    expect(readMessage(fake.shown()[0] ?? {}).mentions).toEqual([])
  })
  test('an edit takes away what the message had before', async () => {
    const button = { kind: 'button', label: 'Go', run: 'hub status' } as const
    const file = { kind: 'file', name: 'a.md', mediaType: 'text/markdown', text: 'x' } as const
    const posted = await channel.deliver(
      post({ text: 'a', blocks: [{ kind: 'actions', items: [button] }, file] }),
      signal,
    )
    expect(fake.shown()[0]?.files).toEqual([{ name: 'a.md', text: 'x' }])
    await channel.deliver(update(posted, { text: 'plain now' }), signal)
    expect(fake.shown()[0]).toMatchObject({ components: [], files: [], edited: true })
    expect(words()).toEqual(['plain now'])
  })
  test('a story that had to be cut carries its full text as a file of the same message', async () => {
    const text = 'As a shopper I want to pay. '.repeat(900)
    const parts = channel.split({
      text: 'Story',
      blocks: [
        { kind: 'text', markdown: text },
        { kind: 'file', name: 'ST-1 story.md', mediaType: 'text/markdown', text },
      ],
    })
    expect(parts).toHaveLength(1)
    for (const part of parts) await channel.deliver(post(part), signal)
    expect(fake.shown()[0]?.files).toEqual([{ name: 'ST-1-story.md', text }])
    expect(words()[0]).toContain('the full text is attached')
  })
  test('a command that is too long for a button is kept under its key', async () => {
    const run = `story refine ST-1 ${'x'.repeat(500)}`
    await channel.deliver(
      post({ text: 'a', blocks: [{ kind: 'actions', items: [{ kind: 'button', label: 'Go', run }] }] }),
      signal,
    )
    expect(kv.size()).toBe(1)
    expect(fake.problems).toEqual([])
  })

  describe('the answer to a command', () => {
    test('fills the deferred reply, and is edited with the same token', async () => {
      const posted = await channel.deliver(post({ text: 'Working' }, asked('public'), 'k1'), signal)
      const ticket = asked('public')
      const withTicket = { ...posted, ...ticket, ticket: String(post({ text: '' }, ticket).to.ticket) }
      expect(words()).toEqual(['Working'])
      expect(calls()).toEqual(['PATCH /webhooks/:id/:token/messages/:id ok'])
      await channel.deliver(update({ ...withTicket, ticket: ticketOfFirst() }, { text: 'Done' }), signal)
      expect(words()).toEqual(['Done'])
      expect(calls()).toHaveLength(2)
    })
    const ticketOfFirst = () => {
      const [first] = fake.interactions.values()
      if (!first) throw new Error('nobody asked')
      const { id, token, issuedAtMs } = first
      return ticketFor({ kind: 'public', owner: ANN, interactionId: id, token, issuedAtMs }).ticket
    }
    test('is there once: a second message of the job does not replace it', async () => {
      const place = asked('public')
      await channel.deliver(post({ text: 'first' }, place, 'k1'), signal)
      await channel.deliver(post({ text: 'second' }, place, 'k2'), signal)
      expect(words()).toEqual(['first', 'second'])
    })
    test('sent again with the same key it is still one', async () => {
      const delivery = post({ text: 'first' }, asked('public'), 'k1')
      fake.faults.add('*', { kind: 'cut', commit: true })
      await expect(channel.deliver(delivery, signal)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
      expect((await find(delivery))?.message).toMatch(/^@\d+$/)
      await channel.deliver(delivery, signal)
      expect(words()).toEqual(['first'])
    })
    test('is surely absent while the reply still waits', async () => {
      const delivery = post({ text: 'first' }, asked('public'), 'k1')
      fake.faults.add('*', { kind: 'cut', commit: false })
      await expect(channel.deliver(delivery, signal)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
      expect(await find(delivery)).toBeNull()
    })
    test('waits where Discord has not read the acknowledgement yet', async () => {
      const place = asked('public', { isAcknowledged: false })
      await expect(channel.deliver(post({ text: 'x' }, place), signal)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retry: { afterMs: 250 },
      })
      for (const one of fake.interactions.values()) one.isAcknowledged = true
      await channel.deliver(post({ text: 'x' }, place), signal)
      expect(words()).toEqual(['x'])
    })
    test('goes to the channel when the token has died', async () => {
      const place = asked('public')
      nowMs += 15 * 60_000
      const posted = await channel.deliver(post({ text: 'late' }, place), signal)
      expect(posted.message).toMatch(/^\d+$/)
      expect(calls()).toEqual(['POST /channels/:id/messages ok'])
      expect(words(GENERAL)).toEqual(['late'])
    })
    test('and when somebody deleted the reply', async () => {
      const place = asked('public')
      nowMs += 60_000
      fake.messages.splice(-1, 1)
      await channel.deliver(post({ text: 'still' }, place), signal)
      expect(words(GENERAL)).toEqual(['still'])
    })
    test('a late edit is made by the bot itself', async () => {
      const posted = await channel.deliver(post({ text: 'Working' }, asked('public'), 'k1'), signal)
      nowMs += 20 * 60_000
      const { ticket: _ticket, ticketExpiresAtMs: _expires, ...bare } = posted
      await channel.deliver(update(bare, { text: 'Done' }), signal)
      expect(words()).toEqual(['Done'])
    })
  })

  describe('for one person alone', () => {
    test('a private reply is filled; when its token has died it reaches them by direct message, never the channel', async () => {
      const place = asked('private')
      await channel.deliver(post({ text: 'help' }, place, 'k1'), signal)
      expect(fake.shown().map((m) => [m.channel, m.isEphemeral, m.only])).toEqual([[GENERAL, true, ANN]])
      nowMs += 15 * 60_000
      await channel.deliver(post({ text: 'late help' }, place, 'k2'), signal)
      expect(words(ANN_DM)).toEqual(['late help'])
      expect(words(GENERAL)).toEqual(['help'])
    })
    test('a reply that was deferred for all is withdrawn first', async () => {
      await channel.deliver(post(only(ANN), asked('public')), signal)
      expect(calls()).toEqual(['DELETE /webhooks/:id/:token/messages/:id ok', 'POST /webhooks/:id/:token ok'])
      expect(fake.shown().map((m) => [m.isEphemeral, m.only])).toEqual([[true, ANN]])
      expect(fake.messages.some((m) => m.isLoading)).toBe(false)
    })
    test('an ephemeral message that may have arrived is held, never sent again', async () => {
      const delivery = post(only(ANN), asked('public'))
      fake.faults.add('POST /webhooks/:id/:token', { kind: 'cut', commit: true })
      await expect(channel.deliver(delivery, signal)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
      await expect(find(delivery)).rejects.toMatchObject({ code: 'UNSUPPORTED', retry: 'never' })
    })
    test('a click is answered with a message beside the one that was clicked', async () => {
      const posted = await channel.deliver(post({ text: 'card' }), signal)
      await channel.deliver(post(only(ANN), asked('message', { on: posted.message }), 'k2'), signal)
      expect(fake.shown().map((m) => m.only)).toEqual([undefined, ANN])
    })
    test('somebody else is told by direct message', async () => {
      const posted = await channel.deliver(post(only(BOB), asked('public')), signal)
      expect(posted.visibility).toBe('private')
      expect(fake.shown().map((m) => m.only)).toEqual([BOB])
    })
    test('who takes no direct messages is named with the cure', async () => {
      const bob = fake.users.get(BOB)
      if (bob) bob.takesDirectMessages = false
      await expect(channel.deliver(post(only(BOB)), signal)).rejects.toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringContaining('allow direct messages'),
      })
    })
    test('in direct messages everything is private as it is', async () => {
      await channel.deliver(post(only(ANN), { ...direct, channel: ANN_DM }), signal)
      expect(calls()).toEqual(['POST /channels/:id/messages ok'])
    })
    test('a private thread has others in it: what is for one of them alone is not written there', async () => {
      const thread = nextId()
      const open = { hasBot: true, mayReadHistory: true, mayOpenThreads: false }
      fake.channels.set(thread, { id: thread, kind: 'thread', isPrivate: true, parentId: GENERAL, ...open })
      await channel.deliver(post(only(ANN), { thread, visibility: 'private' }), signal)
      expect(fake.shown().map((m) => [m.channel, m.only])).toEqual([[ANN_DM, ANN]])
      await channel.deliver(post({ text: 'For all of it' }, { thread, visibility: 'private' }, 'k2'), signal)
      expect(words(thread)).toEqual(['For all of it'])
    })
    test('a direct message that was cut off is found', async () => {
      fake.faults.add('POST /channels/:id/messages', { kind: 'cut', commit: true })
      const delivery = post(only(ANN))
      await expect(channel.deliver(delivery, signal)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
      expect((await find(delivery))?.message).toBe(fake.shown()[0]?.id)
    })
  })

  describe('threads', () => {
    const story = () => channel.deliver(post({ text: 'The story' }, {}, 'root'), signal)
    test('the first reply opens one, the next ones use it, and edits find their way', async () => {
      const { message: thread } = await story()
      const first = await channel.deliver(post({ text: 'Gherkin' }, { thread }, 'k1'), signal)
      await channel.deliver(post({ text: 'More' }, { thread }, 'k2'), signal)
      expect(fake.shown().map((m) => m.channel)).toEqual([GENERAL, thread, thread])
      expect(calls().filter((call) => call.includes('threads'))).toHaveLength(1)
      await channel.deliver(update(first, { text: 'Gherkin v2' }), signal)
      expect(words(thread)).toEqual(['Gherkin v2', 'More'])
      expect((await find(post({ text: 'More' }, { thread }, 'k2')))?.thread).toBe(thread)
    })
    test('where it may not, it replies; and it does not ask again at once', async () => {
      const { message: thread } = await story()
      const known = fake.channels.get(GENERAL)
      if (known) known.mayOpenThreads = false
      const reply = await channel.deliver(post({ text: 'Gherkin' }, { thread }, 'k1'), signal)
      expect(reply.thread).toBeUndefined()
      expect(fake.shown()[1]).toMatchObject({ channel: GENERAL, replyTo: thread })
      fake.arrivals.splice(0)
      await channel.deliver(post({ text: 'More' }, { thread }, 'k2'), signal)
      expect(calls()).toEqual(['POST /channels/:id/messages ok'])
      expect((await find(post({ text: 'More' }, { thread }, 'k2')))?.message).toBe(fake.shown()[2]?.id)
    })
    test('a cut while it is opened is no doubt about the message', async () => {
      const { message: thread } = await story()
      fake.faults.add('POST /channels/:id/messages/:id/threads', { kind: 'cut', commit: true })
      const delivery = post({ text: 'Gherkin' }, { thread }, 'k1')
      await expect(channel.deliver(delivery, signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      await channel.deliver(delivery, signal)
      expect(words(thread)).toEqual(['Gherkin'])
    })
    test('in direct messages it is a reply', async () => {
      const posted = await channel.deliver(post({ text: 'a' }, { ...direct, channel: ANN_DM }), signal)
      const place = { ...direct, channel: ANN_DM, thread: posted.message } as const
      await channel.deliver(post({ text: 'b' }, place, 'k2'), signal)
      expect(fake.shown()[1]?.replyTo).toBe(posted.message)
      expect(calls()).toHaveLength(2)
    })
    test('so is what follows a direct message about something in a server', async () => {
      const posted = await channel.deliver(post(only(ANN)), signal)
      const { message: thread, ...place } = posted
      await channel.deliver(post({ text: 'b' }, { ...place, thread }, 'k2'), signal)
      expect(fake.shown()[1]).toMatchObject({ channel: ANN_DM, replyTo: thread })
    })
  })

  describe('where the bot cannot write', () => {
    test('the asker’s own interaction can', async () => {
      const place = { ...asked('message', { channel: STRANGE, on: nextId() }), channel: STRANGE }
      const posted = await channel.deliver(post({ text: 'Hi' }, place), signal)
      expect(posted.message).toMatch(/^@/)
      expect(words(STRANGE)).toEqual(['Hi'])
    })
    test('without one the cure is named', async () => {
      await expect(channel.deliver(post({ text: 'Hi' }, { channel: STRANGE }), signal)).rejects.toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringContaining('Send Messages'),
      })
    })
    test('what it cannot read is held, not sent again', async () => {
      await expect(find(post({ text: 'Hi' }, { channel: STRANGE }))).rejects.toMatchObject({ retry: 'never' })
      const known = fake.channels.get(GENERAL)
      if (known) known.mayReadHistory = false
      await expect(find(post({ text: 'Hi' }))).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    })
  })

  test('find reads every page, and sees a message only once Discord shows it', async () => {
    await channel.deliver(post({ text: 'first' }, {}, 'k1'), signal)
    for (let i = 0; i < 230; i++) fake.messages.push(greeting(GENERAL, nowMs))
    await channel.deliver(post({ text: 'last' }, {}, 'k2'), signal)
    const [first, last] = fake.shown()
    expect((await find(post({ text: 'first' }, {}, 'k1')))?.message).toBe(first?.id)
    expect((await find(post({ text: 'last' }, {}, 'k2')))?.message).toBe(last?.id)
    fake.setReadLagMs(60_000)
    expect(await find(post({ text: 'last' }, {}, 'k2'))).toBeNull()
  })
  test('an edit is sent again instead of looked for', async () => {
    const posted = await channel.deliver(post({ text: 'a' }), signal)
    expect(await find(update(posted, { text: 'b' }))).toBeNull()
  })
  test.each([
    [403, 50_013, 'FORBIDDEN', 'never', 'Embed Links'],
    [404, 10_003, 'NOT_FOUND', 'never', '10003'],
    [400, 50_035, 'INPUT_INVALID', 'never', '50035'],
    [413, 40_005, 'TOO_LARGE', 'never', 'too large'],
    [401, 0, 'UNAUTHENTICATED', 'never', 'DISCORD_BOT_TOKEN'],
    [403, 0, 'UNAVAILABLE', { afterMs: 60_000 }, 'edge'],
  ])('HTTP %i with %i is %s', async (status, code, expected, retry, text) => {
    fake.faults.add('POST /channels/:id/messages', { kind: 'refuse', status, code })
    const error = { code: expected, retry, message: expect.stringContaining(text) }
    await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toMatchObject(error)
  })
  test('a token that was refused and then renewed works again', async () => {
    fake.faults.add('*', { kind: 'refuse', status: 401, code: 0 })
    await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await channel.deliver(post({ text: 'x' }), signal)
    expect(words()).toEqual(['x'])
  })
  test('429 says how long and which bucket, the bot’s own or the channel’s', async () => {
    fake.faults.add('*', { kind: 'rate-limited', retryAfterSeconds: 1.5 })
    const error = await channel.deliver(post({ text: 'x' }), signal).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'RATE_LIMITED', scope: `discord:${GUILD}:channel:${GENERAL}` })
    expect((error as { retry: { afterMs: number } }).retry.afterMs).toBeGreaterThanOrEqual(1_500)
    expect((error as { retry: { afterMs: number } }).retry.afterMs).toBeLessThan(2_000)
  })
  test('a global limit closes the bot’s bucket', async () => {
    fake.faults.add('*', { kind: 'rate-limited', retryAfterSeconds: 2, isGlobal: true })
    await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      scope: `discord:${GUILD}:global`,
    })
  })
  test('a failure is one request: nothing repeats by itself', async () => {
    for (const commit of [true, false]) {
      fake.faults.add('*', { kind: 'status', status: 502, commit })
      await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    }
    expect(fake.arrivals).toHaveLength(2)
  })
  test('a lost read is only unavailable, and no error tells a token', async () => {
    const place = asked('public')
    fake.faults.add('*', { kind: 'cut', commit: false }, 2)
    const delivery = post({ text: 'x' }, place)
    const token = String(place.ticket).split(' ').at(-1) ?? ''
    for (const failed of [channel.deliver(delivery, signal), find(delivery)]) {
      const error = await failed.catch((e: Error) => e)
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(token)
    }
    fake.faults.add('*', { kind: 'cut', commit: false })
    await expect(find(delivery)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
  test('a profile has a name and no e-mail address', async () => {
    expect(await channel.profile('discord:1', ANN)).toEqual({ name: 'Ann Example', isBot: false })
    expect(await channel.profile('discord:1', BOB)).toEqual({ name: 'bob', isBot: false })
    expect(await channel.profile('discord:1', BOT_USER)).toMatchObject({ isBot: true })
  })
})

test('limits told in the headers are kept without running into them', async () => {
  const fake = await startDiscordFake({ rateTimeScale: 0.05 })
  const { client, channel } = connect(fake)
  const outcomes: string[] = []
  for (let i = 0; i < 12; i++) {
    const delivery: Delivery = { key: `k${i}`, message: { text: `${i}` }, op: 'post', to: general }
    outcomes.push(
      await channel.deliver(delivery, signal).then(
        () => 'sent',
        (e: { code: string }) => e.code,
      ),
    )
  }
  expect(outcomes.filter((one) => one === 'sent').length).toBeGreaterThanOrEqual(5)
  expect(outcomes).toContain('RATE_LIMITED')
  expect(fake.early).toEqual([])
  expect(fake.arrivals.filter((a) => a.outcome !== 'ok')).toEqual([])
  client.close()
  await fake.close()
})
