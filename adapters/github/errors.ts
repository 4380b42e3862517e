import { HubError } from '#contract'

/** What GitHub answered, of which only these headers are read. */
export interface Refusal {
  readonly status: number
  readonly message: string
  readonly headers: Readonly<Record<string, string | number | undefined>>
}
const DEFAULT_WAIT_MS = 60_000

/** An answer that was read. `reads`: asking again does no harm. */
export function refusal(
  what: string,
  { status, message, headers }: Refusal,
  { reads, scope, nowMs }: { readonly reads: boolean; readonly scope: string | undefined; readonly nowMs: number },
): HubError {
  const waitMs = waitOf({ status, message, headers }, nowMs)
  if (waitMs !== null) {
    const text = `${what}: GitHub asks to wait ${Math.ceil(waitMs / 1_000)} s`
    return new HubError('RATE_LIMITED', text, { retry: { afterMs: waitMs }, ...(scope === undefined ? {} : { scope }) })
  }
  if (status === 401)
    return new HubError(
      'UNAUTHENTICATED',
      `${what}: GitHub refused the credentials; renew GITHUB_TOKEN, or check GITHUB_APP_ID and its key`,
    )
  if (status === 403 && /archived/i.test(message))
    return new HubError('FORBIDDEN', `${what}: the repository is archived; unarchive it in its settings`)
  if (status === 403) {
    // https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#insufficient-permissions
    const wanted = headers['x-accepted-github-permissions'] ?? headers['x-accepted-oauth-scopes']
    const cure = wanted
      ? `it needs ${String(wanted).slice(0, 200)}`
      : 'give it write access to issues and pull requests'
    return new HubError('FORBIDDEN', `${what}: the token may not do that; ${cure}`)
  }
  if (status === 404 || status === 410)
    return new HubError(
      'NOT_FOUND',
      `${what}: GitHub does not show this to the token; check that it exists and that the token may see it`,
    )
  if (status === 413 || (status === 422 && /too long/i.test(message)))
    return new HubError('TOO_LARGE', `${what}: too large for GitHub`)
  if (status >= 300 && status < 400)
    return new HubError(
      'CONFIG_INVALID',
      `${what}: GitHub answered with a redirect (HTTP ${status}); check GITHUB_API_URL`,
    )
  const conflict = conflictOf(status, message)
  if (conflict !== null) return new HubError('CONFLICT', `${what}: ${conflict}`)
  if (status === 408 || status >= 500)
    return new HubError(reads ? 'UNAVAILABLE' : 'OUTCOME_UNKNOWN', `${what}: GitHub answered with HTTP ${status}`)
  // Its own words, without the address of its documentation, are all there is to act on.
  const said = message.replace(/ - https:\/\/\S+$/, '').slice(0, 300)
  return new HubError('INPUT_INVALID', `${what}: GitHub refused the request (HTTP ${status}): ${said}`)
}

/** Of a request that may be sent again without a second effect: whether it arrived need not be known. */
export function asRepeatable(error: unknown): unknown {
  if (!(error instanceof HubError) || error.code !== 'OUTCOME_UNKNOWN') return error
  return new HubError('UNAVAILABLE', error.message)
}
/** What stands against a write, by GitHub's own words, which have no codes. */
const CONFLICTS: readonly (readonly [RegExp, string])[] = [
  [
    /protected|rule violations|cannot force-push/i,
    'the branch is protected; let the account of the hub push to it, or set another branch for the hub',
  ],
  [/already exists/i, 'it is there already'],
  [/not a fast.forward/i, 'somebody pushed to the branch meanwhile; try again'],
  [/no commits between/i, 'there is nothing to merge'],
]
function conflictOf(status: number, message: string): string | null {
  if (status !== 409 && status !== 422) return null
  const known = CONFLICTS.find(([words]) => words.test(message))
  return known?.[1] ?? (status === 409 ? 'somebody changed it meanwhile; try again' : null)
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
function waitOf({ status, message, headers }: Refusal, nowMs: number): number | null {
  if (status !== 403 && status !== 429) return null
  const after = Number(headers['retry-after'] ?? Number.NaN)
  if (Number.isFinite(after) && after >= 0) return Math.ceil(after * 1_000)
  if (String(headers['x-ratelimit-remaining']) === '0') {
    const resetMs = Number(headers['x-ratelimit-reset']) * 1_000 - nowMs
    return Number.isFinite(resetMs) ? Math.max(1_000, resetMs) : DEFAULT_WAIT_MS
  }
  return status === 429 || /rate limit|abuse detection/i.test(message) ? DEFAULT_WAIT_MS : null
}
