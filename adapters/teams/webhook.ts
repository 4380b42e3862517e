import { Hono } from 'hono'
import { type HookEnv, type Hub, HubError, type Log } from '#contract'
import { readBody } from '../shared/body.ts'
import { type Bot, createBot } from './bot.ts'
import type { TeamsConfig } from './config.ts'
import type { Inbound } from './inbound.ts'
import { activity as activitySchema } from './payloads.ts'
import { tenantOf } from './place.ts'
import { type TeamsTrust, type Verdict, verifyTeams } from './verify.ts'

/** Microsoft publishes none; activities stay far below. */
const MAX_BODY_BYTES = 1_048_576

/** `POST /hooks/teams`: everything Teams sends. Nothing is parsed before the token has been checked. */
export function createRoutes(
  hub: Hub<TeamsConfig>,
  inbound: Inbound,
  trust: TeamsTrust,
  now: () => number = Date.now,
): Hono<HookEnv> {
  const { tenantId } = hub.config
  let bot: Promise<Bot> | undefined
  const load = () => {
    bot ??= createBot(inbound).catch((error) => {
      bot = undefined
      throw error
    })
    return bot
  }
  const verify = async (raw: Uint8Array, headers: Headers, log: Log): Promise<Verdict | null> => {
    try {
      return await verifyTeams(raw, headers, trust, Math.floor(now() / 1_000))
    } catch (error) {
      log.error({ error: messageOf(error) }, 'Teams token could not be checked')
      return null
    }
  }
  const routes = new Hono<HookEnv>()
  routes.post('/', async (c) => {
    const raw = await readBody(c.req.raw, MAX_BODY_BYTES)
    if (raw === null) return c.body(null, 413)
    const log = c.get('log') ?? hub.log
    const verdict = await verify(raw, c.req.raw.headers, log)
    // Nothing is known about the sender while there are no keys: asked again, it will be.
    if (verdict === null) return c.body(null, 503)
    if (!verdict.ok) {
      log.warn(
        { bytes: raw.byteLength, reason: verdict.reason },
        'Teams token refused; check TEAMS_APP_ID, the clock, and who else knows this address',
      )
      return c.body(null, verdict.status)
    }
    const parsed = activitySchema.safeParse(verdict.activity)
    if (!parsed.success) return c.body(null, 400)
    const tenant = tenantOf(parsed.data)
    if (tenantId !== undefined && tenant !== null && tenant !== tenantId.toLowerCase()) {
      log.warn({ tenant }, 'Teams activity of another tenant refused; TEAMS_TENANT_ID names the only one allowed')
      return c.body(null, 403)
    }
    try {
      const { status, body } = await (await load()).run(verdict.activity, parsed.data)
      return body === null || body === undefined ? new Response('', { status }) : Response.json(body, { status })
    } catch (error) {
      const { type, name } = parsed.data
      log.error({ type, name, error: messageOf(error) }, 'Teams activity was not stored')
      // What the hub cannot read will not become readable by sending it again.
      return c.body(null, error instanceof HubError && error.retry === 'never' ? 400 : 503)
    }
  })
  return routes
}
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
