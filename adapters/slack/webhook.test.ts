import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Catalog, type CommandCall, type Form, type Hub, HubError, type Log, type Receipt } from '#contract'
import { type Sender, type SlackFake, startSlackFake } from '../../test/fakes/slack/index.ts'
import { chosen } from '../../test/fakes/slack/senders.ts'
import type { SlackConfig } from './config.ts'
import { homeView } from './home.ts'
import { slack } from './index.ts'

const refine: Form = {
  command: 'story refine',
  title: 'Refine the story with a long title',
  submit: 'Refine',
  fields: [
    field('id', { value: 'ST-1' }),
    field('instruction', { required: true, multiline: true, rest: true }),
    field('tone', { kind: 'choice', choices: ['short', 'long'] }),
    field('keep', { kind: 'boolean', flag: true }),
  ],
}
function field(name: string, more: Partial<Form['fields'][number]>): Form['fields'][number] {
  const base = {
    name,
    label: name,
    description: `The ${name}`,
    required: false,
    kind: 'text',
    multiline: false,
    rest: false,
    flag: false,
  } as const
  return { ...base, ...more }
}

describe('POST /hooks/slack', () => {
  let fake: SlackFake
  let calls: CommandCall[]
  let answer: (call: CommandCall) => Promise<Receipt>
  let from: Sender
  let fetchHub: (request: Request) => Promise<Response>
  let logged: string

  beforeEach(async () => {
    fake = await startSlackFake()
    calls = []
    logged = ''
    const seen = new Set<string>()
    answer = async (call) => {
      const key = `${call.workspace} ${call.deliveryId}`
      const status = seen.has(key) ? 'duplicate' : 'queued'
      if (status === 'queued') calls.push(call)
      seen.add(key)
      return { status, id: '0198f0aa-0000-7000-8000-0000abcdef12', announce: null }
    }
    const write = (fields: object, text: string) => {
      logged += `${JSON.stringify(fields)} ${text}\n`
    }
    const log: Log = { debug: write, info: write, warn: write, error: write }
    const catalog: Catalog = {
      commands: [],
      isPrivate: () => false,
      match: () => null,
      form: (run) => (run.startsWith('story refine') ? refine : null),
      check: (input) =>
        typeof input !== 'string' && !input.values.instruction
          ? [{ field: 'instruction', message: 'Say what to change' }]
          : [],
    }
    const hub: Hub<SlackConfig> = {
      config: { signingSecret: fake.signingSecret, botToken: fake.botToken, apiUrl: fake.apiUrl },
      log,
      catalog,
      kv: { get: async () => null, set: async () => {}, add: async () => true, delete: async () => {} },
      use: () => {
        throw new Error('nothing is required')
      },
      maybe: () => null,
      command: (call) => answer(call),
      publish: () => Promise.reject(new Error('Slack publishes nothing')),
    }
    const { routes } = await slack.setup(hub)
    if (!routes) throw new Error('slack has no routes')
    fetchHub = async (request) => routes.request('/', request)
    from = fake.to(fetchHub)
  })
  afterEach(() => fake.close())

  test('a slash command becomes a call with its place and its reply address', async () => {
    const sent = await from.slash({ command: '/story', text: 'As a <shopper> & more\nsecond line', triggerId: 't.1' })
    expect(sent).toMatchObject({ status: 200, text: '' })
    expect(calls).toEqual([
      {
        workspace: 'slack:T0000001',
        deliveryId: 'trigger:t.1',
        actor: { plugin: 'slack', id: 'U0ANN0001' },
        actorName: 'ann',
        input: 'story As a <shopper> & more\nsecond line',
        place: {
          plugin: 'slack',
          workspace: 'slack:T0000001',
          channel: 'C0GENERAL',
          visibility: 'team',
          ticket: expect.stringMatching(/^U0ANN0001 http:\/\/127\.0\.0\.1:\d+\/response\/[0-9a-f]+$/),
          ticketExpiresAtMs: expect.any(Number),
        },
      },
    ])
    expect((calls[0]?.place.ticketExpiresAtMs ?? 0) - Date.now()).toBeLessThan(29 * 60_000 + 1)
  })
  test('a mention is a name in the text and an account beside it', async () => {
    await from.slash({ command: '/hub', text: `role ${chosen('U0NEW0001', 'anna')} maintainer` })
    await from.mention({ text: `story ask ${chosen('U0NEW0001', 'anna')} and ${chosen('U0NEW0002', 'anna')}` })
    expect(calls.map(({ input, mentions }) => [input, mentions])).toEqual([
      ['hub role @anna maintainer', { '@anna': 'U0NEW0001' }],
      ['story ask @anna and @anna-2', { '@anna': 'U0NEW0001', '@anna-2': 'U0NEW0002' }],
    ])
  })
  test('the acknowledgement says what will happen and the job, to that person alone', async () => {
    answer = async () => ({
      status: 'queued',
      id: '0198f0aa-0000-7000-8000-0000abcdef12',
      announce: 'Drafting for <!channel>',
    })
    const sent = await from.slash({ command: '/story', text: 'x' })
    expect(sent.json).toEqual({ response_type: 'ephemeral', text: 'Drafting for &lt;!channel&gt; · job `cdef12`' })
  })
  test('a private channel and a direct message are private places', async () => {
    await from.slash({ command: '/hub', text: 'help', channel: 'C0SECRET0' })
    await from.slash({ command: '/hub', text: '', channel: 'D0ANN0001' })
    expect(calls.map((c) => [c.input, c.place.visibility])).toEqual([
      ['hub help', 'private'],
      ['hub', 'private'],
    ])
  })
  describe('which kind of channel it is, Slack is asked', () => {
    const places = () => calls.map(({ place }) => [place.channel, place.visibility])
    test('a private channel is a private place for mentions and buttons too', async () => {
      await from.mention({ text: 'story x', channel: 'C0SECRET0' })
      await from.click({ ...(await post()), channel: 'C0SECRET0' }, 0)
      await from.mention({ text: 'story x' })
      expect(places()).toEqual([
        ['C0SECRET0', 'private'],
        ['C0SECRET0', 'private'],
        ['C0GENERAL', 'team'],
      ])
    })
    test('also where it is called differently in the payload', async () => {
      fake.channels.set('C0MERGER0', {
        id: 'C0MERGER0',
        name: 'merger',
        kind: 'private',
        isMember: true,
        isArchived: false,
      })
      await from.click({ ...(await post()), channel: 'C0MERGER0' }, 0)
      await from.shortcut(from.write('secret words', { channel: 'C0MERGER0' }), 'story_from_thread')
      expect(places()).toEqual([
        ['C0MERGER0', 'private'],
        ['C0MERGER0', 'private'],
      ])
    })
    test('once for each channel, also for many messages at once', async () => {
      await Promise.all(Array.from({ length: 10 }, () => from.mention({ text: 'story x' })))
      await from.click(await post(), 0)
      expect(calls).toHaveLength(11)
      expect(fake.counts.get('conversations.info')).toBe(1)
    })
    test.each([
      ['does not know the channel', { kind: 'refuse', error: 'channel_not_found' } as const],
      ['misses the scope', { kind: 'refuse', error: 'missing_scope' } as const],
      ['asks to wait', { kind: 'rate-limited', retryAfterSeconds: 30 } as const],
      ['is away', { kind: 'cut', commit: false } as const],
    ])('one that Slack does not tell of counts as private: it %s', async (_, fault) => {
      fake.faults.add('conversations.info', fault)
      expect(await from.mention({ text: 'story x' })).toMatchObject({ status: 200, attempts: 1 })
      expect(places()).toEqual([['C0GENERAL', 'private']])
    })
    test('a slow answer is not waited for: the command is stored in time', async () => {
      fake.faults.add('conversations.info', { kind: 'slow', ms: 4_000 })
      expect(await from.mention({ text: 'story x' })).toMatchObject({ status: 200, attempts: 1 })
      expect(places()).toEqual([['C0GENERAL', 'private']])
    })
  })

  describe('in a channel that another company shares', () => {
    const [OURS, THEIRS] = ['T0000001', 'T0OTHER01']
    const who = () => calls.map(({ workspace, isForeign = false, place }) => [workspace, isForeign, place.visibility])
    beforeEach(() => {
      fake.channels.set('C0SHARED0', {
        id: 'C0SHARED0',
        name: 'shared',
        kind: 'channel',
        isShared: true,
        isMember: true,
        isArchived: false,
      })
    })
    const shared = async () => ({ ...(await post()), channel: 'C0SHARED0' })

    test('its people are foreign, whatever they press or say, and ours are not', async () => {
      await from.click(await shared(), 0, { home: THEIRS })
      await from.mention({ text: 'story x', channel: 'C0SHARED0', home: THEIRS })
      await from.shortcut(from.write('words', { channel: 'C0SHARED0' }), 'story_from_thread', { home: THEIRS })
      await from.click(await shared(), 0)
      await from.mention({ text: 'story x', channel: 'C0SHARED0' })
      const workspace = `slack:${OURS}`
      expect(who()).toEqual([
        [workspace, true, 'public'],
        [workspace, true, 'public'],
        [workspace, true, 'public'],
        [workspace, false, 'public'],
        [workspace, false, 'public'],
      ])
    })
    test('a channel of theirs is worked in for us, not for them', async () => {
      await from.mention({ text: 'story x', channel: 'C0SHARED0', host: THEIRS })
      await from.mention({ text: 'story x', channel: 'C0SHARED0', host: THEIRS, home: THEIRS })
      expect(who()).toEqual([
        [`slack:${OURS}`, false, 'public'],
        [`slack:${OURS}`, true, 'public'],
      ])
    })
    test('their form is sent for us, and they stay foreign', async () => {
      await from.click(await shared(), 1, { home: THEIRS })
      const [view] = fake.views
      if (!view) throw new Error('no view was opened')
      expect((await from.submitView(view, { instruction: 'x' }, { home: THEIRS })).text).toBe('')
      expect(who()).toEqual([[`slack:${OURS}`, true, 'public']])
      const { isForeign: _, ...earlier } = JSON.parse(String(view.view.private_metadata))
      const old = { ...view, hash: 'old', view: { ...view.view, private_metadata: JSON.stringify(earlier) } }
      await from.submitView(old, { instruction: 'x' }, { home: THEIRS })
      await from.submitView({ ...old, hash: 'ours' }, { instruction: 'x' })
      expect(
        who()
          .slice(1)
          .map(([, isForeign]) => isForeign),
      ).toEqual([true, false])
    })
    test.each([
      ['ours', undefined, false],
      ['theirs', THEIRS, true],
    ])('where the event does not say whose they are, Slack is asked: %s', async (_, team, isForeign) => {
      const ann = fake.users.get('U0ANN0001')
      if (ann && team) fake.users.set(ann.id, { ...ann, team })
      const event = {
        type: 'app_mention',
        user: 'U0ANN0001',
        channel: 'C0SHARED0',
        ts: '1700000000.000300',
        text: 'story x',
      }
      await from.event(event)
      expect(who()).toEqual([[`slack:${OURS}`, isForeign, 'public']])
    })
    test('and where Slack may not be asked, they are foreign; elsewhere nobody is asked about', async () => {
      fake.setScopes(['channels:read'])
      const event = { type: 'app_mention', user: 'U0ANN0001', ts: '1700000000.000300', text: 'story x' }
      await from.event({ ...event, channel: 'C0SHARED0' })
      await from.event({ ...event, channel: 'C0GENERAL' })
      expect(who().map(([, isForeign]) => isForeign)).toEqual([true, false])
      expect(fake.counts.get('users.info')).toBe(1)
    })
    test('on an Enterprise Grid people of its other workspaces are ours', async () => {
      const bob = fake.users.get('U0BOB0001')
      if (bob) fake.users.set(bob.id, { ...bob, team: 'T0SISTER1', enterprise: 'E0000001' })
      const say = (channel: string) =>
        from.mention({ text: 'story x', enterprise: 'E0000001', home: 'T0SISTER1', user: 'U0BOB0001', channel })
      await say('C0GENERAL')
      await say('C0SHARED0')
      const ann = fake.users.get('U0ANN0001')
      if (ann) fake.users.set(ann.id, { ...ann, team: THEIRS, enterprise: 'E0OTHER01' })
      await from.mention({ text: 'story x', enterprise: 'E0000001', home: THEIRS, channel: 'C0SHARED0' })
      expect(who().map(([, isForeign]) => isForeign)).toEqual([false, false, true])
    })
    test('a channel that another organisation hosts is worked in for ours', async () => {
      await from.mention({ text: 'story x', enterprise: 'E0000001', host: THEIRS, channel: 'C0SHARED0' })
      expect(calls[0]?.workspace).toBe('slack:E0000001')
    })
    test('their direct messages and their Home tab are theirs alone, and they are foreign there', async () => {
      const dm = {
        type: 'message',
        channel_type: 'im',
        user: 'U0BOB0001',
        channel: 'D0BOB0001',
        ts: '1700000000.000400',
      }
      await from.event({ ...dm, text: 'story list', team: THEIRS }, { isShared: true })
      fake.setScopes([])
      await from.event(
        { type: 'app_home_opened', user: 'U0BOB0001', channel: 'D0BOB0001', tab: 'home' },
        { isShared: true },
      )
      expect(who()).toEqual([
        [`slack:${OURS}`, true, 'private'],
        [`slack:${OURS}`, true, 'private'],
      ])
      const view = homeView(
        { text: 'x', blocks: [{ kind: 'actions', items: [{ kind: 'button', label: 'List', run: 'story list' }] }] },
        { user: 'U0BOB0001', direct: 'D0BOB0001' },
        `slack:${OURS}`,
      )
      await from.clickHome({ id: 'V1', hash: 'h', triggerId: '', user: 'U0BOB0001', view: { ...view } }, 0, {
        home: THEIRS,
        user: 'U0BOB0001',
      })
      expect(who()[2]).toEqual([`slack:${OURS}`, true, 'private'])
    })
  })
  test('the same delivery 50 times at once is one call', async () => {
    const sent = await Promise.all(
      Array.from({ length: 50 }, () => from.slash({ command: '/story', text: 'once', triggerId: 'same' })),
    )
    expect(new Set(sent.map((s) => s.status))).toEqual(new Set([200]))
    expect(calls).toHaveLength(1)
  })
  test('without a trigger id the body is the key', async () => {
    const body = 'command=%2Fstory&text=x&team_id=T1&channel_id=C1&user_id=U1'
    await from.raw(body, 'application/x-www-form-urlencoded')
    await from.raw(body, 'application/x-www-form-urlencoded')
    expect(calls).toHaveLength(1)
    expect(calls[0]?.deliveryId).toMatch(/^body:[0-9a-f]{64}$/)
  })
  test('a reply address elsewhere is not kept', async () => {
    const body =
      'command=%2Fstory&text=x&team_id=T1&channel_id=C1&user_id=U1&response_url=http%3A%2F%2F169.254.169.254%2F'
    await from.raw(body, 'application/x-www-form-urlencoded')
    expect(calls[0]?.place.ticket).toBeUndefined()
  })
  test('while the database is away the answer is 503', async () => {
    answer = async () => Promise.reject(new HubError('UNAVAILABLE', 'database away'))
    expect((await from.slash({ command: '/story', text: 'x' })).status).toBe(503)
    expect(await from.mention({ text: 'story x' })).toMatchObject({ status: 503, attempts: 4 })
  })
  test('what can never be stored is said to the person, not sent again', async () => {
    answer = async () => Promise.reject(new HubError('TOO_LARGE', 'The text is longer than <20,000> characters'))
    const text = 'The text is longer than &lt;20,000&gt; characters'
    expect((await from.slash({ command: '/story', text: 'x' })).json).toEqual({ response_type: 'ephemeral', text })
    expect(await from.mention({ text: 'story x' })).toMatchObject({ status: 200, attempts: 1 })
    expect(await fake.waitFor((m) => m.length > 0)).toMatchObject([{ only: 'U0ANN0001', text }])
  })

  describe('refuses', () => {
    const form = 'application/x-www-form-urlencoded'
    const send = (body: string, headers: Record<string, string>) =>
      fetchHub(
        new Request('http://hub.test/', {
          method: 'POST',
          body,
          headers: { 'content-length': String(body.length), ...headers },
        }),
      )
    test.each([
      ['wrong', { 'x-slack-signature': `v0=${'0'.repeat(64)}` }],
      ['missing', {}],
      ['truncated', { 'x-slack-signature': 'v0=00' }],
    ])('a %s signature: 401, empty, no call, nothing parsed', async (_what, headers) => {
      const at = String(Math.floor(Date.now() / 1_000))
      const sent = await send('{not json', {
        'content-type': 'application/json',
        'x-slack-request-timestamp': at,
        ...headers,
      })
      expect([sent.status, await sent.text()]).toEqual([401, ''])
      expect(calls).toEqual([])
      expect(logged).toContain('SLACK_SIGNING_SECRET')
      expect(logged).not.toContain(fake.signingSecret)
    })
    test('url_verification without a signature', async () => {
      const body = JSON.stringify({ type: 'url_verification', challenge: 'c' })
      expect((await send(body, { 'content-type': 'application/json' })).status).toBe(401)
    })
    test('more than 1 MB, declared or not, before it is all read', async () => {
      const big = 'x'.repeat(1_048_577)
      expect((await send(big, { 'content-type': form })).status).toBe(413)
      let pulled = 0
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += 1
          controller.enqueue(new Uint8Array(65_536))
          if (pulled > 100) controller.close()
        },
      })
      const endless = new Request('http://hub.test/', {
        method: 'POST',
        body: stream,
        duplex: 'half',
        headers: { 'content-type': form },
      } as RequestInit)
      expect((await fetchHub(endless)).status).toBe(413)
      expect(pulled).toBeLessThan(30)
    })
    test('a signed body that is no JSON, or no command', async () => {
      expect((await from.raw('{', 'application/json')).status).toBe(400)
      expect((await from.raw('payload=%7B', form)).status).toBe(400)
      expect((await from.raw('text=only', form)).status).toBe(400)
      expect(calls).toEqual([])
    })
    test('ssl_check smuggles nothing', async () => {
      const sent = await send('ssl_check=1&command=/deploy&team_id=T1&channel_id=C1&user_id=U1', {
        'content-type': form,
      })
      expect([sent.status, await sent.text()]).toEqual([200, ''])
      await from.raw('ssl_check=1&command=/deploy&team_id=T1&channel_id=C1&user_id=U1', form)
      expect(calls).toEqual([])
    })
  })

  test('answers url_verification', async () => {
    expect((await from.urlVerification('3eZbrw1aB')).json).toEqual({ challenge: '3eZbrw1aB' })
  })
  test('a mention is a command in its thread', async () => {
    expect((await from.mention({ text: 'story As a shopper', thread: '1700000000.000100' })).status).toBe(200)
    await from.mention({ text: '' })
    expect(calls[0]).toMatchObject({
      input: 'story As a shopper',
      lane: 'slack:T0000001:C0GENERAL:1700000000.000100',
      place: { channel: 'C0GENERAL', thread: '1700000000.000100', visibility: 'team' },
    })
    expect(calls[0]?.deliveryId).toMatch(/^event:Ev/)
    expect(calls[1]).toMatchObject({ input: 'hub help', place: { thread: expect.stringMatching(/^\d+\.\d{6}$/) } })
  })
  test('what a mention will do is shown to the person who asked', async () => {
    answer = async () => ({ status: 'queued', id: '0198f0aa-0000-7000-8000-0000abcdef12', announce: 'Drafting' })
    await from.mention({ text: 'story x' })
    const [ack] = await fake.waitFor((m) => m.length > 0)
    expect(ack).toMatchObject({ only: 'U0ANN0001', text: 'Drafting · job `cdef12`' })
  })
  test('a direct message is a command', async () => {
    await from.directMessage({ text: 'story list' })
    expect(calls[0]).toMatchObject({
      input: 'story list',
      place: { channel: 'D0ANN0001', visibility: 'private' },
      lane: 'slack:T0000001:D0ANN0001',
    })
    expect(calls[0]?.place.thread).toBeUndefined()
  })
  test('an event that was not stored is sent again by Slack and stored once', async () => {
    const real = answer
    let failures = 2
    answer = async (call) => (failures-- > 0 ? Promise.reject(new HubError('UNAVAILABLE', 'away')) : real(call))
    expect(await from.mention({ text: 'story x', eventId: 'Ev1' })).toMatchObject({ status: 200, attempts: 3 })
    await from.mention({ text: 'story x', eventId: 'Ev1' })
    expect(calls).toHaveLength(1)
  })
  test.each([
    ['its own message', { bot_id: 'B0000001' }],
    ['another app', { app_id: 'A2' }],
    ['an edit', { subtype: 'message_changed' }],
    ['a bot message', { subtype: 'bot_message' }],
    ['a channel message', { channel_type: 'channel' }],
    ['nobody', { user: undefined }],
    ['a file of a bot’s', { subtype: 'file_share', bot_id: 'B2' }],
  ])('ignores %s', async (_what, more) => {
    const event = {
      type: 'message',
      channel_type: 'im',
      channel: 'D1',
      user: 'U1',
      ts: '1.000001',
      text: 'story x',
      ...more,
    }
    expect((await from.event(event)).status).toBe(200)
    expect(calls).toEqual([])
  })
  test.each([
    ['with a picture', { subtype: 'file_share', files: [{ id: 'F1', mimetype: 'image/png' }] }, 'story x'],
    ['that is a picture', { subtype: 'file_share', text: '' }, 'hub help'],
    ['sent to the channel as well', { subtype: 'thread_broadcast' }, 'story x'],
    ['with /me', { subtype: 'me_message' }, 'story x'],
  ])('hears a message %s', async (_what, more, input) => {
    const event = { type: 'message', channel_type: 'im', channel: 'D1', user: 'U1', ts: '1.000001', text: 'story x' }
    expect((await from.event({ ...event, ...more })).status).toBe(200)
    expect(calls).toMatchObject([{ input }])
  })
  test('other events and notices are acknowledged', async () => {
    expect(
      (await from.event({ type: 'reaction_added', user: 'U1', item: { type: 'message', channel: 'C1', ts: '1.1' } }))
        .status,
    ).toBe(200)
    expect(
      (await from.raw(JSON.stringify({ type: 'app_rate_limited', team_id: 'T1' }), 'application/json')).status,
    ).toBe(200)
    expect(logged).toContain('holds events back')
  })

  const post = async (threadTs?: string) => {
    const elements = [
      {
        type: 'button',
        action_id: 'button:0:0',
        text: { type: 'plain_text', text: 'Approve' },
        value: 'story approve ST-1',
      },
      {
        type: 'button',
        action_id: 'form:0:1',
        text: { type: 'plain_text', text: 'Refine' },
        value: 'story refine ST-1',
      },
      { type: 'button', action_id: 'link:0:2', text: { type: 'plain_text', text: 'Open' }, url: 'https://x.test/' },
      { type: 'button', action_id: 'form:0:3', text: { type: 'plain_text', text: 'Other' }, value: 'story nothing' },
    ]
    fake.messages.push({
      ts: '1700000000.000200',
      channel: 'C0GENERAL',
      via: 'api',
      text: 'A story',
      edited: false,
      storedAtMs: Date.now(),
      blocks: [{ type: 'actions', elements }],
      ...(threadTs ? { threadTs } : {}),
    })
    const message = fake.messages.at(-1)
    if (!message) throw new Error('no message')
    return message
  }
  test('a button runs its saved command on its message', async () => {
    const message = await post('1700000000.000100')
    expect(await from.click(message, 0)).toMatchObject({ status: 200, text: '' })
    expect(calls[0]).toMatchObject({
      input: 'story approve ST-1',
      actor: { plugin: 'slack', id: 'U0ANN0001' },
      actorName: 'ann',
      place: { channel: 'C0GENERAL', thread: '1700000000.000100', visibility: 'team', ticket: expect.any(String) },
      on: { message: '1700000000.000200', channel: 'C0GENERAL', thread: '1700000000.000100' },
    })
    expect(calls[0]?.deliveryId).toMatch(/^trigger:/)
  })
  describe('"Make a story from this"', () => {
    const choose = () => from.shortcut(from.write('people pay twice'), 'story_from_thread')
    test.each([
      ['the bot is not there', { kind: 'refuse', error: 'not_in_channel' } as const, /Invite the bot/],
      ['Slack asks to wait', { kind: 'rate-limited', retryAfterSeconds: 5 } as const, /try again in a minute/],
      ['Slack is away', { kind: 'cut', commit: false } as const, /try again in a minute/],
      ['a scope is missing', { kind: 'refuse', error: 'missing_scope' } as const, /reinstall the app/],
    ])('says what cures it when %s', async (_, fault, words) => {
      fake.faults.add('conversations.replies', fault)
      expect((await choose()).status).toBe(200)
      const told = await fake.waitFor((m) => m.length > 0)
      expect(told).toMatchObject([{ only: 'U0ANN0001', text: expect.stringMatching(words) }])
      expect(calls).toEqual([])
    })
    test('is not taken while the database is away, and Slack says so', async () => {
      answer = async () => Promise.reject(new HubError('UNAVAILABLE', 'database away'))
      expect((await choose()).status).toBe(503)
      expect(fake.shown()).toEqual([])
    })
  })
  test('a link button only opens its page', async () => {
    expect((await from.click(await post(), 2)).status).toBe(200)
    expect(calls).toEqual([])
  })
  test('a form opens a modal, says what is wrong, and runs once', async () => {
    const message = await post()
    expect((await from.click(message, 1)).status).toBe(200)
    expect(calls).toEqual([])
    const [view] = fake.views
    if (!view) throw new Error('no view was opened')
    expect(view.view).toMatchObject({ title: { text: 'Refine the story with a…' }, submit: { text: 'Refine' } })
    const blocks = view.view.blocks as { block_id: string; optional: boolean }[]
    expect(blocks.map((b) => [b.block_id, b.optional])).toEqual([
      ['instruction', false],
      ['tone', true],
      ['keep', true],
    ])
    const wrong = await from.submitView(view, { tone: 'short' })
    expect(wrong.json).toEqual({ response_action: 'errors', errors: { instruction: 'Say what to change' } })
    const values = { instruction: 'add refunds\nand more', tone: 'long', keep: 'true' }
    const sent = await Promise.all([from.submitView(view, values), from.submitView(view, values)])
    expect(sent.map((s) => [s.status, s.text])).toEqual([
      [200, ''],
      [200, ''],
    ])
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({
      input: { command: 'story refine', values: { id: 'ST-1', ...values } },
      deliveryId: `view:${view.id}:${view.hash}`,
      place: { channel: 'C0GENERAL', workspace: 'slack:T0000001' },
      on: { message: '1700000000.000200' },
    })
  })
  test('a form that does not exist runs the command as typed', async () => {
    await from.click(await post(), 3)
    expect(calls[0]?.input).toBe('story nothing')
    expect(fake.views).toEqual([])
  })
  test('a modal of another workspace is out of date', async () => {
    await from.click(await post(), 1)
    const [view] = fake.views
    if (!view) throw new Error('no view was opened')
    const carried = JSON.stringify({
      run: 'story refine ST-1',
      place: { plugin: 'slack', workspace: 'slack:T2', channel: 'C1', visibility: 'team' },
    })
    const sent = await from.submitView(
      { ...view, view: { ...view.view, private_metadata: carried } },
      { instruction: 'x' },
    )
    expect(sent.json).toMatchObject({ response_action: 'errors' })
    expect(calls).toEqual([])
  })

  /** Every payload Slack documents, its fields present and empty. */
  const shapes = new URL('../../../shared/data/slack/shapes-java-slack-sdk/', import.meta.url)
  describe.skipIf(!existsSync(shapes))('Slack’s own shapes (skipped without ../shared/data)', () => {
    const read = (path: string) => JSON.parse(readFileSync(new URL(path, shapes), 'utf8'))
    const names = existsSync(shapes) ? readdirSync(new URL('events/', shapes)) : []

    test('an event of any type, empty, does nothing and breaks nothing', async () => {
      expect(names.length).toBeGreaterThan(50)
      for (const name of names) {
        const sent = await from.raw(JSON.stringify(read(`events/${name}`)), 'application/json')
        expect([200, 404], name).toContain(sent.status)
      }
      expect(calls).toEqual([])
    })
    test('an empty command, click or form is refused for good', async () => {
      const slash = new URLSearchParams(read('app-backend/slash-commands/SlashCommandPayload.json')).toString()
      expect((await from.raw(slash, 'application/x-www-form-urlencoded')).status).toBe(400)
      for (const path of ['interactive-components/BlockActionPayload', 'views/ViewSubmissionPayload']) {
        const payload = JSON.stringify(read(`app-backend/${path}.json`))
        const sent = await from.raw(new URLSearchParams({ payload }).toString(), 'application/x-www-form-urlencoded')
        expect([200, 400, 404], path).toContain(sent.status)
      }
      expect(calls).toEqual([])
    })
    test('the fake sends no field that Slack does not', async () => {
      let body = ''
      const spy = fake.to(async (request) => {
        body = await request.text()
        return new Response('')
      })
      await spy.slash({ command: '/story', text: 'x' })
      const known = Object.keys(read('app-backend/slash-commands/SlashCommandPayload.json'))
      expect(known).toEqual(expect.arrayContaining([...new URLSearchParams(body).keys()]))
      const message = await post()
      await spy.click(message, 0)
      const click = JSON.parse(new URLSearchParams(body).get('payload') ?? '{}')
      expect(Object.keys(read('app-backend/interactive-components/BlockActionPayload.json'))).toEqual(
        expect.arrayContaining(Object.keys(click)),
      )
    })
  })
})
