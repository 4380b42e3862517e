import { HubError } from '#contract'
import type { HttpAnswer } from '../shared/http.ts'

/** Where Teams says 429 without saying how long; its longest window but one is 30 s. */
const DEFAULT_WAIT_MS = 10_000
const REINSTALL = 'add the app to the team, chat or person again'

/**
 * What the Connector's answer means. https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability
 * Of the codes Teams asks to retry, 412 says that nothing was done; 502 and 504 do not.
 */
export function refusal(what: string, answer: HttpAnswer, scope: string | undefined): HubError {
  const { status } = answer
  const reason = reasonOf(answer.text)
  const text = `${what}: Teams answered ${status}${reason === '' ? '' : ` ${reason}`}`
  if (status === 429) {
    const afterMs = waitOf(answer)
    const wait = `${what}: Teams asks to wait ${Math.ceil(afterMs / 1_000)} s`
    return new HubError('RATE_LIMITED', wait, { retry: { afterMs }, ...(scope === undefined ? {} : { scope }) })
  }
  if (status === 401) {
    return new HubError('UNAUTHENTICATED', `${text}; check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID`)
  }
  if (status === 403) return new HubError('FORBIDDEN', `${text}; ${REINSTALL}`)
  if (status === 404) return new HubError('NOT_FOUND', `${text}; the message or conversation is gone, or ${REINSTALL}`)
  if (status === 412) return new HubError('UNAVAILABLE', text)
  if (status === 413) return new HubError('TOO_LARGE', text)
  if (status >= 300 && status < 400) return new HubError('INPUT_INVALID', `${text}, a redirect, which is not followed`)
  if (status >= 400 && status < 500 && status !== 408) return new HubError('INPUT_INVALID', text)
  // It may have shown the message before it failed.
  return new HubError('OUTCOME_UNKNOWN', text)
}
function waitOf(answer: HttpAnswer): number {
  const seconds = Number(answer.headers['retry-after'] ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.max(100, Math.ceil(seconds * 1_000)) : DEFAULT_WAIT_MS
}
/** `{"error":{"code":"BotNotInConversationRoster","message":"…"}}`: the code alone, its text may repeat what was sent. */
function reasonOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown } }
    const code = error?.code
    return typeof code === 'string' && /^\w{1,80}$/.test(code) ? code : ''
  } catch {
    return ''
  }
}
