import { HTTPException } from 'hono/http-exception'
import { type ErrorCode, HubError } from '../contract/errors.ts'

/** Status and title of each code; explained in core/contract/errors.md. */
export const STATUS = {
  CONFIG_INVALID: [500, 'The hub is not configured for this'],
  SIGNATURE_INVALID: [401, 'The signature is not valid'],
  INPUT_INVALID: [400, 'The request is not valid'],
  UNAUTHENTICATED: [401, 'Who is asking is not known'],
  FORBIDDEN: [403, 'Not allowed'],
  NOT_FOUND: [404, 'Not found'],
  CONFLICT: [409, 'Not possible in this state'],
  RATE_LIMITED: [429, 'Too many requests'],
  UNAVAILABLE: [503, 'Not available now'],
  OUTCOME_UNKNOWN: [503, 'Not known whether it was done'],
  UNSUPPORTED: [501, 'Not supported'],
  TOO_LARGE: [413, 'Too large'],
} as const satisfies Record<ErrorCode, readonly [number, string]>

const CODE_OF_STATUS = new Map<number, ErrorCode>([
  [400, 'INPUT_INVALID'],
  [401, 'UNAUTHENTICATED'],
  [403, 'FORBIDDEN'],
  [404, 'NOT_FOUND'],
  [409, 'CONFLICT'],
  [413, 'TOO_LARGE'],
  [429, 'RATE_LIMITED'],
])
/** Where the thrower names no time: soon enough for a platform's retry, late enough for a database to come back. */
const DEFAULT_RETRY_AFTER_S = 5
const MAX_DETAIL = 1000

/** One thing that is wrong with an input. `field` is null where it is the input as a whole. */
export interface InputProblem {
  readonly field: string | null
  readonly message: string
}
export interface ProblemContext {
  readonly requestId: string
  readonly path: string
}

/** INPUT_INVALID with a list of what is wrong, answered in `errors`. `cure`: further lines. */
export function invalidInput(what: string, errors: readonly InputProblem[], cure: readonly string[] = []): HubError {
  const lines = errors.map(({ field, message }) => (field === null ? message : `${field}: ${message}`))
  return new HubError('INPUT_INVALID', [`${what}: ${lines.join('; ')}`, ...cure].join('\n'), {
    cause: new InputProblems(errors),
  })
}
class InputProblems {
  readonly errors: readonly InputProblem[]
  constructor(errors: readonly InputProblem[]) {
    this.errors = errors
  }
}

/** What may be told of an error: a HubError's own words, and of anything else nothing. */
export function errorStatus(err: unknown): {
  code: ErrorCode | 'INTERNAL'
  status: number
  title: string
  detail?: string
} {
  if (err instanceof HubError) {
    const [status, title] = STATUS[err.code]
    return { code: err.code, status, title, detail: err.message.slice(0, MAX_DETAIL) }
  }
  if (err instanceof HTTPException && err.status < 500) {
    const code = CODE_OF_STATUS.get(err.status) ?? 'INPUT_INVALID'
    return { code, status: err.status, title: STATUS[code][1], detail: err.message.slice(0, MAX_DETAIL) }
  }
  return { code: 'INTERNAL', status: 500, title: 'Internal error' }
}

/** An error as RFC 9457 `application/problem+json`. */
export function problemResponse(err: unknown, { requestId, path }: ProblemContext): Response {
  const { code, status, title, detail = `The log tells more under request ${requestId}.` } = errorStatus(err)
  const headers = new Headers({ 'content-type': 'application/problem+json', 'x-request-id': requestId })
  if (status === 429 || status === 503) headers.set('retry-after', String(retryAfterSeconds(err)))
  if (code === 'UNAUTHENTICATED') headers.set('www-authenticate', 'Bearer realm="hub"')
  const body = {
    type: `urn:autodevhub:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    detail,
    instance: path,
    code,
    requestId,
    ...(err instanceof HubError && err.cause instanceof InputProblems ? { errors: err.cause.errors } : {}),
  }
  return new Response(JSON.stringify(body), { status, headers })
}

function retryAfterSeconds(err: unknown): number {
  const retry = err instanceof HubError ? err.retry : null
  return typeof retry === 'object' && retry !== null
    ? Math.max(1, Math.ceil(retry.afterMs / 1000))
    : DEFAULT_RETRY_AFTER_S
}
