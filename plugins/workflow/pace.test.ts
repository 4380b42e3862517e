import { describe, expect, it } from 'vitest'
import { createPace } from './pace.ts'

describe('the pace of a card', () => {
  it('takes the first edit at once, and those that follow quickly together', () => {
    const pace = createPace()
    expect(pace.next('a', 10_000)).toBe(0)
    expect(pace.next('a', 10_200)).toBe(800)
    // What was asked for at 11,000 shows this one too.
    expect(pace.next('a', 10_400)).toBeNull()
    expect(pace.next('a', 11_200)).toBe(800)
    expect(pace.next('b', 11_200)).toBe(0)
    expect(pace.next('a', 14_000)).toBe(0)
  })
  it('keeps none waiting when the clock was put back', () => {
    const pace = createPace()
    pace.next('a', 1_000_000)
    expect(pace.next('a', 0)).toBe(0)
    expect(pace.next('a', 100)).toBe(900)
  })
})
