import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ClaimedSend } from '../ledger/sends.ts'
import { createBreaker } from './breaker.ts'

const send = (workspace = 'slack:T1') => ({ plugin: 'slack', workspace }) as ClaimedSend
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

it('after a refusal all sends of the workspace wait, and no others', () => {
  const breaker = createBreaker()
  expect(breaker.closedForMs(send())).toBe(0)
  expect(breaker.refused(send())).toBe(60_000)
  vi.advanceTimersByTime(10_000)
  expect([breaker.closedForMs(send()), breaker.closedForMs(send('slack:T2'))]).toEqual([50_000, 0])
  // What was under way at the same time is the same refusal.
  expect(breaker.refused(send())).toBe(50_000)
})
it('then one tries and the rest wait for what it hears', () => {
  const breaker = createBreaker()
  breaker.refused(send())
  vi.advanceTimersByTime(60_000)
  expect([breaker.closedForMs(send()), breaker.closedForMs(send()), breaker.closedForMs(send())]).toEqual([
    0, 2_000, 2_000,
  ])
  expect(breaker.refused(send())).toBe(120_000)
  vi.advanceTimersByTime(120_000)
  expect([breaker.closedForMs(send()), breaker.closedForMs(send())]).toEqual([0, 2_000])
  breaker.succeeded(send())
  expect([breaker.closedForMs(send()), breaker.closedForMs(send())]).toEqual([0, 0])
  expect(breaker.refused(send())).toBe(60_000)
})
it('whoever tries and hears nothing gives way to the next', () => {
  const breaker = createBreaker()
  breaker.refused(send())
  vi.advanceTimersByTime(60_000)
  expect(breaker.closedForMs(send())).toBe(0)
  vi.advanceTimersByTime(15_000)
  expect([breaker.closedForMs(send()), breaker.closedForMs(send())]).toEqual([0, 2_000])
})
