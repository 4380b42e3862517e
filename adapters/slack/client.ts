import type { webApi } from '@slack/bolt'
import { HubError, type Log } from '#contract'
import type { SlackConfig } from './config.ts'
import { refusal } from './errors.ts'
import { callSignal, slackFetch } from './fetch.ts'
import { bucket } from './limits.ts'
import { slackLogger } from './logger.ts'

const TIMEOUT_MS = 15_000
type Args = Record<string, unknown>
export type Answer = webApi.WebAPICallResult & Record<string, unknown>

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
}
/** Slack's own client, its retries switched off: the ledger owns them. https://docs.slack.dev/tools/node-slack-sdk/web-api */
export function clientOptions(config: SlackConfig, log: Log): webApi.WebClientOptions {
  return {
    slackApiUrl: config.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    // Above what the ledger leases at once; a queue in here would lose the call's own signal.
    maxRequestConcurrency: 10_000,
    timeout: TIMEOUT_MS,
    allowAbsoluteUrls: false,
    fetch: slackFetch,
    logger: slackLogger(log),
  }
}

export function createClient(config: SlackConfig, log: Log): SlackClient {
  let client: Promise<webApi.WebClient> | undefined
  // Loaded with the first call: 150 ms that the start need not wait for.
  const open = () => {
    client ??= import('@slack/bolt').then(
      ({ webApi }) => new webApi.WebClient(config.botToken, clientOptions(config, log)),
    )
    return client
  }
  const direct = async (url: string, init: RequestInit, signal: AbortSignal, what: string) => {
    const both = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
    try {
      return await slackFetch(url, { method: 'POST', ...init, signal: both })
    } catch (error) {
      throw relabel(error, what, undefined, true)
    }
  }
  return {
    async call(method, args, { workspace, writes, signal }) {
      const web = await open()
      const run = () => web.apiCall(method, args)
      try {
        return (await (signal ? callSignal.run(signal, run) : run())) as Answer
      } catch (error) {
        throw relabel(toHubError(error, method), method, bucket(workspace, method), writes)
      }
    },
    async postJson(url, body, signal) {
      const init = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      const answer = await direct(url, init, signal, 'response_url')
      const text = await answer.text()
      if (text !== 'ok' && !text.includes('"ok":true'))
        throw new HubError('FORBIDDEN', 'The reply address of this command is used up; /invite the bot and ask again')
    },
    async upload(url, text, signal) {
      await direct(url, { body: text, headers: { 'content-type': 'application/octet-stream' } }, signal, 'upload')
    },
  }
}
/** Slack's error classes keep the answer's headers, ours only what a person needs. */
function toHubError(error: unknown, method: string): HubError {
  if (error instanceof HubError) return error
  if (typeof error === 'object' && error !== null) {
    if ('original' in error && error.original instanceof HubError) return error.original
    if ('data' in error && typeof error.data === 'object' && error.data !== null) {
      const data = error.data as { error?: unknown; needed?: unknown; response_metadata?: { retryAfter?: number } }
      const needed = typeof data.needed === 'string' ? data.needed : undefined
      return refusal(method, String(data.error), needed, data.response_metadata?.retryAfter)
    }
  }
  return new HubError('OUTCOME_UNKNOWN', `${method}: the call to Slack failed`)
}
function relabel(error: unknown, method: string, scope: string | undefined, writes: boolean): unknown {
  if (!(error instanceof HubError)) return error
  if (error.code === 'RATE_LIMITED' && scope !== undefined) {
    return new HubError('RATE_LIMITED', error.message, { retry: error.retry, scope })
  }
  if (error.code === 'OUTCOME_UNKNOWN' && !writes) return new HubError('UNAVAILABLE', `${method}: ${error.message}`)
  return error
}
