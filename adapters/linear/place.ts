import type { Place } from '#contract'

const SESSION = 'session:'
/** Of everything in Linear. */
export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function workspaceOf(organizationId: string): string {
  return `linear:${organizationId}`
}
/** A thread of comments below an issue. */
export function commentPlace(organizationId: string, issueId: string, rootCommentId: string | undefined): Place {
  return {
    plugin: 'linear',
    workspace: workspaceOf(organizationId),
    channel: issueId,
    ...(rootCommentId === undefined ? {} : { thread: rootCommentId }),
    visibility: 'team',
  }
}
/** An agent session; what is said there are activities. Sessions on something else than an issue share one channel. */
export function sessionPlace(organizationId: string, issueId: string | null, sessionId: string): Place {
  return {
    plugin: 'linear',
    workspace: workspaceOf(organizationId),
    channel: issueId ?? 'sessions',
    thread: `${SESSION}${sessionId}`,
    visibility: 'team',
  }
}
/** The agent session a place is, or null for comments. */
export function sessionOf({ thread }: Pick<Place, 'thread'>): string | null {
  return thread?.startsWith(SESSION) ? thread.slice(SESSION.length) : null
}
export function laneOf({ workspace, channel, thread }: Place): string {
  return `${workspace}|${channel}|${thread ?? ''}`
}
/** Events of one issue are worked in order of arrival. */
export function issueLane(workspace: string, issueId: string): string {
  return `${workspace}|${issueId}`
}
