/**
 * Every way the hub can refuse or fail, documented in `errors.md` beside this file (a test compares the two).
 */
export const ERROR_CODES = [
  'CONFIG_INVALID',
  'SIGNATURE_INVALID',
  'INPUT_INVALID',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'OUTCOME_UNKNOWN',
  'UNSUPPORTED',
  'TOO_LARGE',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

/** What the ledger does after this error: give up, wait by its own back-off, or wait as long as the platform said. */
export type Retry = 'never' | 'backoff' | { readonly afterMs: number }

const DEFAULT_RETRY: Partial<Record<ErrorCode, Retry>> = {
  UNAVAILABLE: 'backoff',
  RATE_LIMITED: 'backoff',
  OUTCOME_UNKNOWN: 'backoff',
}

/**
 * The one error class. The thrower knows whether trying again can help and says so in `retry`; the ledger only obeys.
 * The message is for the person who must act: name the thing and the option, scope or command that cures it.
 *
 * `OUTCOME_UNKNOWN` is special: the request may have reached the platform. The send is then settled by looking, never repeated blindly;
 * with `retry: 'never'` it cannot be looked for either, and is held for a person.
 * @example throw new HubError('RATE_LIMITED', 'Slack asks to wait 30 s', { retry: { afterMs: 30_000 }, scope: 'slack:T1:chat.postMessage' })
 */
export class HubError extends Error {
  readonly code: ErrorCode
  readonly retry: Retry
  /** Limit bucket that the platform closed (see `Channel.limits`); all sends of that bucket wait, others go on. */
  readonly scope: string | undefined
  /** The thrower itself said 'never'. Refused credentials are waited out otherwise, as somebody may renew them; these nobody can. */
  readonly isFinal: boolean
  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retry?: Retry; scope?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'HubError'
    this.code = code
    this.retry = options.retry ?? DEFAULT_RETRY[code] ?? 'never'
    this.scope = options.scope
    this.isFinal = options.retry === 'never'
  }
}
