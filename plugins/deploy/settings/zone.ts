import { HubError } from '#contract'

/** Is it a zone that this machine knows? Returns it as it is written in the tables of zones. */
export function zoneOf(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    throw new HubError('INPUT_INVALID', `“${text}” is no time zone: write it like Europe/Berlin or UTC`)
  }
}

const DAY_MS = 86_400_000
const LOCAL = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d))?$/
/** '2026-12-24' or '2026-12-24T18:00' on the clocks of a zone. A time that the clocks skip is the one they jump to. */
export function parseLocal(text: string, zone: string): number {
  const [, year, month, day, hour = '00', minute = '00'] = LOCAL.exec(text.trim()) ?? []
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute))
  const isReal =
    !Number.isNaN(wall) && new Date(wall).toISOString().startsWith(`${year}-${month}-${day}T${hour}:${minute}`)
  if (!isReal) throw new HubError('INPUT_INVALID', `“${text}” is no date: write it like 2026-12-24 or 2026-12-24T18:00`)
  return atWall(wall, zone)
}
/** Whole days by the clock on the wall, the rest as it passes: what begins on Friday at four and lasts two days ends on Sunday at four. */
export function after(fromMs: number, durationMs: number, zone: string): number {
  const days = Math.floor(durationMs / DAY_MS) * DAY_MS
  if (days === 0) return fromMs + durationMs
  return atWall(fromMs + offsetAt(fromMs, zone) + days, zone) + (durationMs - days)
}
/** `wall`: what the clocks of a zone show, as if it were UTC. */
function atWall(wall: number, zone: string): number {
  // The offset at the guess may be that of the other side of a change of the clocks; the second look has the right one.
  const guess = wall - offsetAt(wall, zone)
  return wall - offsetAt(guess, zone)
}
export function formatLocal(atMs: number, zone: string): string {
  const { year, month, day, hour, minute } = partsAt(atMs, zone)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`
}
/** Minutes since midnight on the clocks of a zone. */
export function minuteOfDay(atMs: number, zone: string): number {
  const { hour, minute } = partsAt(atMs, zone)
  return hour * 60 + minute
}

function offsetAt(atMs: number, zone: string): number {
  const { year, month, day, hour, minute, second } = partsAt(atMs, zone)
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000
}
const formats = new Map<string, Intl.DateTimeFormat>()
function partsAt(atMs: number, zone: string) {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(zone, format)
  }
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]))
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  }
}
