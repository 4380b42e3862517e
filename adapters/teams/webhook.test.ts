import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Catalog,
  type CommandCall,
  type Finder,
  type Form,
  finder,
  type Hub,
  HubError,
  type Log,
  type Receipt,
} from '#contract'
import { anyMessage } from '../../test/contract/messages.ts'
import { checkCard, readActivity } from '../../test/fakes/teams/cards.ts'
import {
  ANN,
  BOB,
  BOT,
  CHANNEL,
  type FakeMessage,
  GROUP,
  PERSONAL,
  type Sender,
  type Sent,
  startTeamsFake,
  TENANT,
  type TeamsFake,
} from '../../test/fakes/teams/index.ts'
import { createTeamsSigner } from '../../test/fakes/teams/sign.ts'
import { config, type TeamsConfig } from './config.ts'
import { teams } from './index.ts'
import { render } from './render.ts'
import { storyResults } from './search.ts'

const refine: Form = {
  command: 'story refine',
  title: 'Refine the story',
  submit: 'Refine',
  fields: [
    field('id', { value: 'ST-1' }),
    field('instruction', { required: true, multiline: true, rest: true }),
    field('tone', { kind: 'choice', choices: ['short', 'long'] }),
    field('points', { kind: 'number' }),
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
const catalog: Catalog = {
  commands: [
    {
      name: 'story',
      summary: 'Draft a user story',
      usage: '/story <text>',
      examples: ['story As a shopper'],
      allow: 'member',
      sideEffects: 'hub',
      fields: [],
    },
    {
      name: 'hub help',
      summary: 'What the hub can do',
      usage: '/hub help',
      examples: ['hub help'],
      allow: 'viewer',
      sideEffects: 'none',
      fields: [],
    },
  ],
  isPrivate: () => false,
  match: () => null,
  form: (run) => (run.startsWith('story') ? refine : null),
  check: (input) =>
    typeof input !== 'string' && !input.values.instruction
      ? [{ field: 'instruction', message: 'Say what to change' }]
      : [],
}

describe('POST /hooks/teams', () => {
  let fake: TeamsFake
  let calls: CommandCall[]
  let answer: (call: CommandCall) => Promise<Receipt>
  let from: Sender
  let fetchHub: (request: Request) => Promise<Response>
  let logged: string
  let stored: Map<string, unknown>
  let stories: Finder | null = null
  let close: () => void

  const open = async (more: Partial<TeamsConfig> = {}) => {
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
    const { TEAMS_OPENID_METADATA_URL: openidMetadataUrl, TEAMS_TOKEN_URL: tokenUrl } = fake.env
    const { appId, appPassword } = fake
    const hub: Hub<TeamsConfig> = {
      config: { ...config.parse({ appId, appPassword, tenantId: TENANT, openidMetadataUrl, tokenUrl }), ...more },
      log,
      catalog,
      kv: {
        get: async (key) => stored.get(key) ?? null,
        set: async (key, value) => void stored.set(key, value),
        add: async (key, value) => !stored.has(key) && stored.set(key, value).has(key),
        delete: async (key) => void stored.delete(key),
      },
      use: () => {
        throw new Error('nothing is required')
      },
      maybe: <T>({ name }: { name: string }) => (name === finder.name ? (stories as T | null) : null),
      command: (call) => answer(call),
      publish: () => Promise.reject(new Error('nothing is published')),
    }
    const parts = await teams.setup(hub)
    const { routes } = parts
    if (!routes) throw new Error('no routes')
    close = () => void parts.close?.()
    fetchHub = async (request) => routes.fetch(new Request('http://hub.test/', request))
    from = fake.to(fetchHub)
  }
  beforeEach(async () => {
    fake = await startTeamsFake()
    calls = []
    logged = ''
    stored = new Map()
    await open()
  })
  afterEach(async () => {
    close()
    await fake.close()
  })
  /** A card of ours that stands in a channel. */
  const standing = (conversation = CHANNEL, thread: string | undefined = '1700000000000'): FakeMessage => {
    const activity = render({
      text: 'A story',
      blocks: [
        {
          kind: 'actions',
          items: [
            { kind: 'button', label: 'Approve', run: 'story approve ST-1', confirm: 'Freeze it?' },
            { kind: 'button', label: 'Show', run: 'story show ST-1' },
            { kind: 'form', label: 'Refine', run: 'story refine ST-1' },
            { kind: 'form', label: 'Other', run: 'other thing' },
          ],
        },
      ],
    })
    const message: FakeMessage = {
      id: '1700000000123',
      conversation,
      ...(thread === undefined ? {} : { thread }),
      activity: { ...activity },
      edited: false,
      storedAtMs: Date.now(),
    }
    fake.messages.push(message)
    return message
  }
  const card = (sent: Sent) =>
    (sent.json?.task as { value?: { title?: string; card?: { content?: Record<string, unknown> } } } | undefined)?.value
  const inputs = (sent: Sent) =>
    ((card(sent)?.card?.content?.body ?? []) as { type: string; id?: string; value?: unknown }[]).filter(({ type }) =>
      type.startsWith('Input.'),
    )

  test('a mention in a channel is a command in its thread', async () => {
    const sent = await from.mention({
      text: '/story As a shopper &amp; more',
      thread: '1700000000000',
      id: '1700000000001',
    })
    expect([sent.status, sent.text]).toEqual([200, ''])
    expect(calls).toEqual([
      {
        workspace: `teams:${TENANT}`,
        deliveryId: `activity:msteams:${CHANNEL};messageid=1700000000000:1700000000001`,
        actor: { plugin: 'teams', id: ANN },
        actorName: 'Ann Example',
        input: 'story As a shopper & more',
        lane: `teams:${TENANT}:${CHANNEL}:1700000000000`,
        place: {
          plugin: 'teams',
          workspace: `teams:${TENANT}`,
          channel: CHANNEL,
          thread: '1700000000000',
          visibility: 'team',
        },
      },
    ])
  })
  test('a mention that begins a thread is answered in it, and one without words is asked what it wants', async () => {
    await from.mention({ text: '', id: '1700000000007' })
    expect(calls[0]).toMatchObject({ input: 'hub help', place: { thread: '1700000000007' } })
  })
  test('the bot’s own chat needs no mention and knows no threads', async () => {
    await from.personal({ text: 'story list' })
    expect(calls[0]).toMatchObject({
      input: 'story list',
      lane: `teams:${TENANT}:${PERSONAL}`,
      place: { channel: PERSONAL, visibility: 'private' },
    })
    expect(calls[0]?.place).not.toHaveProperty('thread')
    await fake.waitFor(() => fake.counts.has('typing'))
    const [typing] = fake.arrivals.filter((a) => a.method === 'typing')
    expect(typing?.args).toMatchObject({ conversation: PERSONAL })
  })
  test('in a group only what is said to the bot counts', async () => {
    expect((await from.message({ text: 'lunch?', conversation: GROUP })).status).toBe(200)
    expect(calls).toEqual([])
    await from.message({ text: 'hub status', conversation: GROUP, mention: true })
    expect(calls[0]).toMatchObject({ input: 'hub status', place: { channel: GROUP, visibility: 'private' } })
  })
  test('other people’s names stay, ours goes; markup is text', async () => {
    const entities = [
      { type: 'mention', mentioned: BOT, text: '<at>hub</at>' },
      { type: 'mention', mentioned: { id: BOB, name: 'Bob' }, text: '<at>Bob Example</at>' },
      { type: 'mention', mentioned: {}, text: '<at>nobody</at>' },
      { type: 'mention', mentioned: { id: BOT.id } },
    ]
    const text =
      'please <at>hub</at>&nbsp;story ask <at>Bob Example</at> about &lt;b&gt;<br>&quot;refunds&quot; &amp;lt;'
    await from.raw(from.build({ type: 'message', text, entities }, { conversation: CHANNEL }))
    expect(calls[0]?.input).toBe('please  story ask @Bob-Example about <b>\n"refunds" &lt;')
    expect(calls[0]?.mentions).toEqual({ '@Bob-Example': BOB })
  })
  test.each([
    ['standard', 'team'],
    ['private', 'private'],
    ['shared', 'public'],
  ] as const)('a %s channel is %s', async (channelType, visibility) => {
    fake.conversations.set('19:x@thread.tacv2', {
      id: '19:x@thread.tacv2',
      kind: 'channel',
      channelType,
      members: [ANN],
      isOpen: true,
    })
    await from.mention({ text: 'hub help', conversation: '19:x@thread.tacv2' })
    expect(calls[0]?.place.visibility).toBe(visibility)
  })
  test('the same activity 50 times at once is one call', async () => {
    const sent = await Promise.all(
      Array.from({ length: 50 }, () =>
        from.mention({ text: 'story once', id: '1700000000009', thread: '1700000000000' }),
      ),
    )
    expect(new Set(sent.map((s) => s.status))).toEqual(new Set([200]))
    expect(calls).toHaveLength(1)
  })
  test('the same id in another conversation is another delivery', async () => {
    await from.message({ text: 'hub help', id: '1700000000009', conversation: PERSONAL })
    await from.message({ text: 'hub help', id: '1700000000009', conversation: GROUP, mention: true })
    expect(new Set(calls.map((c) => c.deliveryId)).size).toBe(2)
  })
  test('while the database is away the answer is 503, whichever store it is', async () => {
    const message = standing()
    answer = async () => Promise.reject(new HubError('UNAVAILABLE', 'database away'))
    expect((await from.personal({ text: 'story x' })).status).toBe(503)
    expect((await from.execute(message, 'Show')).status).toBe(503)
    stored.set = () => {
      throw new HubError('UNAVAILABLE', 'database away')
    }
    expect((await from.mention({ text: 'story x', conversation: GROUP })).status).toBe(503)
  })
  test('what can never be stored is said to the person', async () => {
    answer = async () => Promise.reject(new HubError('TOO_LARGE', 'The text is longer than <at>20,000</at> characters'))
    expect((await from.personal({ text: 'story x' })).status).toBe(200)
    const [told] = await fake.waitFor((m) => m.length > 0)
    expect(told).toMatchObject({ conversation: PERSONAL, activity: { textFormat: 'plain' } })
    expect(readActivity(told?.activity).mentions).toEqual([])
    const pressed = await from.execute(standing(), 'Show')
    expect(pressed.json).toMatchObject({ statusCode: 200, value: expect.stringContaining('longer than') })
  })
  test.each([
    ['a bot', { from: { id: '28:another-bot', name: 'Bot' } }],
    ['itself', { from: BOT }],
  ])('%s is not answered', async (_what, more) => {
    const { status } = await from.raw(
      from.build({ type: 'message', text: 'story x', ...more }, { conversation: PERSONAL }),
    )
    expect(status).toBe(200)
    expect(calls).toEqual([])
  })

  describe('buttons', () => {
    test('run their saved command on their message, and the presser hears what will happen', async () => {
      answer = async (call) => {
        calls.push(call)
        return { status: 'queued', id: '0198f0aa-0000-7000-8000-0000abcdef12', announce: 'Showing ST-1' }
      }
      const sent = await from.execute(standing(), 'Show', { user: BOB })
      expect(sent).toMatchObject({
        status: 200,
        json: {
          statusCode: 200,
          type: 'application/vnd.microsoft.activity.message',
          value: 'Showing ST-1 · job cdef12',
        },
      })
      expect(calls[0]).toMatchObject({
        input: 'story show ST-1',
        actor: { id: BOB },
        place: { channel: CHANNEL, thread: '1700000000000', visibility: 'team' },
        on: { message: '1700000000123', channel: CHANNEL, thread: '1700000000000' },
      })
    })
    test('a button that asks first unfolds the question', async () => {
      const sent = await from.execute(standing(), 'Approve')
      expect(sent.status).toBe(200)
      expect(calls[0]?.input).toBe('story approve ST-1')
    })
    test('clients without Action.Execute send a message with the same command', async () => {
      await from.submit(standing(GROUP, undefined), 'Show')
      expect(calls[0]).toMatchObject({ input: 'story show ST-1', on: { message: '1700000000123' } })
    })
    test.each([
      ['no action', {}],
      ['an unknown action', { action: { type: 'Action.Http', data: {} } }],
      ['no data', { action: { type: 'Action.Execute', verb: 'run' } }],
      ['a number for a command', { action: { type: 'Action.Execute', data: { run: 7 } } }],
    ])('%s is no command', async (_what, value) => {
      const sent = await from.raw(from.build({ type: 'invoke', name: 'adaptiveCard/action', value }, { id: 'f:1' }))
      expect(sent.status).toBeLessThanOrEqual(400)
      expect(calls).toEqual([])
    })
  })

  describe('dialogs', () => {
    test('a form opens, says what is wrong, keeps what was typed, and runs once', async () => {
      const opened = await from.openForm(standing(), 'Refine')
      expect(opened.json).toMatchObject({ task: { type: 'continue', value: { title: 'Refine the story' } } })
      expect(checkCard(card(opened)?.card?.content)).toEqual([])
      expect(inputs(opened).map(({ type, id }) => [type, id])).toEqual([
        ['Input.Text', 'arg.instruction'],
        ['Input.ChoiceSet', 'arg.tone'],
        ['Input.Number', 'arg.points'],
        ['Input.Toggle', 'arg.keep'],
      ])
      const wrong = await from.submitForm(opened, { tone: 'short', points: '3' })
      expect(JSON.stringify(wrong.json)).toContain('Say what to change')
      expect(checkCard(card(wrong)?.card?.content)).toEqual([])
      expect(inputs(wrong).map(({ value }) => value)).toEqual([undefined, 'short', 3, undefined])
      expect(calls).toEqual([])
      const values = { instruction: 'add refunds\nand more', tone: 'long', points: '3', keep: 'true' }
      const sent = await Promise.all([from.submitForm(wrong, values), from.submitForm(wrong, values)])
      expect(sent.map((s) => (s.json as { task: { type: string } } | null)?.task.type)).toEqual(['message', 'message'])
      expect(calls).toHaveLength(1)
      expect(calls[0]).toMatchObject({
        input: { command: 'story refine', values: { id: 'ST-1', ...values } },
        place: { channel: CHANNEL, workspace: `teams:${TENANT}` },
        on: { message: '1700000000123' },
      })
    })
    test('nobody can name another message to be replaced', async () => {
      const opened = await from.openForm(standing(), 'Refine')
      const forged = {
        ...opened,
        json: JSON.parse(JSON.stringify(opened.json).replaceAll('1700000000123', '1700000000999')),
      }
      await from.submitForm(forged, { instruction: 'x' })
      expect(calls).toHaveLength(1)
      expect(calls[0]).not.toHaveProperty('on')
      const elsewhere = await from.openForm(standing(), 'Refine')
      await from.submitForm(elsewhere, { instruction: 'x' }, { conversation: GROUP })
      expect(calls[1]).not.toHaveProperty('on')
    })
    test('hidden values come from the command, not from the sender', async () => {
      const opened = await from.openForm(standing(), 'Refine')
      await from.submitForm(opened, { id: 'ST-999', instruction: 'x' })
      expect(calls[0]?.input).toMatchObject({ values: { id: 'ST-1' } })
    })
    test('a command without a form says what to do instead', async () => {
      const sent = await from.openForm(standing(), 'Other')
      expect(sent.json).toMatchObject({ task: { type: 'message', value: expect.stringContaining('type the command') } })
    })
    test('a submission that is none is out of date', async () => {
      for (const value of [{}, { data: {} }, { data: { hub: { run: 'gone', form: 'x' } } }]) {
        const sent = await from.raw(from.build({ type: 'invoke', name: 'task/submit', value }, { id: 'f:1' }))
        expect(sent.json).toMatchObject({ task: { type: 'message', value: expect.stringContaining('out of date') } })
      }
      expect(calls).toEqual([])
    })
  })

  describe('the message extension', () => {
    test('an action opens the command’s form and runs it', async () => {
      const opened = await from.fetchTask('story.refine', { conversation: GROUP })
      expect(card(opened)?.title).toBe('Refine the story')
      const sent = await from.submitAction(opened, { instruction: 'As a shopper' }, { conversation: GROUP })
      expect(sent.json).toMatchObject({ task: { type: 'message', value: expect.stringContaining('job cdef12') } })
      expect(calls[0]).toMatchObject({ input: { command: 'story refine' }, place: { channel: GROUP } })
    })
    test('on a message its words are filled in', async () => {
      const opened = await from.fetchTask('story', {
        html: '<div><p>As a <strong>shopper</strong></p><script>alert(1)</script><p>I want &lt;cards&gt; &amp; more</p></div>',
      })
      expect(inputs(opened)[0]).toMatchObject({ id: 'arg.instruction', value: 'As a shopper\nI want <cards> & more' })
    })
    test('an unknown action says what to do instead', async () => {
      expect((await from.fetchTask('deploy')).json).toMatchObject({ task: { type: 'message' } })
    })
    test('stories are found as cards to put into a message, within the limits', async () => {
      const asked: Parameters<Finder['find']>[0][] = []
      stories = {
        async find(given) {
          asked.push(given)
          const title = 'ST-12 · Pay with a <at>saved</at> card'
          const blocks = [
            { kind: 'heading', text: title } as const,
            { kind: 'text', markdown: '**x** '.repeat(9_000) } as const,
          ]
          return [{ title, note: 'draft · v2', card: { text: title, blocks } }]
        },
      }
      const { json } = await from.query('saved card', { commandId: 'stories' })
      const [found] = (
        json as { composeExtension: { attachments: { content: unknown; preview: { content: object } }[] } }
      ).composeExtension.attachments
      expect(checkCard(found?.content)).toEqual([])
      expect(found?.preview.content).toMatchObject({ text: 'draft · v2' })
      expect(JSON.stringify(json)).not.toContain('<at>')
      expect(asked).toMatchObject([
        { workspace: `teams:${TENANT}`, who: { plugin: 'teams', id: ANN }, words: 'saved card', limit: 15 },
      ])
      expect(asked[0]?.place).toMatchObject({ plugin: 'teams', visibility: expect.any(String) })
      // Further pages are none.
      expect((await from.query('saved card', { commandId: 'stories', skip: 25 })).json).toMatchObject({
        composeExtension: { attachments: [] },
      })
      expect(asked).toHaveLength(1)
    })
    test('whatever a story says, what is found fits Teams', () => {
      fc.assert(
        fc.property(anyMessage, (card) => {
          const answer = storyResults([{ title: card.text, note: card.text.slice(0, 80), card }]) as {
            composeExtension: { attachments: { content: unknown; preview: { content: { title: string } } }[] }
          }
          for (const { content, preview } of answer.composeExtension.attachments) {
            expect(checkCard(content)).toEqual([])
            expect(preview.content.title).not.toMatch(/<at>/)
          }
        }),
        { numRuns: 100 },
      )
    }, 60_000)
    test.each([
      [new HubError('FORBIDDEN', 'You may not see stories here; hub why says more'), /may not see stories/],
      [new HubError('UNAVAILABLE', 'connection to 10.0.0.1 refused'), /cannot be searched right now/],
      [new Error('boom'), /cannot be searched right now/],
    ])('a search that fails with %s says so in words', async (error, says) => {
      stories = { find: () => Promise.reject(error) }
      const { status, text } = await from.query('card', { commandId: 'stories' })
      expect(status).toBe(200)
      expect(text).toMatch(says)
      expect(text).not.toContain('10.0.0.1')
    })
    test('without stories there is nothing to find', async () => {
      stories = null
      expect((await from.query('card', { commandId: 'stories' })).json).toEqual({
        composeExtension: { type: 'result', attachmentLayout: 'list', attachments: [] },
      })
    })
    test('search finds commands by words', async () => {
      const found = async (words: string) => {
        const { json } = await from.query(words)
        return (
          json as { composeExtension: { attachments: { content: unknown; preview: { content: { title: string } } }[] } }
        ).composeExtension.attachments
      }
      const [story, ...rest] = await found('user STORY')
      expect(rest).toEqual([])
      expect(story?.preview.content.title).toBe('/story')
      expect(checkCard(story?.content)).toEqual([])
      expect(await found('')).toHaveLength(2)
      expect(await found('no such thing')).toEqual([])
    })
  })

  describe('installations', () => {
    const conversations = () => [...stored.keys()].filter((key) => key.startsWith('conversation:'))
    test('make a conversation known, and removal forgets it', async () => {
      expect((await from.installation('add', { conversation: PERSONAL })).status).toBe(200)
      expect(conversations()).toEqual([`conversation:teams:${TENANT}:${PERSONAL}`])
      expect([...stored.values()][0]).toEqual({ serviceUrl: fake.serviceUrl, kind: 'personal', bot: BOT.id })
      await from.installation('remove', { conversation: PERSONAL })
      expect(conversations()).toEqual([])
      await from.installation('add', { conversation: PERSONAL })
      expect(conversations()).toHaveLength(1)
    })
    test('the bot added to or removed from a team', async () => {
      await from.conversationUpdate({ membersAdded: [{ id: BOT.id }] })
      expect(conversations()).toEqual([`conversation:teams:${TENANT}:${CHANNEL}`])
      await from.conversationUpdate({ membersRemoved: [{ id: BOB }] })
      expect(conversations()).toHaveLength(1)
      await from.conversationUpdate({ membersRemoved: [{ id: BOT.id }] })
      expect(conversations()).toEqual([])
      expect(fake.arrivals.filter((a) => !['metadata', 'keys'].includes(a.method))).toEqual([])
    })
    test('a conversation is written once, not with every message', async () => {
      let writes = 0
      const { set } = stored
      stored.set = (key, value) => {
        writes += 1
        return set.call(stored, key, value)
      }
      for (let i = 0; i < 5; i++) await from.personal({ text: 'hub help' })
      expect(writes).toBe(2)
    })
  })

  describe('refuses', () => {
    const send = (body: string, headers: Record<string, string> = {}) =>
      fetchHub(new Request('http://hub.test/', { method: 'POST', body, headers }))
    test('without a token: 401, empty, no call, nothing parsed', async () => {
      const sent = await send('{not json', { 'content-type': 'application/json' })
      expect([sent.status, await sent.text()]).toEqual([401, ''])
      expect(logged).toContain('TEAMS_APP_ID')
      expect(logged).not.toContain(fake.appPassword)
      expect(fake.arrivals).toEqual([])
    })
    test('every wrong token, and never asks the address it names', async () => {
      const evil = await startTeamsFake()
      const activity = from.build({ type: 'message', text: 'story x' }, { conversation: PERSONAL })
      const stranger = await createTeamsSigner()
      const wrong = [
        { authorization: null },
        { authorization: 'Bearer x.y.z' },
        { claims: { aud: '00000000-0000-4000-8000-000000000000' } },
        { claims: { iss: 'https://evil.test' } },
        { claims: { exp: 1 } },
        { claims: { serviceurl: evil.serviceUrl } },
        { signer: stranger },
        { signer: stranger, header: { kid: fake.signer.kid } },
        { signer: stranger, header: { kid: `${evil.origin}/v1/.well-known/keys` } },
      ]
      for (const token of wrong) {
        const sent = await from.raw(activity, token)
        expect([401, 403], JSON.stringify(token)).toContain(sent.status)
        expect(sent.text).toBe('')
      }
      const moved = { ...activity, serviceUrl: evil.serviceUrl }
      expect((await from.raw(moved, { claims: { serviceurl: fake.serviceUrl } })).status).toBe(403)
      expect(evil.arrivals).toEqual([])
      expect(calls).toEqual([])
      expect(stored.size).toBe(0)
      await evil.close()
    })
    test('another tenant, where one is named', async () => {
      const other = '00000000-1111-4222-8333-444444444444'
      expect((await from.personal({ text: 'story x', tenant: other })).status).toBe(403)
      expect(calls).toEqual([])
      close()
      await open({ tenantId: undefined })
      await from.personal({ text: 'story x', tenant: other })
      expect(calls[0]?.workspace).toBe(`teams:${other}`)
    })
    test('a body of more than 1 MB', async () => {
      expect((await from.raw(JSON.stringify({ text: 'x'.repeat(1_048_577) }))).status).toBe(413)
    })
    test('while no keys can be fetched: 503', async () => {
      fake.faults.add('metadata', { kind: 'status', status: 500, commit: false })
      expect((await from.personal({ text: 'story x' })).status).toBe(503)
      expect(calls).toEqual([])
    })
    test.each([
      ['no sender', { from: undefined }],
      ['no conversation', { conversation: undefined }],
      ['a list for text', { text: ['x'] }],
      ['a conversation id that is no text', { conversation: { id: { $ne: null } } }],
      ['no tenant', { channelData: {}, conversation: { id: PERSONAL, conversationType: 'personal' } }],
    ])('an activity with %s: 400, for good', async (_what, more) => {
      const { status } = await from.raw(
        from.build({ type: 'message', text: 'story x', ...more }, { conversation: PERSONAL }),
      )
      expect(status).toBe(400)
      expect(calls).toEqual([])
    })
    test('an invoke that nobody handles: 501', async () => {
      for (const name of [
        'composeExtension/queryLink',
        'fileConsent/invoke',
        'signin/verifyState',
        'config/fetch',
        'x',
      ]) {
        const sent = await from.raw(from.build({ type: 'invoke', name, value: {} }, { id: 'f:1' }))
        expect([400, 501], name).toContain(sent.status)
        for (const value of [undefined, null, 'x', 7]) {
          expect((await from.raw(from.build({ type: 'invoke', name, value }, { id: 'f:1' }))).status, name).toBe(400)
        }
      }
    })
  })

  const samples = new URL('../../../shared/data/teams/activities-msteams-docs.json', import.meta.url)
  test.skipIf(!existsSync(samples))(
    'documented activities do nothing and break nothing (skipped without ../shared/data)',
    async () => {
      const all: Record<string, Record<string, unknown>> = JSON.parse(readFileSync(samples, 'utf8'))
      close()
      await open({ tenantId: undefined })
      for (const [name, sample] of Object.entries(all)) {
        const serviceUrl = typeof sample.serviceUrl === 'string' ? sample.serviceUrl : fake.serviceUrl
        const sent = await from.raw({ channelId: 'msteams', ...sample, serviceUrl })
        expect([200, 400, 501], name).toContain(sent.status)
      }
      expect(calls).toEqual([])
      expect(fake.shown()).toEqual([])
    },
  )
})
