import { z } from 'zod'
import type { Said, Threads } from '#contract'
import type { GitHubClient } from './client.ts'
import { parse } from './objects.ts'
import { spotOf } from './place.ts'

const PAGE = 100
const MOST = 200
/** The last one may hold a single comment. */
const LAST_PAGES = 3
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
      const ask = (route: string, more: object) =>
        client.answer({
          route,
          parameters: { owner, repo, issue_number: number, ...more },
          repository: { owner, repo },
          what: `comments of ${place.channel}`,
          signal,
        })
      const list = async (page: number) => {
        const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments'
        const { data, headers } = await ask(route, { per_page: PAGE, page })
        const [, last] = /[?&]page=(\d+)[^>]*>; rel="last"/.exec(String(headers.link ?? '')) ?? []
        return { listed: parse(z.array(post), data, 'comments'), last: Number(last ?? page) }
      }
      const { data } = await ask('GET /repos/{owner}/{repo}/issues/{issue_number}', {})
      const first = parse(topic, data, place.channel)
      // Oldest first, and a conversation decides at its end: after the first page only the last ones are read.
      const { listed, last } = await list(1)
      const pages = [listed]
      for (let page = Math.max(2, last - LAST_PAGES + 1); page <= last; page += 1) pages.push((await list(page)).listed)
      const comments = pages.flat().slice(1 - MOST)
      const all = [{ ...first, body: [first.title, first.body ?? ''].join('\n\n').trim() }, ...comments]
      return all.flatMap(({ id, html_url, body, created_at, user }): Said[] => {
        if (body === null || user?.type === 'Bot' || OWN.test(body)) return []
        return [
          { id: String(id), author: user?.login ?? 'ghost', text: body, atMs: Date.parse(created_at), url: html_url },
        ]
      })
    },
  }
}
