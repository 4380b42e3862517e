import type { RawFile, REST, RouteLike } from 'discord.js'
import { HubError } from '#contract'
import { createHttp, type HttpClient } from '../shared/http.ts'
import type { DiscordConfig } from './config.ts'
import { DiscordRefusal, refusal } from './errors.ts'

const TIMEOUT_MS = 15_000
/** A second of its limits, and what the two clocks may drift apart meanwhile. */
const CLOCK_STEP_MS = 1_000
type Sdk = typeof import('discord.js')

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly route: RouteLike
  readonly body?: unknown
  readonly files?: readonly RawFile[]
  readonly query?: URLSearchParams
  /** False: the address itself is the key, as with the token of an interaction. */
  readonly auth?: boolean
  /** For errors, in place of the address, which may hold a token. */
  readonly what: string
  /** Bucket that a request to wait closes. */
  readonly scope?: { readonly own: string; readonly global: string }
  readonly signal?: AbortSignal
}
export interface DiscordClient {
  /** One request, no retry. A lost answer is OUTCOME_UNKNOWN for a write and, as reading again is harmless, UNAVAILABLE for a read. */
  call(request: Call): Promise<unknown>
  close(): void
}

/**
 * discord.js' REST knows the routes, learns their limits from the headers and refuses a request that would run into one. Its transport is
 * ours, which tells whether a request was written; waiting and trying again belong to the ledger. Loaded with the first request.
 */
export function createClient(config: DiscordConfig): DiscordClient {
  const http = createHttp('Discord', 'DISCORD_API_URL', TIMEOUT_MS)
  let sdkLoading: Promise<Sdk> | undefined
  let loading: Promise<{ sdk: Sdk; rest: REST }> | undefined
  let loadedAt = 0
  let isClosed = false
  const load = async () => {
    sdkLoading ??= import('discord.js')
    const sdk = await sdkLoading
    const rest = new sdk.REST({
      api: config.apiUrl,
      version: '10',
      retries: 0,
      timeout: TIMEOUT_MS + 1_000,
      rejectOnRateLimit: () => true,
      makeRequest: (url, init) => transport(http, url, init),
    })
    if (isClosed) stopSweeping(rest)
    return { sdk, rest }
  }
  /** What it learned of limits is by the wall clock: where that was set back by a day, it would wait for a day. */
  const forgetOnStep = (): void => {
    const clock = Date.now() - performance.now()
    if (loading !== undefined && Math.abs(clock - loadedAt) <= CLOCK_STEP_MS) return
    loading?.then(({ rest }) => stopSweeping(rest)).catch(() => undefined)
    loading = load()
    loadedAt = clock
  }
  return {
    async call({ method, route, body, files, query, auth = true, what, scope, signal }) {
      forgetOnStep()
      const { sdk, rest } = await (loading ?? load())
      // A refused token is forgotten by the library; it may be valid again, and it is the ledger that knows when to ask.
      rest.setToken(config.botToken)
      try {
        return await rest.request({
          method: method as Parameters<REST['request']>[0]['method'],
          fullRoute: route,
          auth,
          ...(body === undefined ? {} : { body }),
          ...(files === undefined || files.length === 0 ? {} : { files: [...files] }),
          ...(query === undefined ? {} : { query }),
          ...(signal === undefined ? {} : { signal }),
        })
      } catch (error) {
        throw asHubError(error, sdk, { what, reads: method === 'GET', scope })
      }
    },
    close() {
      isClosed = true
      loading?.then(({ rest }) => stopSweeping(rest)).catch(() => undefined)
      http.close()
    },
  }
}
function stopSweeping(rest: REST): void {
  rest.clearHashSweeper()
  rest.clearHandlerSweeper()
}
type MakeRequest = REST['options']['makeRequest']
async function transport(http: HttpClient, url: string, init: Parameters<MakeRequest>[1]): ReturnType<MakeRequest> {
  // The library's form data, encoded with its boundary.
  const encoded = new Response(init.body as ConstructorParameters<typeof Response>[0])
  const headers = Object.fromEntries(new Headers(init.headers as ConstructorParameters<typeof Headers>[0]))
  const type = encoded.headers.get('content-type')
  if (type !== null && headers['content-type'] === undefined) headers['content-type'] = type
  const body = typeof init.body === 'string' ? init.body : new Uint8Array(await encoded.arrayBuffer())
  const answer = await http.send(init.method ?? 'GET', url, body, headers, init.signal ?? undefined)
  if (answer.status >= 300 && answer.status < 400) {
    throw new HubError(
      'CONFIG_INVALID',
      `Discord answered with a redirect (HTTP ${answer.status}); check DISCORD_API_URL`,
    )
  }
  const given = Object.entries(answer.headers).flatMap(([name, value]) => [[name, String(value)] as [string, string]])
  const isEmpty = answer.status === 204 || answer.status === 205
  return new Response(isEmpty ? null : answer.text, { status: answer.status, headers: given }) as unknown as Awaited<
    ReturnType<MakeRequest>
  >
}
interface Context {
  readonly what: string
  readonly reads: boolean
  readonly scope: Call['scope']
}
/** Built anew, without a cause: the library's errors carry the address, and with it an interaction's token. */
function asHubError(error: unknown, sdk: Sdk, { what, reads, scope }: Context): HubError {
  const unknown = (why: string) => new HubError(reads ? 'UNAVAILABLE' : 'OUTCOME_UNKNOWN', `${what}: ${why}`)
  if (error instanceof DiscordRefusal) return error
  if (error instanceof HubError) return error.code === 'OUTCOME_UNKNOWN' ? unknown(error.message) : error
  if (error instanceof sdk.RateLimitError) {
    const afterMs = Math.ceil(Math.max(error.retryAfter, error.timeToReset, error.sublimitTimeout, 1))
    const closed = error.global ? scope?.global : scope?.own
    return new HubError('RATE_LIMITED', `${what}: Discord asks to wait ${Math.ceil(afterMs / 1_000)} s`, {
      retry: { afterMs },
      ...(closed === undefined ? {} : { scope: closed }),
    })
  }
  if (error instanceof sdk.DiscordAPIError) {
    const { status, code } = error
    return refusal(what, status, typeof code === 'number' ? code : 0)
  }
  if (error instanceof sdk.HTTPError) return unknown(`Discord answered with HTTP ${error.status}`)
  // Stopped while it waited for its turn: it never left.
  if (error instanceof Error && error.name === 'AbortError')
    return new HubError('UNAVAILABLE', `${what}: stopped before it was sent`)
  return unknown("Discord's answer was not readable")
}
