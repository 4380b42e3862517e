import { setTimeout as sleep } from 'node:timers/promises'
import { HubError } from '#contract'

/** Longer than this nobody waits in line: the ledger holds the work meanwhile. */
const MAX_WAIT_MS = 3_000

/** A little less than the most, and hardly a burst. */
const SHARE = 0.98
const BURST_MS = 50
/** Jira counts what arrives in a second: what leaves is counted over that and the unevenness of the way. */
const WINDOW_MS = 1_030

/** Keeps one process below a number of requests in a second. */
export function createPace(perSecond: number, now: () => number): (signal?: AbortSignal) => Promise<void> {
  const intervalMs = 1_000 / (perSecond * SHARE)
  let freeAtMs = 0
  /** When the last ones left, in a ring: whoever stands where the next is written left `perSecond` requests ago. */
  const left = new Float64Array(perSecond).fill(Number.NEGATIVE_INFINITY)
  let next = 0
  const wait = async (ms: number, signal: AbortSignal | undefined): Promise<void> => {
    if (ms <= 0) return
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal })
    } catch {
      throw new HubError('UNAVAILABLE', 'The call to Jira was stopped before it was sent')
    }
  }
  return async (signal) => {
    const nowMs = now()
    const slotMs = Math.max(freeAtMs, nowMs - BURST_MS)
    const waitMs = slotMs - nowMs
    if (waitMs > MAX_WAIT_MS)
      throw new HubError('RATE_LIMITED', `Jira takes ${perSecond} such requests a second, and more are waiting`, {
        retry: { afterMs: Math.ceil(waitMs) },
      })
    freeAtMs = slotMs + intervalMs
    await wait(waitMs, signal)
    // A busy process wakes all that waited meanwhile at once, and they may not leave together with those that follow on time.
    for (let restMs = 1; restMs > 0; ) {
      restMs = (left[next] ?? 0) + WINDOW_MS - performance.now()
      await wait(restMs, signal)
    }
    left[next] = performance.now()
    next = (next + 1) % perSecond
  }
}
