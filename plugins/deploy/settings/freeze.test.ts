import { describe, expect, it } from 'vitest'
import { formatQuiet, parseQuiet, quietForMs } from '../subscriptions/quiet.ts'
import { checkCron, freezeFor, frozenUntil } from './freeze.ts'
import type { Freeze } from './store.ts'
import { formatLocal, parseLocal, zoneOf } from './zone.ts'

const HOUR = 3_600_000
const at = (text: string) => Date.parse(text)
const freeze = (over: Partial<Freeze> = {}): Freeze => ({
  workspace: 'w',
  number: 1,
  jobId: 'j',
  service: null,
  environment: null,
  fromAt: null,
  toAt: null,
  cron: null,
  durationMs: null,
  zone: 'Europe/Berlin',
  reason: 'r',
  byName: 'ada',
  createdAt: new Date(0),
  ...over,
})

describe('a date on the clocks of a zone', () => {
  it.each([
    ['2026-12-24', 'Europe/Berlin', '2026-12-23T23:00:00Z'],
    ['2026-07-01T18:30', 'Europe/Berlin', '2026-07-01T16:30:00Z'],
    ['2026-07-01 18:30', 'America/New_York', '2026-07-01T22:30:00Z'],
    ['2026-01-01', 'Pacific/Kiritimati', '2025-12-31T10:00:00Z'],
    // The day before and the day after the clocks change, and the hour that comes twice.
    ['2026-03-29T01:59', 'Europe/Berlin', '2026-03-29T00:59:00Z'],
    ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00Z'],
    ['2026-10-25T03:00', 'Europe/Berlin', '2026-10-25T02:00:00Z'],
  ])('%s in %s is %s', (text, zone, expected) => {
    expect(new Date(parseLocal(text, zone)).toISOString()).toBe(new Date(expected).toISOString())
    expect(formatLocal(parseLocal(text, zone), zone).startsWith(text.replace('T', ' '))).toBe(true)
  })
  it('an hour that the clocks skip is the one they jump to', () => {
    expect(formatLocal(parseLocal('2026-03-29T02:30', 'Europe/Berlin'), 'Europe/Berlin')).toBe('2026-03-29 03:30')
  })
  it.each(['2026-02-30', '2026-13-01', 'tomorrow', '2026-1-1', '2026-01-01T25:00'])('%s is none', (text) => {
    expect(() => parseLocal(text, 'UTC')).toThrow('is no date')
  })
  it('an unknown zone is refused with how to write one', () => {
    expect(() => zoneOf('Mars/Olympus')).toThrow('Europe/Berlin')
    expect(zoneOf('europe/berlin')).toBe('Europe/Berlin')
  })
})

describe('a freeze', () => {
  it('from–to holds from its first moment to before its last', () => {
    const one = freeze({ fromAt: new Date(at('2026-12-24T00:00Z')), toAt: new Date(at('2026-12-27T00:00Z')) })
    expect(frozenUntil(one, at('2026-12-23T23:59:59Z'))).toBeNull()
    expect(frozenUntil(one, at('2026-12-24T00:00Z'))).toBe(at('2026-12-27T00:00Z'))
    expect(frozenUntil(one, at('2026-12-27T00:00Z'))).toBeNull()
  })
  it('by cron holds from each beginning for its length, on the clocks of its zone', () => {
    const weekend = freeze({ cron: '0 16 * * 5', durationMs: 64 * HOUR })
    // Friday 16:00 in Berlin, in summer and in winter.
    expect(frozenUntil(weekend, at('2026-07-03T13:59Z'))).toBeNull()
    expect(frozenUntil(weekend, at('2026-07-03T14:00Z'))).toBe(at('2026-07-06T06:00Z'))
    expect(frozenUntil(weekend, at('2026-07-06T05:59Z'))).toBe(at('2026-07-06T06:00Z'))
    expect(frozenUntil(weekend, at('2026-07-06T06:00Z'))).toBeNull()
    expect(frozenUntil(weekend, at('2026-01-09T14:30Z'))).toBeNull()
    expect(frozenUntil(weekend, at('2026-01-09T15:00Z'))).not.toBeNull()
  })
  it('holds through both changes of the clocks, from where it was typed to where it was typed', () => {
    const zone = 'Europe/Berlin'
    const over = (from: string, to: string) =>
      freeze({ fromAt: new Date(parseLocal(from, zone)), toAt: new Date(parseLocal(to, zone)) })
    const spring = over('2026-03-28', '2026-03-30')
    expect(frozenUntil(spring, at('2026-03-27T22:59:59Z'))).toBeNull()
    expect(frozenUntil(spring, at('2026-03-27T23:00Z'))).toBe(at('2026-03-29T22:00Z'))
    expect(frozenUntil(spring, at('2026-03-29T22:00Z'))).toBeNull()
    const autumn = over('2026-10-24', '2026-10-26')
    expect(frozenUntil(autumn, at('2026-10-23T22:00Z'))).toBe(at('2026-10-25T23:00Z'))
    expect(frozenUntil(autumn, at('2026-10-25T22:59:59Z'))).toBe(at('2026-10-25T23:00Z'))
  })
  it('by cron ends after whole days at the same time by the clock, whichever way it changed meanwhile', () => {
    const weekend = freeze({ cron: '0 16 * * 5', durationMs: 64 * HOUR })
    // Monday at eight in Berlin, in winter's time before and summer's after, and the other way round.
    expect(frozenUntil(weekend, at('2026-03-27T15:00Z'))).toBe(at('2026-03-30T06:00Z'))
    expect(frozenUntil(weekend, at('2026-03-30T05:59Z'))).toBe(at('2026-03-30T06:00Z'))
    expect(frozenUntil(weekend, at('2026-03-30T06:00Z'))).toBeNull()
    expect(frozenUntil(weekend, at('2026-10-23T14:00Z'))).toBe(at('2026-10-26T07:00Z'))
    expect(frozenUntil(weekend, at('2026-10-26T06:59Z'))).toBe(at('2026-10-26T07:00Z'))
    expect(frozenUntil(weekend, at('2026-10-26T07:00Z'))).toBeNull()
    // Two days from midnight to midnight: the hour that is won belongs to them.
    const days = freeze({ cron: '0 0 * * 6', durationMs: 48 * HOUR })
    expect(frozenUntil(days, at('2026-10-25T22:59Z'))).toBe(at('2026-10-25T23:00Z'))
    expect(frozenUntil(days, at('2026-03-29T21:59Z'))).toBe(at('2026-03-29T22:00Z'))
    expect(frozenUntil(days, at('2026-03-29T22:00Z'))).toBeNull()
  })
  it('of each whole day has no gap on the day that is longer, nor on the one that is shorter', () => {
    const daily = freeze({ cron: '0 2 * * *', durationMs: 24 * HOUR })
    for (const day of ['2026-03-28T12:00Z', '2026-10-24T12:00Z'])
      for (let hour = 0; hour < 48; hour += 1)
        expect(frozenUntil(daily, at(day) + hour * HOUR), `${hour} h after ${day}`).not.toBeNull()
    // One that begins again with every minute.
    const always = freeze({ cron: '* * * * *', durationMs: 64 * HOUR })
    for (const time of ['2026-03-30T05:30Z', '2026-10-26T06:30Z', '2026-07-01T00:00Z'])
      expect(frozenUntil(always, at(time)), time).not.toBeNull()
  })
  it('by cron of less than a day lasts its hours as they pass, also where its beginning is skipped or comes twice', () => {
    const night = freeze({ cron: '30 2 * * *', durationMs: 2 * HOUR })
    // 02:30 does not exist in Berlin on the 29th of March: it begins with the jump, at 03:00.
    expect(frozenUntil(night, at('2026-03-29T00:59Z'))).toBeNull()
    expect(frozenUntil(night, at('2026-03-29T01:00Z'))).toBe(at('2026-03-29T03:00Z'))
    expect(frozenUntil(night, at('2026-03-29T03:00Z'))).toBeNull()
    // And twice on the 25th of October.
    for (const time of ['00:30', '01:00', '01:30', '02:29'])
      expect(frozenUntil(night, at(`2026-10-25T${time}Z`)), time).not.toBeNull()
  })
  it('is about its service and its environment, and the longest one is told', () => {
    const end = (hours: number) => new Date(at('2026-07-01T00:00Z') + hours * HOUR)
    const all = [
      freeze({ number: 1, environment: 'production', toAt: end(2) }),
      freeze({ number: 2, service: 'web', toAt: end(5) }),
      freeze({ number: 3, service: 'api', toAt: end(9) }),
    ]
    const now = at('2026-07-01T00:00Z')
    const found = (service: string, environment: string) =>
      freezeFor(all, { service, environment }, now)?.freeze.number ?? null
    expect([
      found('web', 'production'),
      found('shop', 'production'),
      found('shop', 'staging'),
      found('api', 'staging'),
    ]).toEqual([2, 1, null, 3])
  })
  it('with a pattern that is wrong or never comes is refused', () => {
    const now = at('2026-07-01T00:00Z')
    expect(() => checkCron('61 * * * *', 'UTC', now)).toThrow('is no cron pattern')
    expect(() => checkCron('0 0 30 2 *', 'UTC', now)).toThrow('never comes again')
    expect(() => checkCron('0 16 * * 5', 'UTC', now)).not.toThrow()
  })
})

describe('quiet hours', () => {
  const night = { zone: 'Europe/Berlin', ...parseQuiet('22:00-07:00') }
  it.each([
    ['2026-07-01T19:59:30Z', 0],
    ['2026-07-01T20:00:00Z', 9 * HOUR],
    ['2026-07-02T04:59:30Z', 30_000],
    ['2026-07-02T05:00:00Z', 0],
  ])('at %s last %d ms more', (now, left) => {
    expect(quietForMs(night, at(now))).toBe(left)
  })
  it.each([
    ['the night that loses an hour', '2026-03-28T21:00:00Z', 8 * HOUR],
    ['after the hour was lost', '2026-03-29T01:00:00Z', 4 * HOUR],
    ['the night that wins an hour', '2026-10-24T20:00:00Z', 10 * HOUR],
    ['the hour that comes twice, the second time', '2026-10-25T01:30:00Z', 4.5 * HOUR],
  ])('%s ends at seven by the clock on the wall', (_what, now, left) => {
    expect(quietForMs(night, at(now))).toBe(left)
  })
  it('an end that the clocks skip is the hour they jump to', () => {
    const short = { zone: 'Europe/Berlin', ...parseQuiet('22:00-02:30') }
    expect(quietForMs(short, at('2026-03-29T00:59:00Z'))).toBe(31 * 60_000)
  })
  it('within one day, and none at all', () => {
    const noon = { zone: 'UTC', ...parseQuiet('12:00–13:30') }
    expect(quietForMs(noon, at('2026-07-01T12:30:00Z'))).toBe(HOUR)
    expect(quietForMs(noon, at('2026-07-01T13:30:00Z'))).toBe(0)
    expect(quietForMs({ zone: null, quietFrom: null, quietTo: null }, at('2026-07-01T13:30:00Z'))).toBe(0)
    expect(formatQuiet(noon)).toBe('12:00–13:30')
  })
  it.each(['22-7', '22:00-22:00', '24:00-07:00', 'night'])('%s are none', (text) => {
    expect(() => parseQuiet(text)).toThrow('22:00-07:00')
  })
})
