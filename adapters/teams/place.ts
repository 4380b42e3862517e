import { createHash } from 'node:crypto'
import type { Place, Visibility } from '#contract'
import type { Activity } from './payloads.ts'

export type ConversationKind = 'personal' | 'groupChat' | 'channel'

export function workspaceOf(tenantId: string): string {
  return `teams:${tenantId}`
}
export function tenantOf({ channelData, conversation }: Activity): string | null {
  return (channelData?.tenant?.id ?? conversation.tenantId)?.toLowerCase() ?? null
}
export function kindOf({ conversation, channelData }: Activity): ConversationKind {
  const { conversationType: kind, isGroup } = conversation
  if (kind === 'personal' || kind === 'groupChat' || kind === 'channel') return kind
  if (channelData?.channel !== undefined) return 'channel'
  return isGroup === true ? 'groupChat' : 'personal'
}
/** A thread of a channel is part of its conversation id: `19:…@thread.tacv2;messageid=1700000000000`. */
function splitConversation(id: string): { readonly channel: string; readonly thread?: string } {
  const [channel = id, ...rest] = id.split(';')
  const thread = rest.find((part) => part.startsWith('messageid='))?.slice('messageid='.length)
  return thread ? { channel, thread } : { channel }
}
/** Chats have no threads, whatever the hub calls one. */
export function conversationOf(place: Place, kind: ConversationKind): string {
  return kind === 'channel' && place.thread !== undefined ? `${place.channel};messageid=${place.thread}` : place.channel
}
/** Shared channels are read by people of other organisations. */
function visibilityOf(activity: Activity): Visibility {
  if (kindOf(activity) !== 'channel') return 'private'
  const type = activity.channelData?.channel?.type?.toLowerCase()
  if (type === 'private') return 'private'
  return type === 'shared' ? 'public' : 'team'
}
export function placeOf(activity: Activity, tenantId: string): Place {
  return {
    plugin: 'teams',
    workspace: workspaceOf(tenantId),
    ...splitConversation(activity.conversation.id),
    visibility: visibilityOf(activity),
  }
}
/** Activity ids are unique only within a conversation on a channel. */
export function deliveryIdOf(activity: Activity): string {
  const { channelId, conversation, id } = activity
  if (id) return `activity:${channelId}:${conversation.id}:${id}`
  return `body:${createHash('sha256').update(JSON.stringify(activity)).digest('hex')}`
}
/** Messages of one thread, or of one chat, are worked in order. */
export function laneOf(place: Place): string {
  return [place.workspace, place.channel, ...(place.thread ? [place.thread] : [])].join(':')
}
