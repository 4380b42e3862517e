import { z } from 'zod'
import type { ChangedFile, Comparison } from '#contract'
import type { GitHubClient } from './client.ts'
import { type Objects, parse } from './objects.ts'
import { repositoryOf } from './place.ts'

/** https://docs.github.com/en/rest/commits/commits#compare-two-commits */
const MAX_FILES = 300
const PAGE = 100
const MAX_PAGES = 5

const answer = z.object({
  status: z.enum(['ahead', 'behind', 'identical', 'diverged']),
  total_commits: z.number(),
  merge_base_commit: z.object({ sha: z.string() }),
  commits: z.array(
    z.object({
      sha: z.string(),
      commit: z.object({ message: z.string(), author: z.object({ name: z.string() }).nullish() }),
      author: z.object({ login: z.string().optional() }).nullish(),
      parents: z.array(z.object({ sha: z.string() })).default([]),
    }),
  ),
  files: z
    .array(
      z.object({
        filename: z.string(),
        previous_filename: z.string().optional(),
        status: z.string(),
        patch: z.string().optional(),
        additions: z.number(),
        deletions: z.number(),
      }),
    )
    .optional(),
})
type File = NonNullable<z.infer<typeof answer>['files']>[number]

/**
 * What `head` brings that `base` does not have. GitHub lists 300 files; where there are more, the others are found by comparing both trees, and
 * have no hunks.
 */
export async function compare(
  client: GitHubClient,
  objects: Objects,
  name: string,
  base: string,
  head: string,
  signal: AbortSignal,
): Promise<Comparison> {
  const repository = repositoryOf(name)
  const ask = async (page: number) => {
    const found = await client.call({
      route: 'GET /repos/{owner}/{repo}/compare/{basehead}',
      parameters: { ...repository, basehead: `${base}...${head}`, per_page: PAGE, page },
      repository,
      what: `changes between ${base.slice(0, 12)} and ${head.slice(0, 12)} in ${name}`,
      signal,
    })
    return parse(answer, found, 'changes')
  }
  const first = await ask(1)
  const commits = [...first.commits]
  for (let page = 2; commits.length < first.total_commits && page <= MAX_PAGES; page++) {
    const more = await ask(page)
    if (more.commits.length === 0) break
    commits.push(...more.commits)
  }
  const files = (first.files ?? []).map(fileOf)
  const rest =
    files.length < MAX_FILES ? null : await restOf(objects, name, first.merge_base_commit.sha, head, files, signal)
  return {
    relation: first.status,
    commits: commits.map((one) => ({
      sha: one.sha,
      message: one.commit.message,
      author: one.author?.login ?? one.commit.author?.name ?? 'unknown',
      parents: one.parents.map(({ sha }) => sha),
    })),
    files: rest === null ? files : [...files, ...rest.files],
    truncated: (rest?.truncated ?? false) || commits.length < first.total_commits,
  }
}
function fileOf({ filename, previous_filename, status, patch, additions, deletions }: File): ChangedFile {
  const known = ['added', 'removed', 'renamed'] as const
  // A copy is a new file, and a change of the mode alone is a change.
  const change = status === 'copied' ? 'added' : (known.find((one) => one === status) ?? 'modified')
  return {
    path: filename,
    previousPath: change === 'renamed' ? (previous_filename ?? null) : null,
    change,
    patch: patch ?? null,
    added: additions,
    removed: deletions,
  }
}
async function restOf(
  objects: Objects,
  name: string,
  base: string,
  head: string,
  listed: readonly ChangedFile[],
  signal: AbortSignal,
): Promise<{ readonly files: readonly ChangedFile[]; readonly truncated: boolean }> {
  const [before, after] = [await objects.tree(name, base, signal), await objects.tree(name, head, signal)]
  const old = new Map(before.entries.map((entry) => [entry.path, entry.blob]))
  const now = new Set(after.entries.map((entry) => entry.path))
  const known = new Set(listed.flatMap(({ path, previousPath }) => [path, previousPath ?? path]))
  const file = (path: string, change: ChangedFile['change']): ChangedFile => ({
    path,
    previousPath: null,
    change,
    patch: null,
    added: 0,
    removed: 0,
  })
  const files = [
    ...after.entries.flatMap(({ path, blob }) =>
      old.get(path) === blob ? [] : [file(path, old.has(path) ? 'modified' : 'added')],
    ),
    ...before.entries.filter(({ path }) => !now.has(path)).map(({ path }) => file(path, 'removed')),
  ]
  return { files: files.filter(({ path }) => !known.has(path)), truncated: before.truncated || after.truncated }
}
