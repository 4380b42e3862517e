import type { Octokit } from '@octokit/rest'
import { HubError } from '#contract'
import { createHttp } from '../shared/http.ts'
import { createAuth } from './auth.ts'
import type { GitHubConfig } from './config.ts'
import { type Refusal, refusal } from './errors.ts'

const TIMEOUT_MS = 15_000
/** https://docs.github.com/en/rest/about-the-rest-api/api-versions */
const API_VERSION = '2022-11-28'

export interface Call {
  readonly route: string
  readonly parameters?: Readonly<Record<string, unknown>>
  /** Whose installation answers for it; null: what is not about a repository. */
  readonly repository: { readonly owner: string; readonly repo: string } | null
  /** For errors, in place of the address. */
  readonly what: string
  /** Bucket that a request to wait closes. */
  readonly scope?: string
  readonly signal?: AbortSignal
}
export interface GitHubClient {
  /** One request, no retry. A lost answer is OUTCOME_UNKNOWN for a write and, as reading again is harmless, UNAVAILABLE for a read. */
  call(call: Call): Promise<unknown>
  close(): void
}

/**
 * Octokit knows the routes and how their parameters are sent. Its transport is ours, which tells whether a request was written; waiting and
 * trying again belong to the ledger. Loaded with the first request.
 */
export function createClient(config: GitHubConfig, now: () => number = Date.now): GitHubClient {
  const http = createHttp('GitHub', 'GITHUB_API_URL', TIMEOUT_MS)
  let loading: Promise<Octokit> | undefined
  const load = async () => {
    const { Octokit } = await import('@octokit/rest')
    const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }
    return new Octokit({ baseUrl: config.apiUrl, userAgent: 'autodevhub', log: silent, request: { fetch: transport } })
  }
  const transport = async (
    url: string,
    init: { method?: string; headers?: Record<string, string>; body?: string; signal?: AbortSignal },
  ) => {
    const answer = await http.send(init.method ?? 'GET', url, init.body ?? '', init.headers ?? {}, init.signal)
    const headers = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as [string, string])
    const isEmpty = answer.status === 204 || answer.status === 205 || answer.status === 304
    return new Response(isEmpty ? null : answer.text, { status: answer.status, headers })
  }
  const request = async (
    authorization: string,
    { route, parameters, what, scope, signal }: Omit<Call, 'repository'>,
  ): Promise<unknown> => {
    const reads = route.startsWith('GET ')
    loading ??= load()
    const octokit = await loading
    try {
      const answer: { readonly data: unknown } = await octokit.request(route, {
        ...parameters,
        headers: { authorization, 'x-github-api-version': API_VERSION },
        ...(signal === undefined ? {} : { request: { signal } }),
      })
      return answer.data
    } catch (error) {
      throw asHubError(error, what, { reads, scope, nowMs: now() })
    }
  }
  const auth = createAuth(
    config,
    (route, parameters, jwt) => request(`Bearer ${jwt}`, { route, parameters, what: 'installation of the app' }),
    now,
  )
  return {
    async call({ repository, ...one }) {
      if (one.signal?.aborted) throw new HubError('UNAVAILABLE', `${one.what}: stopped before it was sent`)
      return request(await auth.headerFor(repository), one)
    },
    close: () => http.close(),
  }
}
const nothing = () => undefined

/** Built anew, without a cause: the library's errors carry the request. */
function asHubError(error: unknown, what: string, about: Parameters<typeof refusal>[2]): HubError {
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof HubError) {
    if (cause.code !== 'OUTCOME_UNKNOWN' || !about.reads)
      return new HubError(cause.code, `${what}: ${cause.message}`, { retry: cause.retry })
    return new HubError('UNAVAILABLE', `${what}: ${cause.message}`)
  }
  const answered = refusalOf(error)
  if (answered !== null) return refusal(what, answered, about)
  return new HubError(about.reads ? 'UNAVAILABLE' : 'OUTCOME_UNKNOWN', `${what}: GitHub's answer was not readable`)
}
function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof Error) || !('response' in error) || !('status' in error)) return null
  const { status } = error
  const response = error.response as { headers?: Refusal['headers'] } | undefined
  return typeof status === 'number' ? { status, message: error.message, headers: response?.headers ?? {} } : null
}
