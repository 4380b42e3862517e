import { type Delivery, HubError, type Posted } from '#contract'
import type { Answer, SlackClient } from './client.ts'
import { fileMarker } from './files.ts'
import { homeOf } from './home.ts'
import { render } from './render.ts'

/** Our clock and Slack's differ a little. */
const MARGIN_MS = 5_000
const PAGE = 200

interface HistoryMessage {
  readonly ts?: string
  readonly metadata?: { readonly event_payload?: { readonly delivery_id?: unknown } }
  readonly files?: readonly { readonly name?: string }[]
}
/**
 * Reads the channel or thread back for our mark. Null means surely absent; where that cannot be known it throws, and the send is held
 * for a person. https://docs.slack.dev/reference/methods/conversations.history
 */
export async function find(
  client: SlackClient,
  delivery: Delivery,
  sinceMs: number,
  signal: AbortSignal,
): Promise<Posted | null> {
  // What is published again replaces itself.
  if (homeOf(delivery.to)) return null
  // Editing to the same text twice changes nothing more: simply send it again.
  if (delivery.op === 'update')
    return delivery.to.message.startsWith('ticket:') ? hold('an answer by response_url') : null
  const { to, message, key } = delivery
  if (message.only && !to.channel.startsWith('D')) return hold('an ephemeral message')
  const body = render(message)
  const name = body.kind === 'file' ? fileMarker(body.name, key) : null
  const options = { workspace: to.workspace, writes: false, signal }
  const method = to.thread === undefined ? 'conversations.history' : 'conversations.replies'
  let cursor: string | undefined
  let scopes: readonly string[] = []
  do {
    const answer: Answer = await client.call(
      method,
      {
        channel: to.channel,
        ...(to.thread === undefined ? {} : { ts: to.thread }),
        oldest: ((sinceMs - MARGIN_MS) / 1_000).toFixed(6),
        inclusive: true,
        include_all_metadata: true,
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      },
      options,
    )
    const messages = (answer.messages ?? []) as readonly HistoryMessage[]
    const found = messages.find((m) =>
      name === null ? m.metadata?.event_payload?.delivery_id === key : m.files?.some((file) => file.name === name),
    )
    if (found?.ts !== undefined) return { ...to, message: found.ts }
    scopes = answer.scopes
    cursor = answer.response_metadata?.next_cursor || undefined
  } while (cursor !== undefined)
  if (to.ticket !== undefined && !(await mayPost(client, to.channel, scopes, options)))
    return hold('an answer by response_url')
  return null
}
/** Where the bot may post it never used the `response_url`, so a message that is not in the channel was not sent. */
async function mayPost(
  client: SlackClient,
  channel: string,
  scopes: readonly string[],
  options: { workspace: string; writes: boolean; signal: AbortSignal },
): Promise<boolean> {
  if (scopes.length > 0 && !scopes.includes('chat:write')) return false
  if (channel.startsWith('D')) return true
  const answer = await client.call('conversations.info', { channel }, options)
  const info = (answer.channel ?? {}) as { is_member?: boolean; is_archived?: boolean }
  return info.is_member === true && info.is_archived !== true
}
function hold(what: string): never {
  throw new HubError(
    'UNSUPPORTED',
    `Slack cannot be asked whether ${what} arrived; look in the channel, then resend or confirm it`,
  )
}
