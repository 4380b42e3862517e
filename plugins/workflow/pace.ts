/** Time between two edits of one card while its steps follow each other: Slack takes about one a second in a channel, Discord five in five. */
const PACE_MS = 1_000
const MAX_RUNS = 1_000

/** When cards were, or will be, brought up to date by this process. */
export function createPace() {
  const shown = new Map<string, number>()
  return {
    /** What is to be done about a change that shows: at once (zero), in so many milliseconds, or nothing, because that is seen to already. */
    next(run: string, nowMs: number): number | null {
      const last = shown.get(run)
      // A clock that was put back keeps no card waiting.
      const isKnown = last !== undefined && last <= nowMs + PACE_MS
      if (isKnown && last > nowMs) return null
      const atMs = isKnown ? Math.max(nowMs, last + PACE_MS) : nowMs
      shown.delete(run)
      shown.set(run, atMs)
      const [oldest] = shown.keys()
      if (shown.size > MAX_RUNS && oldest !== undefined) shown.delete(oldest)
      return atMs - nowMs
    },
  }
}
export type Pace = ReturnType<typeof createPace>
