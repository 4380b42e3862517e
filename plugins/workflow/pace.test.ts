import { describe, expect, it } from 'vitest'
import { createPace, PACE_MS } from './pace.ts'

describe('the pace of a card', () => {
  it('takes the first edit at once, and the next one when its time has come', () => {
    const pace = createPace()
    expect(pace.next('a', 10_000)).toBe(0)
    expect(pace.next('a', 10_100)).toBe(PACE_MS - 100)
    expect(pace.next('b', 10_100)).toBe(0)
    expect(pace.next('a', 10_000 + PACE_MS)).toBe(0)
    expect(pace.next('a', 10_001 + PACE_MS)).toBe(PACE_MS - 1)
  })
  it('waits no longer than its time when the clock was put back', () => {
    const pace = createPace()
    pace.next('a', 1_000_000)
    expect(pace.next('a', 0)).toBe(PACE_MS)
  })
})
