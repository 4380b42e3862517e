import { stringify } from 'node:querystring'
import { HubError } from '#contract'
import { createHttp, type HttpAnswer } from '../shared/http.ts'
import type { SlackConfig } from './config.ts'
import { refusal, SlackRefusal } from './errors.ts'
import { bucket } from './limits.ts'
import type { Tokens } from './tokens.ts'

const TIMEOUT_MS = 15_000
/** Where Slack says 429 without saying how long. */
const DEFAULT_WAIT_MS = 30_000
const JSON_BODY = { 'content-type': 'application/json; charset=utf-8' }
export const FORM_BODY = { 'content-type': 'application/x-www-form-urlencoded' }
type Args = Readonly<Record<string, unknown>>

/** What Slack answered with `ok: true`. */
export interface Answer extends Readonly<Record<string, unknown>> {
  readonly response_metadata?: { readonly next_cursor?: string }
  /** The scopes of the token, from a header. */
  readonly scopes: readonly string[]
}
export interface SlackClient {
  /** One call, no retry. A lost answer is OUTCOME_UNKNOWN for a write and, as reading again is harmless, UNAVAILABLE for a read. */
  call(
    method: string,
    args: Args,
    options: { workspace: string; writes: boolean; signal?: AbortSignal },
  ): Promise<Answer>
  /** JSON to an address that Slack itself gave us; no token goes with it. */
  postJson(url: string, body: object, signal: AbortSignal): Promise<void>
  upload(url: string, text: string, signal: AbortSignal): Promise<void>
  close(): void
}

/**
 * The Web API itself rather than `@slack/web-api`: the ledger owns retries and pacing, a send must be stoppable and must say whether it was
 * written, and the SDK's client costs more time for each post than everything else the hub does for it.
 * https://docs.slack.dev/apis/web-api
 */
export function createClient({ apiUrl }: Pick<SlackConfig, 'apiUrl'>, tokens: Tokens): SlackClient {
  const http = createHttp('Slack', 'SLACK_API_URL', TIMEOUT_MS)

  return {
    async call(method, args, { workspace, writes, signal }) {
      const token = await tokens.of(workspace)
      const authorization = `Bearer ${token}`
      try {
        // Methods that read take no JSON: https://docs.slack.dev/apis/web-api/#slack-web-api__basics__post-bodies
        const answer = writes
          ? await http.post(apiUrl + method, JSON.stringify(args), { authorization, ...JSON_BODY }, signal)
          : await http.post(apiUrl + method, formBody(args), { authorization, ...FORM_BODY }, signal)
        return readAnswer(answer, method, bucket(workspace, method))
      } catch (error) {
        if (error instanceof SlackRefusal && error.code === 'UNAUTHENTICATED') {
          const { cure, isFinal } = await tokens.refused(workspace, token, error.reason)
          const text = `${error.message}; ${cure}`
          throw new SlackRefusal(error.reason, error.code, text, isFinal ? { retry: 'never' } : {})
        }
        if (!writes && error instanceof HubError && error.code === 'OUTCOME_UNKNOWN') {
          throw new HubError('UNAVAILABLE', `${method}: ${error.message}`)
        }
        throw error
      }
    },
    async postJson(url, body, signal) {
      const answer = await http.post(url, JSON.stringify(body), JSON_BODY, signal)
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
        throw new HubError('FORBIDDEN', 'The reply address of this command is used up; /invite the bot and ask again')
      }
      checkStatus(answer, 'response_url', undefined)
    },
    async upload(url, text, signal) {
      checkStatus(
        await http.post(url, text, { 'content-type': 'application/octet-stream' }, signal),
        'upload',
        undefined,
      )
    },
    close: () => http.close(),
  }
}
function formBody(args: Args): string {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(args)) {
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : JSON.stringify(value)
  }
  return stringify(flat)
}
function readAnswer(answer: HttpAnswer, method: string, scope: string): Answer {
  checkStatus(answer, method, scope)
  let body: Record<string, unknown> & { ok?: unknown; error?: unknown; needed?: unknown }
  try {
    body = JSON.parse(answer.text)
  } catch {
    throw refusal(method, '', undefined)
  }
  if (body.ok !== true) {
    if (/^(?:ratelimited|rate_limited|message_limit_exceeded)$/.test(String(body.error)))
      throw limited(answer, method, scope)
    throw refusal(method, String(body.error), typeof body.needed === 'string' ? body.needed : undefined)
  }
  const scopes = answer.headers['x-oauth-scopes']
  return { ...body, scopes: typeof scopes === 'string' ? scopes.split(/\s*,\s*/) : [] }
}
/** Slack means only 200 and 429; the rest comes from what stands in front of it. */
function checkStatus(answer: HttpAnswer, method: string, scope: string | undefined): void {
  const { status } = answer
  if (status === 200) return
  if (status === 429) throw limited(answer, method, scope)
  const what = `${method}: Slack answered with HTTP ${status}`
  if (status === 401) throw new SlackRefusal('invalid_auth', 'UNAUTHENTICATED', what)
  if (status >= 300 && status < 400) throw new HubError('CONFIG_INVALID', `${what}, a redirect; check SLACK_API_URL`)
  if (status >= 400 && status < 500 && status !== 408) throw new HubError('INPUT_INVALID', what)
  // It may have stored the message before it failed.
  throw new HubError('OUTCOME_UNKNOWN', what)
}
function limited(answer: HttpAnswer, method: string, scope: string | undefined): HubError {
  const seconds = Number(answer.headers['retry-after'] ?? Number.NaN)
  const afterMs = Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds * 1_000) : DEFAULT_WAIT_MS
  const text = `${method}: Slack asks to wait ${Math.ceil(afterMs / 1_000)} s`
  return new HubError('RATE_LIMITED', text, { retry: { afterMs }, ...(scope === undefined ? {} : { scope }) })
}
