import type { Said, Threads } from '#contract'
import type { SlackClient } from './client.ts'
import { decodeText } from './text.ts'

/** The first pages of a thread would be older than what it came to. */
const PAGE = 200
const MAX_PAGES = 5
const MOST = 200

interface Listed {
  readonly ts?: string
  readonly user?: string
  readonly text?: string
  readonly bot_id?: string
  readonly subtype?: string
}

/** A message with its replies. https://docs.slack.dev/reference/methods/conversations.replies */
export function createThreads(client: Pick<SlackClient, 'call'>): Threads {
  return {
    async read({ workspace, channel, thread }, signal) {
      if (thread === undefined) return []
      const all: Listed[] = []
      let cursor: string | undefined
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const answer = await client.call(
          'conversations.replies',
          { channel, ts: thread, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) },
          { workspace, writes: false, signal },
        )
        all.push(...(Array.isArray(answer.messages) ? (answer.messages as readonly Listed[]) : []))
        cursor = answer.response_metadata?.next_cursor || undefined
        if (cursor === undefined) break
      }
      const people = all.filter(
        ({ bot_id, subtype, text }) => !bot_id && (subtype === undefined || subtype === 'thread_broadcast') && text,
      )
      const authors = [...new Set(people.map(({ user }) => user))]
      return people.slice(-MOST).map(
        ({ ts = '', user, text = '' }): Said => ({
          id: ts,
          // Names would need a further scope; who is who matters less than that two people are two.
          author: `Person ${authors.indexOf(user) + 1}`,
          text: decodeText(text).trim(),
          atMs: Math.round(Number(ts) * 1_000) || 0,
          url: null,
        }),
      )
    },
  }
}
