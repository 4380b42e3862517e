import type { DeploymentView } from '#contract'
import { DAY_MS } from './windows.ts'
import { zoneHere } from './zones.ts'

const formats = new Map<string, Intl.DateTimeFormat>()
function formatOf(zone: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone}|${name}`
  const known = formats.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-GB', { timeZone: zoneHere(zone), ...options })
  formats.set(key, made)
  return made
}
const day = (atMs: number, zone: string) =>
  formatOf(zone, 'day', { weekday: 'short', day: 'numeric', month: 'short' }).format(atMs).replace(',', '')
const time = (atMs: number, zone: string) =>
  formatOf(zone, 'time', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(atMs)

/** 'Fri 20 Nov', or 'Fri 13 – Fri 20 Nov' where it is more than one day. */
export function spanWords(fromMs: number, toMs: number, zone: string): string {
  // A day begins and ends at the reader's hour: it is called by the one on which most of it lies.
  if (toMs - fromMs <= 1.5 * DAY_MS) return day((fromMs + toMs) / 2, zone)
  return `${day(fromMs, zone)} – ${day(toMs, zone)}`
}
/** With its day where there are several, or where it was reported after the digest that it belonged to. */
export function timeWords(atMs: number, toMs: number, fromMs: number, zone: string): string {
  return toMs - fromMs <= 1.5 * DAY_MS && atMs >= fromMs ? time(atMs, zone) : `${day(atMs, zone)} ${time(atMs, zone)}`
}
/** One line of outside text, cut between characters. */
export function cut(text: string, maxLength: number): string {
  const line = text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .toWellFormed()
  const signs = [...line]
  return signs.length <= maxLength ? line : `${signs.slice(0, maxLength - 1).join('')}…`
}
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

/** What one deployment brought, in one line. */
export function deploymentLine(one: DeploymentView, when: string): string {
  const version = one.ref ?? one.sha?.slice(0, 7) ?? null
  return [
    one.reference,
    version && cut(version, 40),
    one.by && cut(one.by, 30),
    when,
    one.commits.length > 0 && counted(one.commits.length, 'commit'),
  ]
    .filter((part) => typeof part === 'string')
    .join(' · ')
}
/** Between a figure and its unit, where no line ends. */
const NARROW = '\u00a0'
export const percent = (share: number): string => `${Math.round(share * 100)}${NARROW}%`
/** '3.2 h', '4 min', '2.1 d'. */
export function duration(ms: number): string {
  if (ms < 3_600_000) return `${Math.max(1, Math.round(ms / 60_000))}${NARROW}min`
  const [value, unit] = ms < 2 * DAY_MS ? [ms / 3_600_000, 'h'] : [ms / DAY_MS, 'd']
  return `${value.toFixed(1).replace(/\.0$/, '')}${NARROW}${unit}`
}
/** A measure and how it moved: '5 ▲2', '20 % ▼5', '–' where nothing can be told. */
export function moved(now: number | null, before: number | null, show: (value: number) => string): string {
  if (now === null) return '–'
  const delta = before === null ? 0 : now - before
  if (before === null || show(Math.abs(delta)) === show(0) || show(now) === show(before)) return show(now)
  return `${show(now)} ${delta > 0 ? '▲' : '▼'}${show(Math.abs(delta))}`
}
