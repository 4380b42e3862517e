import type { Log } from '#contract'
import type { GitHubClient } from './client.ts'
import type { Signals } from './commands.ts'

const TIMEOUT_MS = 10_000

/** A pair of eyes on what was read, instead of a comment that says so. https://docs.github.com/en/rest/reactions/reactions */
export function createSignals(client: GitHubClient, log: Log): Signals {
  return {
    seen(repository, subject) {
      const [owner = '', repo = ''] = repository.full_name.split('/')
      const [route, id] =
        'comment' in subject
          ? ['POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', { comment_id: subject.comment }]
          : 'review' in subject
            ? ['POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions', { comment_id: subject.review }]
            : ['POST /repos/{owner}/{repo}/issues/{issue_number}/reactions', { issue_number: subject.issue }]
      client
        .call({
          route: String(route),
          parameters: { owner, repo, ...(id as object), content: 'eyes' },
          repository: { owner, repo },
          what: 'reaction',
          signal: AbortSignal.timeout(TIMEOUT_MS),
        })
        .catch((error: Error) => log.info({ error: error.message }, 'GitHub acknowledgement was not shown'))
    },
  }
}
