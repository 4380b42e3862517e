import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { type HookEnv, type Hub, HubError } from '#contract'
import { readBody } from '../shared/body.ts'
import type { JiraConfig } from './config.ts'
import type { Inbound } from './inbound.ts'
import { verifyJira } from './verify.ts'

/** Jira sends nothing above 25 MB: https://developer.atlassian.com/cloud/jira/platform/webhooks/ */
export const MAX_BODY_BYTES = 26_000_000
const IDENTIFIER = /^[\w.:=+/-]{8,128}$/
const decoder = new TextDecoder()

/** `POST /hooks/jira`: issues and comments of the site. What the hub does not know is acknowledged, since Jira adds events without notice. */
export function createRoutes(hub: Pick<Hub<JiraConfig>, 'config' | 'log'>, inbound: Inbound): Hono<HookEnv> {
  const routes = new Hono<HookEnv>()
  routes.post('/', async (c) => {
    const raw = await readBody(c.req.raw, MAX_BODY_BYTES)
    if (raw === null) return c.body(null, 413)
    const { headers } = c.req.raw
    const log = c.get('log') ?? hub.log
    if (!verifyJira(raw, headers, hub.config.webhookSecret)) {
      log.warn(
        { bytes: raw.byteLength },
        'Jira signature refused; check JIRA_WEBHOOK_SECRET against the secret of the webhook, which Jira signs with only when it has one',
      )
      return c.body(null, 401)
    }
    let body: unknown
    try {
      body = JSON.parse(decoder.decode(raw))
    } catch {
      return c.body(null, 400)
    }
    const given = headers.get('x-atlassian-webhook-identifier') ?? ''
    // The same on every attempt, so that one more has no second effect.
    const deliveryId = IDENTIFIER.test(given) ? given : `body:${createHash('sha256').update(raw).digest('hex')}`
    try {
      await inbound.receive(deliveryId, body, log)
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      // Jira tries again five times within an hour and a half; after a 4xx it would not.
      log.error({ error: error.message, delivery: deliveryId }, 'Jira delivery was not stored')
      return c.body(null, 503)
    }
    return c.body('', 200)
  })
  return routes
}
