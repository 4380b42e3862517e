import { z } from 'zod'
import type { Repositories } from '#contract'
import type { GitHubClient } from './client.ts'
import { parse } from './objects.ts'
import { repositoryOf } from './place.ts'

const MOST = 100
const answer = z.array(
  z.object({
    sha: z.string(),
    commit: z.object({
      message: z.string(),
      author: z.object({ name: z.string(), date: z.string() }).nullish(),
    }),
    author: z.object({ login: z.string().optional() }).nullish(),
  }),
)

/** https://docs.github.com/en/rest/commits/commits#list-commits */
export function createHistory(client: GitHubClient): Repositories['history'] {
  return async (name, { ref, path, limit }, signal) => {
    const repository = repositoryOf(name)
    const found = await client.read({
      route: 'GET /repos/{owner}/{repo}/commits',
      parameters: { ...repository, sha: ref, path, per_page: Math.min(limit, MOST) },
      repository,
      what: `commits of ${path} in ${name}`,
      signal,
    })
    return parse(answer, found, 'commits').map(({ sha, commit, author }) => ({
      sha,
      message: commit.message,
      author: author?.login ?? commit.author?.name ?? 'unknown',
      atMs: Date.parse(commit.author?.date ?? '') || 0,
    }))
  }
}
