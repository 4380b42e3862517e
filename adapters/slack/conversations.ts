import { z } from 'zod'
import { HubError, type Visibility } from '#contract'
import type { SlackClient } from './client.ts'

/** A channel may become private, or be shared with another company: for so long it counts as what it was. */
const FRESH_MS = 10 * 60_000
/** The bot may be invited, or the app installed anew, at any time. */
const REFUSED_MS = 60_000
const MOST_KEPT = 10_000

const flag = z.boolean().optional().catch(undefined)
const answered = z.object({ is_private: z.boolean(), is_im: flag, is_mpim: flag, is_ext_shared: flag })

/** What neither the id nor the name of a channel tells. */
export interface Conversation {
  readonly visibility: Visibility
  /** People of other companies are in it: https://docs.slack.dev/apis/slack-connect */
  readonly isShared: boolean
}
export interface Conversations {
  /** null where Slack does not say. https://docs.slack.dev/reference/methods/conversations.info */
  look(workspace: string, channel: string): Promise<Conversation | null>
}

export function createConversations(
  client: Pick<SlackClient, 'call'>,
  timeoutMs: number,
  now: () => number,
): Conversations {
  const known = new Map<string, { readonly found: Conversation | null; readonly untilMs: number }>()
  const asked = new Map<string, Promise<Conversation | null>>()
  const remember = (key: string, found: Conversation | null, forMs: number) => {
    if (known.size >= MOST_KEPT) known.clear()
    known.set(key, { found, untilMs: now() + forMs })
    return found
  }
  const ask = async (key: string, workspace: string, channel: string): Promise<Conversation | null> => {
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      const answer = await client.call('conversations.info', { channel }, { workspace, writes: false, signal })
      const parsed = answered.safeParse(answer.channel)
      return parsed.success ? remember(key, conversationOf(parsed.data), FRESH_MS) : null
    } catch (error) {
      // Slack being slow or away is no answer: the next message asks again.
      return error instanceof HubError && error.retry === 'never' ? remember(key, null, REFUSED_MS) : null
    } finally {
      asked.delete(key)
    }
  }
  return {
    async look(workspace, channel) {
      const key = `${workspace} ${channel}`
      const fresh = known.get(key)
      if (fresh && now() < fresh.untilMs) return fresh.found
      const asking = asked.get(key) ?? ask(key, workspace, channel)
      asked.set(key, asking)
      return asking
    },
  }
}
function conversationOf(channel: z.output<typeof answered>): Conversation {
  const isShared = channel.is_ext_shared === true
  const isPrivate = channel.is_private || channel.is_im === true || channel.is_mpim === true
  return { visibility: isShared ? 'public' : isPrivate ? 'private' : 'team', isShared }
}
