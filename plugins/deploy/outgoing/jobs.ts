import { type Context, HubError, handleJob, type JobHandler } from '#contract'
import { DEPLOYS, matches } from '../card/places.ts'
import { webhookJob } from '../jobs.ts'
import type { Row } from '../rows.ts'
import { viewOf } from '../view.ts'
import type { WebhookSecrets } from './secrets.ts'
import { type Answered, sendWebhook } from './send.ts'
import type { EndpointStore } from './store.ts'

export interface Outgoing {
  endpoints(): EndpointStore
  secrets(): WebhookSecrets
  readonly allowHosts: readonly string[]
  nowMs(): number
}
const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
/** As the specification proposes, over three days; between one attempt and the next. */
export const WAITS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
]

/** One job for each address: one that is away keeps no other waiting. */
export async function tellEndpoints(
  outgoing: Outgoing,
  row: Row,
  verified: ReadonlySet<string> | undefined,
  ctx: Context,
): Promise<void> {
  const { workspace, number, revision } = row
  for (const endpoint of await outgoing.endpoints().list(workspace, DEPLOYS)) {
    if (endpoint.stopped !== null || !matches(endpoint.filter, row)) continue
    const { workspace: _, ...data } = viewOf(row, verified)
    const timestamp = new Date(outgoing.nowMs()).toISOString()
    // Kept as text, so that every attempt sends the same bytes.
    const body = JSON.stringify({ type: 'deployment.changed', timestamp, data })
    const id = `msg_${row.id}_${revision}`
    const key = `${workspace}:${number}:${revision}:${endpoint.number}`
    await ctx.enqueue(webhookJob, { endpoint: endpoint.number, id, body }, { key })
  }
}

export function webhookHandler(outgoing: Outgoing): JobHandler {
  return handleJob(webhookJob, async ({ endpoint: number, id, body }, ctx) => {
    const { workspace, attempt } = ctx
    const endpoint = await outgoing.endpoints().find(workspace, number)
    if (!endpoint || endpoint.stopped !== null) return undefined
    const nowMs = outgoing.nowMs()
    const keys = await outgoing.secrets().keys(workspace, number, nowMs)
    const stop = async (reason: string) => {
      ctx.log.warn({ webhook: number, reason }, 'a webhook is stopped')
      await outgoing.endpoints().stop(workspace, number, reason)
      return undefined
    }
    if (keys.length === 0) return stop('its secret is gone: make a new one with "hub webhook rotate"')
    const { allowHosts } = outgoing
    let answered: Answered
    try {
      answered = await sendWebhook({ url: endpoint.url, id, body, keys }, { allowHosts, nowMs, signal: ctx.signal })
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      if (error.retry === 'never') return stop(error.message)
      if (attempt > WAITS_MS.length) return stop(`${error.message}, ten times over three days`)
      throw later(error.message, attempt, null)
    }
    const { status, retryAfterMs } = answered
    if (status >= 200 && status < 300) return undefined
    if (status === 410) return stop('it answered 410 Gone')
    if (attempt > WAITS_MS.length) return stop(`it answered ${status}, ten times over three days`)
    throw later(`${new URL(endpoint.url).host} answered ${status}`, attempt, retryAfterMs)
  })
}
function later(message: string, attempt: number, asked: number | null): HubError {
  return new HubError('UNAVAILABLE', message, {
    retry: { afterMs: Math.max(WAITS_MS[attempt - 1] ?? HOUR_MS, asked ?? 0) },
  })
}
