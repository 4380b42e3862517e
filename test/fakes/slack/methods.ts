import { checkBlocks, checkMrkdwn, checkView } from './blocks.ts'
import { BOT_USER, type FakeChannel, type FakeMessage, nextId, nextTs, type SlackState, TEAM } from './state.ts'

export type Args = Record<string, unknown>
export type Result = Record<string, unknown>
export interface Setup {
  readonly state: SlackState
  readonly origin: () => string
  /** Channels nobody made exist, with the bot in them. */
  readonly openWorld: boolean
  readonly validate: boolean
  readonly historyLagOf: (message: FakeMessage) => number
  readonly onStored: (message: FakeMessage, how: 'created' | 'edited') => void
  readonly now: () => number
}
/** Scope each method needs: https://docs.slack.dev/reference/methods */
export const SCOPES: Readonly<Record<string, string>> = {
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  'chat.postEphemeral': 'chat:write',
  'conversations.history': 'channels:history',
  'conversations.replies': 'channels:history',
  'conversations.info': 'channels:read',
  'users.info': 'users:read',
  'files.getUploadURLExternal': 'files:write',
  'files.completeUploadExternal': 'files:write',
}
const fail = (error: string, more: Result = {}): Result => ({ ok: false, error, ...more })
const str = (value: unknown): string => (typeof value === 'string' ? value : '')

export function createMethods(setup: Setup): Readonly<Record<string, (args: Args) => Result>> {
  const { state, now } = setup
  const channelOf = (id: string): FakeChannel | undefined => {
    const known = state.channels.get(id)
    if (known || !setup.openWorld || !/^[CDG]/.test(id)) return known
    const made = { id, name: id.toLowerCase(), kind: 'channel' as const, isMember: true, isArchived: false }
    state.channels.set(id, made)
    return made
  }
  const mayPost = (id: string): Result | string => {
    if (state.users.has(id)) {
      const dm = `D${id.slice(1)}`
      state.channels.set(dm, { id: dm, name: 'directmessage', kind: 'im', isMember: true, isArchived: false })
      return dm
    }
    const channel = channelOf(id)
    if (!channel) return fail('channel_not_found')
    if (!channel.isMember) return fail(channel.kind === 'private' ? 'channel_not_found' : 'not_in_channel')
    return channel.isArchived ? fail('is_archived') : id
  }
  const refuseContent = (args: Args): Result | null => {
    if (!setup.validate) return null
    const text = str(args.text)
    const blocks = args.blocks as unknown[] | undefined
    if (text === '' && !blocks?.length) return fail('no_text')
    if (text.length > 40_000) return fail('msg_too_long')
    const problems = blocks?.length ? checkBlocks(blocks) : []
    if (problems.length > 0)
      return fail('invalid_blocks', { response_metadata: { messages: problems.map((p) => `[ERROR] ${p}`) } })
    state.problems.push(...checkMrkdwn(text))
    if (!blocks?.length && text.length > 4_000)
      state.problems.push(`text of ${text.length} would be shown as several messages`)
    if (args.link_names !== undefined || args.parse === 'full')
      state.problems.push('mentions are parsed out of plain text')
    if (args.thread_ts !== undefined && !/^\d{10}\.\d{6}$/.test(str(args.thread_ts))) return fail('invalid_thread_ts')
    return null
  }
  const byTs = new Map<string, FakeMessage>()
  const store = (message: Omit<FakeMessage, 'ts' | 'edited' | 'storedAtMs'>): FakeMessage => {
    const stored: FakeMessage = { ...message, ts: nextTs(), edited: false, storedAtMs: now() }
    state.messages.push(stored)
    byTs.set(stored.ts, stored)
    const payload = message.metadata?.event_payload as { delivery_id?: unknown } | undefined
    const id = str(payload?.delivery_id)
    if (id !== '') state.deliveries.set(id, (state.deliveries.get(id) ?? 0) + 1)
    setup.onStored(stored, 'created')
    // A benchmark's messages keep their mark, which is what is counted and looked for.
    if (!setup.validate) Object.assign(stored, { text: '', blocks: [] })
    return stored
  }
  const content = (args: Args) => ({
    text: str(args.text),
    blocks: (args.blocks ?? []) as Record<string, unknown>[],
    ...(args.metadata ? { metadata: args.metadata as Record<string, unknown> } : {}),
    ...(args.thread_ts ? { threadTs: str(args.thread_ts) } : {}),
  })
  const visible = (args: Args): FakeMessage[] =>
    state.messages.filter(
      (m) =>
        m.channel === args.channel &&
        m.only === undefined &&
        m.storedAtMs + setup.historyLagOf(m) <= now() &&
        Number(m.ts) >= Number(args.oldest ?? 0),
    )
  const page = (all: readonly FakeMessage[], args: Args): Result => {
    const limit = Math.min(Number(args.limit ?? 100), 999)
    const from = args.cursor ? Number(Buffer.from(str(args.cursor), 'base64').toString()) : 0
    const next = from + limit < all.length ? Buffer.from(String(from + limit)).toString('base64') : ''
    return {
      ok: true,
      messages: all.slice(from, from + limit).map((m) => wire(m, args.include_all_metadata)),
      has_more: next !== '',
      response_metadata: { next_cursor: next },
    }
  }
  const readable = (args: Args): Result | null => {
    const channel = channelOf(str(args.channel))
    if (!channel) return fail('channel_not_found')
    return channel.isMember ? null : fail('not_in_channel')
  }
  return {
    'auth.test': () => ({
      ok: true,
      team_id: TEAM,
      user_id: BOT_USER,
      bot_id: 'B0000001',
      team: 'Example',
      user: 'hub',
    }),
    'chat.postMessage'(args) {
      const channel = mayPost(str(args.channel))
      if (typeof channel !== 'string') return channel
      const refused = refuseContent(args)
      if (refused) return refused
      const m = store({ channel, via: 'api', ...content(args) })
      return { ok: true, channel, ts: m.ts, message: wire(m, true) }
    },
    'chat.update'(args) {
      const m = byTs.get(str(args.ts)) ?? state.messages.find((one) => one.ts === args.ts)
      if (!m || m.channel !== args.channel) return fail('message_not_found')
      if (m.via !== 'api' || m.only) return fail('cant_update_message')
      const refused = refuseContent(args)
      if (refused) return refused
      setup.onStored(Object.assign(m, { edited: true, ...(setup.validate ? content(args) : {}) }), 'edited')
      return { ok: true, channel: m.channel, ts: m.ts, text: m.text }
    },
    'chat.postEphemeral'(args) {
      const channel = mayPost(str(args.channel))
      if (typeof channel !== 'string') return channel
      if (!state.users.has(str(args.user)) && !setup.openWorld) return fail('user_not_in_channel')
      const refused = refuseContent(args)
      if (refused) return refused
      return { ok: true, message_ts: store({ channel, only: str(args.user), via: 'api', ...content(args) }).ts }
    },
    'conversations.history': (args) =>
      readable(args) ??
      page(
        visible(args)
          .filter((m) => !m.threadTs)
          .reverse(),
        args,
      ),
    'conversations.replies': (args) =>
      readable(args) ??
      page(
        visible(args).filter((m) => m.threadTs === args.ts || m.ts === args.ts),
        args,
      ),
    'conversations.info'(args) {
      const channel = channelOf(str(args.channel))
      if (!channel || (channel.kind === 'private' && !channel.isMember)) return fail('channel_not_found')
      const { id, kind, isMember, isArchived, isShared = false } = channel
      const flags = { is_private: kind === 'private', is_im: kind === 'im', is_mpim: false, is_ext_shared: isShared }
      return { ok: true, channel: { id, is_member: isMember, is_archived: isArchived, ...flags } }
    },
    'users.info'(args) {
      const user = state.users.get(str(args.user))
      if (!user) return fail('user_not_found')
      const { id, name, realName, email, emailConfirmed, isBot, team = TEAM, enterprise } = user
      const profile = { display_name: name, real_name: realName, email }
      return {
        ok: true,
        user: {
          id,
          team_id: team,
          ...(enterprise === undefined ? {} : { enterprise_user: { enterprise_id: enterprise } }),
          name,
          real_name: realName,
          is_bot: isBot === true,
          is_email_confirmed: emailConfirmed === true,
          profile,
        },
      }
    },
    'views.open'(args) {
      const trigger = state.triggers.get(str(args.trigger_id))
      if (!trigger) return fail('invalid_trigger_id')
      if (trigger.used) return fail('exchanged_trigger_id')
      if (now() - trigger.atMs > 3_000) return fail('expired_trigger_id')
      const problems = checkView(args.view)
      if (problems.length > 0)
        return fail('invalid_arguments', { response_metadata: { messages: problems.map((p) => `[ERROR] ${p}`) } })
      trigger.used = true
      const view = args.view as Record<string, unknown>
      const opened = {
        id: nextId('V'),
        hash: `${now()}.hash`,
        triggerId: str(args.trigger_id),
        user: trigger.user,
        view,
      }
      state.views.push(opened)
      return { ok: true, view: { ...view, id: opened.id, hash: opened.hash } }
    },
    'views.publish'(args) {
      const user = str(args.user_id)
      if (!state.users.has(user) && !setup.openWorld) return fail('invalid_arguments')
      const problems = checkView(args.view)
      if ((args.view as Result | undefined)?.type !== 'home') problems.push('view: not a Home tab')
      if (problems.length > 0)
        return fail('invalid_arguments', { response_metadata: { messages: problems.map((p) => `[ERROR] ${p}`) } })
      const view = args.view as Record<string, unknown>
      const published = { id: nextId('V'), hash: `${now()}.hash`, triggerId: '', user, view }
      state.homes.set(user, published)
      return { ok: true, view: { ...view, id: published.id, hash: published.hash } }
    },
    'files.getUploadURLExternal'(args) {
      if (!str(args.filename) || !(Number(args.length) > 0)) return fail('invalid_arguments')
      const id = nextId('F')
      state.uploads.set(id, { name: str(args.filename), length: Number(args.length) })
      return { ok: true, upload_url: `${setup.origin()}/upload/${id}`, file_id: id }
    },
    'files.completeUploadExternal'(args) {
      const channel = mayPost(str(args.channel_id))
      if (typeof channel !== 'string') return channel
      const given = (args.files ?? []) as { id: string; title?: string }[]
      const files = given.map((file) => ({ file, upload: state.uploads.get(file.id) }))
      if (files.length === 0 || files.some(({ upload }) => upload?.text === undefined)) return fail('file_not_found')
      const shown = files.map(({ file, upload }) => ({
        id: file.id,
        name: upload?.name ?? '',
        title: file.title ?? '',
        text: upload?.text ?? '',
      }))
      store({ channel, via: 'file', files: shown, ...content({ thread_ts: args.thread_ts }) })
      // Slack shares the file a moment after this answer, so it carries no message id.
      return { ok: true, files: shown.map(({ id, title }) => ({ id, title })) }
    },
  }
}
function wire(m: FakeMessage, metadata: unknown): Result {
  return {
    type: 'message',
    ts: m.ts,
    ...(m.via === 'person' ? { user: m.user } : { user: BOT_USER, bot_id: 'B0000001' }),
    text: m.text,
    blocks: m.blocks,
    ...(m.threadTs ? { thread_ts: m.threadTs } : {}),
    ...(m.metadata && metadata ? { metadata: m.metadata } : {}),
    ...(m.files ? { files: m.files.map(({ id, name, title }) => ({ id, name, title })) } : {}),
  }
}
