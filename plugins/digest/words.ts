import { HubError } from '#contract'
import type { Rhythm } from './windows.ts'
import { parseZone } from './zones.ts'

/** What was asked for; what was left out is undefined. */
export interface Wish {
  readonly cadence?: 'daily' | 'weekly'
  readonly weekday?: number
  readonly atMinute?: number
  readonly zone?: string
  readonly to?: string
  readonly quiet?: 'silent' | 'line'
  readonly again?: true
}
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const HOW = 'write it like: daily at 08:00 zone Europe/Vienna'

/**
 * 'daily at 08:00 zone Europe/Vienna', in any order. Options are read here too, because on a line they stand behind these words, which take
 * the rest of it.
 */
export function parseWish(text: string): Wish {
  const words = text.trim().split(/\s+/).filter(Boolean)
  let wish: Wish = {}
  const value = (i: number, name: string): string => {
    const given = words[i + 1]
    if (given === undefined) throw new HubError('INPUT_INVALID', `“${name}” of what? ${HOW}`)
    return given
  }
  for (let i = 0; i < words.length; i++) {
    const word = (words[i] ?? '')
      .toLowerCase()
      .replace(/^(?:--|[—–])/, '')
      .replace(/,$/, '')
    const weekday = WEEKDAYS.findIndex((day) => day === word || day.slice(0, 3) === word || `${day}s` === word)
    if (word === 'daily' || word === 'weekly') wish = { ...wish, cadence: word }
    else if (weekday >= 0) wish = { ...wish, cadence: 'weekly', weekday: weekday + 1 }
    else if (word === 'at') wish = { ...wish, atMinute: parseClock(value(i++, 'at')) }
    else if (word === 'zone' || word === 'in') wish = { ...wish, zone: parseZone(value(i++, 'zone')) }
    else if (word === 'to') wish = { ...wish, to: value(i++, 'to') }
    else if (word === 'quiet') wish = { ...wish, quiet: parseQuiet(value(i++, 'quiet')) }
    else if (word === 'again') wish = { ...wish, again: true }
    else if (/^\d{1,2}(?::\d\d)?(?:am|pm)?$/.test(word)) wish = { ...wish, atMinute: parseClock(word) }
    else if (word.includes('/')) wish = { ...wish, zone: parseZone(words[i] ?? '') }
    else if (word !== 'on' && word !== 'every')
      throw new HubError('INPUT_INVALID', `“${word.slice(0, 40)}” is not understood: ${HOW}`)
  }
  return wish
}
function parseClock(text: string): number {
  const [, hours = '', minutes = '00', half] = /^(\d{1,2})(?::(\d\d))?(am|pm)?$/i.exec(text) ?? []
  const isHalf = half !== undefined
  const hour = isHalf ? (Number(hours) % 12) + (/pm/i.test(half) ? 12 : 0) : Number(hours)
  const isRight =
    hours !== '' && hour <= 23 && Number(minutes) <= 59 && (!isHalf || (Number(hours) >= 1 && Number(hours) <= 12))
  if (!isRight) throw new HubError('INPUT_INVALID', `“${text.slice(0, 20)}” is no time of day: write it like 08:00`)
  return hour * 60 + Number(minutes)
}
function parseQuiet(text: string): 'silent' | 'line' {
  if (text === 'silent' || text === 'line') return text
  throw new HubError('INPUT_INVALID', 'days on which nothing was deployed are “silent”, or get one “line”')
}
const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** 'daily at 08:00 (Europe/Vienna)', as every answer says it. */
export function rhythmWords({ cadence, weekday, atMinute, zone }: Rhythm): string {
  const day = WEEKDAYS[weekday - 1] ?? 'monday'
  const when = cadence === 'daily' ? 'daily' : `weekly on ${day.charAt(0).toUpperCase()}${day.slice(1)}`
  return `${when} at ${clock(atMinute)} (${zone})`
}
