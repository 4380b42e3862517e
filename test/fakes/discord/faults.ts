/** What the fake does instead of, or after, the work of one call. */
export type DiscordFault =
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds: number; readonly isGlobal?: boolean }
  /** A refusal with one of Discord's numbers. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: number }
  | { readonly kind: 'status'; readonly status: number; readonly commit: boolean }
  /** Closes the connection without an answer. */
  | { readonly kind: 'cut'; readonly commit: boolean }
  | { readonly kind: 'slow'; readonly ms: number }

export interface Faults {
  /** Plays `fault` on the next `times` calls such as 'POST /channels/:id/messages' ('*' for any). */
  add(call: string, fault: DiscordFault, times?: number): void
  take(call: string): DiscordFault | null
  clear(): void
}
export function createFaults(): Faults {
  const armed: { call: string; fault: DiscordFault; left: number }[] = []
  return {
    add: (call, fault, times = 1) => void armed.push({ call, fault, left: times }),
    take(call) {
      const at = armed.findIndex((a) => a.call === call || a.call === '*')
      const found = armed[at]
      if (!found) return null
      found.left -= 1
      if (found.left <= 0) armed.splice(at, 1)
      return found.fault
    },
    clear: () => void armed.splice(0),
  }
}

/** Five messages in five seconds for each channel, told in the headers; `timeScale` 0.1 makes a second last 100 ms. */
export function createRates(timeScale: number, now: () => number) {
  const LIMIT = 5
  const windowMs = 5_000 * timeScale
  const windows = new Map<string, { used: number; endsAtMs: number }>()
  return {
    /** Headers of the answer, and how long to wait: 0 where the call may pass. */
    draw(call: string, major: string): { headers: Record<string, string>; waitMs: number } {
      const key = `${call} ${major}`
      const open = windows.get(key)
      const window = open && open.endsAtMs > now() ? open : { used: 0, endsAtMs: now() + windowMs }
      windows.set(key, window)
      const leftMs = window.endsAtMs - now()
      const isFull = window.used >= LIMIT
      if (!isFull) window.used += 1
      const headers = {
        'x-ratelimit-limit': String(LIMIT),
        'x-ratelimit-remaining': String(LIMIT - window.used),
        'x-ratelimit-reset-after': (leftMs / 1_000).toFixed(3),
        'x-ratelimit-bucket': Buffer.from(call).toString('hex').slice(0, 16),
      }
      return { headers, waitMs: isFull ? leftMs : 0 }
    },
  }
}
