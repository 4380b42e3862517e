import { HubError } from '#contract'
import { formatLocal, minuteOfDay, parseLocal } from '../settings/zone.ts'

const HOURS = /^([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)$/
const DAY_MINUTES = 24 * 60
const MINUTE_MS = 60_000

/** '22:00-07:00' as minutes of the day. */
export function parseQuiet(text: string): { readonly quietFrom: number; readonly quietTo: number } {
  const [, fromHour, fromMinute, toHour, toMinute] = HOURS.exec(text.trim()) ?? []
  const quietFrom = Number(fromHour) * 60 + Number(fromMinute)
  const quietTo = Number(toHour) * 60 + Number(toMinute)
  if (Number.isNaN(quietFrom + quietTo) || quietFrom === quietTo)
    throw new HubError('INPUT_INVALID', `“${text}” are no quiet hours: write them like 22:00-07:00`)
  return { quietFrom, quietTo }
}
const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
export const formatQuiet = ({ quietFrom, quietTo }: { quietFrom: number; quietTo: number }): string =>
  `${clock(quietFrom)}–${clock(quietTo)}`

/** How long it stays quiet from now on, by the clocks of the zone, whatever they do meanwhile; 0 when it is not quiet. */
export function quietForMs(
  hours: { readonly zone: string | null; readonly quietFrom: number | null; readonly quietTo: number | null },
  nowMs: number,
): number {
  const { quietFrom, quietTo } = hours
  const zone = hours.zone ?? 'UTC'
  if (quietFrom === null || quietTo === null) return 0
  const now = minuteOfDay(nowMs, zone)
  const isQuiet = quietFrom < quietTo ? now >= quietFrom && now < quietTo : now >= quietFrom || now < quietTo
  if (!isQuiet) return 0
  const today = formatLocal(nowMs, zone).slice(0, 10)
  const date = now < quietTo ? today : new Date(Date.parse(today) + DAY_MINUTES * MINUTE_MS).toISOString().slice(0, 10)
  // Where the end is an hour that comes twice, the first may be over: whoever is woken looks again.
  const leftMs = parseLocal(`${date} ${clock(quietTo)}`, zone) - nowMs
  return leftMs > 0 ? leftMs : MINUTE_MS
}
