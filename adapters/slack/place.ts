import type { Place, Visibility } from '#contract'
import { ticketFor } from './ticket.ts'

export function workspaceOf(teamId: string): string {
  return `slack:${teamId}`
}
/** Slack names private places so in slash commands and clicks; ids of direct messages begin with D, of old private channels with G. */
function visibilityOf(channel: string, name: string | undefined): Visibility {
  return /^[DG]/.test(channel) || name === 'directmessage' || name === 'privategroup' ? 'private' : 'team'
}
export interface PlaceInput {
  readonly team: string
  readonly channel: string
  readonly channelName?: string | undefined
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
    visibility: visibilityOf(input.channel, input.channelName),
    ...ticketFor(input.user, input.responseUrl, apiUrl, nowMs),
  }
}
/** Messages of one thread, or of one conversation outside threads, are worked in order. */
export function laneOf(place: Place): string {
  return [place.workspace, place.channel, ...(place.thread ? [place.thread] : [])].join(':')
}
