import { describe, expect, it } from 'vitest'
import { nextTime } from './schedules.ts'

const times = (schedule: string, timezone: string, from: string, count: number): readonly string[] => {
  const found: string[] = []
  for (let at = new Date(from); found.length < count; ) {
    const next = nextTime({ schedule, timezone }, at)
    if (!next) break
    found.push(next.toISOString())
    at = next
  }
  return found
}

describe('schedules through both changes of summer time', () => {
  it('nine in the morning stays nine in the morning', () => {
    expect(times('0 9 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28T08:00:00.000Z',
      '2026-03-29T07:00:00.000Z',
      '2026-03-30T07:00:00.000Z',
    ])
    expect(times('0 9 * * *', 'America/New_York', '2026-10-31T00:00:00Z', 3)).toEqual([
      '2026-10-31T13:00:00.000Z',
      '2026-11-01T14:00:00.000Z',
      '2026-11-02T14:00:00.000Z',
    ])
  })
  it('a time that the spring leaves out comes once on that day', () => {
    const days = times('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3).map((time) => time.slice(0, 10))
    expect(days).toEqual(['2026-03-28', '2026-03-29', '2026-03-30'])
  })
  it('a time that the autumn has twice comes once', () => {
    const days = times('30 2 * * *', 'Europe/Berlin', '2026-10-24T00:00:00Z', 3).map((time) => time.slice(0, 10))
    expect(days).toEqual(['2026-10-24', '2026-10-25', '2026-10-26'])
  })
  it('every half hour is every half hour, also in the hour that comes twice', () => {
    const found = times('*/30 * * * *', 'Europe/Berlin', '2026-10-24T23:30:00Z', 6).map((time) => Date.parse(time))
    expect(found.slice(1).map((time, n) => time - (found[n] ?? 0))).toEqual(Array(5).fill(1_800_000))
  })
  it('always goes forward', () => {
    for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'])
      for (const cron of ['15 1 * * *', '0 3 * * 0', '45 23 29 2 *']) {
        const found = times(cron, zone, '2026-01-01T00:00:00Z', 6)
        expect(found).toEqual([...new Set(found)].sort())
      }
  })
})
