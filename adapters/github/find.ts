import { type Delivery, HubError, type Posted } from '#contract'
import type { GitHubClient } from './client.ts'
import { markOf } from './mark.ts'
import { spotOf } from './place.ts'

/** Our clock and GitHub's differ a little, and `since` counts whole seconds. */
const MARGIN_MS = 10_000
const PAGE = 100
const MAX_PAGES = 20

interface Listed {
  readonly id?: number
  readonly body?: string | null
}

/**
 * Looks for our mark among the comments since the attempt. Null means surely absent; where that cannot be known it throws.
 * https://docs.github.com/en/rest/issues/comments#list-issue-comments
 */
export async function find(
  client: GitHubClient,
  delivery: Delivery,
  sinceMs: number,
  signal: AbortSignal,
): Promise<Posted | null> {
  // Editing to the same text twice changes nothing more: simply send it again.
  if (delivery.op === 'update') return null
  const { owner, repo, number } = spotOf(delivery.to)
  const mark = markOf(delivery.key)
  for (let page = 1; page <= MAX_PAGES; page++) {
    const listed = await client.call({
      route: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
      parameters: {
        owner,
        repo,
        issue_number: number,
        since: new Date(sinceMs - MARGIN_MS).toISOString(),
        per_page: PAGE,
        page,
      },
      repository: { owner, repo },
      what: 'comments',
      signal,
    })
    const comments = Array.isArray(listed) ? (listed as readonly Listed[]) : []
    const found = comments.find(({ body }) => body?.includes(mark))
    if (found?.id !== undefined) return { ...delivery.to, message: String(found.id) }
    if (comments.length < PAGE) return null
  }
  throw new HubError('UNSUPPORTED', 'too many comments came since: look at the issue, then resend or confirm it')
}
