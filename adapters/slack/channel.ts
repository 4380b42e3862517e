import { type Channel, type Delivery, HubError, type Place, type Posted } from '#contract'
import type { SlackClient } from './client.ts'
import { SlackRefusal } from './errors.ts'
import { fileMarker, sendFile } from './files.ts'
import { find } from './find.ts'
import { type Home, homeOf, homeView } from './home.ts'
import { limitsOf, type SendMethod } from './limits.ts'
import { profileOf } from './profile.ts'
import { isFile, render, type SlackBody } from './render.ts'
import { split } from './split.ts'
import { liveTicket } from './ticket.ts'

type MessageBody = Extract<SlackBody, { kind: 'message' }>
/** Marks a message that went through a `response_url`: Slack gives it no address. */
const BY_TICKET = 'ticket:'
/** Where the bot cannot post by itself, but the person's own `response_url` can. */
const NEEDS_TICKET =
  /^(?:not_in_channel|channel_not_found|is_archived|missing_scope|restricted_action.*|cant_update_message)$/

export function createChannel(client: SlackClient, now: () => number = Date.now): Channel<SlackBody> {
  const deliver = async (delivery: Delivery, signal: AbortSignal): Promise<Posted> => {
    const { to, key, message } = delivery
    const home = homeOf(to)
    if (home) return publish(home, delivery, signal)
    const body = render(message)
    if (body.kind === 'file') return sendFile(client, to, { ...body, name: fileMarker(body.name, key) }, signal)
    if (delivery.op === 'update' && delivery.to.message.startsWith(BY_TICKET)) return viaTicket(delivery, body, signal)
    try {
      if (delivery.op === 'update') return await edit(delivery.to, delivery, body, signal)
      return message.only && !isDirect(to) ? await whisper(delivery, body, signal) : await post(delivery, body, signal)
    } catch (error) {
      const ticket = liveTicket(to, now())
      if (!(error instanceof SlackRefusal) || !NEEDS_TICKET.test(error.reason) || ticket === null) throw error
      return viaTicket(delivery, body, signal)
    }
  }
  /** The whole tab each time, so that it may be repeated; notes of progress and what does not fit are left out. */
  const publish = async (home: Home, { to, message }: Delivery, signal: AbortSignal): Promise<Posted> => {
    const isProgress = message.blocks?.some((block) => block.kind === 'progress') === true
    if (!isProgress && to.thread === undefined) {
      const view = { user_id: home.user, view: homeView(message, home, to.workspace) }
      await client.call('views.publish', view, { workspace: to.workspace, writes: false, signal })
    }
    return { ...to, message: 'home' }
  }
  const edit = async (on: Posted, delivery: Delivery, body: MessageBody, signal: AbortSignal): Promise<Posted> => {
    // Without `parse` an edit, unlike a post, looks for names and channels in plain words: https://docs.slack.dev/reference/methods/chat.update
    await client.call('chat.update', { ...content(delivery, body), ts: on.message, parse: 'none' }, write(on, signal))
    return on
  }
  const post = async (delivery: Delivery, body: MessageBody, signal: AbortSignal): Promise<Posted> => {
    const answer = await client.call('chat.postMessage', args(delivery, body), write(delivery.to, signal))
    const channel = typeof answer.channel === 'string' ? answer.channel : delivery.to.channel
    return { ...delivery.to, channel, message: String(answer.ts) }
  }
  /** For one person alone: ephemeral, and where the bot is no member of the channel, in their direct messages. */
  const whisper = async (delivery: Delivery, body: MessageBody, signal: AbortSignal): Promise<Posted> => {
    const { to, message } = delivery
    const user = message.only?.id ?? ''
    try {
      const answer = await client.call('chat.postEphemeral', { ...args(delivery, body), user }, write(to, signal))
      return { ...to, message: String(answer.message_ts) }
    } catch (error) {
      const refused =
        error instanceof SlackRefusal && /^(?:not_in_channel|channel_not_found|user_not_in_channel)$/.test(error.reason)
      if (!refused || liveTicket(to, now())?.owner === user) throw error
      const { thread: _thread, ...place } = to
      return post({ ...delivery, op: 'post', to: { ...place, channel: user, visibility: 'private' } }, body, signal)
    }
  }
  /**
   * The person's own `response_url`. It is good for five posts and returns no address, so notes of progress are left out, and what
   * follows them is the one post.
   */
  const viaTicket = async (delivery: Delivery, body: MessageBody, signal: AbortSignal): Promise<Posted> => {
    const { to, message, key } = delivery
    const ticket = liveTicket(to, now())
    if (ticket === null) {
      throw new HubError(
        'FORBIDDEN',
        'The bot may not post in this channel and the reply address has expired; /invite it and ask again',
      )
    }
    if (message.only && message.only.id !== ticket.owner) {
      throw new HubError('FORBIDDEN', 'The bot may not write to this person here; /invite it to the channel')
    }
    const isProgress = message.blocks?.some((block) => block.kind === 'progress') === true
    if (!isProgress) {
      await client.postJson(
        ticket.url,
        {
          response_type: message.only ? 'ephemeral' : 'in_channel',
          // A click's address replaces the message that was clicked.
          replace_original: delivery.op === 'update' && !delivery.to.message.startsWith(BY_TICKET),
          text: body.text,
          ...(body.blocks.length > 0 ? { blocks: body.blocks } : {}),
          ...(to.thread === undefined ? {} : { thread_ts: to.thread }),
        },
        signal,
      )
    }
    return { ...to, message: `${BY_TICKET}${key}` }
  }
  return {
    split,
    render,
    deliver,
    limits: (delivery) => limitsOf(delivery, methodOf(delivery)),
    find: (delivery, sinceMs, signal) => find(client, delivery, sinceMs, signal),
    async profile(workspace, accountId) {
      try {
        const answer = await client.call('users.info', { user: accountId }, { workspace, writes: false })
        return profileOf(answer.user, workspace)
      } catch (error) {
        // Without users:read, which is asked for where addresses link accounts, Slack says nothing of anybody; bots are not heard anyway.
        if (error instanceof SlackRefusal && (error.code === 'NOT_FOUND' || error.reason === 'missing_scope'))
          return null
        throw error
      }
    },
  }
}
function write(to: Place, signal: AbortSignal) {
  return { workspace: to.workspace, writes: true, signal }
}
/** What posts and edits have in common. Blocks are always given: an edit to plain text must take the old ones away. */
function content({ key, to }: Delivery, body: MessageBody): Record<string, unknown> {
  return {
    channel: to.channel,
    text: body.text,
    blocks: body.blocks,
    metadata: { event_type: 'autodevhub_delivery', event_payload: { delivery_id: key } },
  }
}
function args(delivery: Delivery, body: MessageBody): Record<string, unknown> {
  const { thread } = delivery.to
  return {
    ...content(delivery, body),
    ...(thread === undefined ? {} : { thread_ts: thread }),
    ...(body.blocks.length > 0 ? {} : { mrkdwn: false }),
    unfurl_links: false,
    unfurl_media: false,
  }
}
/** Direct messages are private as they are, and know no ephemeral ones that last. */
function isDirect(to: Place): boolean {
  return to.channel.startsWith('D')
}
function methodOf(delivery: Delivery): SendMethod {
  if (homeOf(delivery.to)) return 'views.publish'
  if (delivery.op === 'update') return 'chat.update'
  if (delivery.message.only && !isDirect(delivery.to)) return 'chat.postEphemeral'
  return isFile(delivery.message) ? 'files.completeUploadExternal' : 'chat.postMessage'
}
