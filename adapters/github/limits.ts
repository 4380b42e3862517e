import { type Delivery, HubError, type Limit } from '#contract'

/** A comment holds 65,536 characters; the rest is left for our mark. */
export const SIZES = { comment: 65_536, mark: 96, piece: 60_000 } as const

/**
 * 80 requests that create content in a minute and 500 in an hour, for each token: GitHub bans who goes on. Kept a little below, so that
 * no window of a minute or an hour holds more.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
const MINUTE = { intervalMs: 900, burst: 10 } as const
const HOUR = { intervalMs: 8_000, burst: 40 } as const

export function limitsOf({ to }: Delivery): readonly Limit[] {
  return [
    { key: contentBucket(to.workspace), ...MINUTE },
    { key: `${to.workspace}:content-hour`, ...HOUR },
  ]
}
export function contentBucket(workspace: string): string {
  return `${workspace}:content`
}

/** What a token or an installation may write, over all processes; each holds to it by itself, and GitHub tells the rest. */
const WINDOWS = [
  { spanMs: 60_000, most: 80 },
  { spanMs: 3_600_000, most: 500 },
] as const

/** Budgets of the credentials as GitHub last told them, one for each `key`. */
export interface Pace {
  /** Before a request: throws RATE_LIMITED where GitHub asked to wait, or where one more write would be too many. */
  admit(key: string, writes: boolean, scope?: string): void
  /** After an answer: its headers say how much of the hour is left. */
  note(key: string, headers: Readonly<Record<string, string | number | undefined>>): void
  /** GitHub asked to wait. Whoever goes on is banned, so that nothing goes out until then. */
  close(key: string, untilMs: number): void
}
export function createPace(now: () => number): Pace {
  const closed = new Map<string, number>()
  const written = new Map<string, number[]>()
  const wait = (afterMs: number, why: string, scope: string | undefined) =>
    new HubError('RATE_LIMITED', `GitHub: ${why}; the next request goes out in ${Math.ceil(afterMs / 1_000)} s`, {
      retry: { afterMs },
      ...(scope === undefined ? {} : { scope }),
    })
  return {
    admit(key, writes, scope) {
      const untilMs = closed.get(key) ?? 0
      if (untilMs > now()) throw wait(untilMs - now(), 'it asked to wait', scope)
      if (!writes) return
      const longest = WINDOWS[1].spanMs
      const recent = (written.get(key) ?? []).filter((at) => at > now() - longest)
      for (const { spanMs, most } of WINDOWS) {
        const oldest = recent.at(-most)
        if (oldest !== undefined && oldest > now() - spanMs)
          throw wait(oldest + spanMs - now(), `${most} writes in ${spanMs / 60_000} min are all it takes`, scope)
      }
      written.set(key, [...recent, now()])
    },
    note(key, headers) {
      if (String(headers['x-ratelimit-remaining']) !== '0') return
      const resetMs = Number(headers['x-ratelimit-reset']) * 1_000
      if (Number.isFinite(resetMs) && resetMs > now()) closed.set(key, resetMs)
    },
    close: (key, untilMs) => void closed.set(key, Math.max(untilMs, closed.get(key) ?? 0)),
  }
}

/** GitHub takes 100 requests at once, over all processes of the hub. */
const AT_ONCE = 32

/** Lets so many work at once; the others wait in line. */
export function createGate(most: number = AT_ONCE): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running < most) running += 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      // Whoever waits takes over the place.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
