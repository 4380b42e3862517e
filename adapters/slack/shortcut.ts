import type { SlackClient } from './client.ts'
import type { MessageAction } from './payloads.ts'
import { decodeText } from './text.ts'

export const SHORTCUT_CALLBACK = 'story_from_thread'
/** The first page of a thread; a story is in it or nowhere. */
const MOST_MESSAGES = 100
/** Slack gives up after 3 s, and the command has to be stored in them too. */
const READ_MS = 1_800

interface Said {
  readonly user?: string
  readonly text?: string
  readonly bot_id?: string
  readonly subtype?: string
}

/**
 * What people wrote in the thread of a message, one paragraph each with who wrote it, so that a story can quote them. Bots are left out, the
 * hub's own posts among them. https://docs.slack.dev/reference/methods/conversations.replies
 */
export async function readThread(client: SlackClient, workspace: string, body: MessageAction): Promise<string> {
  const { channel, message } = body
  const answer = await client.call(
    'conversations.replies',
    { channel: channel.id, ts: message.thread_ts ?? message.ts, limit: MOST_MESSAGES },
    { workspace, writes: false, signal: AbortSignal.timeout(READ_MS) },
  )
  const messages = Array.isArray(answer.messages) ? (answer.messages as readonly Said[]) : []
  const people = messages.filter(
    ({ bot_id, subtype, text }) => !bot_id && (subtype === undefined || subtype === 'thread_broadcast') && text,
  )
  const authors = [...new Set(people.map(({ user }) => user))]
  // Names would need a further scope; who is who matters less than that two people are two.
  const label = (user: string | undefined) => (authors.length < 2 ? '' : `Person ${authors.indexOf(user) + 1}: `)
  return people.map(({ user, text = '' }) => `${label(user)}${decodeText(text).trim()}`).join('\n\n')
}
