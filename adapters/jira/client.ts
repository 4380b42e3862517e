import { HubError } from '#contract'
import { createHttp, type HttpAnswer } from '../shared/http.ts'
import { ADF, type DocumentFormat } from './adf.ts'
import type { JiraConfig } from './config.ts'
import { isQuota, refusal } from './errors.ts'
import { BURST_PER_SECOND, type Method } from './limits.ts'
import { createPace } from './pace.ts'
import { type Access, basicToken, type Credentials } from './tokens.ts'

const TIMEOUT_MS = 20_000

export interface Call {
  readonly method: Method
  /** '/rest/api/3/issue/10001'; what people named in it is escaped by `path`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  /** In place of `body`: a form with a file. */
  readonly form?: { readonly bytes: Uint8Array; readonly type: string }
  /** For errors, in place of the address. */
  readonly what: string
  /** Without the token: what Jira tells everybody. */
  readonly anonymous?: boolean
  /** A POST that only asks. */
  readonly reads?: boolean
  /** Permission it takes: 'Edit Issues'. */
  readonly needs?: string
  readonly scope?: { readonly issue?: string; readonly site?: string }
  readonly signal?: AbortSignal
}
export interface JiraClient {
  readonly baseUrl: string
  /** Of the texts that are read and written through it. */
  readonly format: DocumentFormat
  /** One request, no retry. A lost answer is OUTCOME_UNKNOWN for a write and, as reading again is harmless, UNAVAILABLE for a read. */
  call(call: Call): Promise<unknown>
  /** As `call`; null where Jira shows nothing of the kind. */
  find(call: Call): Promise<unknown>
  /** From now on nothing is sent: every call ends with this. */
  refuse(error: HubError): void
  close(): void
}
/** @example path`/rest/api/3/issue/${key}` */
export function path(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return strings.reduce((out, part, i) => out + encodeURIComponent(String(values[i - 1] ?? '')) + part)
}

/** REST over our own transport, which tells whether a request was written; waiting and trying again belong to the ledger. See also sdk.ts. */
export function createClient(
  config: Pick<JiraConfig, 'baseUrl' | 'email' | 'apiToken'>,
  now: () => number = Date.now,
  credentials: Credentials = basicToken(config.baseUrl, config.email ?? '', config.apiToken ?? ''),
): JiraClient {
  const http = createHttp('Jira', 'JIRA_BASE_URL', TIMEOUT_MS)
  const paces = {
    GET: createPace(BURST_PER_SECOND.GET, now),
    POST: createPace(BURST_PER_SECOND.POST, now),
    PUT: createPace(BURST_PER_SECOND.PUT, now),
    DELETE: createPace(BURST_PER_SECOND.DELETE, now),
  }
  let spent: { readonly untilMs: number; readonly error: HubError } | null = null

  const send = async (one: Call, access: Access | null): Promise<HttpAnswer> => {
    const url = new URL(`${access?.baseUrl ?? config.baseUrl}${one.path}`)
    for (const [name, value] of Object.entries(one.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value))
    const headers = {
      accept: 'application/json',
      ...(access === null ? {} : { authorization: access.authorization }),
      'user-agent': 'autodevhub',
      // Without it Jira takes a form for one that another site made a browser send.
      ...(one.form ? { 'content-type': one.form.type, 'x-atlassian-token': 'no-check' } : {}),
      ...(one.body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const body = one.form?.bytes ?? (one.body === undefined ? '' : JSON.stringify(one.body))
    return http.send(one.method, url.href, body, headers, one.signal)
  }
  /** A request that was refused for its token did nothing, so it may go out once more with another. */
  const sendAs = async (one: Call): Promise<HttpAnswer> => {
    if (one.anonymous) return send(one, null)
    const access = await credentials.of(one.signal)
    const answer = await send(one, access)
    const other = answer.status === 401 ? await credentials.renew(access, one.signal) : null
    return other === null ? answer : send(one, other)
  }
  const call = async (one: Call): Promise<unknown> => {
    const reads = one.reads === true || one.method === 'GET'
    if (spent && spent.untilMs > now()) throw spent.error
    await paces[one.method](one.signal)
    const answer = await sendAs(one).catch((error: unknown) => {
      if (!(error instanceof HubError)) throw error
      const code = error.code === 'OUTCOME_UNKNOWN' && reads ? 'UNAVAILABLE' : error.code
      throw new HubError(
        code,
        `${one.what}: ${error.message}`,
        typeof error.retry === 'object' ? { retry: error.retry } : {},
      )
    })
    if (answer.status >= 200 && answer.status < 300) return bodyOf(answer, one.what, reads)
    const error = refusal(answer, {
      what: one.what,
      reads,
      needs: one.needs,
      scope: one.scope,
      cure: credentials.cure,
      nowMs: now(),
    })
    if (
      error.code === 'RATE_LIMITED' &&
      isQuota(String(answer.headers['ratelimit-reason'] ?? '')) &&
      typeof error.retry === 'object'
    )
      spent = { untilMs: now() + error.retry.afterMs, error }
    throw error
  }
  return {
    baseUrl: config.baseUrl,
    format: ADF,
    call,
    find: (one) => orNull(call(one)),
    refuse(error) {
      spent = { untilMs: Number.POSITIVE_INFINITY, error }
    },
    close: () => http.close(),
  }
}
/** What was asked for; null where Jira shows nothing of the kind. */
export function orNull(asked: Promise<unknown>): Promise<unknown> {
  return asked.catch((error: unknown) => {
    if (error instanceof HubError && error.code === 'NOT_FOUND') return null
    throw error
  })
}
function bodyOf({ text }: HttpAnswer, what: string, reads: boolean): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new HubError(reads ? 'UNAVAILABLE' : 'OUTCOME_UNKNOWN', `${what}: Jira's answer was not readable`)
  }
}
