import type { Place, Visibility } from '#contract'
import { ticketFor } from './ticket.ts'

export function workspaceOf(teamId: string): string {
  return `slack:${teamId}`
}
export function isDirect(channel: string, name?: string): boolean {
  return channel.startsWith('D') || name === 'directmessage'
}
/** Slack names private places so in slash commands and clicks; ids of old private channels begin with G. */
export function isPrivateByName(channel: string, name?: string): boolean {
  return (
    isDirect(channel, name) || channel.startsWith('G') || name === 'privategroup' || name?.startsWith('mpdm-') === true
  )
}
export interface PlaceInput {
  readonly team: string
  readonly channel: string
  readonly visibility: Visibility
  readonly thread?: string | undefined
  readonly user: string
  readonly responseUrl?: string | undefined
}
export function placeOf(input: PlaceInput, apiUrl: string, nowMs: number): Place {
  return {
    plugin: 'slack',
    workspace: workspaceOf(input.team),
    channel: input.channel,
    ...(input.thread ? { thread: input.thread } : {}),
    visibility: input.visibility,
    ...ticketFor(input.user, input.responseUrl, apiUrl, nowMs),
  }
}
/** Messages of one thread, or of one conversation outside threads, are worked in order. */
export function laneOf(place: Place): string {
  return [place.workspace, place.channel, ...(place.thread ? [place.thread] : [])].join(':')
}
