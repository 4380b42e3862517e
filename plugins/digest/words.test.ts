import { describe, expect, test } from 'vitest'
import { parseWish, rhythmWords } from './words.ts'

describe('when a digest shall come', () => {
  test.each([
    ['', {}],
    ['daily', { cadence: 'daily' }],
    ['daily at 08:00 zone Europe/Vienna', { cadence: 'daily', atMinute: 480, zone: 'Europe/Vienna' }],
    ['at 8 zone europe/vienna', { atMinute: 480, zone: 'Europe/Vienna' }],
    ['weekly on Friday at 4pm', { cadence: 'weekly', weekday: 5, atMinute: 960 }],
    [
      'every monday 07:30 in America/New_York',
      { cadence: 'weekly', weekday: 1, atMinute: 450, zone: 'America/New_York' },
    ],
    ['Fridays 12am', { cadence: 'weekly', weekday: 5, atMinute: 0 }],
    ['12pm', { atMinute: 720 }],
    [
      'daily at 08:00 --to ann@shop.test --quiet line',
      { cadence: 'daily', atMinute: 480, to: 'ann@shop.test', quiet: 'line' },
    ],
    // A chat client made a long dash of it.
    ['daily —to here', { cadence: 'daily', to: 'here' }],
  ])('%j is %o', (text, wish) => expect(parseWish(text)).toEqual(wish))
  test.each([
    ['hourly', /“hourly” is not understood: write it like/],
    ['at', /“at” of what/],
    ['at 25:00', /no time of day/],
    ['at 08:60', /no time of day/],
    ['at 13pm', /no time of day/],
    ['at 0am', /no time of day/],
    ['at noonish', /no time of day/],
    ['zone Europe/Wiena', /did you mean Europe\/Vienna/],
    ['Europe/Wiena', /did you mean Europe\/Vienna/],
    ['--quiet loudly', /“silent”, or get one “line”/],
    [`${'x'.repeat(300)}`, /not understood/],
  ])('%j is refused', (text, message) => expect(() => parseWish(text)).toThrow(message))
  test('is said back in words', () => {
    expect(rhythmWords({ cadence: 'weekly', weekday: 5, atMinute: 965, zone: 'UTC' })).toBe(
      'weekly on Friday at 16:05 (UTC)',
    )
    expect(rhythmWords({ cadence: 'daily', weekday: 1, atMinute: 5, zone: 'UTC' })).toBe('daily at 00:05 (UTC)')
  })
})
