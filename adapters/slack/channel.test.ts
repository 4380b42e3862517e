import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Channel, Delivery, Message, Place } from '#contract'
import { channelContract, type Fault } from '../../test/contract/channel.ts'
import { checkBlocks, checkMrkdwn, readMessage } from '../../test/fakes/slack/blocks.ts'
import { type SlackFake, type SlackFault, startSlackFake } from '../../test/fakes/slack/index.ts'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { slack } from './index.ts'
import { BOT_SCOPES } from './manifest.ts'
import { profileOf } from './profile.ts'
import type { SlackBody } from './render.ts'
import { oneToken } from './tokens.ts'

const FAULTS: Readonly<Record<Exclude<Fault, 'unreachable'>, SlackFault>> = {
  'rate-limited': { kind: 'rate-limited', retryAfterSeconds: 7 },
  unauthenticated: { kind: 'refuse', error: 'token_revoked' },
  'error-after-commit': { kind: 'status', status: 500, commit: true },
  'cut-after-commit': { kind: 'cut', commit: true },
  'cut-before-commit': { kind: 'cut', commit: false },
  slow: { kind: 'slow', ms: 60_000 },
}
const general: Place = { plugin: 'slack', workspace: 'slack:T0000001', channel: 'C0GENERAL', visibility: 'team' }

function connect(fake: SlackFake, botToken = fake.botToken) {
  return createChannel(createClient({ apiUrl: fake.apiUrl }, oneToken(botToken)))
}

channelContract({
  plugin: slack,
  async open() {
    const fake = await startSlackFake()
    return {
      channel: connect(fake),
      place: general,
      accounts: { known: 'U0ANN0001', unknown: 'U0NOBODY0' },
      secrets: [fake.botToken, fake.signingSecret],
      shown: async () =>
        fake.shown().map((m) => ({
          id: m.ts,
          text: readMessage(m).words,
          edited: m.edited,
          ...(m.only ? { only: m.only } : {}),
        })),
      fault: async (fault) => (fault === 'unreachable' ? fake.goAway() : fake.faults.add('*', FAULTS[fault])),
      words: (native) => (native.kind === 'file' ? native.text : readMessage(native).words),
      problems: (native) =>
        native.kind === 'file'
          ? []
          : [
              ...(native.blocks.length > 0 ? checkBlocks(native.blocks) : []),
              ...checkMrkdwn(native.text),
              ...(native.text.length > 4_000 ? [`text of ${native.text.length}`] : []),
            ],
      mentions: (native) => (native.kind === 'file' ? [] : readMessage(native).mentions),
      links: (native) => (native.kind === 'file' ? [] : readMessage(native).links),
      close: () => fake.close(),
    }
  },
})

describe('Slack in particular', () => {
  let fake: SlackFake
  let channel: Channel<SlackBody>
  const signal = AbortSignal.timeout(60_000)
  beforeEach(async () => {
    fake = await startSlackFake()
    channel = connect(fake)
  })
  afterEach(() => fake.close())

  const post = (message: Message, to: Partial<Place> = {}, key = 'delivery-1'): Delivery => ({
    key,
    message,
    op: 'post',
    to: { ...general, ...to },
  })
  /** A place as a slash command gives it, with its reply address. */
  const ticket = (channelId: string, owner = 'U0ANN0001') => {
    fake.responseUrls.set('r1', { channel: channelId, user: owner, uses: 0, expiresAtMs: Date.now() + 60_000 })
    return { channel: channelId, ticket: `${owner} ${fake.origin}/response/r1`, ticketExpiresAtMs: Date.now() + 60_000 }
  }
  const calls = () => fake.arrivals.map((a) => `${a.method} ${a.outcome}`)

  test('a post carries our mark, its thread and no invitation to mention or unfurl', async () => {
    await channel.deliver(post({ text: 'Hi' }, { thread: '1700000000.000100' }), signal)
    expect(fake.arrivals[0]?.args).toMatchObject({
      channel: 'C0GENERAL',
      thread_ts: '1700000000.000100',
      text: 'Hi',
      unfurl_links: false,
      unfurl_media: false,
      metadata: { event_type: 'autodevhub_delivery', event_payload: { delivery_id: 'delivery-1' } },
    })
    expect(fake.arrivals[0]?.args).not.toHaveProperty('link_names')
    expect(fake.arrivals[0]?.args).not.toHaveProperty('parse')
    expect(fake.problems).toEqual([])
  })
  test('an edit to plain text takes the blocks away', async () => {
    const posted = await channel.deliver(post({ text: 'a', blocks: [{ kind: 'heading', text: 'A' }] }), signal)
    await channel.deliver({ key: 'k2', message: { text: 'plain now' }, op: 'update', to: posted }, signal)
    expect(fake.shown()[0]).toMatchObject({ text: 'plain now', blocks: [], edited: true })
  })
  test('a cut story is followed by its file, which is found again by its name', async () => {
    const text = 'As a shopper I want to pay. '.repeat(900)
    const [first, second] = channel.split({
      text: 'Story',
      blocks: [
        { kind: 'text', markdown: text },
        { kind: 'file', name: 'ST-1 story.md', mediaType: 'text/markdown', text },
      ],
    })
    if (!first || !second) throw new Error('expected two parts')
    await channel.deliver(post(first, {}, 'k1'), signal)
    const file = post(second, {}, 'k2')
    await channel.deliver(file, signal)
    const [message, upload] = fake.shown()
    expect(readMessage(message ?? {}).words).toContain('full text attached: `ST-1 story.md`')
    expect(upload?.files?.[0]).toMatchObject({ name: expect.stringMatching(/^ST-1-story-[0-9a-f]{8}\.md$/), text })
    expect((await channel.find(file, Date.now() - 1_000, signal))?.message).toBe(upload?.ts)
    expect(await channel.find(post(second, {}, 'k3'), Date.now() - 1_000, signal)).toBeNull()
  })
  test.each([
    ['files.getUploadURLExternal', 'UNAVAILABLE'],
    ['upload', 'UNAVAILABLE'],
    ['files.completeUploadExternal', 'OUTCOME_UNKNOWN'],
  ])('a file whose %s is cut off is %s', async (method, code) => {
    fake.faults.add(method, { kind: 'cut', commit: false })
    const file = post({
      text: 'Full text',
      blocks: [{ kind: 'file', name: 'a.md', mediaType: 'text/markdown', text: 'x' }],
    })
    await expect(channel.deliver(file, signal)).rejects.toMatchObject({ code })
    expect(fake.shown()).toEqual([])
  })

  describe('where the bot is no member', () => {
    test('the answer goes through the response_url, once', async () => {
      const posted = await channel.deliver(post({ text: 'Your story' }, ticket('C0STRANGE')), signal)
      expect(posted.message).toMatch(/^ticket:/)
      expect(calls()).toEqual(['chat.postMessage not_in_channel', 'response_url ok'])
      expect(fake.shown()[0]).toMatchObject({ channel: 'C0STRANGE', text: 'Your story', via: 'response_url' })
      expect(fake.shown()[0]?.only).toBeUndefined()
    })
    test('progress is left out and the result posted', async () => {
      const progress: Message = { text: 'Working', blocks: [{ kind: 'progress', label: 'Working', done: 1, total: 3 }] }
      const posted = await channel.deliver(post(progress, ticket('C0STRANGE')), signal)
      await channel.deliver({ key: 'k2', message: { ...progress, text: 'Still' }, op: 'update', to: posted }, signal)
      await channel.deliver({ key: 'k3', message: { text: 'Done' }, op: 'update', to: posted }, signal)
      expect(fake.shown().map((m) => m.text)).toEqual(['Done'])
    })
    test('what may have arrived there is held, never sent again', async () => {
      fake.faults.add('response_url', { kind: 'cut', commit: true })
      const delivery = post({ text: 'Your story' }, ticket('C0STRANGE'))
      await expect(channel.deliver(delivery, signal)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
      await expect(channel.find(delivery, Date.now() - 1_000, signal)).rejects.toMatchObject({ retry: 'never' })
      expect(fake.shown()).toHaveLength(1)
    })
    test('an absent answer is held too where the bot lacks chat:write', async () => {
      fake.setScopes(['channels:history', 'channels:read'])
      const delivery = post({ text: 'x' }, ticket('C0GENERAL'))
      await channel.deliver(delivery, signal)
      await expect(channel.find(delivery, Date.now() - 1_000, signal)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    })
    test('but where it may post, an absent answer was not sent', async () => {
      expect(await channel.find(post({ text: 'x' }, ticket('C0GENERAL')), Date.now() - 1_000, signal)).toBeNull()
    })
    test('without a live reply address the cure is named', async () => {
      const expired = { ...ticket('C0STRANGE'), ticketExpiresAtMs: Date.now() - 1 }
      await expect(channel.deliver(post({ text: 'x' }, expired), signal)).rejects.toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringContaining('/invite'),
      })
      expect(fake.shown()).toEqual([])
    })
    test('a used-up reply address is a refusal, not a doubt', async () => {
      const place = ticket('C0STRANGE')
      const target = fake.responseUrls.get('r1')
      if (target) target.uses = 5
      await expect(channel.deliver(post({ text: 'x' }, place), signal)).rejects.toMatchObject({ retry: 'never' })
    })
    test('a private answer goes to its owner by the reply address, to anyone else by direct message', async () => {
      const only = (id: string): Message => ({ text: 'secret', only: { plugin: 'slack', id } })
      await channel.deliver(post(only('U0ANN0001'), ticket('C0STRANGE')), signal)
      await channel.deliver(post(only('U0BOB0001'), ticket('C0STRANGE')), signal)
      expect(fake.shown().map((m) => [m.channel, m.only])).toEqual([
        ['C0STRANGE', 'U0ANN0001'],
        ['D0BOB0001', undefined],
      ])
    })
  })
  test('in a direct message a private answer is a lasting one', async () => {
    await channel.deliver(
      post({ text: 'x', only: { plugin: 'slack', id: 'U0ANN0001' } }, { channel: 'D0ANN0001' }),
      signal,
    )
    expect(calls()).toEqual(['chat.postMessage ok'])
  })

  test('find reads thread and pages, and sees a message only once Slack shows it', async () => {
    for (let i = 0; i < 250; i++) await channel.deliver(post({ text: `m${i}` }, {}, `k${i}`), signal)
    expect(await channel.find(post({ text: 'm0' }, {}, 'k0'), Date.now() - 60_000, signal)).not.toBeNull()
    const thread = { thread: '1700000000.000100' }
    const threaded = post({ text: 't' }, thread, 'in-thread')
    await channel.deliver(threaded, signal)
    expect(await channel.find(threaded, Date.now() - 1_000, signal)).not.toBeNull()
    fake.setHistoryLagMs(60_000)
    expect(await channel.find(threaded, Date.now() - 1_000, signal)).toBeNull()
  })
  test('an edit is sent again instead of looked for', async () => {
    const posted = await channel.deliver(post({ text: 'a' }), signal)
    expect(await channel.find({ key: 'k', message: { text: 'b' }, op: 'update', to: posted }, 0, signal)).toBeNull()
  })
  test('an ephemeral message cannot be looked for', async () => {
    const whisper = post({ text: 'x', only: { plugin: 'slack', id: 'U0ANN0001' } })
    await expect(channel.find(whisper, 0, signal)).rejects.toMatchObject({ code: 'UNSUPPORTED', retry: 'never' })
  })

  test.each([
    ['invalid_auth', 'UNAUTHENTICATED', 'never', 'SLACK_BOT_TOKEN'],
    ['account_inactive', 'UNAUTHENTICATED', 'never', 'SLACK_BOT_TOKEN'],
    ['missing_scope', 'FORBIDDEN', 'never', 'chat:write'],
    ['is_archived', 'FORBIDDEN', 'never', 'is_archived'],
    ['msg_too_long', 'INPUT_INVALID', 'never', 'msg_too_long'],
    ['invalid_blocks', 'INPUT_INVALID', 'never', 'invalid_blocks'],
    ['internal_error', 'OUTCOME_UNKNOWN', 'backoff', 'internal_error'],
    ['fatal_error', 'OUTCOME_UNKNOWN', 'backoff', 'fatal_error'],
    ['<html>a proxy</html>', 'OUTCOME_UNKNOWN', 'backoff', 'not readable'],
  ])('%s is %s', async (error, code, retry, words) => {
    fake.faults.add('chat.postMessage', { kind: 'refuse', error, needed: 'chat:write' })
    const message = expect.stringContaining(words)
    await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toMatchObject({ code, retry, message })
  })
  test('429 says how long and which bucket', async () => {
    fake.faults.add('chat.postMessage', { kind: 'rate-limited', retryAfterSeconds: 12 })
    await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retry: { afterMs: 12_000 },
      scope: 'slack:T0000001:chat.postMessage',
    })
  })
  test('a failure is one request: nothing repeats by itself', async () => {
    for (const commit of [true, false]) {
      fake.faults.add('chat.postMessage', { kind: 'status', status: 500, commit })
      await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    }
    expect(fake.counts.get('chat.postMessage')).toBe(2)
  })
  test('reading again is harmless, so a lost read is only unavailable', async () => {
    fake.faults.add('conversations.history', { kind: 'cut', commit: false })
    await expect(channel.find(post({ text: 'x' }), 0, signal)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retry: 'backoff',
    })
  })
  test('an e-mail address counts only when Slack has confirmed it', async () => {
    expect(await channel.profile('slack:T0000001', 'U0ANN0001')).toEqual({
      name: 'ann',
      isBot: false,
      isMember: true,
      email: 'ann@example.com',
    })
    expect(await channel.profile('slack:T0000001', 'U0BOB0001')).toEqual({
      name: 'bob',
      isBot: false,
      isMember: true,
    })
    expect(await channel.profile('slack:T0000001', 'U0BOT0001')).toMatchObject({ isBot: true, isMember: false })
  })
  test('without the scope for it nothing is known of anybody, which is no failure', async () => {
    fake.setScopes(BOT_SCOPES)
    expect(await channel.profile('slack:T0000001', 'U0ANN0001')).toBeNull()
  })
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['a guest', { is_restricted: true }],
    ['a guest of one channel', { is_ultra_restricted: true }],
    ['a stranger', { is_stranger: true }],
    ['somebody of another company in a shared channel', { team_id: 'T0OTHER01' }],
    ['somebody deactivated', { deleted: true }],
    ['an account of which Slack does not tell the team', { team_id: undefined }],
  ])('%s is no member', (_who, flags) => {
    const user = { name: 'gus', team_id: 'T0000001' }
    expect(profileOf(user, 'slack:T0000001')).toMatchObject({ isMember: true })
    expect(profileOf({ ...user, ...flags }, 'slack:T0000001')).toMatchObject({ isMember: false })
  })
  test('people of an organization are members of the one installation for all of it', () => {
    const user = { name: 'gil', team_id: 'T0OTHER01', enterprise_user: { enterprise_id: 'E0000001' } }
    expect(profileOf(user, 'slack:E0000001')).toMatchObject({ isMember: true })
    expect(profileOf(user, 'slack:T0000001')).toMatchObject({ isMember: false })
  })
})
