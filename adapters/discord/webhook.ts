import { Hono } from 'hono'
import { type HookEnv, type Hub, HubError } from '#contract'
import { readBody } from '../shared/body.ts'
import type { DiscordConfig } from './config.ts'
import type { Inbound } from './inbound.ts'
import { verifyDiscord } from './verify.ts'

/** Discord publishes none; its payloads stay far below. */
const MAX_BODY_BYTES = 1_048_576
const decoder = new TextDecoder()

/**
 * `POST /hooks/discord`: every interaction. Nothing is parsed before the signature has been checked. Discord itself sends bad signatures
 * from time to time and takes the address away that accepts one: they cost a 401 and nothing else.
 */
export function createRoutes(hub: Hub<DiscordConfig>, inbound: Inbound, now: () => number = Date.now): Hono<HookEnv> {
  const routes = new Hono<HookEnv>()
  routes.post('/', async (c) => {
    const raw = await readBody(c.req.raw, MAX_BODY_BYTES)
    if (raw === null) return c.body(null, 413)
    const log = c.get('log') ?? hub.log
    if (!verifyDiscord(raw, c.req.raw.headers, hub.config.publicKey, Math.floor(now() / 1_000))) {
      log.info(
        { bytes: raw.byteLength },
        'Discord signature refused; if commands fail, check DISCORD_PUBLIC_KEY and the clock',
      )
      return c.body(null, 401)
    }
    let body: unknown
    try {
      body = JSON.parse(decoder.decode(raw))
    } catch {
      return c.body(null, 400)
    }
    try {
      return c.json(await inbound.answer(body))
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'INPUT_INVALID') throw error
      log.warn({ error: error.message }, 'Discord interaction could not be read')
      return c.body(null, 400)
    }
  })
  return routes
}
