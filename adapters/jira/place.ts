import { HubError, type Place } from '#contract'
import type { JiraConfig } from './config.ts'

/** The site by its name, as people know it. */
export function workspaceOf({ baseUrl }: Pick<JiraConfig, 'baseUrl'>): string {
  return `jira:${new URL(baseUrl).host}`
}
/** Who may see a comment; absent: everybody who sees the issue. */
export interface Audience {
  readonly type: 'role' | 'group'
  readonly id: string
}
/** Comments of an issue. One that was written for a group is answered to that group alone. */
export function placeOf(workspace: string, issueId: string, audience: Audience | null): Place {
  const channel = audience === null ? issueId : `${issueId}/${audience.type}:${encodeURIComponent(audience.id)}`
  return { plugin: 'jira', workspace, channel, visibility: audience === null ? 'team' : 'private' }
}
export function laneOf(workspace: string, issueId: string): string {
  return `${workspace}|${issueId}`
}
export function spotOf({ channel }: Place): { readonly issue: string; readonly audience: Audience | null } {
  const [, issue, type, id] =
    /^(\d{1,18}|[A-Z][A-Z0-9_]{1,30}-\d{1,10})(?:\/(role|group):([^/\s]{1,300}))?$/.exec(channel) ?? []
  if (issue === undefined)
    throw new HubError('INPUT_INVALID', `${channel} is no issue of Jira: write its key, such as PAY-12`)
  if (type === undefined || id === undefined) return { issue, audience: null }
  return { issue, audience: { type: type === 'role' ? 'role' : 'group', id: decodeURIComponent(id) } }
}
