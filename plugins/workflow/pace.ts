/** Time between two edits of one card while its steps follow each other. */
export const PACE_MS = 500
const MAX_RUNS = 1_000

/** When cards were brought up to date by this process. */
export function createPace() {
  const shown = new Map<string, number>()
  return {
    /** Milliseconds until the card of a run may be edited again; zero takes the turn. */
    next(run: string, nowMs: number): number {
      const left = (shown.get(run) ?? 0) + PACE_MS - nowMs
      if (left > 0) return Math.min(left, PACE_MS)
      shown.delete(run)
      shown.set(run, nowMs)
      const [oldest] = shown.keys()
      if (shown.size > MAX_RUNS && oldest !== undefined) shown.delete(oldest)
      return 0
    },
  }
}
export type Pace = ReturnType<typeof createPace>
