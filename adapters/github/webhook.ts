import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { type HookEnv, type Hub, HubError } from '#contract'
import { readBody } from '../shared/body.ts'
import type { GitHubConfig } from './config.ts'
import type { Hooks } from './hooks.ts'
import type { Inbound } from './inbound.ts'
import { verifyGitHub } from './verify.ts'

/** GitHub sends nothing above 25 MB: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap */
export const MAX_BODY_BYTES = 26_000_000
const DELIVERY = /^[\w-]{8,64}$/
const decoder = new TextDecoder()

/**
 * `POST /hooks/github`: every event of a repository, an organisation or an app. What the hub does not know is acknowledged, since GitHub adds
 * events without notice and tells people about a webhook that fails.
 */
export function createRoutes(hub: Hub<GitHubConfig>, inbound: Inbound, hooks: Pick<Hooks, 'heard'>): Hono<HookEnv> {
  const routes = new Hono<HookEnv>()
  routes.post('/', async (c) => {
    const raw = await readBody(c.req.raw, MAX_BODY_BYTES)
    if (raw === null) return c.body(null, 413)
    const { headers } = c.req.raw
    const log = c.get('log') ?? hub.log
    if (!verifyGitHub(raw, headers, hub.config.webhookSecret)) {
      log.warn(
        { bytes: raw.byteLength },
        'GitHub signature refused; check GITHUB_WEBHOOK_SECRET against the secret of the webhook',
      )
      return c.body(null, 401)
    }
    const type = headers.get('content-type') ?? ''
    if (!type.startsWith('application/json'))
      return c.text('Set the content type of the webhook to application/json\n', 415)
    let body: unknown
    try {
      body = JSON.parse(decoder.decode(raw))
    } catch {
      return c.body(null, 400)
    }
    const given = headers.get('x-github-delivery') ?? ''
    // The same for a manual redelivery, so that it has no second effect.
    const deliveryId = DELIVERY.test(given) ? given : `body:${createHash('sha256').update(raw).digest('hex')}`
    hooks.heard(headers, body)
    try {
      await inbound.receive(headers.get('x-github-event') ?? '', deliveryId, body, log)
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      // GitHub does not try again by itself; the delivery stays in its list and can be sent again by hand.
      log.error({ error: error.message, delivery: deliveryId }, 'GitHub delivery was not stored')
      return c.body(null, 503)
    }
    return c.body('', 200)
  })
  return routes
}
