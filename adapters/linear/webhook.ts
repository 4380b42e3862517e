import { Hono } from 'hono'
import { type HookEnv, type Hub, HubError } from '#contract'
import { readBody } from '../shared/body.ts'
import type { LinearConfig } from './config.ts'
import type { Inbound } from './inbound.ts'
import { verifyLinear } from './verify.ts'

/** Linear publishes no limit; a description with everything around it stays far below. */
export const MAX_BODY_BYTES = 4_000_000

/**
 * `POST /hooks/linear`: every event of a workspace or an app. What the hub does not know is acknowledged, since Linear adds events without notice
 * and switches a webhook off that fails.
 */
export function createRoutes(hub: Hub<LinearConfig>, inbound: Inbound, now: () => number = Date.now): Hono<HookEnv> {
  const routes = new Hono<HookEnv>()
  routes.post('/', async (c) => {
    const raw = await readBody(c.req.raw, MAX_BODY_BYTES)
    if (raw === null) return c.body(null, 413)
    const { headers } = c.req.raw
    const log = c.get('log') ?? hub.log
    const verified = verifyLinear(raw, headers, hub.config.webhookSecret, now())
    if (!verified.ok) {
      log.warn(
        { bytes: raw.byteLength },
        'Linear delivery refused: signature or time; check LINEAR_WEBHOOK_SECRET against the signing secret of the webhook, and the clock',
      )
      return c.body(null, 401)
    }
    try {
      await inbound.receive(verified.body, log)
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      // Linear tries again after a minute, an hour and six hours.
      log.error({ error: error.message, delivery: headers.get('linear-delivery') }, 'Linear delivery was not stored')
      return c.body(null, 503)
    }
    return c.body('', 200)
  })
  return routes
}
