import { type Channel, type Delivery, HubError, type Posted } from '#contract'
import type { GitHubClient } from './client.ts'
import { find } from './find.ts'
import { contentBucket, limitsOf } from './limits.ts'
import { markOf } from './mark.ts'
import { ownerOf, spotOf } from './place.ts'
import { profileOf } from './profile.ts'
import { type CommentBody, render, split } from './render.ts'

export function createChannel(client: GitHubClient, apiUrl: string): Channel<CommentBody> {
  const write = async (
    route: string,
    parameters: Readonly<Record<string, unknown>>,
    delivery: Delivery,
    signal: AbortSignal,
  ) => {
    const { owner, repo, number } = spotOf(delivery.to)
    return client.call({
      route,
      parameters: { owner, repo, ...parameters, body: `${render(delivery.message).body}\n\n${markOf(delivery.key)}` },
      repository: { owner, repo },
      what: `comment on ${owner}/${repo}#${number}`,
      scope: contentBucket(delivery.to.workspace),
      signal,
    })
  }
  return {
    split,
    render,
    limits: limitsOf,
    async deliver(delivery, signal): Promise<Posted> {
      if (delivery.op === 'update') {
        const id = Number(delivery.to.message)
        await write('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', { comment_id: id }, delivery, signal)
        return delivery.to
      }
      const { number } = spotOf(delivery.to)
      const made = await write(
        'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
        { issue_number: number },
        delivery,
        signal,
      )
      const { id } = made as { id?: unknown }
      if (typeof id !== 'number') throw new HubError('OUTCOME_UNKNOWN', 'GitHub named no comment')
      return { ...delivery.to, message: String(id) }
    },
    find: (delivery, sinceMs, signal) => find(client, delivery, sinceMs, signal),
    async profile(workspace, accountId) {
      try {
        const user = await client.call({
          route: 'GET /user/{account_id}',
          parameters: { account_id: accountId },
          // An app may not ask this in its own name.
          repository: { ownerId: ownerOf(workspace) },
          what: 'user',
        })
        return profileOf(user, apiUrl)
      } catch (error) {
        if (error instanceof HubError && error.code === 'NOT_FOUND') return null
        throw error
      }
    },
  }
}
