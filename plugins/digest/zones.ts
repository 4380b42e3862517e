import { distance } from 'fastest-levenshtein'
import { HubError } from '#contract'

const DAY_MS = 86_400_000

/** Every zone with a name; an offset such as +02:00 knows no daylight saving and is not one of them. */
const NAMES: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone')]
const byLower = new Map(NAMES.map((name) => [name.toLowerCase(), name]))

/** The zone as the tables write it, or INPUT_INVALID with those that were probably meant. */
export function parseZone(text: string): string {
  const typed = text.trim().slice(0, 64)
  const known = byLower.get(typed.toLowerCase()) ?? aliasOf(typed)
  if (known !== null) return known
  const nearest = nearestZones(typed)
  const meant = nearest.length > 0 ? `did you mean ${nearest.join(', ')}?` : 'write it like Europe/Vienna'
  throw new HubError('INPUT_INVALID', `“${typed}” is no time zone: ${meant}`)
}
/** Old names, such as Asia/Calcutta, which the list leaves out. */
function aliasOf(typed: string): string | null {
  if (!/^[a-z][\w+-]*(?:\/[\w+-]+)+$/i.test(typed)) return null
  try {
    return new Intl.DateTimeFormat('en', { timeZone: typed }).resolvedOptions().timeZone
  } catch {
    return null
  }
}
const cityOf = (name: string) => name.slice(name.lastIndexOf('/') + 1).toLowerCase()

/** By the city alone, because that is what people write: 'vienna', 'Europe/Wien', 'new york'. */
export function nearestZones(typed: string): readonly string[] {
  const words = typed.toLowerCase().replace(/\s+/g, '_')
  const city = cityOf(words)
  if (city === '') return []
  return NAMES.map((name) => ({
    name,
    off: Math.min(distance(city, cityOf(name)), distance(words, name.toLowerCase())),
  }))
    .filter(({ name, off }) => off <= Math.max(2, Math.floor(city.length / 3)) || name.toLowerCase().includes(city))
    .sort((a, b) => a.off - b.off || a.name.localeCompare(b.name))
    .slice(0, 3)
    .map(({ name }) => name)
}

/** A stored zone as this machine takes it: one that its tables have lost, or do not have yet, is UTC, so that nobody waits for ever. */
export function zoneHere(zone: string): string {
  return byLower.has(zone.toLowerCase()) || aliasOf(zone) !== null ? zone : 'UTC'
}
const clocks = new Map<string, Intl.DateTimeFormat>()
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known) return known
  const clock = new Intl.DateTimeFormat('en-CA', {
    timeZone: zoneHere(zone),
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  clocks.set(zone, clock)
  return clock
}
/** What the clocks of the zone show, as if it were UTC. */
function wallOf(atMs: number, zone: string): number {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
}
const offsetAt = (atMs: number, zone: string) => wallOf(atMs, zone) - Math.floor(atMs / 1_000) * 1_000

/** Midnight of the day that the clocks of the zone show, as if it were UTC: days are counted on it without any change of the clocks. */
export function dayOf(atMs: number, zone: string): number {
  return Math.floor(wallOf(atMs, zone) / DAY_MS) * DAY_MS
}
/**
 * When the clocks of the zone show this minute of this day. A time that they skip is as much later as they skip; of a time that they show
 * twice it is the first: 'compatible' of https://tc39.es/proposal-temporal/docs/ambiguity.html
 */
export function instantOf(day: number, minute: number, zone: string): number {
  const wall = day + minute * 60_000
  const before = wall - offsetAt(wall - DAY_MS, zone)
  const after = wall - offsetAt(wall + DAY_MS, zone)
  const shown = [before, after].filter((at) => wallOf(at, zone) === wall)
  return shown.length > 0 ? Math.min(...shown) : before
}
