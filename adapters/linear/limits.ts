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
const RESERVE = 0.1

export function limitsOf({ to }: Delivery): readonly Limit[] {
  return [{ key: requestsBucket(to.workspace), ...REQUESTS }]
}
export function requestsBucket(workspace: string): string {
  return `${workspace}:requests`
}

/** What Linear said about its budgets in its last answer, brought up to now by the rate at which it refills. */
export interface Budget {
  note(header: (name: string) => string | null): void
  /** How long to wait before work that can wait, 0 when it may go on. */
  waitMs(): number
}
export function createBudget(now: () => number): Budget {
  const known = new Map<string, { readonly limit: number; readonly remaining: number; readonly atMs: number }>()
  return {
    note(header) {
      for (const kind of ['requests', 'complexity']) {
        const limit = Number(header(`x-ratelimit-${kind}-limit`) ?? Number.NaN)
        const remaining = Number(header(`x-ratelimit-${kind}-remaining`) ?? Number.NaN)
        if (limit > 0 && remaining >= 0) known.set(kind, { limit, remaining, atMs: now() })
      }
    },
    waitMs() {
      const waits = [...known.values()].map(({ limit, remaining, atMs }) => {
        const perMs = limit / HOUR_MS
        return (limit * RESERVE - remaining) / perMs - (now() - atMs)
      })
      return Math.max(0, Math.ceil(Math.max(0, ...waits)))
    },
  }
}
