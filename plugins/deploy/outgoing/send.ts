import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import { HubError } from '#contract'
import { signStandardWebhook } from '../verify.ts'
import { addressOf, type Resolve, readUrl, resolveAll } from './address.ts'

export interface Sending {
  readonly url: string
  /** The same for every attempt: receivers know a repeat by it. */
  readonly id: string
  readonly body: string
  /** One signature each, so that a receiver may have the new secret or still the old one. */
  readonly keys: readonly Uint8Array[]
}
export interface SendOptions {
  readonly allowHosts: readonly string[]
  readonly nowMs: number
  readonly signal: AbortSignal
  readonly resolve?: Resolve
}
export interface Answered {
  readonly status: number
  readonly retryAfterMs: number | null
}
const TIMEOUT_MS = 20_000

/** One attempt by the Standard Webhooks specification. What is answered beside the status is read by nobody; redirects are not followed. */
export async function sendWebhook(sending: Sending, options: SendOptions): Promise<Answered> {
  const url = readUrl(sending.url)
  const address = await addressOf(url, options.allowHosts, options.resolve ?? resolveAll)
  const body = Buffer.from(sending.body)
  const timestamp = String(Math.floor(options.nowMs / 1000))
  const headers = {
    'content-type': 'application/json',
    'content-length': body.byteLength,
    'user-agent': 'AutoDevHub',
    'webhook-id': sending.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': sending.keys.map((key) => signStandardWebhook(body, sending.id, timestamp, key)).join(' '),
  }
  const family = isIP(address)
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(TIMEOUT_MS)])
  const { promise, resolve, reject } = Promise.withResolvers<Answered>()
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(
    url,
    {
      method: 'POST',
      headers,
      signal,
      agent: false,
      // The connection goes where the check looked: a name that changes in between leads nowhere.
      lookup: (_host, asked, done) => (asked.all ? done(null, [{ address, family }]) : done(null, address, family)),
    },
    (response) => {
      resolve({
        status: response.statusCode ?? 0,
        retryAfterMs: retryAfter(response.headers['retry-after'], options.nowMs),
      })
      response.destroy()
    },
  )
  request.on('error', (cause) =>
    reject(new HubError('UNAVAILABLE', `${url.host} did not answer: ${cause.message}`, { cause })),
  )
  request.end(body)
  return promise
}

const MAX_WAIT_MS = 24 * 3_600_000
function retryAfter(value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, MAX_WAIT_MS) : null
}
