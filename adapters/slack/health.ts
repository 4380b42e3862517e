import { type Health, HubError } from '#contract'
import type { SlackClient } from './client.ts'
import type { Socket } from './socket.ts'

/** Probes come every few seconds; Slack is asked about the token rarely. */
const FRESH_MS = 60_000
const ASK_MS = 2_500

/** Does the bot token work? Where each workspace has its own (`client` is null), one that does not is no fault of the hub's. Slack being away degrades nothing but Slack, so it is never `down`. */
export function createHealth(
  client: SlackClient | null,
  socket: Pick<Socket, 'trouble'> | null = null,
  now: () => number = Date.now,
): () => Promise<Health> {
  let known: { readonly health: Health; readonly atMs: number } | undefined
  return async () => {
    const trouble = socket?.trouble() ?? null
    if (trouble !== null) return { status: 'degraded', detail: trouble }
    if (client === null) return { status: 'ok' }
    if (known && now() - known.atMs < FRESH_MS) return known.health
    const health = await ask(client)
    known = { health, atMs: now() }
    return health
  }
}

async function ask(client: SlackClient): Promise<Health> {
  try {
    await client.call('auth.test', {}, { workspace: '*', writes: false, signal: AbortSignal.timeout(ASK_MS) })
    return { status: 'ok' }
  } catch (error) {
    const why = error instanceof HubError ? error.message : 'Slack does not answer; check SLACK_API_URL and the network'
    return { status: 'degraded', detail: why }
  }
}
