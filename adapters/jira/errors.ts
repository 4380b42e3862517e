import { HubError } from '#contract'
import { clean } from '../shared/text.ts'

/** What Jira answered, of which only these headers are read. */
export interface Refusal {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}
export interface About {
  readonly what: string
  /** Asking again does no harm. */
  readonly reads: boolean
  /** Permission without which Jira refuses this, in its own words. */
  readonly needs: string | undefined
  /** Buckets that a request to wait closes: of the one issue, or of the site. */
  readonly scope: { readonly issue?: string; readonly site?: string } | undefined
  /** Of refused credentials. */
  readonly cure: string
  readonly nowMs: number
}
const DEFAULT_WAIT_MS = 30_000
const ANONYMOUS = /AUTHENTICAT(?:ED|ION)_(?:FAILED|DENIED)/

/** An answer that was read. */
export function refusal(answer: Refusal, about: About): HubError {
  const { status, headers } = answer
  const { what, reads, needs } = about
  if (status === 429) return toWait(answer, about)
  if (status === 401 || ANONYMOUS.test(String(headers['x-seraph-loginreason'] ?? '')))
    return new HubError('UNAUTHENTICATED', `${what}: Jira refused the credentials; ${about.cure}`)
  const said = words(answer.text)
  const because = said === '' ? '' : ` (${said})`
  if (status === 403)
    return new HubError('FORBIDDEN', `${what}: the hub's account lacks the permission ${needs ?? 'for it'}${because}`)
  if (status === 404) return new HubError('NOT_FOUND', `${what}: not there, or not visible to the hub's account`)
  if (status === 409) return new HubError('CONFLICT', `${what}: somebody changed it at the same time${because}`)
  if (status === 413 || /limit of [\d,.]+ characters|CONTENT_LIMIT_EXCEEDED|too long/i.test(said))
    return new HubError('TOO_LARGE', `${what}: too large for Jira${because}; shorten it`)
  if (status >= 300 && status < 400)
    return new HubError(
      'CONFIG_INVALID',
      `${what}: Jira answered with a redirect (HTTP ${status}); check JIRA_BASE_URL`,
    )
  if (status === 408 || status >= 500)
    return new HubError(reads ? 'UNAVAILABLE' : 'OUTCOME_UNKNOWN', `${what}: Jira answered with HTTP ${status}`)
  if (/permission/i.test(said) && needs !== undefined)
    return new HubError('FORBIDDEN', `${what}: the hub's account lacks the permission ${needs}${because}`)
  if (/cannot be set\. It is not on the appropriate screen/i.test(said))
    return new HubError(
      'FORBIDDEN',
      `${what}: write access is missing: put the field on the edit screen of the project${because}`,
    )
  return new HubError('INPUT_INVALID', `${what}: Jira refused the request (HTTP ${status})${because}`)
}

/**
 * How long, and who has to: one issue, or everything of the site. A spent budget of points comes back with the hour.
 * https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
 */
function toWait({ headers }: Refusal, { what, scope, nowMs }: About): HubError {
  const reason = String(headers['ratelimit-reason'] ?? '')
  const afterMs = waitOf(headers, reason, nowMs)
  const closed = reason === 'jira-per-issue-on-write' ? (scope?.issue ?? scope?.site) : scope?.site
  const why = reason === '' ? '' : ` (${reason.slice(0, 60)})`
  return new HubError('RATE_LIMITED', `${what}: Jira asks to wait ${Math.ceil(afterMs / 1_000)} s${why}`, {
    retry: { afterMs },
    ...(closed === undefined ? {} : { scope: closed }),
  })
}
function waitOf(headers: Refusal['headers'], reason: string, nowMs: number): number {
  const after = Number(headers['retry-after'] ?? Number.NaN)
  if (Number.isFinite(after) && after >= 0) return Math.max(1_000, Math.ceil(after * 1_000))
  const resetMs = Date.parse(String(headers['x-ratelimit-reset'] ?? '')) - nowMs
  if (Number.isFinite(resetMs)) return Math.max(1_000, resetMs)
  return isQuota(reason) ? 3_600_000 - (nowMs % 3_600_000) : DEFAULT_WAIT_MS
}
/** Points of the hour: all calls are refused until they come back, so none is made. */
export function isQuota(reason: string): boolean {
  return reason.startsWith('jira-quota-')
}
/** Jira's own reasons, short. */
function words(text: string): string {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return ''
  }
  if (typeof body !== 'object' || body === null) return ''
  const { errorMessages, errors } = body as { errorMessages?: unknown; errors?: unknown }
  const general = Array.isArray(errorMessages) ? errorMessages.filter((one) => typeof one === 'string') : []
  const named = typeof errors === 'object' && errors !== null ? Object.entries(errors) : []
  const all = [...general, ...named.map(([field, said]) => `${field}: ${String(said)}`)]
  return clean(all.join('; ')).replace(/\s+/g, ' ').trim().slice(0, 300)
}
