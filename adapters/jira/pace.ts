import { setTimeout as sleep } from 'node:timers/promises'
import { HubError } from '#contract'

/** Longer than this nobody waits in line: the ledger holds the work meanwhile. */
const MAX_WAIT_MS = 3_000

/** Less than the most, and hardly a burst: what leaves evenly arrives in heaps, and Jira counts what arrives. */
const SHARE = 0.92
const BURST_MS = 50

/** Keeps one process below a number of requests in a second. */
export function createPace(perSecond: number, now: () => number): (signal?: AbortSignal) => Promise<void> {
  const intervalMs = 1_000 / (perSecond * SHARE)
  let freeAtMs = 0
  return async (signal) => {
    const nowMs = now()
    const slotMs = Math.max(freeAtMs, nowMs - BURST_MS)
    const waitMs = slotMs - nowMs
    if (waitMs > MAX_WAIT_MS)
      throw new HubError('RATE_LIMITED', `Jira takes ${perSecond} such requests a second, and more are waiting`, {
        retry: { afterMs: Math.ceil(waitMs) },
      })
    freeAtMs = slotMs + intervalMs
    if (waitMs <= 0) return
    try {
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal })
    } catch {
      throw new HubError('UNAVAILABLE', 'The call to Jira was stopped before it was sent')
    }
  }
}
