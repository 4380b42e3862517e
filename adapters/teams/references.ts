import { z } from 'zod'
import type { KeyValue } from '#contract'

/** How long a process believes what it has read or written: other processes change it too. */
const FRESH_MS = 60_000
const MAX_CACHED = 5_000

const reference = z.object({
  /** From a verified token. Our own token is sent to no other address. */
  serviceUrl: z.string(),
  kind: z.enum(['personal', 'groupChat', 'channel']),
  /** The bot's own id in Teams. */
  bot: z.string(),
})
export type Reference = z.output<typeof reference>

const acquaintance = z.object({
  serviceUrl: z.string(),
  bot: z.string(),
  /** A conversation both are in. */
  channel: z.string(),
  /** Their chat with the bot, once it is known. */
  chat: z.string().optional(),
})
export type Acquaintance = z.output<typeof acquaintance>

/** Where conversations and people are reached, kept sealed: without it nothing can be sent that was not asked for in the same request. */
export interface References {
  conversation(workspace: string, channel: string): Promise<Reference | null>
  rememberConversation(workspace: string, channel: string, value: Reference): Promise<void>
  forgetConversation(workspace: string, channel: string): Promise<void>
  person(workspace: string, accountId: string): Promise<Acquaintance | null>
  rememberPerson(workspace: string, accountId: string, value: Acquaintance): Promise<void>
}

export function createReferences(kv: KeyValue, now: () => number = Date.now): References {
  const cache = new Map<string, { readonly value: unknown; readonly atMs: number }>()
  const keep = (key: string, value: unknown) => {
    cache.delete(key)
    cache.set(key, { value, atMs: now() })
    const [oldest] = cache.keys()
    if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest)
  }
  const cached = (key: string) => {
    const found = cache.get(key)
    return found && now() - found.atMs < FRESH_MS ? found : null
  }
  const read = async <T>(key: string, schema: z.ZodType<T>): Promise<T | null> => {
    const found = cached(key)
    const parsed = schema.safeParse(found ? found.value : await kv.get(key))
    if (parsed.success && !found) keep(key, parsed.data)
    return parsed.success ? parsed.data : null
  }
  const write = async (key: string, value: object) => {
    if (JSON.stringify(cached(key)?.value) === JSON.stringify(value)) return
    await kv.set(key, value)
    keep(key, value)
  }
  const conversationKey = (workspace: string, channel: string) => `conversation:${workspace}:${channel}`
  const personKey = (workspace: string, accountId: string) => `person:${workspace}:${accountId}`
  return {
    conversation: (workspace, channel) => read(conversationKey(workspace, channel), reference),
    rememberConversation: (workspace, channel, { serviceUrl, kind, bot }) =>
      write(conversationKey(workspace, channel), { serviceUrl, kind, bot }),
    async forgetConversation(workspace, channel) {
      cache.delete(conversationKey(workspace, channel))
      await kv.delete(conversationKey(workspace, channel))
    },
    person: (workspace, accountId) => read(personKey(workspace, accountId), acquaintance),
    async rememberPerson(workspace, accountId, value) {
      const key = personKey(workspace, accountId)
      const known = await read(key, acquaintance)
      const chat = value.chat ?? known?.chat
      const { serviceUrl, bot, channel } = value
      // Any conversation both are in will do: the first one stays, unless the service has moved.
      const seenIn = known !== null && known.serviceUrl === serviceUrl ? known.channel : channel
      await write(key, { serviceUrl, bot, channel: seenIn, ...(chat === undefined ? {} : { chat }) })
    },
  }
}
