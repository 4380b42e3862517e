import { AsyncLocalStorage } from 'node:async_hooks'
import { HubError } from '#contract'

/** The signal of the call being made. Slack's client takes a `fetch` but no signal for one call. */
export const callSignal = new AsyncLocalStorage<AbortSignal>()

/** Failures before a byte was written: the name was not found, nobody listened, no secure connection. */
const NOT_SENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|UND_ERR_CONNECT_TIMEOUT|CERT_.*|ERR_TLS_.*|.*SELF_SIGNED.*|UNABLE_TO_.*)$/

/**
 * `fetch` that says how far the request came. Errors carry a code and no cause: the request and its token stay out of every log.
 * A redirect is refused, so that the token goes nowhere else.
 */
export async function slackFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const signals = [init?.signal, callSignal.getStore()].filter((signal) => signal != null)
  if (signals.some((signal) => signal.aborted)) {
    throw new HubError('UNAVAILABLE', 'The call to Slack was stopped before it was sent')
  }
  let response: Response
  try {
    response = await fetch(input, { ...init, redirect: 'error', signal: AbortSignal.any(signals) })
    // Read here: a connection that is cut within the answer must not look like an answer.
    const text = await response.text()
    response = new Response(text, { status: response.status, headers: response.headers })
  } catch (error) {
    const code = codeOf(error)
    if (NOT_SENT.test(code))
      throw new HubError('UNAVAILABLE', `Slack cannot be reached (${code}); check the network and SLACK_API_URL`)
    throw new HubError('OUTCOME_UNKNOWN', `Slack did not answer (${code})`)
  }
  if (response.status === 429) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
    const afterMs = Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds * 1_000) : 30_000
    throw new HubError('RATE_LIMITED', `Slack asks to wait ${Math.ceil(afterMs / 1_000)} s`, { retry: { afterMs } })
  }
  if (response.status === 401)
    throw new HubError('UNAUTHENTICATED', 'Slack refused the credentials (HTTP 401); check SLACK_BOT_TOKEN')
  if (response.status >= 400 && response.status < 500 && response.status !== 408) {
    throw new HubError('INPUT_INVALID', `Slack refused the request (HTTP ${response.status})`)
  }
  if (response.status !== 200) {
    // Any other status may come from a server that had already stored the message.
    throw new HubError('OUTCOME_UNKNOWN', `Slack answered with HTTP ${response.status}`)
  }
  return response
}
function codeOf(error: unknown): string {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if ('code' in inner && typeof inner.code === 'string') return inner.code
    if (inner.name === 'TimeoutError' || inner.name === 'AbortError') return inner.name
  }
  return 'connection failed'
}
