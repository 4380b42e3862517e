import type { ClaimedSend } from '../ledger/sends.ts'

/** Exponential with full jitter on its upper half, capped at a minute. */
export function backoffMs(attempt: number, firstMs: number): number {
  const full = Math.min(60_000, firstMs * 2 ** Math.max(0, attempt - 1))
  return full / 2 + Math.random() * (full / 2)
}

/**
 * Platforms ban callers that go on with refused credentials (Discord: 10,000 invalid requests in ten minutes for an address), so after a
 * refusal all sends of that workspace wait, a minute first and up to ten. Then one of them tries; the others wait for what it hears.
 */
export interface Breaker {
  /** 0: go on, which after a refusal makes this send the one that tries. */
  closedForMs(send: ClaimedSend): number
  /** How long to wait now. */
  refused(send: ClaimedSend): number
  succeeded(send: ClaimedSend): void
}

const FIRST_MS = 60_000
const LONGEST_MS = 600_000
/** Longer than a call may take: whoever tries and neither succeeds nor is refused gives way to the next. */
const TRIAL_MS = 15_000
const ASK_AGAIN_MS = 2_000

export function createBreaker(): Breaker {
  const closed = new Map<string, { until: number; waitMs: number; trialUntil: number }>()
  const keyOf = (send: ClaimedSend) => `${send.plugin}|${send.workspace}`
  return {
    closedForMs(send) {
      const state = closed.get(keyOf(send))
      if (!state) return 0
      const now = performance.now()
      if (state.until > now) return state.until - now
      if (state.trialUntil > now) return ASK_AGAIN_MS
      state.trialUntil = now + TRIAL_MS
      return 0
    },
    refused(send) {
      const last = closed.get(keyOf(send))
      // Sends that were under way together are one refusal.
      if (last && last.until > performance.now()) return last.until - performance.now()
      const waitMs = last ? Math.min(LONGEST_MS, last.waitMs * 2) : FIRST_MS
      closed.set(keyOf(send), { until: performance.now() + waitMs, waitMs, trialUntil: 0 })
      return waitMs
    },
    succeeded: (send) => void closed.delete(keyOf(send)),
  }
}
