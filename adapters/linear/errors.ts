import { HubError } from '#contract'

/** What Linear answered, as far as it is read. */
export interface Refusal {
  readonly status: number
  readonly errors: readonly {
    readonly message?: string | undefined
    readonly extensions?:
      | {
          readonly code?: string | undefined
          readonly type?: string | undefined
          readonly userPresentableMessage?: string | undefined
        }
      | undefined
  }[]
  header(name: string): string | null
}
const DEFAULT_WAIT_MS = 60_000

/** `reads`: asking again does no harm. Codes and types: https://linear.app/developers/graphql, https://linear.app/developers/rate-limiting */
export function refusal(
  what: string,
  refused: Refusal,
  { reads, scope, nowMs }: { readonly reads: boolean; readonly scope: string | undefined; readonly nowMs: number },
): HubError {
  const { status, errors } = refused
  const [first] = errors
  const kind = kindOf(first?.extensions?.code ?? first?.extensions?.type)
  const said = (first?.extensions?.userPresentableMessage ?? first?.message ?? '').slice(0, 200)
  if (kind === 'RATELIMITED' || status === 429) {
    const afterMs = waitOf(refused, nowMs)
    const text = `${what}: Linear asks to wait ${Math.ceil(afterMs / 1_000)} s`
    return new HubError('RATE_LIMITED', text, { retry: { afterMs }, ...(scope === undefined ? {} : { scope }) })
  }
  if (kind === 'AUTHENTICATION_ERROR' || status === 401)
    return new HubError(
      'UNAUTHENTICATED',
      `${what}: Linear refused the key; make a new one under Settings → Security & access and set LINEAR_API_KEY`,
    )
  if (kind === 'FORBIDDEN' || kind === 'FEATURE_NOT_ACCESSIBLE' || status === 403)
    return new HubError(
      'FORBIDDEN',
      `${what}: the key may not do that${said === '' ? '' : ` (${said})`}; give it write access and the account behind it access to the team`,
    )
  if (kind === 'USAGE_LIMIT_EXCEEDED')
    return new HubError('FORBIDDEN', `${what}: the plan of the Linear workspace is used up (${said})`)
  if (/\b(?:entity )?not found\b|could not find|no longer exists/i.test(first?.message ?? ''))
    return new HubError('NOT_FOUND', `${what}: Linear does not show this to the key; check that it exists`)
  if (status === 413 || /too (?:long|large|complex)/i.test(said))
    return new HubError('TOO_LARGE', `${what}: too large for Linear (${said})`)
  if (status >= 300 && status < 400)
    return new HubError(
      'CONFIG_INVALID',
      `${what}: Linear answered with a redirect (HTTP ${status}); check LINEAR_API_URL`,
    )
  if (kind === 'LOCK_TIMEOUT') return new HubError('UNAVAILABLE', `${what}: Linear is busy with this (${said})`)
  if (
    status >= 500 ||
    status === 408 ||
    kind === 'INTERNAL_SERVER_ERROR' ||
    kind === 'INTERNAL_ERROR' ||
    kind === 'NETWORK_ERROR'
  )
    return new HubError(reads ? 'UNAVAILABLE' : 'OUTCOME_UNKNOWN', `${what}: Linear answered with HTTP ${status}`)
  return new HubError('INPUT_INVALID', `${what}: Linear refused the request (${said || `HTTP ${status}`})`)
}
/** Linear writes 'AUTHENTICATION_ERROR' as a code and 'authentication error' as a type. */
function kindOf(text: string | undefined): string {
  return (text ?? '').toUpperCase().replaceAll(' ', '_')
}
/** Resets are epoch milliseconds; Retry-After, where there is one, is seconds. */
function waitOf({ header }: Refusal, nowMs: number): number {
  const after = Number(header('retry-after') ?? Number.NaN)
  if (Number.isFinite(after) && after >= 0) return Math.max(1_000, Math.ceil(after * 1_000))
  const resets = ['requests', 'complexity', 'endpoint-requests'].flatMap((kind) => {
    const remaining = header(`x-ratelimit-${kind}-remaining`)
    const resetMs = Number(header(`x-ratelimit-${kind}-reset`) ?? Number.NaN)
    return remaining !== null && Number(remaining) <= 0 && Number.isFinite(resetMs) ? [resetMs - nowMs] : []
  })
  return resets.length === 0 ? DEFAULT_WAIT_MS : Math.min(3_600_000, Math.max(1_000, ...resets))
}
