import { buttonsOf } from './cards.ts'
import { serviceClaims, type TeamsSigner, type TokenClaims } from './sign.ts'
import { ANN, BOT, CHANNEL, type FakeMessage, type Json, nextId, PERSONAL, TENANT, type TeamsState } from './state.ts'

/** Where the hub listens: its address, or the app's own `fetch`. */
export type Target = string | ((request: Request) => Response | Promise<Response>)
export interface Sent {
  readonly status: number
  readonly text: string
  /** The answer's JSON, or null where it is none. */
  readonly json: Record<string, unknown> | null
}
type Where = {
  readonly conversation?: string
  readonly user?: string
  readonly thread?: string
  readonly id?: string
  readonly tenant?: string
}
/** How the token differs from a good one. */
export interface TokenOptions {
  /** The whole header; null sends none. */
  readonly authorization?: string | null
  readonly signer?: TeamsSigner
  readonly claims?: TokenClaims
  readonly header?: Readonly<Record<string, unknown>>
}
export interface Sender {
  /** Said to the bot in its own chat, or with `mention` anywhere else; '@' in the text is each of `people` in turn. */
  message(
    what: { readonly text: string; readonly mention?: boolean; readonly people?: readonly string[] } & Where,
  ): Promise<Sent>
  /** `text` behind a mention of the bot, in a channel; without `thread` it begins one. */
  mention(what: { readonly text: string; readonly people?: readonly string[] } & Where): Promise<Sent>
  personal(what: { readonly text: string } & Where): Promise<Sent>
  /** Presses the button of this title: Action.Execute. */
  execute(message: FakeMessage, title: string, where?: Where): Promise<Sent>
  /** The same from a client that only knows Action.Submit. */
  submit(message: FakeMessage, title: string, where?: Where): Promise<Sent>
  /** Presses a button that opens a dialog; the answer holds its card. */
  openForm(message: FakeMessage, title: string, where?: Where): Promise<Sent>
  /** Fills in the dialog of an answer and sends it. */
  submitForm(dialog: Sent, values: Readonly<Record<string, string>>, where?: Where): Promise<Sent>
  fetchTask(commandId: string, options?: { readonly html?: string } & Where): Promise<Sent>
  submitAction(dialog: Sent, values: Readonly<Record<string, string>>, where?: Where): Promise<Sent>
  /** Types words into the message extension; 'stories' or 'search'. */
  query(words: string, where?: Where & { readonly commandId?: string; readonly skip?: number }): Promise<Sent>
  installation(action: 'add' | 'remove', where?: Where): Promise<Sent>
  conversationUpdate(change: Json, where?: Where): Promise<Sent>
  /** Any activity, with any token. */
  raw(activity: Json | string, token?: TokenOptions): Promise<Sent>
  /** What the fake would send, for tests that change it first. */
  build(activity: Json, where?: Where): Json
}
export interface SenderOptions {
  readonly appId: string
  readonly serviceUrl: () => string
  readonly signer: TeamsSigner
  readonly now: () => number
}

export function createSender(target: Target, state: TeamsState, options: SenderOptions): Sender {
  const raw: Sender['raw'] = async (activity, token = {}) => {
    const body = typeof activity === 'string' ? activity : JSON.stringify(activity)
    const claimed = typeof activity === 'string' ? options.serviceUrl() : String(activity.serviceUrl)
    const seconds = Math.floor(options.now() / 1_000)
    const claims = { ...serviceClaims(options.appId, claimed, seconds), ...token.claims }
    const authorization =
      token.authorization === undefined
        ? `Bearer ${await (token.signer ?? options.signer).token(claims, token.header)}`
        : token.authorization
    const init = {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(Buffer.byteLength(body)),
        ...(authorization === null ? {} : { authorization }),
      },
    }
    const answer =
      typeof target === 'string'
        ? await fetch(target, init)
        : await target(new Request('http://hub.test/hooks/teams', init))
    const text = await answer.text()
    const isJson = (answer.headers.get('content-type') ?? '').includes('json')
    return { status: answer.status, text, json: isJson ? JSON.parse(text) : null }
  }
  const build: Sender['build'] = (activity, where = {}) => {
    const { conversation: id = CHANNEL, user = ANN, thread, tenant = TENANT } = where
    const conversation = state.conversations.get(id)
    const person = state.people.get(user)
    const kind = conversation?.kind ?? 'personal'
    const messageId = where.id ?? nextId()
    // A message outside a thread begins one of its own.
    const root = kind === 'channel' ? (thread ?? messageId) : undefined
    return {
      id: messageId,
      timestamp: new Date(options.now()).toISOString(),
      localTimestamp: new Date(options.now()).toISOString(),
      channelId: 'msteams',
      serviceUrl: options.serviceUrl(),
      from: { id: user, name: person?.name ?? 'Someone', aadObjectId: person?.aadObjectId ?? 'unknown' },
      recipient: BOT,
      conversation: {
        conversationType: kind,
        tenantId: tenant,
        id: root === undefined ? id : `${id};messageid=${root}`,
        ...(kind === 'personal' ? {} : { isGroup: true }),
      },
      channelData: {
        tenant: { id: tenant },
        ...(kind === 'channel'
          ? {
              teamsChannelId: id,
              teamsTeamId: CHANNEL,
              channel: { id, type: conversation?.channelType ?? 'standard' },
              team: { id: CHANNEL },
            }
          : {}),
      },
      locale: 'en-US',
      ...activity,
    }
  }
  const invoke = (name: string, value: Json, where: Where = {}, more: Json = {}) =>
    raw(build({ type: 'invoke', name, value, ...more }, { ...where, id: where.id ?? `f:${nextId()}` }))
  const on = (message: FakeMessage, where: Where): Where => ({
    conversation: message.conversation,
    ...(message.thread === undefined ? { thread: message.id } : { thread: message.thread }),
    ...where,
  })
  const press = (message: FakeMessage, title: string, type: string): Json => {
    const found = buttonsOf(message.activity).find((b) => b.title === title && b.type === type)
    if (!found)
      throw new Error(
        `no ${type} "${title}" in ${JSON.stringify(buttonsOf(message.activity).map((b) => [b.type, b.title]))}`,
      )
    return found
  }
  const data = (dialog: Sent, values: Readonly<Record<string, string>>): Json => {
    const task = (dialog.json?.task ?? {}) as { value?: { card?: { content?: { actions?: { data?: Json }[] } } } }
    const [action] = task.value?.card?.content?.actions ?? []
    if (!action?.data) throw new Error(`no form in ${dialog.text}`)
    return {
      ...action.data,
      ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`arg.${name}`, value])),
    }
  }
  const message: Sender['message'] = ({ text: typed, mention = false, people = [], ...where }) => {
    const named = people.map((id) => ({ id, name: state.people.get(id)?.name ?? 'Someone' }))
    const text = named.reduce((words, { name }) => words.replace('@', `<at>${name}</at>`), typed)
    const entities = [
      ...(mention ? [{ type: 'mention', mentioned: BOT, text: `<at>${BOT.name}</at>` }] : []),
      ...named.map((mentioned) => ({ type: 'mention', mentioned, text: `<at>${mentioned.name}</at>` })),
      { type: 'clientInfo', locale: 'en-US', country: 'US', platform: 'Windows' },
    ]
    return raw(
      build(
        { type: 'message', textFormat: 'plain', text: mention ? `<at>${BOT.name}</at> ${text}` : text, entities },
        where,
      ),
    )
  }
  return {
    raw,
    build,
    message,
    mention: (what) => message({ mention: true, ...what }),
    personal: (what) => message({ conversation: PERSONAL, ...what }),
    execute(pressed, title, where = {}) {
      const { type, title: _, style: __, fallback: ___, ...action } = press(pressed, title, 'Action.Execute')
      return invoke('adaptiveCard/action', { action: { type, ...action }, trigger: 'manual' }, on(pressed, where), {
        replyToId: pressed.id,
      })
    },
    submit(pressed, title, where = {}) {
      const { fallback } = press(pressed, title, 'Action.Execute') as { fallback?: { data?: Json } }
      return raw(build({ type: 'message', value: fallback?.data ?? {}, replyToId: pressed.id }, on(pressed, where)))
    },
    openForm(pressed, title, where = {}) {
      const value = { data: press(pressed, title, 'Action.Submit').data, context: { theme: 'default' } }
      return invoke('task/fetch', value, on(pressed, where), { replyToId: pressed.id })
    },
    submitForm: (dialog, values, where) =>
      invoke('task/submit', { data: data(dialog, values), context: { theme: 'default' } }, where),
    fetchTask: (commandId, { html, ...where } = {}) =>
      invoke(
        'composeExtension/fetchTask',
        {
          commandId,
          commandContext: html === undefined ? 'compose' : 'message',
          ...(html === undefined
            ? {}
            : { messagePayload: { id: nextId(), body: { contentType: 'html', content: html } } }),
        },
        where,
      ),
    submitAction: (dialog, values, where) =>
      invoke(
        'composeExtension/submitAction',
        { commandId: 'story', commandContext: 'compose', data: data(dialog, values) },
        where,
      ),
    query: (words, { commandId = 'search', skip = 0, ...where } = {}) =>
      invoke(
        'composeExtension/query',
        { commandId, parameters: [{ name: 'words', value: words }], queryOptions: { skip, count: 25 } },
        where,
      ),
    installation: (action, where) => raw(build({ type: 'installationUpdate', action }, where)),
    conversationUpdate: (change, where) => raw(build({ type: 'conversationUpdate', ...change }, where)),
  }
}
