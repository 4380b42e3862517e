import { createHash, timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import type { z } from 'zod'
import { type HookEnv, type Hub, HubError, type Log } from '#contract'
import type { DeployConfig } from '../config.ts'
import { type ReportBody, reportBody } from '../report.ts'
import { verifyStandardWebhook } from '../verify.ts'
import { argoBody, reportOfArgo } from './argocd.ts'
import { receiveReport, repeatKey } from './operations.ts'

const decoder = new TextDecoder('utf-8', { fatal: true })
type Answer = { readonly status: 202 | 400 | 503; readonly body: Readonly<Record<string, unknown>> }

/**
 * `POST /hooks/deploy`, signed by Standard Webhooks, and `POST /hooks/deploy/argocd` for a sender that cannot sign. Each is there only with its
 * secret; without either there is no route at all.
 */
export function deployRoutes(hub: Hub<DeployConfig>, home: () => string, nowMs: () => number): Hono<HookEnv> | null {
  const { webhookSecret: keys, argocdToken } = hub.config
  if (keys === undefined && argocdToken === undefined) return null
  const routes = new Hono<HookEnv>()
  const take = async (raw: Uint8Array, log: Log): Promise<Answer> => {
    const read = readReport(raw)
    if ('problems' in read) return { status: 400, body: { problems: read.problems } }
    try {
      const { status } = await receiveReport(hub.publish, read, repeatKey('hook', read), home(), nowMs())
      return { status: 202, body: { status } }
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      log.error({ error: error.message }, 'a report of a deployment was not stored')
      return { status: 503, body: { problems: ['The hub cannot store anything at the moment: send it again'] } }
    }
  }
  if (keys !== undefined)
    routes.post('/', async (c) => {
      const raw = new Uint8Array(await c.req.raw.arrayBuffer())
      const log = c.get('log') ?? hub.log
      const nowSeconds = Math.floor(nowMs() / 1000)
      if (!keys.some((key) => verifyStandardWebhook(raw, c.req.raw.headers, key, nowSeconds))) {
        log.warn(
          { bytes: raw.byteLength },
          'signature of a report refused; check DEPLOY_WEBHOOK_SECRET and the clock of the sender',
        )
        return c.body(null, 401)
      }
      const { status, body } = await take(raw, log)
      return c.json(body, status)
    })
  if (argocdToken !== undefined)
    routes.post('/argocd', async (c) => {
      const log = c.get('log') ?? hub.log
      if (!isToken(c.req.raw.headers.get('authorization'), argocdToken)) {
        log.warn({}, 'token of a notification refused; check DEPLOY_ARGOCD_TOKEN')
        return c.body(null, 401)
      }
      const { status, body } = await take(new Uint8Array(await c.req.raw.arrayBuffer()), log)
      return c.json(body, status)
    })
  return routes
}

/** A report, bare or in the envelope `{ type, timestamp, data }`, or an application of Argo CD. */
function readReport(raw: Uint8Array): ReportBody | { readonly problems: readonly string[] } {
  let body: unknown
  try {
    body = JSON.parse(decoder.decode(raw))
  } catch {
    return { problems: ['The body is no JSON'] }
  }
  if (isRecord(body) && 'app' in body) {
    const argo = argoBody.safeParse(body)
    if (!argo.success) return { problems: problemsOf(argo.error) }
    return checked(reportBody.safeParse(reportOfArgo(argo.data)))
  }
  if (isRecord(body) && isRecord(body.data) && typeof body.type === 'string') {
    const at = typeof body.timestamp === 'string' && body.data.at === undefined ? { at: body.timestamp } : {}
    return checked(reportBody.safeParse({ ...body.data, ...at }))
  }
  return checked(reportBody.safeParse(body))
}
type Read = ReturnType<typeof reportBody.safeParse>
function checked(read: Read): ReportBody | { readonly problems: readonly string[] } {
  return read.success ? read.data : { problems: problemsOf(read.error) }
}
const problemsOf = ({ issues }: z.ZodError): string[] =>
  issues.slice(0, 10).map((i) => `${i.path.map(String).join('.') || 'body'}: ${i.message}`)
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Digests have one length, whatever was sent. */
function isToken(given: string | null, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given ?? ''), digest(`Bearer ${token}`))
}
