import { describe, expect, test } from 'vitest'
import { createCache } from './cache.ts'
import { createGate, createPace } from './limits.ts'

describe('the pace', () => {
  test('holds 80 writes in any minute and 500 in any hour, for each key by itself; reads are free', () => {
    let nowMs = 0
    const pace = createPace(() => nowMs)
    let sent = 0
    const tried: number[] = []
    for (; nowMs < 2 * 3_600_000; nowMs += 500) {
      try {
        pace.admit('a', true)
        sent += 1
        tried.push(nowMs)
      } catch (error) {
        expect(error).toMatchObject({ code: 'RATE_LIMITED', retry: { afterMs: expect.any(Number) } })
      }
      pace.admit('a', false)
    }
    expect(sent).toBe(1_000)
    for (const at of tried) {
      expect(tried.filter((one) => one > at - 60_000 && one <= at).length).toBeLessThanOrEqual(80)
      expect(tried.filter((one) => one > at - 3_600_000 && one <= at).length).toBeLessThanOrEqual(500)
    }
    pace.admit('b', true)
  })
  test('says exactly when the next one may go, and which limit is closed', () => {
    let nowMs = 1_000
    const pace = createPace(() => nowMs)
    for (let i = 0; i < 80; i++) pace.admit('a', true)
    nowMs += 20_000
    expect(() => pace.admit('a', true, 'github:1:content')).toThrow(
      expect.objectContaining({ retry: { afterMs: 40_000 }, scope: 'github:1:content' }),
    )
    nowMs += 40_000
    pace.admit('a', true)
  })
  test('closes when the hour is used up or GitHub asks to wait, and opens again', () => {
    let nowMs = 0
    const pace = createPace(() => nowMs)
    pace.note('a', { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '60' })
    pace.admit('a', false)
    pace.note('a', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' })
    expect(() => pace.admit('a', false)).toThrow(/asked to wait/)
    pace.close('a', 30_000)
    nowMs = 59_999
    expect(() => pace.admit('a', false)).toThrow(/asked to wait/)
    nowMs = 60_000
    pace.admit('a', false)
  })
})
describe('the cache', () => {
  test('holds what was used last, and never more than it may', () => {
    const cache = createCache<string>(100)
    for (const key of ['a', 'b', 'c', 'd']) cache.set(key, key, 25)
    expect(cache.get('a')).toBe('a')
    cache.set('e', 'e', 25)
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => cache.get(key))).toEqual(['a', undefined, 'c', 'd', 'e'])
    cache.set('large', 'x', 26)
    expect(cache.get('large')).toBeUndefined()
    cache.set('c', 'new', 5)
    cache.set('f', 'f', 20)
    expect(['a', 'c', 'd', 'e', 'f'].map((key) => cache.get(key))).toEqual(['a', 'new', 'd', 'e', 'f'])
  })
})

describe('the gate', () => {
  test('lets so many in at once, one after the other in order, and survives failures', async () => {
    const gate = createGate(3)
    let [running, most] = [0, 0]
    const done: number[] = []
    const work = (i: number) => async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      done.push(i)
      if (i % 5 === 0) throw new Error(String(i))
    }
    const all = await Promise.allSettled(Array.from({ length: 50 }, (_, i) => gate(work(i))))
    expect([most, running, done.length]).toEqual([3, 0, 50])
    expect(done).toEqual(done.toSorted((a, b) => a - b))
    expect(all.filter(({ status }) => status === 'rejected')).toHaveLength(10)
    await expect(gate(async () => 'free again')).resolves.toBe('free again')
  })
})
