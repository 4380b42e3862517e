import { type Context, HubError, handleJob, type JobHandler } from '#contract'
import { DEPLOYS, matches } from '../card/places.ts'
import { webhookJob } from '../jobs.ts'
import type { Row } from '../rows.ts'
import { plain } from '../text.ts'
import { viewOf } from '../view.ts'
import type { WebhookSecrets } from './secrets.ts'
import { type Answered, sendWebhook } from './send.ts'
import type { Endpoint, EndpointStore } from './store.ts'

export interface Outgoing {
  endpoints(): EndpointStore
  secrets(): WebhookSecrets
  readonly allowHosts: readonly string[]
  nowMs(): number
  /** From 0 to 1. */
  random(): number
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

/** Retries of many at once are spread: up to this share of the wait is added. */
const JITTER = 0.1
/** The specification asks for small payloads: the newest commits, and how many there are. */
const MOST_COMMITS_TOLD = 20

/** What is told of one revision. Its id stays the same whenever it is told again, so that a receiver knows a repeat. */
function messageOf(row: Row, verified: ReadonlySet<string> | undefined): { id: string; body: string } {
  const { workspace: _, endRecordedAtMs: __, commits, ...rest } = viewOf(row, verified)
  const told = { commits: commits.slice(-MOST_COMMITS_TOLD), commitCount: commits.length }
  const data = { ...rest, ...told, ...row.artifacts }
  const body = JSON.stringify({ type: 'deployment.changed', timestamp: row.updatedAt.toISOString(), data })
  return { id: `msg_${row.id}_${row.revision}`, body }
}

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
    const key = `${workspace}:${number}:${revision}:${endpoint.number}`
    await ctx.enqueue(webhookJob, { endpoint: endpoint.number, ...messageOf(row, verified) }, { key })
  }
}

/** Asked for by a person: sent once more for each time that somebody asks. */
export async function replayTo(
  endpoint: Pick<Endpoint, 'number'>,
  row: Row,
  verified: ReadonlySet<string> | undefined,
  ctx: Context,
): Promise<void> {
  const key = `replay:${ctx.jobId}:${row.number}:${endpoint.number}`
  await ctx.enqueue(webhookJob, { endpoint: endpoint.number, ...messageOf(row, verified) }, { key })
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
      if (await outgoing.endpoints().stop(workspace, number, reason)) await tellOwner(endpoint, reason, ctx)
      return undefined
    }
    if (keys.length === 0) return stop('its secret is gone: make a new one with "hub webhook rotate"')
    const failed = async (reason: string, afterMs: number | null) => {
      await outgoing.endpoints().attempted(workspace, number, reason, nowMs)
      if (attempt > WAITS_MS.length) return stop(`${reason}, ten times over three days`)
      const waitMs = (WAITS_MS[attempt - 1] ?? HOUR_MS) * (1 + JITTER * outgoing.random())
      const retry = { afterMs: Math.max(Math.round(waitMs), afterMs ?? 0) }
      throw new HubError('UNAVAILABLE', `${new URL(endpoint.url).host}: ${reason}`, { retry })
    }
    const { allowHosts } = outgoing
    let answered: Answered
    try {
      answered = await sendWebhook({ url: endpoint.url, id, body, keys }, { allowHosts, nowMs, signal: ctx.signal })
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      if (error.retry === 'never') return stop(error.message)
      return failed(error.message, null)
    }
    const { status, retryAfterMs } = answered
    if (status === 410) return stop('it answered 410 Gone')
    if (status < 200 || status >= 300) return failed(`it answered ${status}`, retryAfterMs)
    if (endpoint.failure !== null) await outgoing.endpoints().attempted(workspace, number, null, nowMs)
    return undefined
  })
}

/** Nobody looks at a list of what works: whoever added it hears where they did. */
async function tellOwner({ number, url, place, by }: Endpoint, reason: string, ctx: Context): Promise<void> {
  if (place === null) return
  const text = `W-${number} is stopped: ${new URL(url).host} is told no more. ${reason}.`
  const run = `hub webhook replay W-${number}`
  await ctx.send(`stopped:${number}`, place, {
    text: `${text}\nStart it and send what it missed: "${run}"`,
    blocks: [
      { kind: 'text', markdown: plain(text) },
      { kind: 'actions', items: [{ kind: 'button', label: 'Start again', run }] },
    ],
    only: { plugin: place.plugin, id: by.slice(by.indexOf(':') + 1) },
  })
}
