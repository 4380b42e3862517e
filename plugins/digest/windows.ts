import { dayOf, instantOf } from './zones.ts'

export const DAY_MS = 86_400_000

/** When a digest is due, on the clocks of its reader. */
export interface Rhythm {
  readonly cadence: 'daily' | 'weekly'
  /** ISO: 1 is Monday. */
  readonly weekday: number
  readonly atMinute: number
  readonly zone: string
}
const isoWeekday = (day: number) => new Date(day).getUTCDay() || 7

/** The first time after `afterMs` that a digest is due. One for each day of the reader's calendar, however long that day is. */
export function nextDue(afterMs: number, { cadence, weekday, atMinute, zone }: Rhythm): number {
  const today = dayOf(afterMs, zone)
  for (let ahead = 0; ahead <= 16; ahead++) {
    const day = today + ahead * DAY_MS
    if (cadence === 'weekly' && isoWeekday(day) !== weekday) continue
    const at = instantOf(day, atMinute, zone)
    if (at > afterMs) return at
  }
  throw new Error(`no day of ${zone} has this minute`)
}
/** Where a window that ends then begins: the same time of the day or week before. */
export function windowBegin(dueMs: number, { cadence, atMinute, zone }: Rhythm): number {
  return instantOf(dayOf(dueMs, zone) - (cadence === 'daily' ? 1 : 7) * DAY_MS, atMinute, zone)
}
/** What is due now: the last of the windows that passed, so that a hub that was off for days sends one digest and not several. */
export function lastDue(
  dueMs: number,
  nowMs: number,
  rhythm: Rhythm,
): { readonly dueMs: number; readonly nextMs: number } {
  let due = dueMs
  // Whole days are skipped in one step; what is left is less than two weeks.
  const skip = Math.floor((nowMs - dueMs) / DAY_MS) - 14
  if (skip > 0) due = nextDue(dueMs + skip * DAY_MS, rhythm)
  for (;;) {
    const nextMs = nextDue(due, rhythm)
    if (nextMs > nowMs) return { dueMs: due, nextMs }
    due = nextMs
  }
}
