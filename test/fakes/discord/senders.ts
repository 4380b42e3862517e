import { randomBytes } from 'node:crypto'
import { buttonsOf, checkMessage, checkModal } from './check.ts'
import { checkSchema, type SchemaKey } from './schema.ts'
import { type SigningKey, signDiscord } from './sign.ts'
import {
  ANN,
  APP,
  BOT_USER,
  type DiscordState,
  type FakeInteraction,
  type FakeMessage,
  type FakeModal,
  GENERAL,
  GUILD,
  type Json,
  nextId,
} from './state.ts'

/** Where the hub listens: its address, or the app's own `fetch`. */
export type Target = string | ((request: Request) => Response | Promise<Response>)
export interface Sent {
  readonly status: number
  readonly text: string
  /** The answer's JSON, or null where it is none. */
  readonly json: Json | null
  /** What kind of answer it was: 5 is a deferred reply. */
  readonly type: number | null
  readonly interaction: FakeInteraction | null
}
type Where = {
  readonly user?: string
  readonly channel?: string
  /** Absent: the example server; null: direct messages. */
  readonly guild?: string | null
  /** The same id again is the same interaction. */
  readonly id?: string
}
type Values = Readonly<Record<string, string | number | boolean>>
export interface Sender {
  ping(): Promise<Sent>
  /** `/story new text:…`; checked against the registered commands, as Discord's client does. */
  slash(path: string, options?: Values, where?: Where): Promise<Sent>
  autocomplete(path: string, option: string, typed: string, where?: Where): Promise<Sent>
  /** Presses a button of a message by its label, or the n-th. */
  click(message: FakeMessage, button: string | number, where?: Where): Promise<Sent>
  submitModal(modal: FakeModal, values: Readonly<Record<string, string>>, where?: Where): Promise<Sent>
  /** What Discord sends to see whether the address checks signatures. */
  badSignature(): Promise<Sent>
  /** What is shown once Discord has read the answer to a command that somebody else delivered; read once, like any other. */
  answered(
    who: { readonly id: string; readonly token: string; readonly user: string; readonly channel: string },
    answer: Json,
  ): void
  /** A signed body of the caller's own making. */
  raw(body: string, headers?: Readonly<Record<string, string>>): Promise<Sent>
}
export interface SenderOptions {
  readonly key: SigningKey
  readonly now: () => number
  readonly onStored: (message: FakeMessage, how: 'created' | 'edited') => void
}
const ACK_MS = 3_000
const EPHEMERAL = 64
const obj = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(obj) : [])

export function createSender(target: Target, state: DiscordState, { key, now, onStored }: SenderOptions): Sender {
  const request = async (body: string, headers: Readonly<Record<string, string>> = {}): Promise<Sent> => {
    const signed = signDiscord(body, key, Math.floor(now() / 1_000))
    const length = String(Buffer.byteLength(body))
    const init = {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'content-length': length, ...signed, ...headers },
    }
    const answer =
      typeof target === 'string'
        ? await fetch(target, init)
        : await target(new Request('http://hub.test/hooks/discord', init))
    const text = await answer.text()
    const isJson = (answer.headers.get('content-type') ?? '').includes('json')
    const json: Json | null = isJson ? JSON.parse(text) : null
    return {
      status: answer.status,
      text,
      json,
      type: typeof json?.type === 'number' ? json.type : null,
      interaction: null,
    }
  }
  const interact = async (
    kind: FakeInteraction['kind'],
    type: number,
    data: Json,
    where: Where,
    more: { message?: FakeMessage | undefined } = {},
  ): Promise<Sent> => {
    const { user = ANN, channel = GENERAL, guild = GUILD, id = nextId() } = where
    // The same id is the same interaction, sent again.
    const earlier = [...state.interactions.values()].find((one) => one.id === id)
    const token = earlier?.token ?? randomBytes(32).toString('base64url')
    const issuedAtMs = now()
    const interaction: FakeInteraction = earlier ?? {
      id,
      token,
      kind,
      user,
      channel,
      issuedAtMs,
      isAcknowledged: false,
      isDeferred: false,
      original: null,
    }
    state.interactions.set(token, interaction)
    const person = {
      id: user,
      username: state.users.get(user)?.username ?? 'someone',
      discriminator: '0',
      avatar: null,
    }
    const known = state.channels.get(channel)
    const channelType = known?.kind === 'thread' ? (known.isPrivate ? 12 : 11) : known?.kind === 'dm' ? 1 : 0
    const { message } = more
    const sent = await request(
      JSON.stringify({
        id,
        application_id: APP,
        type,
        token,
        version: 1,
        data,
        channel_id: channel,
        channel: { id: channel, type: channelType, ...(known?.parentId ? { parent_id: known.parentId } : {}) },
        ...(guild === null
          ? { user: person, context: 1 }
          : { guild_id: guild, member: { user: person, roles: [] }, context: 0 }),
        ...(message ? { message: { id: message.id, flags: message.isEphemeral ? EPHEMERAL : 0 } } : {}),
        locale: 'en-GB',
        entitlements: [],
        attachment_size_limit: 10_485_760,
      }),
    )
    if (sent.status === 200 && now() - issuedAtMs <= ACK_MS && !interaction.isAcknowledged)
      apply(interaction, sent.json ?? {}, message)
    return { ...sent, interaction }
  }
  /** What Discord shows once it has read the answer to an interaction. */
  const apply = (interaction: FakeInteraction, answer: Json, clicked: FakeMessage | undefined) => {
    const { type } = answer
    const data = obj(answer.data)
    const isEphemeral = (Number(data.flags ?? 0) & EPHEMERAL) !== 0
    if (typeof type === 'number' && type in { 4: 1, 5: 1, 6: 1, 7: 1, 8: 1, 9: 1 }) {
      state.problems.push(...checkSchema(type as SchemaKey, answer))
    }
    const store = (isLoading: boolean) => {
      const stored: FakeMessage = {
        id: nextId(),
        channel: interaction.channel,
        author: BOT_USER,
        isEphemeral,
        via: 'interaction',
        content: String(data.content ?? ''),
        embeds: list(data.embeds),
        components: list(data.components),
        files: [],
        isLoading,
        edited: false,
        storedAtMs: now(),
        ...(isEphemeral ? { only: interaction.user } : {}),
      }
      state.messages.push(stored)
      interaction.original = stored.id
      onStored(stored, 'created')
    }
    interaction.isAcknowledged = true
    switch (type) {
      case 4:
        state.problems.push(...checkMessage(data, 0, true))
        store(false)
        break
      case 5:
        if (Object.keys(data).some((name) => name !== 'flags')) state.problems.push('type 5 carries only flags')
        interaction.isDeferred = true
        store(true)
        break
      case 6:
      case 7:
        if (!clicked) state.problems.push(`type ${type} without a message`)
        else {
          interaction.original = clicked.id
          if (type === 7) {
            const { content, embeds, components } = { content: '', embeds: [], components: [], ...data }
            onStored(Object.assign(clicked, { content, embeds, components, edited: true }), 'edited')
          }
        }
        break
      case 8:
        if (list(data.choices).length > 25) state.problems.push('more than 25 choices')
        break
      case 9:
        if (interaction.kind === 'modal') state.problems.push('a form cannot answer a form')
        state.problems.push(...checkModal(data))
        state.modals.push({
          customId: String(data.custom_id),
          title: String(data.title),
          view: data,
          user: interaction.user,
          channel: interaction.channel,
          message: clicked?.id ?? null,
        })
        break
      default:
        state.problems.push(`an interaction was answered with type ${String(type)}`)
    }
  }
  const commandData = (path: string, options: readonly Json[], where: Where): Json => {
    const [name = '', ...words] = path.split(' ')
    const known = state.commands.get(where.guild ?? GUILD) ?? state.commands.get('')
    if (known) checkAgainst(known, path, options)
    const inner = words.reduceRight<Json[]>(
      (below, word, i) => [{ type: i === words.length - 1 ? 1 : 2, name: word, options: below }],
      [...options],
    )
    const users = [...JSON.stringify(options).matchAll(/<@(\d+)>/g)].flatMap(([, id = '']) => state.users.get(id) ?? [])
    const resolved = { users: Object.fromEntries(users.map(({ id, username }) => [id, { id, username }])) }
    return { id: nextId(), name, type: 1, options: inner, ...(users.length > 0 ? { resolved } : {}) }
  }
  const typeOf = (value: string | number | boolean) =>
    typeof value === 'boolean' ? 5 : typeof value === 'number' ? 10 : 3

  return {
    ping: () => request(JSON.stringify({ id: nextId(), application_id: APP, type: 1, token: 'ping', version: 1 })),
    slash(path, options = {}, where = {}) {
      const given = Object.entries(options).map(([name, value]) => ({ type: typeOf(value), name, value }))
      return interact('command', 2, commandData(path, given, where), where)
    },
    autocomplete(path, option, typed, where = {}) {
      const given = [{ type: 3, name: option, value: typed, focused: true }]
      return interact('autocomplete', 4, commandData(path, given, where), where)
    },
    click(message, button, where = {}) {
      const buttons = buttonsOf(message)
      const found = typeof button === 'number' ? buttons[button] : buttons.find((one) => one.label === button)
      if (!found?.custom_id) throw new Error(`the message has no button ${button}: ${buttons.map((b) => b.label)}`)
      const data = { component_type: 2, custom_id: found.custom_id }
      return interact('component', 3, data, { channel: message.channel, ...where }, { message })
    },
    submitModal({ customId, view, user, channel, message }, values, where = {}) {
      const components = list(view.components).map((label) => {
        const { custom_id, type } = obj(label.component)
        const chosen = list(obj(label.component).options).find((option) => option.default === true)?.value
        const value = values[String(custom_id)] ?? chosen ?? obj(label.component).value ?? ''
        const input = type === 3 ? { values: value === '' ? [] : [value] } : { value }
        return { type: 18, component: { type, custom_id, ...input } }
      })
      const on = state.messages.find((m) => m.id === message)
      return interact('modal', 5, { custom_id: customId, components }, { user, channel, ...where }, { message: on })
    },
    badSignature() {
      const body = JSON.stringify({ id: nextId(), type: 1, token: 'check', version: 1 })
      return request(body, { 'x-signature-ed25519': randomBytes(64).toString('hex') })
    },
    answered({ id, token, user, channel }, answer) {
      if (state.interactions.has(token)) return
      const interaction: FakeInteraction = {
        id,
        token,
        kind: 'command',
        user,
        channel,
        issuedAtMs: now(),
        isAcknowledged: false,
        isDeferred: false,
        original: null,
      }
      state.interactions.set(token, interaction)
      apply(interaction, answer, undefined)
    },
    raw: request,
  }
}
/** Discord's client sends only what was registered, with everything that is required. */
function checkAgainst(commands: readonly Json[], path: string, options: readonly Json[]): void {
  let level: readonly Json[] = commands
  let found: Json | undefined
  for (const word of path.split(' ')) {
    found = level.find((one) => one.name === word)
    if (!found) throw new Error(`/${path} is not registered: ${level.map((one) => one.name).join(', ')}`)
    level = list(found.options)
  }
  for (const { name } of options) {
    if (!level.some((one) => one.name === name)) throw new Error(`/${path} has no option ${String(name)}`)
  }
  const missing = level.filter((one) => one.required === true && !options.some(({ name }) => name === one.name))
  const isTyping = options.some((option) => option.focused === true)
  if (missing.length > 0 && !isTyping) throw new Error(`/${path} needs ${missing.map((one) => one.name).join(', ')}`)
}
