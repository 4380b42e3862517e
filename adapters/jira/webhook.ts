import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { type HookEnv, type Hub, HubError } from '#contract'
import { readBody } from '../shared/body.ts'
import type { JiraConfig } from './config.ts'
import { verifyDataCenter } from './data-center/address.ts'
import type { Edition } from './edition.ts'
import type { Inbound } from './inbound.ts'
import { type HeadersLike, verifyJira, verifyJiraToken } from './verify.ts'

/** Jira sends nothing above 25 MB: https://developer.atlassian.com/cloud/jira/platform/webhooks/ */
export const MAX_BODY_BYTES = 26_000_000
const IDENTIFIER = /^[\w.:=+/-]{8,128}$/
const decoder = new TextDecoder()

/** `POST /hooks/jira`: issues and comments of the site. What the hub does not know is acknowledged, since Jira adds events without notice. */
export function createRoutes(
  hub: Pick<Hub<JiraConfig>, 'config' | 'log'>,
  inbound: Inbound,
  now: () => number = Date.now,
  edition: Pick<Edition, 'signs'> = { signs: () => true },
): Hono<HookEnv> {
  const routes = new Hono<HookEnv>()
  const proof = proofOf(hub.config, edition, now)
  routes.post('/', async (c) => {
    const raw = await readBody(c.req.raw, MAX_BODY_BYTES)
    if (raw === null) return c.body(null, 413)
    const { headers } = c.req.raw
    const log = c.get('log') ?? hub.log
    if (!proof.holds(raw, c.req.raw)) {
      log.warn({ bytes: raw.byteLength }, proof.cure)
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
interface Proof {
  holds(raw: Uint8Array, request: { readonly headers: HeadersLike; readonly url: string }): boolean
  readonly cure: string
}
/** The one that belongs to how the hub is connected; the other is never heard in its place. */
function proofOf(config: JiraConfig, edition: Pick<Edition, 'signs'>, now: () => number): Proof {
  const { webhookSecret = '', personalAccessToken, clientId, clientSecret } = config
  if (personalAccessToken !== undefined)
    return {
      holds: (raw, request) => verifyDataCenter(raw, request, webhookSecret, edition.signs()),
      cure: 'Jira delivery refused; check JIRA_WEBHOOK_SECRET against the secret of the webhook (Jira 10) or its address (before), which the hub sets when it starts',
    }
  if (clientId !== undefined && clientSecret !== undefined) {
    const trust = { clientId, clientSecret }
    return {
      holds: (_raw, { headers }) => verifyJiraToken(headers, trust, now() / 1_000),
      cure: 'Jira token refused; check JIRA_CLIENT_SECRET and the clock, and that only webhooks of the OAuth app lead here',
    }
  }
  return {
    holds: (raw, { headers }) => verifyJira(raw, headers, webhookSecret),
    cure: 'Jira signature refused; check JIRA_WEBHOOK_SECRET against the secret of the webhook, which Jira signs with only when it has one',
  }
}
