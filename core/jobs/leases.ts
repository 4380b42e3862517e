/** What this process holds. Each piece gets a signal that aborts when its lease is lost: from then on somebody else may have it. */
export interface Leases {
  /** `sinceMs`: `performance.now()` before the claim went out; a process may be suspended between its claim and the answer. */
  hold(id: string, fence: number, sinceMs?: number): AbortSignal
  /**
   * Is at least half of the lease left? Asked right before what cannot be taken back: a process that was suspended wakes up in the middle
   * of its work, before any timer could tell it that the lease is gone.
   */
  isFresh(id: string): boolean
  release(id: string): void
  /** Aborts one piece: its time is over. */
  abort(id: string, reason: Error): void
  readonly size: number
  /** Aborts everything that is held. */
  abortAll(reason: Error): void
  close(): void
}

export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

interface Piece {
  readonly fence: number
  readonly controller: AbortController
  renewedAt: number
}
/** A process that was suspended goes on in the middle of its work, before any timer aborts it: whoever asks right before a write is told. */
function byTheClock(piece: Piece, leaseMs: number): AbortSignal {
  const { controller } = piece
  const aborted = Reflect.get.bind(null, AbortSignal.prototype, 'aborted', controller.signal)
  return Object.defineProperty(controller.signal, 'aborted', {
    get() {
      if (performance.now() - piece.renewedAt > leaseMs) controller.abort(new LeaseLost('its lease ran out'))
      return aborted()
    },
  })
}

export function createLeases(options: {
  readonly leaseMs: number
  renew(held: readonly { id: string; fence: number }[]): Promise<Set<string>>
}): Leases {
  const held = new Map<string, Piece>()
  let renewing = false

  /** The database is away or does not answer: nobody else can take the work before the lease has run out, but then somebody may. */
  const expire = (): void => {
    for (const h of held.values()) {
      if (performance.now() - h.renewedAt > options.leaseMs)
        h.controller.abort(new LeaseLost('its lease could not be renewed'))
    }
  }
  const tick = async (): Promise<void> => {
    if (renewing) expire()
    if (renewing || held.size === 0) return
    renewing = true
    // Measured before the statement, on a clock that wall-clock steps do not move: the database's lease ends later than this says.
    const now = performance.now()
    const due = [...held].filter(([, h]) => now - h.renewedAt >= options.leaseMs / 4)
    try {
      const kept =
        due.length === 0 ? new Set<string>() : await options.renew(due.map(([id, h]) => ({ id, fence: h.fence })))
      for (const [id, h] of due) {
        if (kept.has(id)) h.renewedAt = now
        else h.controller.abort(new LeaseLost('its lease was lost'))
      }
    } catch {
      expire()
    } finally {
      renewing = false
    }
  }
  const timer = setInterval(() => void tick(), options.leaseMs / 3).unref()
  return {
    hold(id, fence, sinceMs = performance.now()) {
      const piece = { fence, controller: new AbortController(), renewedAt: sinceMs }
      held.set(id, piece)
      return byTheClock(piece, options.leaseMs)
    },
    isFresh(id) {
      const piece = held.get(id)
      return piece !== undefined && performance.now() - piece.renewedAt < options.leaseMs / 2
    },
    release: (id) => void held.delete(id),
    abort: (id, reason) => held.get(id)?.controller.abort(reason),
    get size() {
      return held.size
    },
    abortAll(reason) {
      for (const h of held.values()) h.controller.abort(reason)
    },
    close: () => clearInterval(timer),
  }
}
