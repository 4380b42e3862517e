import type { Octokit } from '@octokit/rest'
import { HubError } from '#contract'
import { createHttp } from '../shared/http.ts'
import { createAuth, type Installed } from './auth.ts'
import { createCache } from './cache.ts'
import type { GitHubConfig } from './config.ts'
import { type Refusal, refusal } from './errors.ts'
import { createGate, createPace } from './limits.ts'

const TIMEOUT_MS = 15_000
/** https://docs.github.com/en/rest/about-the-rest-api/api-versions */
const API_VERSION = '2022-11-28'
/** Answers that can be asked for again with their ETag, which costs nothing of the budget. */
const ANSWERS_BYTES = 4_000_000

export interface Call {
  readonly route: string
  readonly parameters?: Readonly<Record<string, unknown>>
  /** Whose installation answers for it; null: what the app does for itself, which a token may do as well. */
  readonly repository: Installed | null
  /** For errors, in place of the address. */
  readonly what: string
  /** Bucket that a request to wait closes. */
  readonly scope?: string
  readonly signal?: AbortSignal
}
export interface Answer {
  readonly data: unknown
  readonly headers: Refusal['headers']
}
export interface GitHubClient {
  /** Who asks: an app can do some things that a token cannot. */
  readonly kind: 'app' | 'token'
  /** One request, no retry. A lost answer is OUTCOME_UNKNOWN for a write and, as reading again is harmless, UNAVAILABLE for a read. */
  call(call: Call): Promise<unknown>
  /** The same, with the headers. */
  answer(call: Call): Promise<Answer>
  /** A GET that is asked with the ETag of the answer before. */
  read(call: Call): Promise<unknown>
  /** A query that changes nothing; it has a budget of its own. */
  graphql(query: {
    readonly query: string
    readonly variables: Readonly<Record<string, unknown>>
    readonly repository: NonNullable<Call['repository']>
    readonly what: string
  }): Promise<unknown>
  /** Text that lies elsewhere, where GitHub sends whoever asks. */
  text(call: Call): Promise<string>
  close(): void
}

/**
 * Octokit knows the routes and how their parameters are sent. Its transport is ours, which tells whether a request was written; waiting and
 * trying again belong to the ledger. Loaded with the first request.
 */
export function createClient(config: GitHubConfig, now: () => number = Date.now): GitHubClient {
  const http = createHttp('GitHub', 'GITHUB_API_URL', TIMEOUT_MS)
  const pace = createPace(now)
  const gate = createGate()
  const answers = createCache<{ readonly etag: string; readonly data: unknown }>(ANSWERS_BYTES)
  // GitHub Enterprise serves both below /api: https://docs.github.com/en/graphql/guides/forming-calls-with-graphql
  const graphqlRoute = `POST ${config.apiUrl.replace(/\/api\/v3$/, '/api')}/graphql`
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
    budget: string,
    { route, parameters, what, scope, signal }: Omit<Call, 'repository'>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer & { readonly status: number }> => {
    const reads = route.startsWith('GET ') || route === graphqlRoute
    pace.admit(budget, !reads, scope)
    loading ??= load()
    const octokit = await loading
    try {
      const answer: { readonly data: unknown; readonly status: number; readonly headers: Refusal['headers'] } =
        await octokit.request(route, {
          ...parameters,
          headers: { authorization, 'x-github-api-version': API_VERSION, ...headers },
          ...(signal === undefined ? {} : { request: { signal } }),
        })
      pace.note(budget, answer.headers)
      return answer
    } catch (error) {
      const refused = refusalOf(error)
      if (refused?.status === 304) return { data: null, status: 304, headers: refused.headers }
      const failed = asHubError(error, what, { reads, scope, nowMs: now() })
      if (failed.code === 'RATE_LIMITED' && typeof failed.retry === 'object')
        pace.close(budget, now() + failed.retry.afterMs)
      throw failed
    }
  }
  const auth = createAuth(
    config,
    async (route, parameters, jwt) => {
      const call = { route, parameters, what: 'installation of the app' }
      return (await request(`Bearer ${jwt}`, 'app', call)).data
    },
    now,
  )
  /** A token has one budget; an app has one for each of its installations, which are one for each owner. */
  const budgetOf = ({ repository }: Call) => {
    if (config.token !== undefined) return 'token'
    if (repository === null) return 'app'
    return 'ownerId' in repository ? String(repository.ownerId) : repository.owner.toLowerCase()
  }
  const ask = async (call: Call, headers?: Readonly<Record<string, string>>) => {
    if (call.signal?.aborted) throw new HubError('UNAVAILABLE', `${call.what}: stopped before it was sent`)
    const authorization = await auth.headerFor(call.repository)
    return gate(() => request(authorization, budgetOf(call), call, headers)).catch(renewed(call, authorization))
  }
  /** A token that GitHub took back is replaced: whoever asked asks again. */
  const renewed = (call: Pick<Call, 'repository' | 'what'>, authorization: string) => async (error: unknown) => {
    if (error instanceof HubError && error.code === 'UNAUTHENTICATED')
      if (await auth.refused(call.repository, authorization))
        throw new HubError('UNAVAILABLE', `${call.what}: GitHub took back the token of the app; it gets another one`)
    throw error
  }
  const answer = async (call: Call): Promise<Answer> => {
    const found = await ask(call)
    if (found.status >= 300) throw movedError(call.what)
    return found
  }
  return {
    kind: config.token === undefined ? 'app' : 'token',
    answer,
    call: async (call) => (await answer(call)).data,
    async read(call) {
      const key = `${call.route} ${JSON.stringify(call.parameters ?? {})}`
      const known = answers.get(key)
      const found = await ask(call, known && { 'if-none-match': known.etag })
      if (found.status === 304 && known) return known.data
      if (found.status >= 300) throw movedError(call.what)
      const etag = found.headers.etag
      if (typeof etag === 'string')
        answers.set(key, { etag, data: found.data }, JSON.stringify(found.data ?? null).length)
      return found.data
    },
    async graphql({ query, variables, repository, what }) {
      const call = { route: graphqlRoute, parameters: { query, variables }, repository, what }
      const authorization = await auth.headerFor(repository)
      const asked = gate(() => request(authorization, `${budgetOf(call)} graphql`, call))
      return (await asked.catch(renewed(call, authorization))).data
    },
    async text(call) {
      const found = await ask(call)
      const location = found.headers.location
      if (found.status < 300) return String(found.data)
      const url = typeof location === 'string' && URL.canParse(location) ? new URL(location) : null
      if (url === null || (url.protocol !== 'https:' && url.origin !== new URL(config.apiUrl).origin))
        throw movedError(call.what)
      // It belongs to a storage service, which is shown no token.
      const stored = await http.send('GET', url.href, '', {}, call.signal).catch((error: Error) => {
        throw new HubError('UNAVAILABLE', `${call.what}: ${error.message}`)
      })
      if (stored.status !== 200)
        throw new HubError('NOT_FOUND', `${call.what}: its storage answered with HTTP ${stored.status}`)
      return stored.text
    },
    close: () => http.close(),
  }
}
const nothing = () => undefined

function movedError(what: string): HubError {
  const cure = 'if it was renamed or moved, bind it under its new name; else check GITHUB_API_URL'
  return new HubError('NOT_FOUND', `${what}: GitHub says that it lies elsewhere; ${cure}`)
}
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
