import { type Health, HubError } from '#contract'
import type { JiraClient } from './client.ts'

/** Probes come every few seconds; Jira is asked about the token rarely. */
const FRESH_MS = 60_000
const ASK_MS = 2_500

/** Does the token work, and is the webhook set up? Jira being away degrades nothing but Jira, so it is never `down`. */
export function createHealth(
  client: JiraClient,
  trouble: () => string | null,
  now: () => number = Date.now,
): () => Promise<Health> {
  let known: { readonly health: Health; readonly atMs: number } | undefined
  return async () => {
    if (!known || now() - known.atMs >= FRESH_MS) known = { health: await ask(client), atMs: now() }
    const detail = trouble()
    return known.health.status === 'ok' && detail !== null ? { status: 'degraded', detail } : known.health
  }
}
async function ask(client: JiraClient): Promise<Health> {
  try {
    const signal = AbortSignal.timeout(ASK_MS)
    await client.call({ method: 'GET', path: '/rest/api/3/myself', what: "the hub's account", signal })
    return { status: 'ok' }
  } catch (error) {
    const why = error instanceof HubError ? error.message : 'Jira does not answer; check JIRA_BASE_URL and the network'
    return { status: 'degraded', detail: why }
  }
}
