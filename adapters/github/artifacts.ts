import { z } from 'zod'
import { HubError, type Log, type RunArtifact, type RunArtifacts } from '#contract'
import type { GitHubClient } from './client.ts'
import { parse } from './objects.ts'
import { repositoryOf } from './place.ts'

const PAGE = 100
/** What nobody reads on a card and few use in an expression is not asked for; the run's page has all of them. */
const MAX_PAGES = 2
const MAX_NAME = 250

const listed = z.object({
  total_count: z.number(),
  artifacts: z.array(
    z.object({
      id: z.number(),
      name: z.string(),
      size_in_bytes: z.number(),
      expired: z.boolean(),
      expires_at: z.string().nullish(),
      /** Absent where upload-artifact is older than its fourth version. */
      digest: z.string().nullish(),
    }),
  ),
})
type Listed = z.output<typeof listed>['artifacts'][number]
const NONE: RunArtifacts = { artifacts: [], artifactCount: 0 }

export interface Artifacts {
  /** What a run left behind, newest of each name first to last as GitHub lists them. Empty where GitHub shows none to the token. */
  list(repository: string, runId: string, signal: AbortSignal): Promise<RunArtifacts>
  /** The same beside something that counts more: empty while GitHub is away. */
  beside(repository: string, runId: string, signal: AbortSignal): Promise<RunArtifacts>
}
/** https://docs.github.com/en/rest/actions/artifacts#list-workflow-run-artifacts */
export function createArtifacts(client: GitHubClient, apiUrl: string, log: Log): Artifacts {
  /** A permission that is missing is named once, not with every run. */
  const told = new Set<string>()
  const read = async (name: string, runId: string, signal: AbortSignal): Promise<RunArtifacts> => {
    const repository = repositoryOf(name)
    const route = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts'
    const what = `artifacts of run ${runId} of ${name}`
    const found: Listed[] = []
    let total = 0
    for (let page = 1; page <= MAX_PAGES; page++) {
      const parameters = { ...repository, run_id: runId, per_page: PAGE, page }
      const answer = parse(listed, await client.read({ route, parameters, repository, what, signal }), what)
      total = answer.total_count
      found.push(...answer.artifacts)
      if (answer.artifacts.length < PAGE || found.length >= total) break
    }
    const latest = latestOfEachName(found)
    const runUrl = `${pageOf(apiUrl)}/${name}/actions/runs/${runId}`
    return {
      artifacts: latest.map((one) => artifactOf(one, runUrl)),
      artifactCount: Math.max(latest.length, total - (found.length - latest.length)),
    }
  }
  const list = async (name: string, runId: string, signal: AbortSignal): Promise<RunArtifacts> => {
    try {
      return await read(name, runId, signal)
    } catch (error) {
      if (!(error instanceof HubError) || (error.code !== 'FORBIDDEN' && error.code !== 'NOT_FOUND')) throw error
      if (error.code === 'FORBIDDEN' && !told.has(name)) {
        told.add(name)
        log.warn({ repository: name, reason: error.message }, 'artifacts of runs are not shown')
      }
      return NONE
    }
  }
  return {
    list,
    async beside(name, runId, signal) {
      return list(name, runId, signal).catch((error: unknown) => {
        if (error instanceof HubError && error.code === 'UNAVAILABLE' && !signal.aborted) return NONE
        throw error
      })
    },
  }
}
/** Of a run that was run again: GitHub keeps those of every attempt under the same name. */
function latestOfEachName(all: readonly Listed[]): readonly Listed[] {
  const latest = new Map<string, Listed>()
  for (const one of all) if (one.id > (latest.get(one.name)?.id ?? 0)) latest.set(one.name, one)
  return all.filter((one) => latest.get(one.name) === one)
}
/** The page is where upload-artifact says it is: https://github.com/actions/upload-artifact#outputs */
function artifactOf(one: Listed, runUrl: string): RunArtifact {
  return {
    name: one.name.slice(0, MAX_NAME),
    sizeBytes: one.size_in_bytes,
    url: `${runUrl}/artifacts/${one.id}`,
    runUrl,
    digest: one.digest ?? null,
    expiresAt: one.expires_at ?? null,
    expired: one.expired,
  }
}
/** Where people see what the API tells: of GitHub Enterprise, of one with data residency (api.<name>.ghe.com), else of GitHub. */
function pageOf(apiUrl: string): string {
  const { origin, hostname, pathname } = new URL(apiUrl)
  if (/^\/api\/v3\/?$/.test(pathname)) return origin
  return hostname.startsWith('api.') ? `https://${hostname.slice(4)}` : 'https://github.com'
}
