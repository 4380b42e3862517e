/** What the fake does instead of, or after, the work of one call. */
export type SlackFault =
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number }
  /** `ok: false` with this word. */
  | { readonly kind: 'refuse'; readonly error: string; readonly needed?: string }
  | { readonly kind: 'status'; readonly status: number; readonly commit: boolean }
  /** Closes the connection without an answer. */
  | { readonly kind: 'cut'; readonly commit: boolean }
  | { readonly kind: 'slow'; readonly ms: number }

export interface Faults {
  /** Plays `fault` on the next `times` calls of `method` ('*' for any). */
  add(method: string, fault: SlackFault, times?: number): void
  take(method: string): SlackFault | null
  clear(): void
}
export function createFaults(): Faults {
  const armed: { method: string; fault: SlackFault; left: number }[] = []
  return {
    add: (method, fault, times = 1) => void armed.push({ method, fault, left: times }),
    take(method) {
      const at = armed.findIndex((a) => a.method === method || a.method === '*')
      const found = armed[at]
      if (!found) return null
      found.left -= 1
      if (found.left <= 0) armed.splice(at, 1)
      return found.fault
    },
    clear: () => void armed.splice(0),
  }
}

/** One message a second in a channel, 300 a minute in a workspace; `timeScale` 0.1 makes a second last 100 ms. */
export function createRates(timeScale: number, now: () => number) {
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  const draw = (key: string, perMs: number, burst: number): number => {
    const bucket = buckets.get(key) ?? { tokens: burst, atMs: now() }
    const tokens = Math.min(burst, bucket.tokens + (now() - bucket.atMs) * perMs)
    buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: now() })
    return tokens >= 1 ? 0 : (1 - tokens) / perMs
  }
  return {
    /** Milliseconds to wait, 0 where the call may pass. */
    waitMs(method: string, channel: string): number {
      if (method !== 'chat.postMessage') return 0
      const perMs = 1 / (1_000 * timeScale)
      return Math.max(draw(`channel:${channel}`, perMs, 4), draw('workspace', 5 * perMs, 40))
    },
  }
}
