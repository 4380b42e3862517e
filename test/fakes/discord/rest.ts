import { checkCommands, checkMessage } from './check.ts'
import { checkSchema, type SchemaKey } from './schema.ts'
import {
  APP,
  BOT_USER,
  type DiscordState,
  type FakeChannel,
  type FakeFile,
  type FakeInteraction,
  type FakeMessage,
  greeting,
  type Json,
  nextId,
} from './state.ts'

export interface Request {
  /** The ids in the path, in order. */
  readonly ids: readonly string[]
  readonly query: URLSearchParams
  readonly body: Json
  readonly list: readonly Json[]
  readonly files: readonly FakeFile[]
}
export interface Result {
  readonly status: number
  readonly body: unknown
}
export interface Setup {
  readonly state: DiscordState
  /** Channels nobody made exist, with the bot in them. */
  readonly openWorld: boolean
  readonly validate: boolean
  readonly readLagMs: () => number
  readonly now: () => number
  readonly onStored: (message: FakeMessage, how: 'created' | 'edited') => void
  readonly gatewayInfo: () => Json
}
const TOKEN_MS = 15 * 60_000
/** "The past few minutes": https://docs.discord.com/developers/resources/message#create-message */
const NONCE_MS = 3 * 60_000
const EPHEMERAL = 64

export const fail = (status: number, code: number, message: string): Result => ({ status, body: { message, code } })
const ok = (body: unknown): Result => ({ status: 200, body })
const unknownChannel = fail(404, 10_003, 'Unknown Channel')
const unknownMessage = fail(404, 10_008, 'Unknown Message')
const str = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Calls by name; those on /webhooks carry their key in the address, the others want the bot's token. */
export function createRest(setup: Setup): Readonly<Record<string, (request: Request) => Result>> {
  const { state, now } = setup
  const channelOf = (id: string): FakeChannel | undefined => {
    const known = state.channels.get(id)
    // A thread has the id of a message, and does not exist before it was opened.
    if (known || !setup.openWorld || !/^\d+$/.test(id) || state.messages.some((m) => m.id === id)) return known
    const made = { id, kind: 'text' as const, hasBot: true, mayReadHistory: true, mayOpenThreads: true }
    state.channels.set(id, made)
    state.messages.push(greeting(id, now()))
    return made
  }
  const enter = (id: string): FakeChannel | Result => {
    const channel = channelOf(id)
    if (!channel) return unknownChannel
    return channel.hasBot ? channel : fail(403, 50_001, 'Missing Access')
  }
  const refused = (key: SchemaKey, { body, files }: Request, isFresh: boolean): Result | null => {
    if (!setup.validate) return null
    const problems = [...checkMessage(body, files.length, isFresh), ...checkSchema(key, body)]
    if (problems.length === 0) return null
    state.problems.push(...problems)
    return { status: 400, body: { message: 'Invalid Form Body', code: 50_035, errors: { problems } } }
  }
  const contentOf = ({ body, files }: Request) => ({
    content: str(body.content),
    embeds: (body.embeds ?? []) as Json[],
    components: (body.components ?? []) as Json[],
    files,
  })
  const store = (message: Omit<FakeMessage, 'id' | 'isLoading' | 'edited' | 'storedAtMs' | 'author'>): FakeMessage => {
    const stored = { ...message, id: nextId(), author: BOT_USER, isLoading: false, edited: false, storedAtMs: now() }
    state.messages.push(stored)
    setup.onStored(stored, 'created')
    return stored
  }
  const change = (message: FakeMessage, request: Request): Result => {
    setup.onStored(
      Object.assign(message, contentOf(request), { edited: !message.isLoading, isLoading: false }),
      'edited',
    )
    return ok(wire(message))
  }
  const live = (token: string): FakeInteraction | Result => {
    const interaction = state.interactions.get(token)
    const isLive = interaction?.isAcknowledged === true && now() - interaction.issuedAtMs <= TOKEN_MS
    return isLive ? interaction : fail(404, 10_015, 'Unknown Webhook')
  }
  const messageOf = (interaction: FakeInteraction, id: string): FakeMessage | undefined =>
    state.messages.find((m) => m.id === (id === '@original' ? interaction.original : id))

  return {
    'GET /gateway/bot': () => ok(setup.gatewayInfo()),
    'GET /users/@me': () => ok({ id: BOT_USER, username: 'hub', bot: true }),
    'GET /channels/:id'({ ids: [id = ''] }) {
      const channel = enter(id)
      if ('status' in channel) return channel
      const type = { text: 0, dm: 1, thread: channel.isPrivate ? 12 : 11 }[channel.kind]
      return ok({ id, type, ...(channel.parentId ? { parent_id: channel.parentId } : {}) })
    },
    'POST /channels/:id/typing'({ ids: [id = ''] }) {
      const channel = enter(id)
      return 'status' in channel ? channel : { status: 204, body: null }
    },
    'GET /users/:id'({ ids: [id = ''] }) {
      const user = state.users.get(id)
      if (!user) return fail(404, 10_013, 'Unknown User')
      return ok({ id, username: user.username, global_name: user.globalName, ...(user.isBot ? { bot: true } : {}) })
    },
    'POST /users/@me/channels'({ body }) {
      const recipient = str(body.recipient_id)
      if (!state.users.has(recipient) && !setup.openWorld) return fail(400, 50_033, 'Invalid Recipient(s)')
      const known = [...state.channels.values()].find((c) => c.recipient === recipient)
      const id = known?.id ?? nextId()
      const open = { hasBot: true, mayReadHistory: true, mayOpenThreads: false }
      if (!known) state.channels.set(id, { id, kind: 'dm', recipient, ...open })
      return ok({ id, type: 1 })
    },
    'POST /channels/:id/messages'(request) {
      const [id = ''] = request.ids
      const channel = enter(id)
      if ('status' in channel) return channel
      const { recipient } = channel
      if (recipient && state.users.get(recipient)?.takesDirectMessages === false)
        return fail(403, 50_007, 'Cannot send messages to this user')
      const bad = refused('POST /channels/:id/messages', request, true)
      if (bad) return bad
      const nonce = str(request.body.nonce)
      const repeated = state.messages.find((m) => m.nonce === nonce && now() - m.storedAtMs < NONCE_MS)
      if (nonce !== '' && request.body.enforce_nonce === true && repeated) return ok(wire(repeated))
      const reply = str((request.body.message_reference as Json | undefined)?.message_id)
      const stored = store({
        channel: id,
        isEphemeral: false,
        via: 'api',
        ...contentOf(request),
        ...(recipient ? { only: recipient } : {}),
        ...(nonce ? { nonce } : {}),
        ...(reply ? { replyTo: reply } : {}),
      })
      return ok(wire(stored))
    },
    'PATCH /channels/:id/messages/:id'(request) {
      const [channelId = '', id = ''] = request.ids
      const channel = enter(channelId)
      if ('status' in channel) return channel
      const message = state.messages.find((m) => m.id === id && m.channel === channelId && !m.isEphemeral)
      if (!message) return unknownMessage
      if (message.author !== BOT_USER) return fail(403, 50_005, 'Cannot edit a message authored by another user')
      return refused('PATCH /channels/:id/messages/:id', request, false) ?? change(message, request)
    },
    'GET /channels/:id/messages'({ ids: [id = ''], query }) {
      const channel = enter(id)
      if ('status' in channel) return channel
      const after = BigInt(query.get('after') ?? 0)
      const limit = Number(query.get('limit') ?? 50)
      const seen = state.messages.filter(
        (m) =>
          m.channel === id &&
          channel.mayReadHistory &&
          !m.isEphemeral &&
          BigInt(m.id) > after &&
          m.storedAtMs + (m.author === BOT_USER ? setup.readLagMs() : 0) <= now(),
      )
      // Newest first; with `after` the ones next to it.
      return ok((query.has('after') ? seen.slice(0, limit) : seen.slice(-limit)).map(wire).reverse())
    },
    'POST /channels/:id/messages/:id/threads'(request) {
      const [channelId = '', id = ''] = request.ids
      const channel = enter(channelId)
      if ('status' in channel) return channel
      if (!state.messages.some((m) => m.id === id && m.channel === channelId)) return unknownMessage
      if (state.channels.has(id)) return fail(400, 160_004, 'A thread has already been created for this message')
      if (!channel.mayOpenThreads) return fail(403, 50_013, 'Missing Permissions')
      const bad = checkSchema('POST /channels/:id/messages/:id/threads', request.body)
      if (bad.length > 0) return fail(400, 50_035, bad.join('; '))
      const open = { hasBot: true, mayReadHistory: true, mayOpenThreads: false }
      state.channels.set(id, { id, kind: 'thread', parentId: channelId, ...open })
      return { status: 201, body: { id, type: 11, name: request.body.name } }
    },
    'POST /webhooks/:id/:token'(request) {
      const interaction = live(request.ids[1] ?? '')
      if ('status' in interaction) return interaction
      const bad = refused('POST /webhooks/:id/:token', request, true)
      if (bad) return bad
      const deferred = interaction.isDeferred ? messageOf(interaction, '@original') : undefined
      if (deferred?.isLoading) return change(deferred, request)
      const isEphemeral = (Number(request.body.flags ?? 0) & EPHEMERAL) !== 0
      const stored = store({
        channel: interaction.channel,
        isEphemeral,
        via: 'interaction',
        ...contentOf(request),
        ...(isEphemeral ? { only: interaction.user } : {}),
      })
      return ok(wire(stored))
    },
    'GET /webhooks/:id/:token/messages/:id'({ ids: [, token = '', id = ''] }) {
      const interaction = live(token)
      if ('status' in interaction) return interaction
      const message = messageOf(interaction, id)
      return message ? ok(wire(message)) : unknownMessage
    },
    'PATCH /webhooks/:id/:token/messages/:id'(request) {
      const [, token = '', id = ''] = request.ids
      const interaction = live(token)
      if ('status' in interaction) return interaction
      const message = messageOf(interaction, id)
      if (!message || (message.via === 'api' && message.id !== interaction.original)) return unknownMessage
      return refused('PATCH /webhooks/:id/:token/messages/:id', request, false) ?? change(message, request)
    },
    'DELETE /webhooks/:id/:token/messages/:id'({ ids: [, token = '', id = ''] }) {
      const interaction = live(token)
      if ('status' in interaction) return interaction
      const message = messageOf(interaction, id)
      if (!message) return unknownMessage
      state.messages.splice(state.messages.indexOf(message), 1)
      return { status: 204, body: null }
    },
    'GET /applications/:id/commands': ({ ids }) => ok(state.commands.get(scopeOf(ids)) ?? []),
    'PUT /applications/:id/commands': (request) => putCommands(request),
    'GET /applications/:id/guilds/:id/commands': ({ ids }) => ok(state.commands.get(scopeOf(ids)) ?? []),
    'PUT /applications/:id/guilds/:id/commands': (request) => putCommands(request),
  }
  function putCommands({ ids, list }: Request): Result {
    const problems = [...checkCommands(list), ...list.flatMap((command) => checkSchema('command', command))]
    if (problems.length > 0) {
      state.problems.push(...problems)
      return { status: 400, body: { message: 'Invalid Form Body', code: 50_035, errors: { problems } } }
    }
    // What Discord adds of its own.
    const stored = list.map((command) => ({
      id: nextId(),
      application_id: APP,
      version: nextId(),
      default_member_permissions: null,
      nsfw: false,
      contexts: null,
      ...command,
    }))
    state.commands.set(scopeOf(ids), stored)
    return ok(stored)
  }
}
/** '' for all servers, else the server. */
function scopeOf(ids: readonly string[]): string {
  return ids[1] ?? ''
}
function wire(m: FakeMessage): Json {
  return {
    id: m.id,
    channel_id: m.channel,
    author: { id: m.author, bot: m.author === BOT_USER },
    content: m.content,
    embeds: m.embeds,
    components: m.components,
    attachments: m.files.map(({ name }, id) => ({ id: String(id), filename: name })),
    flags: (m.isEphemeral ? EPHEMERAL : 0) | (m.isLoading ? 128 : 0),
  }
}
