import { HubError } from '#contract'
import { minuteOfDay } from '../settings/zone.ts'

const HOURS = /^([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)$/
const DAY_MINUTES = 24 * 60

/** '22:00-07:00' as minutes of the day. */
export function parseQuiet(text: string): { readonly quietFrom: number; readonly quietTo: number } {
  const [, fromHour, fromMinute, toHour, toMinute] = HOURS.exec(text.trim()) ?? []
  const quietFrom = Number(fromHour) * 60 + Number(fromMinute)
  const quietTo = Number(toHour) * 60 + Number(toMinute)
  if (Number.isNaN(quietFrom + quietTo) || quietFrom === quietTo)
    throw new HubError('INPUT_INVALID', `“${text}” are no quiet hours: write them like 22:00-07:00`)
  return { quietFrom, quietTo }
}
export function formatQuiet({ quietFrom, quietTo }: { quietFrom: number; quietTo: number }): string {
  const clock = (minutes: number) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  return `${clock(quietFrom)}–${clock(quietTo)}`
}

/** How long it stays quiet from now on, by the clocks of the zone; 0 when it is not quiet. */
export function quietForMs(
  hours: { readonly zone: string | null; readonly quietFrom: number | null; readonly quietTo: number | null },
  nowMs: number,
): number {
  const { zone, quietFrom, quietTo } = hours
  if (quietFrom === null || quietTo === null) return 0
  const now = minuteOfDay(nowMs, zone ?? 'UTC')
  const isQuiet = quietFrom < quietTo ? now >= quietFrom && now < quietTo : now >= quietFrom || now < quietTo
  if (!isQuiet) return 0
  const left = ((quietTo - now + DAY_MINUTES) % DAY_MINUTES) * 60_000
  // Minutes have begun already; whoever is woken early by a change of the clocks looks again.
  return left - (nowMs % 60_000)
}
