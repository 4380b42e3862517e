/** What the fake does instead of, or after, the work of one call. */
export type TeamsFault =
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds?: number }
  /** An error of the Connector's, before anything was done. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string }
  | { readonly kind: 'status'; readonly status: number; readonly commit: boolean }
  /** Closes the connection without an answer. */
  | { readonly kind: 'cut'; readonly commit: boolean }
  | { readonly kind: 'slow'; readonly ms: number }

export interface Faults {
  /** Plays `fault` on the next `times` calls of `method`; '*' is any that shows or changes something. */
  add(method: string, fault: TeamsFault, times?: number): void
  take(method: string): TeamsFault | null
  clear(): void
}
const READS = ['token', 'metadata', 'keys', 'member']

export function createFaults(): Faults {
  const armed: { method: string; fault: TeamsFault; left: number }[] = []
  return {
    add: (method, fault, times = 1) => void armed.push({ method, fault, left: times }),
    take(method) {
      const at = armed.findIndex((a) => a.method === method || (a.method === '*' && !READS.includes(method)))
      const found = armed[at]
      if (!found) return null
      found.left -= 1
      if (found.left <= 0) armed.splice(at, 1)
      return found.fault
    },
    clear: () => void armed.splice(0),
  }
}

/** Sends of a bot in one thread: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit */
const WINDOWS = [
  { seconds: 1, calls: 7 },
  { seconds: 2, calls: 8 },
  { seconds: 30, calls: 60 },
  { seconds: 3_600, calls: 1_800 },
] as const
/** And of one app in one tenant. */
const TENANT_PER_SECOND = 30

/** Sliding windows; `timeScale` 0.1 makes a second last 100 ms. */
export function createRates(timeScale: number, now: () => number) {
  const calls = new Map<string, number[]>()
  const waitFor = (key: string, windows: readonly { seconds: number; calls: number }[]): number => {
    const at = calls.get(key) ?? []
    let wait = 0
    for (const { seconds, calls: most } of windows) {
      const spanMs = seconds * 1_000 * timeScale
      const inside = at.filter((time) => time > now() - spanMs)
      const first = inside[inside.length - most]
      if (first !== undefined) wait = Math.max(wait, first + spanMs - now())
    }
    return wait
  }
  return {
    /** Milliseconds to wait, 0 where the call may pass. */
    waitMs(conversation: string): number {
      const thread = `thread:${conversation}`
      const wait = Math.max(waitFor(thread, WINDOWS), waitFor('tenant', [{ seconds: 1, calls: TENANT_PER_SECOND }]))
      if (wait === 0)
        for (const key of [thread, 'tenant']) calls.set(key, [...(calls.get(key) ?? []), now()].slice(-2_000))
      return wait
    },
  }
}
