import { expect, it } from 'vitest'
import { median, pairedRatio, quantile, rotated } from './figures.ts'

it('takes the middle of odd and even numbers of values', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 2, 9])).toBe(3)
})

it('counts shares by rank', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n)
  expect([quantile(hundred, 0.5), quantile(hundred, 0.99), quantile(hundred, 1)]).toEqual([50, 99, 100])
  expect(quantile([7], 0.99)).toBe(7)
})

it('compares within a round, so that a slow moment of the machine weighs on both', () => {
  expect(pairedRatio([20, 2, 40], [10, 1, 20])).toBe(2)
})

it('lets everyone begin a round', () => {
  expect([0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join(''))).toEqual(['abc', 'bca', 'cab', 'abc'])
})
