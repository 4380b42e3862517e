import type { Delivery, Limit } from '#contract'

/** Linear publishes no length for a comment or a description; these are far below what its own editor takes. */
export const SIZES = { comment: 64_000, piece: 60_000, description: 300_000, metadata: 10_000 } as const

/** The most points one query may cost, and entries of a page: https://linear.app/developers/rate-limiting */
export const MAX_COMPLEXITY = 10_000
export const PAGE = 50

/**
 * An API key has 1,500 requests and 250,000 points an hour, refilled all the time. Sends take from the requests; what they leave is for issues.
 */
const REQUESTS = { intervalMs: 2_400, burst: 200 } as const
const HOUR_MS = 3_600_000
/** Below this share of a budget, reading and writing issues waits and leaves the rest to answers for people. */
const RESERVE = 0.05

export function limitsOf({ to }: Delivery): readonly Limit[] {
  return [{ key: requestsBucket(to.workspace), ...REQUESTS }]
}
export function requestsBucket(workspace: string): string {
  return `${workspace}:requests`
}

/** Requests that one issue costs from start to end: two reads and a write. */
const CALLS_PER_ISSUE = 3
/** Turns are given out no further ahead: the budget may have come back sooner. */
const MAX_WAIT_MS = 10 * 60_000

/** What Linear said about its budgets in its last answer, brought up to now by the rate at which it refills. */
export interface Budget {
  note(header: (name: string) => string | null): void
  /** 0: take a request and go on. Else how long to wait; each who asks gets a turn of their own, so that a thousand do not come back at once. */
  turn(): number
}
export function createBudget(now: () => number): Budget {
  const known = new Map<string, { readonly limit: number; remaining: number; readonly atMs: number }>()
  let lastTurnMs = 0
  return {
    note(header) {
      for (const kind of ['requests', 'complexity']) {
        const limit = Number(header(`x-ratelimit-${kind}-limit`) ?? Number.NaN)
        const remaining = Number(header(`x-ratelimit-${kind}-remaining`) ?? Number.NaN)
        if (limit > 0 && remaining >= 0) known.set(kind, { limit, remaining, atMs: now() })
      }
    },
    turn() {
      const nowMs = now()
      const waits = [...known.values()].map(({ limit, remaining, atMs }) => {
        const perMs = limit / HOUR_MS
        return (limit * RESERVE + 1 - remaining) / perMs - (nowMs - atMs)
      })
      const waitMs = Math.max(0, ...waits)
      const requests = known.get('requests')
      if (waitMs === 0) {
        if (requests) requests.remaining -= 1
        return 0
      }
      const apartMs = requests ? (CALLS_PER_ISSUE * HOUR_MS) / requests.limit : 1_000
      const turnMs = Math.max(lastTurnMs + apartMs, nowMs + waitMs)
      if (turnMs - nowMs > MAX_WAIT_MS) return MAX_WAIT_MS
      lastTurnMs = turnMs
      return Math.ceil(turnMs - nowMs)
    },
  }
}
