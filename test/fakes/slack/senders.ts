import { randomBytes } from 'node:crypto'
import { signSlack } from './sign.ts'
import { APP, BOT_USER, type FakeMessage, type FakeView, nextId, nextTs, type SlackState, TEAM } from './state.ts'

/** Where the hub listens: its address, or the app's own `fetch`. */
export type Target = string | ((request: Request) => Response | Promise<Response>)
export interface Sent {
  readonly status: number
  readonly text: string
  /** The answer's JSON, or null where it is none. */
  readonly json: Record<string, unknown> | null
  /** Requests made: more than one where Slack tried again. */
  readonly attempts: number
}
/** `enterprise`: the workspace has the app through this organisation. */
type Where = {
  /** Where the app is installed. */
  readonly team?: string
  /** Where the person is from, if not from there. */
  readonly home?: string
  /** Whose channel it is, if not theirs: another company shares it. */
  readonly host?: string
  readonly enterprise?: string
  readonly channel?: string
  readonly user?: string
  readonly userName?: string
}
export interface Sender {
  slash(
    command: { readonly command: string; readonly text?: string; readonly triggerId?: string } & Where,
  ): Promise<Sent>
  /** `text` without the mention, which is put in front. */
  mention(event: { readonly text: string; readonly thread?: string; readonly eventId?: string } & Where): Promise<Sent>
  directMessage(
    event: { readonly text: string; readonly thread?: string; readonly eventId?: string } & Where,
  ): Promise<Sent>
  /** Presses the n-th button of a message. */
  click(message: FakeMessage, actionIndex: number, where?: Where): Promise<Sent>
  /** Looks at the Home tab; what was published there comes later. */
  openHome(where?: Where & { readonly tab?: string; readonly eventId?: string }): Promise<Sent>
  /** Presses the n-th button of the Home tab. */
  clickHome(view: FakeView, actionIndex: number, where?: Where): Promise<Sent>
  /** Something a person writes; the hub is not told. */
  write(text: string, where?: Where & { readonly thread?: string }): FakeMessage
  /** Chooses the hub's entry in the menu of a message. */
  shortcut(message: FakeMessage, callbackId: string, where?: Where): Promise<Sent>
  submitView(view: FakeView, values: Readonly<Record<string, string>>, where?: Where): Promise<Sent>
  urlVerification(challenge: string): Promise<Sent>
  event(
    event: Record<string, unknown>,
    options?: {
      readonly eventId?: string
      readonly team?: string
      readonly host?: string
      readonly enterprise?: string
      /** Is the channel one that companies share? Absent: as it is known. */
      readonly isShared?: boolean
      readonly atSeconds?: number
    },
  ): Promise<Sent>
  /** A signed body of the caller's own making. */
  raw(body: string, contentType: string, headers?: Readonly<Record<string, string>>): Promise<Sent>
}
export interface SenderOptions {
  readonly secret: string
  readonly origin: string
  readonly now: () => number
  /** Milliseconds before Slack's three repeats of an event; its own are 0, 60,000 and 300,000. */
  readonly retryDelaysMs: readonly number[]
}
const FORM = 'application/x-www-form-urlencoded'
const CHOSEN = /\u2063([^\u2063]*)\u2063/g
/** What a client puts into the text for somebody who was chosen from its list. */
export const chosen = (user: string, name: string): string => `\u2063@${user}|${name}\u2063`

export function createSender(target: Target, state: SlackState, options: SenderOptions): Sender {
  const request = async (
    body: string,
    contentType: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Sent> => {
    const signed = signSlack(body, options.secret, Math.floor(options.now() / 1_000))
    const length = String(Buffer.byteLength(body))
    const init = {
      method: 'POST',
      body,
      headers: { 'content-type': contentType, 'content-length': length, ...signed, ...headers },
    }
    const answer =
      typeof target === 'string'
        ? await fetch(target, init)
        : await target(new Request('http://hub.test/hooks/slack', init))
    const text = await answer.text()
    const isJson = (answer.headers.get('content-type') ?? '').includes('json')
    return { status: answer.status, text, json: isJson ? JSON.parse(text) : null, attempts: 1 }
  }
  /** Events are sent again until they are acknowledged: https://docs.slack.dev/apis/events-api/#retries */
  const event: Sender['event'] = async (
    inner,
    { eventId = nextId('Ev'), team = TEAM, host = team, enterprise, isShared, atSeconds } = {},
  ) => {
    const body = JSON.stringify({
      token: 'verification',
      team_id: host,
      context_team_id: enterprise === undefined ? team : null,
      api_app_id: APP,
      event: inner,
      type: 'event_callback',
      event_id: eventId,
      event_time: atSeconds ?? Math.floor(options.now() / 1_000),
      ...(enterprise === undefined || host !== team ? {} : { enterprise_id: enterprise }),
      is_ext_shared_channel:
        isShared ?? (host !== team || state.channels.get(String(inner.channel))?.isShared === true),
      authorizations: [
        {
          enterprise_id: enterprise ?? null,
          team_id: enterprise === undefined ? team : null,
          user_id: BOT_USER,
          is_bot: true,
          is_enterprise_install: enterprise !== undefined,
        },
      ],
    })
    const attempt = (headers?: Record<string, string>) =>
      request(body, 'application/json', headers).catch(() => ({ status: 0, text: '', json: null, attempts: 1 }))
    let sent = await attempt()
    for (const [i, delay] of options.retryDelaysMs.entries()) {
      if (sent.status >= 200 && sent.status < 300) break
      await new Promise((resolve) => setTimeout(resolve, delay))
      const reason = sent.status === 0 ? 'connection_failed' : 'http_error'
      sent = {
        ...(await attempt({ 'x-slack-retry-num': String(i + 1), 'x-slack-retry-reason': reason })),
        attempts: i + 2,
      }
    }
    return sent
  }
  const trigger = (user: string) => {
    const id = `${Date.now()}.${randomBytes(6).toString('hex')}`
    state.triggers.set(id, { user, atMs: options.now(), used: false })
    return id
  }
  const responseUrl = (channel: string, user: string, message?: string) => {
    const id = randomBytes(12).toString('hex')
    state.responseUrls.set(id, {
      channel,
      user,
      uses: 0,
      expiresAtMs: options.now() + 30 * 60_000,
      ...(message ? { message } : {}),
    })
    return `${options.origin}/response/${id}`
  }
  const nameOf = (user: string) => state.users.get(user)?.name ?? 'someone'
  const escapeEntities = (text: string) =>
    text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(CHOSEN, '<$1>')
  const interact = (payload: Record<string, unknown>) =>
    request(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), FORM)

  return {
    slash({
      command,
      text = '',
      team = TEAM,
      enterprise,
      channel = 'C0GENERAL',
      user = 'U0ANN0001',
      userName,
      triggerId,
    }) {
      const known = state.channels.get(channel)
      const form = {
        token: 'verification',
        team_id: team,
        team_domain: 'example',
        channel_id: channel,
        channel_name: known?.name ?? 'channel',
        user_id: user,
        user_name: userName ?? nameOf(user),
        command,
        text: escapeEntities(text),
        api_app_id: APP,
        is_enterprise_install: String(enterprise !== undefined),
        ...(enterprise === undefined ? {} : { enterprise_id: enterprise, enterprise_name: 'Example Group' }),
        response_url: responseUrl(channel, user),
        trigger_id: triggerId ?? trigger(user),
      }
      return request(new URLSearchParams(form).toString(), FORM)
    },
    mention({ text, thread, eventId, enterprise, team = TEAM, home, host, channel = 'C0GENERAL', user = 'U0ANN0001' }) {
      const inner = {
        type: 'app_mention',
        user,
        team: home ?? team,
        ...(home === undefined ? {} : { user_team: home, source_team: home }),
        channel,
        ts: nextTs(),
        text: `<@${BOT_USER}> ${escapeEntities(text)}`,
      }
      return event(
        { ...inner, event_ts: inner.ts, ...(thread ? { thread_ts: thread } : {}) },
        { team, ...(host ? { host } : {}), ...(eventId ? { eventId } : {}), ...(enterprise ? { enterprise } : {}) },
      )
    },
    directMessage({ text, thread, eventId, team = TEAM, channel = 'D0ANN0001', user = 'U0ANN0001' }) {
      const inner = {
        type: 'message',
        channel_type: 'im',
        user,
        team,
        channel,
        ts: nextTs(),
        text: escapeEntities(text),
      }
      return event(
        { ...inner, event_ts: inner.ts, ...(thread ? { thread_ts: thread } : {}) },
        { team, ...(eventId ? { eventId } : {}) },
      )
    },
    click(message, actionIndex, { team = TEAM, home = team, user = 'U0ANN0001' } = {}) {
      const elements = message.blocks.flatMap((b) =>
        b.type === 'actions' ? (b.elements as Record<string, unknown>[]) : [],
      )
      const element = elements[actionIndex]
      if (!element) throw new Error(`the message has no button ${actionIndex}`)
      const channel = state.channels.get(message.channel)
      return interact({
        type: 'block_actions',
        user: { id: user, username: nameOf(user), name: nameOf(user), team_id: home },
        api_app_id: APP,
        token: 'verification',
        container: {
          type: 'message',
          message_ts: message.ts,
          channel_id: message.channel,
          is_ephemeral: message.only !== undefined,
          ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
        },
        trigger_id: trigger(user),
        team: { id: team, domain: 'example' },
        enterprise: null,
        is_enterprise_install: false,
        channel: { id: message.channel, name: channel?.name ?? 'channel' },
        message: {
          type: 'message',
          ts: message.ts,
          bot_id: 'B0000001',
          ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
        },
        state: { values: {} },
        response_url: responseUrl(message.channel, user, message.ts),
        actions: [{ ...element, block_id: 'b', action_ts: nextTs() }],
      })
    },
    openHome({ team = TEAM, user = 'U0ANN0001', channel = 'D0ANN0001', tab = 'home', eventId } = {}) {
      const inner = { type: 'app_home_opened', user, channel, tab, event_ts: nextTs() }
      return event(inner, { team, ...(eventId ? { eventId } : {}) })
    },
    clickHome({ id, hash, view }, actionIndex, { team = TEAM, home = team, user = 'U0ANN0001' } = {}) {
      const blocks = view.blocks as { type: string; elements?: Record<string, unknown>[] }[]
      const element = blocks.flatMap((b) => (b.type === 'actions' ? (b.elements ?? []) : []))[actionIndex]
      if (!element) throw new Error(`the Home tab has no button ${actionIndex}`)
      return interact({
        type: 'block_actions',
        user: { id: user, username: nameOf(user), name: nameOf(user), team_id: home },
        api_app_id: APP,
        token: 'verification',
        container: { type: 'view', view_id: id },
        trigger_id: trigger(user),
        // Of the person, not of the app.
        team: { id: home, domain: 'example' },
        enterprise: null,
        is_enterprise_install: false,
        view: { ...view, id, hash, team_id: team, app_installed_team_id: team, app_id: APP, state: { values: {} } },
        actions: [{ ...element, block_id: 'b', action_ts: nextTs() }],
      })
    },
    write(text, { channel = 'C0GENERAL', user = 'U0ANN0001', thread } = {}) {
      const written: FakeMessage = {
        ts: nextTs(),
        channel,
        via: 'person',
        user,
        text: escapeEntities(text),
        blocks: [],
        edited: false,
        storedAtMs: options.now(),
        ...(thread ? { threadTs: thread } : {}),
      }
      state.messages.push(written)
      return written
    },
    shortcut(message, callbackId, { team = TEAM, home = team, user = 'U0ANN0001' } = {}) {
      return interact({
        type: 'message_action',
        token: 'verification',
        action_ts: nextTs(),
        team: { id: team, domain: 'example' },
        user: { id: user, name: nameOf(user), username: nameOf(user), team_id: home },
        channel: { id: message.channel, name: state.channels.get(message.channel)?.name ?? 'channel' },
        is_enterprise_install: false,
        callback_id: callbackId,
        trigger_id: trigger(user),
        response_url: responseUrl(message.channel, user),
        message_ts: message.ts,
        message: {
          type: 'message',
          user: message.user,
          ts: message.ts,
          text: message.text,
          ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
        },
      })
    },
    submitView({ id, hash, user, view }, values, { team = TEAM, home = team } = {}) {
      const state_ = Object.fromEntries(
        (view.blocks as { block_id: string; element: { type: string; action_id: string } }[]).map(
          ({ block_id, element }) => [block_id, { [element.action_id]: stateOf(element.type, values[block_id]) }],
        ),
      )
      return interact({
        type: 'view_submission',
        // Of the person, not of the app.
        team: { id: home, domain: 'example' },
        user: { id: user, username: nameOf(user), name: nameOf(user), team_id: home },
        api_app_id: APP,
        token: 'verification',
        trigger_id: trigger(user),
        view: { ...view, id, hash, team_id: home, app_installed_team_id: team, state: { values: state_ }, app_id: APP },
        response_urls: [],
        is_enterprise_install: false,
        enterprise: null,
      })
    },
    urlVerification: (challenge) =>
      request(JSON.stringify({ token: 'verification', challenge, type: 'url_verification' }), 'application/json'),
    event,
    raw: request,
  }
}
function stateOf(type: string, value: string | undefined): Record<string, unknown> {
  if (type === 'static_select') return { type, selected_option: value === undefined ? null : { value } }
  if (type === 'checkboxes') return { type, selected_options: value === undefined ? [] : [{ value }] }
  return { type, value: value ?? null }
}
