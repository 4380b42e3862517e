import { describe, expect, it, test } from 'vitest'
import { lastDue, nextDue, type Rhythm, windowBegin } from './windows.ts'
import { nearestZones, parseZone } from './zones.ts'

const daily = (zone: string, atMinute = 8 * 60): Rhythm => ({ cadence: 'daily', weekday: 1, atMinute, zone })
const iso = (ms: number) => new Date(ms).toISOString().replace(':00.000Z', 'Z')
/** The next `count` times after a time. */
function series(from: string, rhythm: Rhythm, count: number): string[] {
  let at = Date.parse(from)
  return Array.from({ length: count }, () => {
    at = nextDue(at, rhythm)
    return iso(at)
  })
}

describe('a zone', () => {
  test.each([
    ['europe/vienna', 'Europe/Vienna'],
    ['UTC', 'UTC'],
    ['utc', 'UTC'],
  ])('%s is %s', (typed, zone) => expect(parseZone(typed)).toBe(zone))
  test('by an old or a new name is known', () => {
    expect(parseZone('Asia/Kolkata')).toMatch(/^Asia\/(?:Kolkata|Calcutta)$/)
    expect(parseZone('America/Argentina/Buenos_Aires')).toMatch(/Buenos_Aires$/)
  })
  test.each([
    ['Europe/Wiena', 'Europe/Vienna'],
    ['vienna', 'Europe/Vienna'],
    ['Berlin', 'Europe/Berlin'],
    ['new york', 'America/New_York'],
    ['Sydny', 'Australia/Sydney'],
  ])('%s is refused, and %s is offered', (typed, meant) => {
    expect(nearestZones(typed)).toContain(meant)
    expect(() => parseZone(typed)).toThrow(new RegExp(`is no time zone: did you mean .*${meant}`))
  })
  test.each(['+02:00', 'Etc/../passwd', '', 'Mars/Olympus_Mons_Base_Camp', 'x'.repeat(10_000)])(
    '%j is refused',
    (typed) => {
      expect(() => parseZone(typed)).toThrow(/is no time zone/)
    },
  )
})

describe('the hour of a reader', () => {
  it('stays when the clocks go forward', () => {
    expect(series('2026-03-28T00:00Z', daily('Europe/Vienna'), 3)).toEqual([
      '2026-03-28T07:00Z',
      '2026-03-29T06:00Z',
      '2026-03-30T06:00Z',
    ])
  })
  it('stays when the clocks go back', () => {
    expect(series('2026-10-24T00:00Z', daily('Europe/Vienna'), 3)).toEqual([
      '2026-10-24T06:00Z',
      '2026-10-25T07:00Z',
      '2026-10-26T07:00Z',
    ])
  })
  it('that the clocks skip comes once, as much later', () => {
    expect(series('2026-03-28T12:00Z', daily('Europe/Vienna', 150), 2)).toEqual([
      '2026-03-29T01:30Z',
      '2026-03-30T00:30Z',
    ])
  })
  it('that the clocks show twice comes once, the first time', () => {
    expect(series('2026-10-24T12:00Z', daily('Europe/Vienna', 150), 2)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ])
    // Between the two: the second is not a new day.
    expect(iso(nextDue(Date.parse('2026-10-25T00:45Z'), daily('Europe/Vienna', 150)))).toBe('2026-10-26T01:30Z')
  })
  it.each([
    ['America/New_York', '2026-03-08T12:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T21:00Z'],
    ['Asia/Kathmandu', '2026-03-08T02:15Z'],
    ['Pacific/Chatham', '2026-09-26T18:15Z'],
  ])('is kept in %s', (zone, expected) => {
    expect(iso(nextDue(Date.parse(expected) - 60_000, daily(zone)))).toBe(expected)
  })
  it('of a day that a country skipped comes on the next', () => {
    const all = series('2011-12-28T19:00Z', daily('Pacific/Apia'), 3)
    expect(new Set(all).size).toBe(3)
    expect(all.map((at) => Date.parse(at))).toEqual(all.map((at) => Date.parse(at)).sort((a, b) => a - b))
  })
  it('of every day of ten years comes once, in every zone that is asked', () => {
    for (const zone of ['Europe/Vienna', 'America/Sao_Paulo', 'Africa/Casablanca', 'Asia/Tehran']) {
      for (const minute of [0, 150, 8 * 60, 23 * 60 + 59]) {
        let at = Date.UTC(2020, 0, 1)
        const until = Date.UTC(2024, 0, 1)
        let days = 0
        while (at < until) {
          const next = nextDue(at, daily(zone, minute))
          expect(next - at, `${zone} ${minute} ${iso(at)}`).toBeLessThanOrEqual(26 * 3_600_000)
          if (days > 0) expect(next - at).toBeGreaterThanOrEqual(22 * 3_600_000)
          at = next
          days += 1
        }
        expect(days).toBeGreaterThanOrEqual(1461)
        expect(days).toBeLessThanOrEqual(1462)
      }
    }
  })
  it('comes on one day of a week', () => {
    const friday: Rhythm = { ...daily('Europe/Vienna', 16 * 60), cadence: 'weekly', weekday: 5 }
    expect(series('2026-10-19T00:00Z', friday, 3)).toEqual([
      '2026-10-23T14:00Z',
      '2026-10-30T15:00Z',
      '2026-11-06T15:00Z',
    ])
    expect(iso(windowBegin(Date.parse('2026-10-30T15:00Z'), friday))).toBe('2026-10-23T14:00Z')
  })
  it('a window begins where the one before ended, on the day of the change too', () => {
    const rhythm = daily('Europe/Vienna')
    for (const due of ['2026-03-29T06:00Z', '2026-10-25T07:00Z'])
      expect(nextDue(windowBegin(Date.parse(due), rhythm), rhythm)).toBe(Date.parse(due))
  })
})

describe('a hub that was off', () => {
  const rhythm = daily('Europe/Vienna')
  it('sends the last window and goes on from there', () => {
    const { dueMs, nextMs } = lastDue(Date.parse('2026-11-10T07:00Z'), Date.parse('2026-11-13T09:00Z'), rhythm)
    expect([iso(dueMs), iso(nextMs)]).toEqual(['2026-11-13T07:00Z', '2026-11-14T07:00Z'])
  })
  it('for a year finds it at once', () => {
    const started = performance.now()
    const { dueMs, nextMs } = lastDue(Date.parse('2025-11-10T07:00Z'), Date.parse('2026-11-13T06:59Z'), rhythm)
    expect([iso(dueMs), iso(nextMs)]).toEqual(['2026-11-12T07:00Z', '2026-11-13T07:00Z'])
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
