import { type Health, HubError } from '#contract'
import type { LinearClient } from './client.ts'
import { whoAmI } from './documents.ts'

/** Probes come every few seconds; Linear asks not to be polled. */
const FRESH_MS = 5 * 60_000
const ASK_MS = 2_500

/** Does the key work? Linear being away degrades nothing but Linear, so it is never `down`. */
export function createHealth(client: LinearClient, now: () => number = Date.now): () => Promise<Health> {
  let known: { readonly health: Health; readonly atMs: number } | undefined
  return async () => {
    if (known && now() - known.atMs < FRESH_MS) return known.health
    const health = await ask(client)
    known = { health, atMs: now() }
    return health
  }
}
async function ask(client: LinearClient): Promise<Health> {
  try {
    await client.call(whoAmI, {}, { what: 'health', signal: AbortSignal.timeout(ASK_MS) })
    return { status: 'ok' }
  } catch (error) {
    const why =
      error instanceof HubError ? error.message : 'Linear does not answer; check LINEAR_API_URL and the network'
    return { status: 'degraded', detail: why }
  }
}
