import { Cron } from 'croner'
import { HubError } from '#contract'
import type { Freeze } from './store.ts'
import { after, formatLocal } from './zone.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const CHANGE_MS = 2 * HOUR_MS
export const MAX_FREEZE_HOURS = 14 * 24

/** When the freeze that holds now is over; null while none does. */
export function frozenUntil(freeze: Freeze, nowMs: number): number | null {
  const { fromAt, toAt, cron, durationMs, zone } = freeze
  if (cron !== null && durationMs !== null) {
    const pattern = new Cron(cron, { timezone: zone })
    // Of a day by the clock on the wall a change of the clocks takes something away or adds to it, nowhere more than two hours.
    const looks = durationMs < DAY_MS ? [0] : [-CHANGE_MS, 0, CHANGE_MS]
    const ends = looks
      .flatMap((ms) => pattern.nextRuns(50, new Date(nowMs - durationMs - 1 + ms)))
      .filter((at) => at.getTime() <= nowMs)
      .map((at) => after(at.getTime(), durationMs, zone))
    const last = Math.max(...ends)
    return last > nowMs ? last : null
  }
  if (toAt === null || nowMs >= toAt.getTime()) return null
  return fromAt !== null && nowMs < fromAt.getTime() ? null : toAt.getTime()
}

/** The freeze that stands in the way the longest, or null. */
export function freezeFor(
  freezes: readonly Freeze[],
  target: { readonly service: string; readonly environment: string },
  nowMs: number,
): { readonly freeze: Freeze; readonly untilMs: number } | null {
  let longest: { freeze: Freeze; untilMs: number } | null = null
  for (const freeze of freezes) {
    if (freeze.service !== null && freeze.service !== target.service) continue
    if (freeze.environment !== null && freeze.environment !== target.environment) continue
    const untilMs = frozenUntil(freeze, nowMs)
    if (untilMs !== null && untilMs > (longest?.untilMs ?? 0)) longest = { freeze, untilMs }
  }
  return longest
}

export function refuseFrozen(
  freezes: readonly Freeze[],
  target: { readonly service: string; readonly environment: string },
  nowMs: number,
): void {
  const found = freezeFor(freezes, target, nowMs)
  if (!found) return
  const { freeze, untilMs } = found
  throw new HubError(
    'CONFLICT',
    `${target.environment} is frozen until ${formatLocal(untilMs, freeze.zone)} ${freeze.zone} (F-${freeze.number} by ${freeze.byName}: ${freeze.reason}). A maintainer can end it with "deploy unfreeze F-${freeze.number}"`,
  )
}

/** Checks a pattern before it is stored: refused with what is wrong, since a pattern that never holds freezes nothing. */
export function checkCron(pattern: string, zone: string, nowMs: number): void {
  try {
    if (new Cron(pattern, { timezone: zone }).nextRun(new Date(nowMs)) !== null) return
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new HubError('INPUT_INVALID', `“${pattern}” is no cron pattern (${why}): write it like "0 16 * * 5"`)
  }
  throw new HubError('INPUT_INVALID', `“${pattern}” never comes again: write a pattern like "0 16 * * 5"`)
}
export function describeFreeze(freeze: Freeze): string {
  const { cron, durationMs, fromAt, toAt, zone } = freeze
  if (cron !== null && durationMs !== null) return `${durationMs / HOUR_MS} h from ${cron} ${zone}`
  const from = fromAt === null ? '' : `from ${formatLocal(fromAt.getTime(), zone)} `
  return `${from}to ${toAt === null ? '' : formatLocal(toAt.getTime(), zone)} ${zone}`
}
