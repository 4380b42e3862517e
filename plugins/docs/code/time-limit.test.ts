import { describe, expect, it } from 'vitest'
import { readModule } from './read.ts'
import { withinTime } from './time-limit.ts'

describe('work within a time', () => {
  it('gives what it comes to, also where that is nothing', () => {
    expect(withinTime(1_000, () => 3)).toEqual({ value: 3 })
    expect(withinTime(1_000, () => null)).toEqual({ value: null })
  })
  it('that never ends is stopped, and the next is done as before', () => {
    const forever = () => {
      for (let i = 0; ; i += 1) if (i < 0) return i
    }
    expect(withinTime(20, forever)).toBeNull()
    expect(withinTime(1_000, () => 'next')).toEqual({ value: 'next' })
  })
  it('fails as it fails', () => {
    expect(() => withinTime(1_000, () => JSON.parse('{'))).toThrow(SyntaxError)
  })
  it('is left out with its reason where it is nested beyond the stack', async () => {
    const made = await readModule('a.ts', `export const a = ${'[\n'.repeat(60_000)}`)
    expect(made).toEqual({ reason: 'is nested too deeply to be read' })
  })
})
