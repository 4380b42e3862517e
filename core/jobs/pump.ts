/**
 * Keeps up to `slots` pieces of work going. One `take` at a time: pieces that finish meanwhile are refilled together by the next.
 * A nudge during a take makes one more.
 */
export interface Pump<T = never> {
  nudge(): void
  /** Keeps up to so many free slots for pieces that come in another way; each is then started or released. */
  reserve(wanted: number): number
  /** Works a piece in a reserved slot. */
  start(item: T): void
  release(slots: number): void
  readonly busy: number
  /** No new work from now on; resolves when what runs has ended. */
  stop(): Promise<void>
}

export function createPump<T>(options: {
  readonly slots: number
  /** Slots to begin with; each piece that ends opens one more. Whoever dies soon after its start has taken few pieces along. */
  readonly firstSlots?: number
  take(limit: number): Promise<readonly T[]>
  work(item: T): Promise<void>
  /** More was waiting than fitted: others may help. */
  onFull(): void
  onError(error: unknown): void
}): Pump<T> {
  let open = options.firstSlots ?? options.slots
  let busy = 0
  let taking = false
  let again = false
  let stopped = false
  let idle: (() => void) | undefined
  let stopping: Promise<void> | undefined

  const run = async (): Promise<void> => {
    taking = true
    while (again && !stopped) {
      const free = open - busy
      // `again` stays: the first piece that ends looks for more.
      if (free <= 0) break
      again = false
      try {
        const items = await options.take(free)
        busy += items.length
        for (const item of items) void options.work(item).then(ended, ended)
        if (items.length === free) {
          again = true
          options.onFull()
          // PGlite answers within microtasks: without this a backlog would starve timers and requests.
          await new Promise((resolve) => setImmediate(resolve))
        }
      } catch (error) {
        options.onError(error)
      }
    }
    taking = false
    if (stopped && busy === 0) idle?.()
  }
  const nudge = (): void => {
    again = true
    if (!taking && !stopped) void run()
  }
  const ended = (): void => {
    if (open < options.slots) open++
    release(1)
  }
  const release = (slots: number): void => {
    busy -= slots
    if (stopped) {
      if (busy === 0 && !taking) idle?.()
    } else if (again) nudge()
  }
  return {
    nudge,
    reserve(wanted) {
      const slots = stopped ? 0 : Math.max(0, Math.min(wanted, open - busy))
      busy += slots
      return slots
    },
    start: (item) => void options.work(item).then(ended, ended),
    release,
    get busy() {
      return busy
    },
    stop() {
      stopped = true
      stopping ??= new Promise((resolve) => {
        idle = resolve
        if (busy === 0 && !taking) resolve()
      })
      return stopping
    },
  }
}
