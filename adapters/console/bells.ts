export interface Bell {
  /** Resolves when the thread was rung since the last wait, when `ms` have passed, or when the bell is closed. */
  wait(ms: number): Promise<void>
  close(): void
}
export interface Bells {
  ring(thread: string): void
  listen(thread: string): Bell
}
/** Wakes the event streams of this process. A ring between two waits is remembered, so nobody sleeps through it. */
export function makeBells(): Bells {
  const listeners = new Map<string, Set<() => void>>()
  return {
    ring(thread) {
      for (const wake of listeners.get(thread) ?? []) wake()
    },
    listen(thread) {
      let rung = false
      let resume: (() => void) | null = null
      const wake = () => {
        rung = true
        resume?.()
      }
      const set = listeners.get(thread) ?? new Set()
      listeners.set(thread, set.add(wake))
      return {
        async wait(ms) {
          if (!rung) {
            await new Promise<void>((resolve) => {
              const timer = setTimeout(resolve, ms)
              resume = () => {
                clearTimeout(timer)
                resolve()
              }
            })
            resume = null
          }
          rung = false
        },
        close() {
          set.delete(wake)
          if (set.size === 0) listeners.delete(thread)
          wake()
        },
      }
    },
  }
}
