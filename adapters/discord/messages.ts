import { type CommandCall, type Hub, HubError, type Place } from '#contract'
import { createMentionWords } from '../shared/mentions.ts'
import type { Calls, WireChannel } from './calls.ts'
import type { DiscordConfig } from './config.ts'
import { type GatewayMessage, gatewayMessage, overwrites } from './payloads.ts'
import { isPrivateThread, isThread, workspaceOf } from './place.ts'
import { decodeText, stripMention } from './text.ts'

/** Said, or said in reply to a message: https://docs.discord.com/developers/resources/message#message-object-message-types */
const SAID = 0
const REPLIED = 19
const MOST_REMEMBERED = 2_000
/** A channel may be closed to others: for so long it counts as what it was. */
const FRESH_MS = 10 * 60_000
const VIEW_CHANNEL = 1n << 10n
const COURTESY_MS = 5_000

/** What people say to the hub in plain words. */
export interface Messages {
  /** Committed when it resolves; what is not said to the hub is nothing to commit. Rejects where it has to be tried again. */
  take(message: unknown, botId: string): Promise<void>
}

/** `parent` is null for what is no thread. */
interface Known {
  readonly parent: string | null
  readonly isPrivate: boolean
}

export function createMessages(
  hub: Pick<Hub<DiscordConfig>, 'command' | 'log'>,
  calls: Calls,
  now: () => number = Date.now,
): Messages {
  const known = new Map<string, Known & { readonly untilMs: number }>()
  const look = async (workspace: string, guild: string, channel: string): Promise<Known> => {
    const fresh = known.get(channel)
    if (fresh && now() < fresh.untilMs) return fresh
    const found = await calls.channel({ workspace }, channel).then(
      (wire): Known => ({
        parent: isThread(wire.type) && typeof wire.parent_id === 'string' ? wire.parent_id : null,
        isPrivate: isPrivateThread(wire.type) || isHidden(wire, guild),
      }),
      (error): Known => {
        // The bot may not look at it.
        if (error instanceof HubError && error.retry === 'never' && error.code !== 'UNAUTHENTICATED')
          return { parent: null, isPrivate: true }
        throw error
      },
    )
    if (known.size >= MOST_REMEMBERED) known.clear()
    known.set(channel, { ...found, untilMs: now() + FRESH_MS })
    return found
  }
  /** In a thread where it was said; else the answer begins one below the message, or goes on below the one that was replied to. */
  const placeOf = async (said: GatewayMessage): Promise<Place> => {
    const { guild_id, channel_id, author, id, type, message_reference } = said
    const workspace = workspaceOf(guild_id, author.id)
    const base = { plugin: 'discord', workspace }
    if (!guild_id) return { ...base, channel: channel_id, visibility: 'private' }
    const { parent, isPrivate } = await look(workspace, guild_id, channel_id)
    const isHiddenAbove = parent !== null && !isPrivate && (await look(workspace, guild_id, parent)).isPrivate
    const replied = type === REPLIED ? message_reference?.message_id : undefined
    const thread = parent === null ? (replied ?? id) : channel_id
    return {
      ...base,
      channel: parent ?? channel_id,
      thread,
      visibility: isPrivate || isHiddenAbove ? 'private' : 'team',
    }
  }
  const courtesy = (sent: Promise<void>) =>
    sent.catch((error: Error) => hub.log.info({ error: error.message }, 'Discord acknowledgement was not shown'))

  return {
    async take(raw, botId) {
      const parsed = gatewayMessage.safeParse(raw)
      if (!parsed.success || !isToHub(parsed.data, botId)) return
      const said = parsed.data
      const { id, author, channel_id, content, mentions } = said
      const place = await placeOf(said)
      const names = Object.fromEntries(mentions.map((one) => [one.id, one]))
      const words = createMentionWords()
      const call: CommandCall = {
        workspace: place.workspace,
        deliveryId: `message:${id}`,
        actor: { plugin: 'discord', id: author.id },
        ...(author.username ? { actorName: author.username } : {}),
        place,
        lane: [place.workspace, place.channel, place.thread ?? ''].join(':'),
        input: decodeText(stripMention(content, botId), { users: names }, words) || 'hub help',
        ...words.given(),
      }
      const signal = AbortSignal.timeout(COURTESY_MS)
      try {
        const receipt = await hub.command(call)
        if (receipt.status === 'queued') courtesy(calls.typing(place, channel_id, signal))
      } catch (error) {
        if (!(error instanceof HubError) || error.retry !== 'never') throw error
        courtesy(calls.say(place, channel_id, error.message, id, signal))
      }
    },
  }
}
/** People who name the bot, or write to it alone. Without the message-content intent Discord sends no words of others, and none are wanted. */
function isToHub({ type, author, webhook_id, guild_id, mentions }: GatewayMessage, botId: string): boolean {
  if (type !== SAID && type !== REPLIED) return false
  if (author.bot === true || webhook_id || author.id === botId) return false
  return !guild_id || mentions.some(({ id }) => id === botId)
}
/** Taken from the role that everybody has, which has the id of the server: https://docs.discord.com/developers/topics/permissions */
function isHidden({ permission_overwrites = [] }: WireChannel, guild: string): boolean {
  const parsed = overwrites.safeParse(permission_overwrites)
  if (!parsed.success) return true
  return parsed.data.some(({ id, deny = '0' }) => id === guild && (BigInt(deny) & VIEW_CHANNEL) !== 0n)
}
