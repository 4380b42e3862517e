import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { ANN, APP, BOT_USER, type DiscordState, type FakeMessage, GENERAL, GUILD, type Json, nextId } from './state.ts'

/** Intents: https://docs.discord.com/developers/events/gateway#list-of-intents */
const GUILD_MESSAGES = 1 << 9
const DIRECT_MESSAGES = 1 << 12
const MESSAGE_CONTENT = 1 << 15

export interface Said {
  readonly content: string
  readonly user?: string
  /** Absent: the channel everybody knows. */
  readonly channel?: string
  /** null: direct messages. */
  readonly guild?: string | null
  /** Names the bot in front of the words. */
  readonly mention?: boolean
  /** Replies to a message; `ping` as the client does it by default, which names its author. */
  readonly replyTo?: FakeMessage
  readonly more?: Json
}
/** Discord's end of the Gateway: https://docs.discord.com/developers/events/gateway */
export interface FakeGateway {
  /** Connections that stand and are identified or resumed. */
  standing(): number
  /** What was sent with each IDENTIFY, and from which event on each RESUME asked for more. */
  readonly identified: readonly Json[]
  readonly resumed: readonly { readonly session: string; readonly sequence: number }[]
  /** What a client may not do. */
  readonly problems: string[]
  /** Somebody says something; told to the bot as far as its intents go. Returns the message's id. */
  say(said: Said): string
  /** Sends the same event again, as a session that is resumed may. */
  repeat(): void
  /** Ends the connections: asks them to come back, cuts them without a word, or takes their session away too. */
  recycle(how: 'reconnect' | 'cut' | 'invalid'): void
  /** Refuses connections with this close code until it is null again. */
  refuseWith(code: number | null): void
  info(origin: string): Json
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void
  close(): void
}
interface Session {
  readonly id: string
  readonly intents: number
  readonly events: Json[]
  connection: WebSocket | null
}

export function createGateway(botToken: string, state: DiscordState, origin: () => string): FakeGateway {
  const wss = new WebSocketServer({ noServer: true })
  const sessions = new Map<string, Session>()
  const identified: Json[] = []
  const resumed: { session: string; sequence: number }[] = []
  const problems: string[] = []
  let refusal: number | null = null
  const send = (session: Session, t: string, d: Json) => {
    const event = { op: 0, t, s: session.events.length + 1, d }
    session.events.push(event)
    session.connection?.send(JSON.stringify(event))
  }
  const identify = (connection: WebSocket, d: Json): Session | null => {
    if (d.token !== botToken) {
      connection.close(4_004, 'Authentication failed.')
      return null
    }
    const intents = Number(d.intents)
    identified.push(d)
    if ((intents & MESSAGE_CONTENT) !== 0) problems.push('asks for the privileged intent of message content')
    const session: Session = { id: randomUUID(), intents, events: [], connection }
    sessions.set(session.id, session)
    send(session, 'READY', {
      v: 10,
      user: { id: BOT_USER, username: 'hub', bot: true },
      guilds: [{ id: GUILD, unavailable: true }],
      session_id: session.id,
      resume_gateway_url: `${origin().replace(/^http/, 'ws')}/resume`,
      shard: [0, 1],
      application: { id: APP, flags: 0 },
    })
    return session
  }
  const resume = (connection: WebSocket, d: Json): Session | null => {
    const session = sessions.get(String(d.session_id))
    const sequence = Number(d.seq)
    if (d.token !== botToken) {
      connection.close(4_004, 'Authentication failed.')
      return null
    }
    if (!session) {
      connection.send(JSON.stringify({ op: 9, d: false }))
      return null
    }
    if (sequence > session.events.length) {
      connection.close(4_007, 'Invalid seq')
      return null
    }
    resumed.push({ session: session.id, sequence })
    session.connection?.terminate()
    session.connection = connection
    for (const event of session.events.slice(sequence)) connection.send(JSON.stringify(event))
    send(session, 'RESUMED', {})
    return session
  }
  wss.on('connection', (connection: WebSocket) => {
    let session: Session | null = null
    if (refusal !== null) {
      connection.close(refusal)
      return
    }
    connection.send(JSON.stringify({ op: 10, d: { heartbeat_interval: 41_250 } }))
    connection.on('message', (data) => {
      const { op, d } = JSON.parse(String(data)) as { op: number; d: Json }
      if (op === 1) connection.send(JSON.stringify({ op: 11 }))
      else if (op === 2) session = identify(connection, d)
      else if (op === 6) session = resume(connection, d)
      else problems.push(`unexpected opcode ${op}`)
    })
    connection.on('close', (code) => {
      if (session?.connection !== connection) return
      session.connection = null
      // A normal close ends the session; Discord keeps the others for a while.
      if (code === 1_000 || code === 1_001) sessions.delete(session.id)
    })
  })
  const live = () => [...sessions.values()].filter(({ connection }) => connection !== null)
  let last: { t: string; d: Json } | null = null
  const tell = (isDirect: boolean, d: Json, plain: Json) => {
    last = { t: 'MESSAGE_CREATE', d: plain }
    for (const session of sessions.values())
      if ((session.intents & (isDirect ? DIRECT_MESSAGES : GUILD_MESSAGES)) !== 0)
        send(session, 'MESSAGE_CREATE', (session.intents & MESSAGE_CONTENT) !== 0 ? d : plain)
  }
  return {
    standing: () => live().length,
    identified,
    resumed,
    problems,
    say({ content, user = ANN, channel = GENERAL, guild = GUILD, mention = false, replyTo, more = {} }) {
      const id = nextId()
      const words = mention ? `<@${BOT_USER}> ${content}` : content
      const author = state.users.get(user)
      const isDirect = guild === null
      const pinged = mention || replyTo?.author === BOT_USER
      const named = [...content.matchAll(/<@(\d+)>/g)].flatMap(([, one = '']) => state.users.get(one) ?? [])
      const mentions = [
        ...(pinged ? [{ id: BOT_USER, username: 'hub', bot: true }] : []),
        ...named.map((one) => ({ id: one.id, username: one.username })),
      ]
      state.messages.push({
        id,
        channel,
        author: user,
        isEphemeral: false,
        via: 'api',
        content: words,
        embeds: [],
        components: [],
        files: [],
        isLoading: false,
        edited: false,
        storedAtMs: Date.now(),
      })
      const whole: Json = {
        id,
        type: replyTo ? 19 : 0,
        channel_id: channel,
        ...(isDirect ? {} : { guild_id: guild }),
        author: {
          id: user,
          username: author?.username ?? 'someone',
          global_name: author?.globalName ?? null,
          ...(author?.isBot ? { bot: true } : {}),
        },
        content: words,
        mentions,
        mention_roles: [],
        mention_everyone: false,
        attachments: [],
        embeds: [],
        timestamp: new Date().toISOString(),
        ...(replyTo ? { message_reference: { type: 0, message_id: replyTo.id, channel_id: channel } } : {}),
        ...more,
      }
      // Without the intent, words come only where the bot is named or written to, or wrote them.
      const mayRead = isDirect || pinged || user === BOT_USER
      tell(isDirect, whole, mayRead ? whole : { ...whole, content: '' })
      return id
    },
    repeat() {
      for (const session of sessions.values()) if (last) send(session, last.t, last.d)
    },
    recycle(how) {
      for (const session of live()) {
        const { connection } = session
        if (how === 'reconnect') connection?.send(JSON.stringify({ op: 7, d: null }))
        else {
          if (how === 'invalid') sessions.delete(session.id)
          connection?.terminate()
        }
      }
    },
    refuseWith(code) {
      refusal = code
    },
    info: (at) => ({
      url: `${at.replace(/^http/, 'ws')}/gateway`,
      shards: 1,
      session_start_limit: {
        total: 1_000,
        remaining: 1_000 - identified.length,
        reset_after: 86_400_000,
        max_concurrency: 1,
      },
    }),
    upgrade(request, stream, head) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake')
      if (!/^\/(?:gateway|resume)\/?$/.test(pathname) || searchParams.get('v') !== '10') {
        problems.push(`connects to ${request.url}`)
        stream.destroy()
        return
      }
      wss.handleUpgrade(request, stream, head, (connection) => wss.emit('connection', connection, request))
    },
    close() {
      for (const client of wss.clients) client.terminate()
      wss.close()
    },
  }
}
