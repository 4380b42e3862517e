import type { RouteLike } from 'discord.js'
import { HubError, type Place } from '#contract'
import { shorten } from '../shared/cut.ts'
import type { Call, DiscordClient } from './client.ts'
import { channelBucket, globalBucket, SIZES } from './limits.ts'
import { footerOf, nonceOf } from './mark.ts'
import { escapeText } from './markdown.ts'
import type { DiscordBody } from './render.ts'
import type { Ticket } from './ticket.ts'

const EPHEMERAL = 1 << 6

/** A message as Discord answers it; only what is used. */
export interface WireMessage {
  readonly id?: string
  readonly embeds?: readonly { readonly footer?: { readonly text?: string } }[]
}
/** A channel, unread. https://docs.discord.com/developers/resources/channel#channel-object */
export interface WireChannel {
  readonly type?: unknown
  readonly parent_id?: unknown
  readonly permission_overwrites?: unknown
}
/** The requests that send, change and read messages, in the hub's words. */
export interface Calls {
  /** A message of the bot itself. `reply` names the message it answers. */
  create(
    to: Place,
    channel: string,
    body: DiscordBody,
    key: string,
    signal: AbortSignal,
    reply?: string,
  ): Promise<string>
  edit(to: Place, channel: string, message: string, body: DiscordBody, key: string, signal: AbortSignal): Promise<void>
  /** Through an interaction's token: its first answer, one of its messages, or a further one. */
  editOriginal(to: Place, ticket: Ticket, body: DiscordBody, key: string, signal: AbortSignal): Promise<string>
  editFollowUp(
    to: Place,
    ticket: Ticket,
    id: string,
    body: DiscordBody,
    key: string,
    signal: AbortSignal,
  ): Promise<void>
  followUp(
    to: Place,
    ticket: Ticket,
    body: DiscordBody,
    key: string,
    signal: AbortSignal,
    isPrivate?: boolean,
  ): Promise<string>
  deleteOriginal(to: Place, ticket: Ticket, signal: AbortSignal): Promise<void>
  original(to: Place, ticket: Ticket, signal: AbortSignal): Promise<WireMessage>
  startThread(to: Place, channel: string, message: string, name: string, signal: AbortSignal): Promise<void>
  openDirect(to: Place, userId: string, signal: AbortSignal): Promise<string>
  /** Up to 100 messages after an id, in any order. */
  list(to: Place, channel: string, after: string | null, signal: AbortSignal): Promise<readonly WireMessage[]>
  user(to: Pick<Place, 'workspace'>, id: string): Promise<Record<string, unknown>>
  channel(to: Pick<Place, 'workspace'>, id: string): Promise<WireChannel>
  /** Courtesies beside the ledger: "is typing", and a refusal in words. */
  typing(to: Place, channel: string, signal: AbortSignal): Promise<void>
  say(to: Place, channel: string, text: string, reply: string, signal: AbortSignal): Promise<void>
  /** The bot's own id. */
  me(signal: AbortSignal): Promise<string>
  /** Where the Gateway is: https://docs.discord.com/developers/events/gateway#get-gateway-bot */
  gateway(signal: AbortSignal): Promise<unknown>
}

export function createCalls(client: DiscordClient, appId: string): Calls {
  const webhook = ({ token }: Ticket) => `/webhooks/${appId}/${token}` as const
  const call = (to: Pick<Place, 'workspace'> & Partial<Place>, request: Omit<Call, 'scope'>) => {
    const where = { workspace: to.workspace, channel: to.channel ?? '', ...(to.thread ? { thread: to.thread } : {}) }
    return client.call({ ...request, scope: { own: channelBucket(where), global: globalBucket(where) } })
  }
  const viaToken = { auth: false } as const
  return {
    async create(to, channel, body, key, signal, reply) {
      const sent = await call(to, {
        method: 'POST',
        route: `/channels/${channel}/messages`,
        what: 'Posting',
        signal,
        ...wire(body, key, {
          nonce: nonceOf(key),
          enforce_nonce: true,
          ...(reply === undefined ? {} : { message_reference: { message_id: reply, fail_if_not_exists: false } }),
        }),
      })
      return idOf(sent, 'Posting')
    },
    async edit(to, channel, message, body, key, signal) {
      const route: RouteLike = `/channels/${channel}/messages/${message}`
      await call(to, { method: 'PATCH', route, what: 'Editing', signal, ...wire(body, key, REPLACING) })
    },
    async editOriginal(to, ticket, body, key, signal) {
      const route: RouteLike = `${webhook(ticket)}/messages/@original`
      const more = wire(body, key, REPLACING)
      return idOf(
        await call(to, { method: 'PATCH', route, what: 'Answering', signal, ...viaToken, ...more }),
        'Answering',
      )
    },
    async editFollowUp(to, ticket, id, body, key, signal) {
      const route: RouteLike = `${webhook(ticket)}/messages/${id}`
      await call(to, { method: 'PATCH', route, what: 'Editing', signal, ...viaToken, ...wire(body, key, REPLACING) })
    },
    async followUp(to, ticket, body, key, signal, isPrivate = false) {
      const sent = await call(to, {
        method: 'POST',
        route: webhook(ticket),
        query: new URLSearchParams({ wait: 'true' }),
        what: 'Following up',
        signal,
        ...viaToken,
        ...wire(body, key, isPrivate ? { flags: EPHEMERAL } : {}),
      })
      return idOf(sent, 'Following up')
    },
    async deleteOriginal(to, ticket, signal) {
      const route: RouteLike = `${webhook(ticket)}/messages/@original`
      await harmless(call(to, { method: 'DELETE', route, what: 'Withdrawing', signal, ...viaToken }))
    },
    async original(to, ticket, signal) {
      const route: RouteLike = `${webhook(ticket)}/messages/@original`
      return asMessage(await call(to, { method: 'GET', route, what: 'Looking for the answer', signal, ...viaToken }))
    },
    async startThread(to, channel, message, name, signal) {
      const route: RouteLike = `/channels/${channel}/messages/${message}/threads`
      const body = { name, auto_archive_duration: 1_440 }
      await harmless(call(to, { method: 'POST', route, what: 'Opening a thread', signal, body }))
    },
    async openDirect(to, userId, signal) {
      const body = { recipient_id: userId }
      const request = { method: 'POST', route: '/users/@me/channels', what: 'Opening direct messages', body } as const
      return idOf(await harmless(call(to, { ...request, signal })), 'Opening direct messages')
    },
    async list(to, channel, after, signal) {
      const query = new URLSearchParams({ limit: after === null ? '1' : '100', ...(after === null ? {} : { after }) })
      const found = await call(to, {
        method: 'GET',
        route: `/channels/${channel}/messages`,
        query,
        what: 'Looking for a message',
        signal,
      })
      return Array.isArray(found) ? found.map(asMessage) : []
    },
    async user(to, id) {
      const found = await call(to, { method: 'GET', route: `/users/${id}`, what: 'Looking up a person' })
      return typeof found === 'object' && found !== null ? { ...found } : {}
    },
    async channel(to, id) {
      const found = await call(to, { method: 'GET', route: `/channels/${id}`, what: 'Looking up a channel' })
      return typeof found === 'object' && found !== null ? { ...found } : {}
    },
    async typing(to, channel, signal) {
      await call(to, { method: 'POST', route: `/channels/${channel}/typing`, what: 'Typing', signal })
    },
    async say(to, channel, text, reply, signal) {
      const content = shorten(escapeText(text), SIZES.content)
      const message_reference = { message_id: reply, fail_if_not_exists: false }
      const body = { content, allowed_mentions: { parse: [] }, message_reference }
      await call(to, { method: 'POST', route: `/channels/${channel}/messages`, what: 'Answering', signal, body })
    },
    async me(signal) {
      const found = await client.call({ method: 'GET', route: '/users/@me', what: 'Looking up the bot', signal })
      const { id } = asMessage(found)
      if (id === undefined) throw new HubError('UNAVAILABLE', "Looking up the bot: Discord's answer was not readable")
      return id
    },
    gateway: (signal) => client.call({ method: 'GET', route: '/gateway/bot', what: 'Finding the Gateway', signal }),
  }
}
/** What was not sent again goes: an edit leaves no text, embed, button or file of the old message behind. */
const REPLACING = { content: null } as const

/** A message's body with our mark in its footer, and its files. */
function wire(body: DiscordBody, key: string, more: object): Pick<Call, 'body' | 'files'> {
  const last = body.embeds.length - 1
  const embeds = body.embeds.map((embed, i) => (i === last ? { ...embed, footer: { text: footerOf(key) } } : embed))
  const attachments = body.files.map(({ name }, id) => ({ id: String(id), filename: name }))
  const { components, allowed_mentions } = body
  return {
    body: { embeds, components, allowed_mentions, attachments, ...more },
    files: body.files.map(({ name, mediaType, text }) => ({ name, contentType: mediaType, data: Buffer.from(text) })),
  }
}
/** Requests that show nothing by themselves: one whose answer was lost is simply made again. */
async function harmless<T>(request: Promise<T>): Promise<T> {
  try {
    return await request
  } catch (error) {
    if (error instanceof HubError && error.code === 'OUTCOME_UNKNOWN') throw new HubError('UNAVAILABLE', error.message)
    throw error
  }
}
function idOf(answer: unknown, what: string): string {
  const { id } = asMessage(answer)
  if (id === undefined) throw new HubError('OUTCOME_UNKNOWN', `${what}: Discord's answer was not readable`)
  return id
}
function asMessage(answer: unknown): WireMessage {
  return typeof answer === 'object' && answer !== null ? { ...answer } : {}
}
