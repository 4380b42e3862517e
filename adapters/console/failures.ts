import { HubError } from '#contract'

/** Said by the driver or the server before a statement was accepted: nothing can have been written. */
const NOTHING_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'CONNECT_TIMEOUT', '57P03', '53300'])

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if ('code' in error && typeof error.code === 'string') return error.code
  return codeOf(error.cause)
}
function unavailable(error: unknown): HubError {
  // The query builder's error carries every parameter, and so people's text; the driver's own does not.
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return new HubError('UNAVAILABLE', 'The database does not answer. `hub doctor` says why; nothing was lost.', {
    cause,
  })
}
/** Every failure of these methods becomes UNAVAILABLE, with the driver's error as its cause. */
export function reaching<T extends Readonly<Record<string, (...args: never[]) => Promise<unknown>>>>(methods: T): T {
  const wrap =
    (run: (...args: never[]) => Promise<unknown>) =>
    async (...args: never[]) => {
      try {
        return await run(...args)
      } catch (error) {
        throw error instanceof HubError ? error : unavailable(error)
      }
    }
  return Object.fromEntries(Object.entries(methods).map(([name, run]) => [name, wrap(run)])) as unknown as T
}
/** A failed write: it may have been committed unless the connection was never made. */
export function writeFailure(error: unknown): HubError {
  const code = codeOf(error instanceof HubError ? error.cause : error)
  if (error instanceof HubError && (error.code !== 'UNAVAILABLE' || (code !== null && NOTHING_SENT.has(code))))
    return error
  return new HubError('OUTCOME_UNKNOWN', 'The database did not confirm a console message', { cause: error })
}
