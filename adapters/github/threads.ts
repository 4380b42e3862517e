import { z } from 'zod'
import type { Said, Threads } from '#contract'
import type { GitHubClient } from './client.ts'
import { parse } from './objects.ts'
import { spotOf } from './place.ts'

const PAGE = 100
const MOST = 200
/** What the hub wrote, whoever's name stands above it. */
const OWN = /<!-- hub:(?:delivery|issue|comment|proposal)=/

const post = z.object({
  id: z.number(),
  html_url: z.string(),
  body: z.string().nullable().default(null),
  created_at: z.string(),
  user: z.object({ login: z.string(), type: z.string() }).nullable(),
})
const topic = post.extend({ title: z.string() })

/**
 * An issue or pull request with its comments. Comments on lines of code stand elsewhere and are left out.
 * https://docs.github.com/en/rest/issues/comments#list-issue-comments
 */
export function createThreads(client: GitHubClient): Threads {
  return {
    async read(place, signal) {
      const { owner, repo, number } = spotOf(place)
      const call = (route: string, more: object) =>
        client.call({
          route,
          parameters: { owner, repo, issue_number: number, ...more },
          repository: { owner, repo },
          what: `comments of ${place.channel}`,
          signal,
        })
      const first = parse(topic, await call('GET /repos/{owner}/{repo}/issues/{issue_number}', {}), place.channel)
      const comments: z.infer<typeof post>[] = []
      for (let page = 1; comments.length < MOST; page += 1) {
        const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments'
        const listed = parse(z.array(post), await call(route, { per_page: PAGE, page }), 'comments')
        comments.push(...listed)
        if (listed.length < PAGE) break
      }
      const all = [{ ...first, body: [first.title, first.body ?? ''].join('\n\n').trim() }, ...comments]
      return all.slice(0, MOST).flatMap(({ id, html_url, body, created_at, user }): Said[] => {
        if (body === null || user?.type === 'Bot' || OWN.test(body)) return []
        return [
          { id: String(id), author: user?.login ?? 'ghost', text: body, atMs: Date.parse(created_at), url: html_url },
        ]
      })
    },
  }
}
