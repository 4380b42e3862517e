import { expect, it } from 'vitest'
import { asResult } from './result.ts'

it('keeps of a result what a database can keep: no NUL, no half of a character, no number without value', () => {
  const half = '\u{1F600}'.slice(0, 1)
  expect(asResult({ [`a\0${half}`]: `x\0${half}y`, n: Number.NaN, big: 5n, gone: undefined })).toEqual({
    'a\uFFFD': 'x\uFFFDy',
    n: null,
    big: 5,
  })
})
it('refuses what is too large or too deep before it is written out', () => {
  expect(() => asResult({ text: 'x'.repeat(300_000) })).toThrow('larger than 256,000 characters')
  let deep: unknown = 1
  for (let n = 0; n < 100; n++) deep = [deep]
  expect(() => asResult(deep)).toThrow('larger than')
})
