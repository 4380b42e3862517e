import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Catalog,
  type CommandCall,
  type CommandInfo,
  type Field,
  type Form,
  type Hub,
  HubError,
  type Log,
  type Message,
} from '#contract'
import {
  ANN,
  ANN_DM,
  BOB,
  BOT_USER,
  type DiscordFake,
  type FakeMessage,
  GENERAL,
  GUILD,
  nextId,
  type Sender,
  startDiscordFake,
} from '../../test/fakes/discord/index.ts'
import type { DiscordConfig } from './config.ts'
import { discord } from './index.ts'
import { render } from './render.ts'

function field(name: string, more: Partial<Field> = {}): Field {
  const base = { label: name, description: `The ${name}`, required: false, kind: 'text', multiline: false } as const
  return { name, ...base, rest: false, flag: false, ...more }
}
function info(name: string, fields: readonly Field[]): CommandInfo {
  return { name, summary: `Do ${name}`, usage: name, examples: [name], allow: 'member', sideEffects: 'hub', fields }
}
const text = field('text', { required: true, multiline: true, rest: true, label: 'What is needed' })
const tone = field('tone', { kind: 'choice', choices: ['short', 'long'] })
const commands = [
  info('story', [text, tone]),
  info('story refine', [field('id', { required: true }), field('instruction', { required: true, multiline: true })]),
  info('hub help', [field('command', { rest: true })]),
  info('hub role', [field('person', { required: true })]),
  info('hub role default', [field('role', { required: true })]),
  info('deploy', [
    field('service', { required: true }),
    field('dryRun', { kind: 'boolean', flag: true }),
    field('replicas', { kind: 'number', flag: true }),
    field('city', { kind: 'choice', choices: Array.from({ length: 40 }, (_, i) => `city-${i}`) }),
  ]),
]

describe('POST /hooks/discord', () => {
  let fake: DiscordFake
  let calls: CommandCall[]
  let answer: (call: CommandCall) => Promise<void>
  let from: Sender
  let fetchHub: (request: Request) => Promise<Response>
  let kept: Map<string, unknown>
  let logged: string

  beforeEach(async () => {
    fake = await startDiscordFake()
    calls = []
    logged = ''
    kept = new Map()
    answer = async (call) => void calls.push(call)
    const write = (fields: object, words: string) => {
      logged += `${JSON.stringify(fields)} ${words}\n`
    }
    const log: Log = { debug: write, info: write, warn: write, error: write }
    const form = (run: string): Form | null => {
      const found = commands.findLast(({ name }) => run === name || run.startsWith(`${name} `))
      if (!found) return null
      const id = /ST-\d+/.exec(run)?.[0]
      const fields = found.fields.map((one) => (one.name === 'id' && id ? { ...one, value: id } : one))
      return { command: found.name, title: found.summary, submit: 'Go', fields }
    }
    const catalog: Catalog = {
      commands,
      isPrivate: (input) => typeof input !== 'string' && input.command === 'hub help',
      match: () => null,
      form,
      check: (input) =>
        typeof input !== 'string' && input.command === 'story refine' && !input.values.instruction?.includes('add')
          ? [{ field: 'instruction', message: 'Say what to add.' }]
          : [],
    }
    const { appId, publicKey, botToken, apiUrl } = fake
    const hub: Hub<DiscordConfig> = {
      config: { appId, publicKey, botToken, apiUrl, guildIds: [], gateway: false },
      log,
      catalog,
      kv: {
        get: async (key) => kept.get(key) ?? null,
        set: async (key, value) => void kept.set(key, value),
        add: async (key, value) => !kept.has(key) && kept.set(key, value).has(key),
        delete: async (key) => void kept.delete(key),
      },
      use: () => {
        throw new Error('nothing is required')
      },
      maybe: () => null,
      async command(call) {
        await answer(call)
        return { status: 'queued', id: '0198f0aa-0000-7000-8000-0000abcdef12', announce: 'Drafting' }
      },
      publish: () => Promise.reject(new Error('Discord publishes nothing')),
    }
    const { routes } = await discord.setup(hub)
    if (!routes) throw new Error('discord has no routes')
    fetchHub = async (request) => routes.request('/', request)
    from = fake.to(fetchHub)
  })
  afterEach(async () => {
    expect(fake.problems).toEqual([])
    await fake.close()
  })

  /** A message of the bot's as it stands in the channel. */
  const posted = async (message: Message, more: Partial<FakeMessage> = {}): Promise<FakeMessage> => {
    const { embeds, components, stored } = render(message)
    for (const [key, press] of stored) kept.set(`press:${key}`, press)
    const one: FakeMessage = {
      id: nextId(),
      channel: GENERAL,
      author: BOT_USER,
      isEphemeral: false,
      via: 'api',
      content: '',
      embeds: structuredClone(embeds) as unknown as FakeMessage['embeds'],
      components: structuredClone(components) as unknown as FakeMessage['components'],
      files: [],
      isLoading: false,
      edited: false,
      storedAtMs: Date.now(),
      ...more,
    }
    fake.messages.push(one)
    return one
  }
  const card = (more: Partial<FakeMessage> = {}) =>
    posted(
      {
        text: 'card',
        blocks: [
          {
            kind: 'actions',
            items: [
              { kind: 'button', label: 'Approve', run: 'story approve ST-1' },
              { kind: 'button', label: 'Delete', run: 'story delete ST-1', confirm: 'Really delete ST-1?' },
              { kind: 'form', label: 'Refine', run: 'story refine ST-1' },
              { kind: 'button', label: 'Long', run: `story edit ST-1 ${'word '.repeat(60)}`.trim() },
            ],
          },
        ],
      },
      more,
    )
  const last = () => {
    const message = fake.shown().at(-1)
    if (!message) throw new Error('nothing is shown')
    return message
  }
  const lastModal = () => {
    const modal = fake.modals.at(-1)
    if (!modal) throw new Error('no form was opened')
    return modal
  }

  test('answers PING', async () => {
    expect(await from.ping()).toMatchObject({ status: 200, json: { type: 1 } })
  })
  test('a slash command becomes a call with its place and its token, and is deferred after it is stored', async () => {
    const id = nextId()
    const sent = await from.slash('story new', { text: 'As a <@300000000000000002> & more', tone: 'short' }, { id })
    expect(sent).toMatchObject({ status: 200, json: { type: 5 } })
    expect(calls).toEqual([
      {
        workspace: `discord:${GUILD}`,
        deliveryId: `interaction:${id}`,
        actor: { plugin: 'discord', id: ANN },
        actorName: 'ann',
        input: { command: 'story', values: { text: 'As a @bob & more', tone: 'short' } },
        mentions: { '@bob': '300000000000000002' },
        place: {
          plugin: 'discord',
          workspace: `discord:${GUILD}`,
          channel: GENERAL,
          visibility: 'team',
          ticket: expect.stringContaining(`public ${ANN} ${id} `),
          ticketExpiresAtMs: expect.any(Number),
        },
      },
    ])
    const lives = (calls[0]?.place.ticketExpiresAtMs ?? 0) - Date.now()
    expect(lives).toBeGreaterThan(14 * 60_000)
    expect(lives).toBeLessThan(15 * 60_000)
  })
  test('what is for the asker alone is deferred so, and addressed to them', async () => {
    expect((await from.slash('hub help', { command: 'story' })).json).toEqual({ type: 5, data: { flags: 64 } })
    expect(calls[0]?.place).toMatchObject({ channel: `user:${ANN}`, visibility: 'private' })
  })
  test('a thread is a place in its channel; a direct message belongs to its person', async () => {
    const open = { hasBot: true, mayReadHistory: true, mayOpenThreads: false }
    fake.channels.set('600000000000000001', { id: '600000000000000001', kind: 'thread', parentId: GENERAL, ...open })
    await from.slash('deploy', { service: 'api' }, { channel: '600000000000000001' })
    fake.channels.set('600000000000000002', {
      id: '600000000000000002',
      kind: 'thread',
      isPrivate: true,
      parentId: GENERAL,
      ...open,
    })
    await from.slash('deploy', { service: 'api' }, { channel: '600000000000000002' })
    await from.slash('deploy', { service: 'api' }, { channel: ANN_DM, guild: null })
    expect(
      calls.map(({ workspace, place: { channel, thread, visibility } }) => [workspace, channel, thread, visibility]),
    ).toEqual([
      [`discord:${GUILD}`, GENERAL, '600000000000000001', 'team'],
      [`discord:${GUILD}`, GENERAL, '600000000000000002', 'private'],
      [`discord:dm-${ANN}`, ANN_DM, undefined, 'private'],
    ])
  })
  test('options are the arguments by name: switches, numbers, subcommands of subcommands', async () => {
    await from.slash('deploy', { service: 'api', 'dry-run': true, replicas: 3 })
    await from.slash('hub role set', { person: 'bob' })
    await from.slash('hub role default', { role: 'viewer' })
    expect(calls.map((c) => c.input)).toEqual([
      { command: 'deploy', values: { service: 'api', dryRun: 'true', replicas: '3' } },
      { command: 'hub role', values: { person: 'bob' } },
      { command: 'hub role default', values: { role: 'viewer' } },
    ])
  })
  test('a mention is a name in the text and an account beside it, also when a form asks for the rest', async () => {
    await from.slash('hub role set', { person: `<@${BOB}>` })
    await from.slash('story refine', { id: `<@${BOB}>` })
    await from.submitModal(lastModal(), { instruction: 'add one' })
    await from.slash('hub role set', { person: '<@&600000000000000009>' })
    expect(calls.map(({ input, mentions }) => [input, mentions])).toEqual([
      [{ command: 'hub role', values: { person: '@bob' } }, { '@bob': BOB }],
      [{ command: 'story refine', values: { id: '@bob', instruction: 'add one' } }, { '@bob': BOB }],
      [{ command: 'hub role', values: { person: '@600000000000000009' } }, { '@600000000000000009': null }],
    ])
  })
  test('a command the hub has no more is said to be out of date', async () => {
    const sent = await from.slash('story burn', {})
    expect(sent).toMatchObject({
      type: 4,
      json: { data: { flags: 64, content: expect.stringContaining('out of date') } },
    })
    expect(calls).toEqual([])
  })
  test('a long text that was left out is asked for in a form, beside what was given', async () => {
    expect((await from.slash('story new', { tone: 'long' })).type).toBe(9)
    expect(lastModal()).toMatchObject({ title: 'Do story' })
    expect((await from.submitModal(lastModal(), { text: 'As a buyer' })).json).toEqual({ type: 5 })
    expect(calls[0]?.input).toEqual({ command: 'story', values: { text: 'As a buyer', tone: 'long' } })
    expect(calls[0]?.place.ticket).toContain('public ')
  })
  test('suggestions: choices that are too many to list, and names of commands', async () => {
    const cities = await from.autocomplete('deploy', 'city', '3')
    expect(cities.json).toMatchObject({ type: 8, data: { choices: expect.any(Array) } })
    const { data } = cities.json as { data: { choices: { value: string }[] } }
    expect(data.choices.map((c) => c.value)).toEqual([
      'city-3',
      'city-13',
      'city-23',
      ...Array.from({ length: 10 }, (_, i) => `city-3${i}`),
    ])
    const help = await from.autocomplete('hub help', 'command', 'ref')
    expect(help.json).toEqual({ type: 8, data: { choices: [{ name: 'story refine', value: 'story refine' }] } })
    expect(calls).toEqual([])
  })

  describe('buttons', () => {
    test('a click runs the saved command on its message', async () => {
      const message = await card()
      expect((await from.click(message, 'Approve')).json).toEqual({ type: 6 })
      expect(calls[0]).toMatchObject({ input: 'story approve ST-1', on: { channel: GENERAL, message: message.id } })
      expect(calls[0]?.place.ticket).toContain('message ')
    })
    test('of a private message there is nothing to edit', async () => {
      await from.click(await card({ isEphemeral: true, only: ANN }), 'Approve')
      expect(calls[0]).not.toHaveProperty('on')
    })
    test('a command that was too long for its button is found by its key', async () => {
      await from.click(await card(), 'Long')
      expect(calls[0]?.input).toBe(`story edit ST-1 ${'word '.repeat(60)}`.trim())
    })
    test('a question is asked first, and answered once', async () => {
      const message = await card()
      const asked = await from.click(message, 'Delete')
      expect(asked).toMatchObject({ type: 4, json: { data: { flags: 64, content: 'Really delete ST-1?' } } })
      expect(calls).toEqual([])
      const question = last()
      expect((await from.click(question, 'Delete')).type).toBe(7)
      expect(calls[0]).toMatchObject({ input: 'story delete ST-1', on: { message: message.id } })
      expect(question.components).toEqual([])
    })
    test('or not at all', async () => {
      await from.click(await card(), 'Delete')
      const question = last()
      expect((await from.click(question, 'Cancel')).type).toBe(7)
      expect(question).toMatchObject({ components: [], content: 'Cancelled; nothing was changed.' })
      expect(calls).toEqual([])
    })
    test('one that is not known any more says what to do instead', async () => {
      const message = await card()
      kept.clear()
      const sent = await from.click(message, 'Long')
      expect(sent).toMatchObject({ type: 4, json: { data: { content: expect.stringContaining('/hub help') } } })
    })
    test.each(['', 'r0:', 'k0:nothing', 'c:0123', 'zzz', '__proto__', 'k:constructor'])(
      'an id of nobody’s: %s',
      async (custom_id) => {
        const data = { component_type: 2, custom_id: custom_id || 'x'.repeat(101) }
        const base = { id: nextId(), type: 3, token: 't', channel_id: GENERAL, user: { id: ANN } }
        const sent = await from.raw(JSON.stringify({ ...base, data }))
        expect([200, 400]).toContain(sent.status)
        expect(calls).toEqual([])
      },
    )
  })

  describe('forms', () => {
    test('ask for what the command leaves open and run it on the message', async () => {
      const message = await card()
      expect((await from.click(message, 'Refine')).type).toBe(9)
      expect(lastModal().customId).toBe('f:story refine ST-1')
      await from.submitModal(lastModal(), { instruction: 'add refunds' })
      expect(calls[0]).toMatchObject({
        input: { command: 'story refine', values: { id: 'ST-1', instruction: 'add refunds' } },
        on: { message: message.id },
      })
    })
    test('come back with what was typed where something is wrong, and keep their message', async () => {
      const message = await card()
      await from.click(message, 'Refine')
      const sent = await from.submitModal(lastModal(), { instruction: 'please remove it' })
      expect(sent).toMatchObject({ type: 4, json: { data: { flags: 64, content: 'Say what to add.' } } })
      expect(calls).toEqual([])
      expect((await from.click(last(), 'Open the form again')).type).toBe(9)
      expect(JSON.stringify(lastModal().view)).toContain('please remove it')
      await from.submitModal(lastModal(), { instruction: 'add it' })
      expect(calls[0]).toMatchObject({ input: { values: { instruction: 'add it' } }, on: { message: message.id } })
    })
  })

  describe('when it cannot be stored', () => {
    test('the person is told that nothing was', async () => {
      answer = () => Promise.reject(new HubError('UNAVAILABLE', 'the database is away'))
      const sent = await from.slash('deploy', { service: 'api' })
      expect(sent).toMatchObject({ status: 200, type: 4, json: { data: { flags: 64 } } })
      expect(sent.text).toContain('nothing was stored')
      expect(sent.text).not.toContain('database')
      expect(logged).toContain('the database is away')
    })
    test('a refusal is said in its own words, without effect', async () => {
      answer = () => Promise.reject(new HubError('TOO_LARGE', 'At most 50,000 characters @everyone'))
      const sent = await from.slash('deploy', { service: 'api' })
      expect(sent).toMatchObject({ type: 4, json: { data: { allowed_mentions: { parse: [] } } } })
      expect(sent.text).toContain('At most 50,000 characters')
    })
    test('so it is for a click', async () => {
      answer = () => Promise.reject(new Error('boom'))
      const sent = await from.click(await card(), 'Approve')
      expect(sent.text).toContain('nothing was stored')
      expect(sent.text).not.toContain('boom')
    })
  })

  describe('what nobody may send', () => {
    test('a bad signature is a cheap 401', async () => {
      const sent = await from.badSignature()
      expect(sent).toMatchObject({ status: 401, text: '' })
      expect(calls).toEqual([])
    })
    test('a changed body, an old one, another app’s', async () => {
      const body = JSON.stringify({ type: 1 })
      const at = Math.floor(Date.now() / 1_000)
      expect((await from.raw(`${body} `, fake.sign(body, at))).status).toBe(401)
      expect((await from.raw(body, fake.sign(body, at - 301))).status).toBe(401)
      expect((await from.raw(body, fake.sign(body, at))).status).toBe(200)
    })
    test('more than a megabyte', async () => {
      expect((await from.raw('x'.repeat(1_048_577))).status).toBe(413)
    })
    test.each([
      '',
      'null',
      '[]',
      '"x"',
      '{',
      '{"type":2}',
      '{"type":99,"id":"1","token":"t","user":{"id":"1"},"channel_id":"1"}',
    ])('a signed body that is no interaction: %s', async (body) => {
      expect((await from.raw(body)).status).toBe(400)
      expect(calls).toEqual([])
    })
    test('a command without options is not taken apart further than it goes', async () => {
      const deep = '['.repeat(5_000) + ']'.repeat(5_000)
      expect((await from.raw(`{"type":2,"data":${deep}}`)).status).toBe(400)
    })
  })

  const samples = new URL('../../../shared/data/discord/interactions-discord-interactions-js.json', import.meta.url)
  test.skipIf(!existsSync(samples))(
    'documented samples are answered or refused, never broken (skipped without ../shared/data)',
    async () => {
      const all: { type: number }[] = JSON.parse(readFileSync(samples, 'utf8'))
      expect(all.length).toBeGreaterThan(3)
      for (const sample of all) {
        const bare = await from.raw(JSON.stringify(sample))
        expect(bare.status).toBe(sample.type === 1 ? 200 : 400)
        const whole = await from.raw(JSON.stringify({ ...sample, channel_id: GENERAL, member: { user: { id: BOB } } }))
        expect(whole).toMatchObject({ status: 200, type: { 1: 1, 2: 4, 3: 4, 4: 8 }[sample.type] })
      }
    },
  )
})
