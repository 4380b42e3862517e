import { randomUUIDv7 } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { Log } from '../contract/log.ts'
import type { HookEnv } from '../contract/plugin.ts'
import { scopeLog } from '../host/log.ts'
import { limitBody } from './body-limit.ts'
import type { Metrics } from './metrics.ts'
import { errorStatus } from './problem.ts'
import { withRequestId } from './request-id.ts'

/** Ids that others may choose: enough for UUIDs, ULIDs and trace ids, and harmless wherever they are printed. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{8,64}$/

/** Request id, scoped log and body limit for every route but hooks, which need less and are measured. */
export function requestContext(log: Log, maxBytes: number): MiddlewareHandler<HookEnv> {
  return async (c, next) => {
    const requestId = requestIdOf(c.req.header('x-request-id'))
    c.set('requestId', requestId)
    c.set('log', scopeLog(log, { requestId }))
    c.header('x-request-id', requestId)
    await limitBody(c, maxBytes)
    await withRequestId(requestId, next)
  }
}

/**
 * The same for a hook, with its acknowledgement measured. On the way of every inbound delivery: one layer, no copy of the body, and no
 * header added to the answer, which would make a plain answer a costly one. A failed one carries its request id (problem.ts).
 */
export function hookContext(source: string, log: Log, maxBytes: number, metrics: Metrics): MiddlewareHandler<HookEnv> {
  return async (c, next) => {
    const started = performance.now()
    const requestId = requestIdOf(c.req.header('x-request-id'))
    c.set('requestId', requestId)
    c.set('log', scopeLog(log, { plugin: source, requestId }))
    try {
      const counted = limitBody(c, maxBytes)
      if (counted) await counted
      await withRequestId(requestId, next)
      metrics.observeAck(source, c.res.status, (performance.now() - started) / 1000)
    } catch (err) {
      metrics.observeAck(source, errorStatus(err).status, (performance.now() - started) / 1000)
      // Hono hands only Errors to the error handler; a plugin may throw anything.
      throw err instanceof Error ? err : new Error(`${source} threw ${typeof err}: ${String(err)}`)
    }
  }
}

function requestIdOf(given: string | undefined): string {
  return given !== undefined && REQUEST_ID.test(given) ? given : randomUUIDv7()
}
