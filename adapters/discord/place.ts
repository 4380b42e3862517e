import type { Place } from '#contract'
import type { Interaction } from './payloads.ts'
import { type Ticket, ticketFor } from './ticket.ts'

/** Threads of Discord's: each is a channel with a parent. https://docs.discord.com/developers/resources/channel#channel-object-channel-types */
const THREAD_TYPES: readonly number[] = [10, 11, 12]
export function isThread(type: unknown): boolean {
  return THREAD_TYPES.some((one) => one === type)
}
/** Of a private thread only who was added to it knows. */
export function isPrivateThread(type: unknown): boolean {
  return type === 12
}
const EPHEMERAL = 1 << 6

/** A server, or outside of one the person themself: direct messages belong to nobody else. */
export function workspaceOf(guildId: string | null | undefined, userId: string): string {
  return guildId ? `discord:${guildId}` : `${DIRECT}${userId}`
}
const DIRECT = 'discord:dm-'
/**
 * Where an answer goes. A private one is addressed to its person instead of the channel: when its token has died, it reaches them by
 * direct message and nobody else at all.
 */
export function placeOf(given: Interaction, kind: Ticket['kind'], nowMs: number): Place {
  const { channel, guild_id, user, channelId } = given
  const isInThread = isThread(channel?.type) && typeof channel?.parent_id === 'string'
  const ticket = ticketFor({ kind, owner: user.id, interactionId: given.id, token: given.token, issuedAtMs: nowMs })
  const base = { plugin: 'discord', workspace: workspaceOf(guild_id, user.id), ...ticket }
  if (kind === 'private') return { ...base, channel: personAddress(user.id), visibility: 'private' }
  return {
    ...base,
    channel: isInThread ? (channel?.parent_id ?? channelId) : channelId,
    ...(isInThread ? { thread: channelId } : {}),
    visibility: guild_id && !isPrivateThread(channel?.type) ? 'team' : 'private',
  }
}
/** The message an interaction came from; an ephemeral one has no address. */
export function messageOf({ message }: Interaction): string | null {
  return message && ((message.flags ?? 0) & EPHEMERAL) === 0 ? message.id : null
}
const PERSON = 'user:'
export function personAddress(userId: string): string {
  return `${PERSON}${userId}`
}
/** The person a channel stands for, or null where it is one. */
export function personOf(channel: string): string | null {
  return channel.startsWith(PERSON) ? channel.slice(PERSON.length) : null
}
/** A conversation of one person with the bot: private as it is, which a private thread with others in it is not. */
export function isDirect(to: Place): boolean {
  return to.workspace.startsWith(DIRECT) && personOf(to.channel) === null
}
