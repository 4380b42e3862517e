import { z } from 'zod'
import { HubError, type KeyValue, type Repositories } from '#contract'
import { createChecks } from './checks.ts'
import type { GitHubClient } from './client.ts'
import { compare } from './compare.ts'
import { createHistory } from './history.ts'
import type { Identity } from './identity.ts'
import { createKeyed, type Keyed } from './keyed.ts'
import { createObjects, parse } from './objects.ts'
import { repositoryOf } from './place.ts'
import { createProposals } from './proposals.ts'

const info = z.object({
  full_name: z.string(),
  html_url: z.string(),
  default_branch: z.string(),
  private: z.boolean(),
  archived: z.boolean().default(false),
  owner: z.object({ id: z.number(), login: z.string() }),
  permissions: z.object({ push: z.boolean().default(false), admin: z.boolean().default(false) }).optional(),
})
export type Info = z.infer<typeof info>
const installation = z.object({ permissions: z.record(z.string(), z.string()) })

/** What the hub needs to propose, to say and to mark; in GitHub's own words. */
const WANTED = ['contents', 'pull_requests', 'issues'] as const

/** What GitHub tells about a repository; null when it does not exist or is not shown to the hub. */
export async function infoOf(client: GitHubClient, name: string, signal: AbortSignal): Promise<Info | null> {
  const repository = repositoryOf(name)
  try {
    const route = 'GET /repos/{owner}/{repo}'
    return parse(info, await client.read({ route, parameters: repository, repository, what: name, signal }), name)
  } catch (error) {
    if (error instanceof HubError && error.code === 'NOT_FOUND') return null
    throw error
  }
}
/** Permissions that the installation of the app lacks; null for a token, which GitHub tells nothing about before it is used. */
export async function missingOf(
  client: GitHubClient,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  if (client.kind === 'token') return null
  const { owner, repo } = repositoryOf(name)
  const route = 'GET /repos/{owner}/{repo}/installation'
  // Asked with the proof of the app itself.
  const found = await client.read({
    route,
    parameters: { owner, repo },
    repository: null,
    what: `app in ${name}`,
    signal,
  })
  const { permissions } = parse(installation, found, 'installation')
  return WANTED.filter((one) => permissions[one] !== 'write').map((one) => `${one}=write`)
}

/** The port of code hosts, over the Git data API: no clone, no disk. https://docs.github.com/en/rest/git */
export function createRepositories(client: GitHubClient, identity: Identity, kv: KeyValue): Repositories & Keyed {
  const objects = createObjects(client)
  const changes = (name: string, base: string, head: string, signal: AbortSignal) =>
    compare(client, objects, name, base, head, signal)
  return {
    title: 'GitHub',
    async info(name, signal) {
      const found = await infoOf(client, name, signal)
      if (!found) return null
      const missing = await missingOf(client, name, signal)
      const mayWrite = missing === null ? found.permissions?.push === true : missing.length === 0
      return {
        repository: found.full_name,
        url: found.html_url,
        defaultBranch: found.default_branch,
        private: found.private,
        mayWrite: mayWrite && !found.archived,
      }
    },
    resolve: objects.resolve,
    async tree(name, sha, signal) {
      const { entries, truncated } = await objects.tree(name, sha, signal)
      return { entries, truncated }
    },
    blob: (name, { blob, sizeBytes }, maxBytes, signal) => objects.blob(name, blob, sizeBytes, maxBytes, signal),
    file: objects.file,
    compare: changes,
    history: createHistory(client),
    ...createProposals({ client, objects, compare: changes }),
    ...createKeyed(client, identity, kv),
    check: createChecks(client),
  }
}
