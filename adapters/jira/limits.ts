import type { Delivery, Limit } from '#contract'

/**
 * Characters of the serialised document, not of its words: https://confluence.atlassian.com/jirakb/configure-the-character-limit-of-text-fields-in-jira-server-1021230271.html.
 * `inlineFile`: up to this a file is folded into the comment; above, it is attached.
 */
export const SIZES = { document: 32_767, piece: 12_000, inlineFile: 6_000, summary: 255, label: 255 } as const

/** Requests in a second, for each site: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ */
export const BURST_PER_SECOND = { GET: 100, POST: 100, PUT: 50, DELETE: 50 } as const
export type Method = keyof typeof BURST_PER_SECOND

/** 20 writes to one issue in 2 s and 100 in 30 s, kept so that no window holds more: 10 at once and 20 in each further 7 s. */
const ISSUE = { intervalMs: 340, burst: 10 } as const
const POSTS = { intervalMs: 20, burst: 50 } as const

/** New issues show in a search after some seconds; what was made before an unknown answer is looked for until then. */
export const SEARCH_SETTLES_MS = 30_000
/** Longest page of a search that asks for fields: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/ */
export const PAGE_MAX = 100

export function limitsOf({ to }: Delivery): readonly Limit[] {
  return [
    { key: siteBucket(to.workspace), ...POSTS },
    { key: issueBucket(to.workspace, to.channel), ...ISSUE },
  ]
}
export function siteBucket(workspace: string): string {
  return `${workspace}:posts`
}
export function issueBucket(workspace: string, channel: string): string {
  return `${workspace}:issue:${channel.split('/', 1).join('')}`
}
