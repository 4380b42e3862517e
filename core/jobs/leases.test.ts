import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLeases, LeaseLost, type Leases } from './leases.ts'

const LEASE_MS = 12_000
type Held = readonly { id: string; fence: number }[]
let renew: (held: Held) => Promise<Set<string>>
let asked: Held[]
let leases: Leases
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'performance'] })
  asked = []
  renew = async (held) => new Set(held.map((h) => h.id))
  leases = createLeases({
    leaseMs: LEASE_MS,
    renew: (held) => {
      asked.push(held)
      return renew(held)
    },
  })
})
afterEach(() => {
  leases.close()
  vi.useRealTimers()
})

describe('leases', () => {
  it('are renewed together, each with its fence, long before they lapse', async () => {
    const signals = [leases.hold('a', 1), leases.hold('b', 7)]
    await vi.advanceTimersByTimeAsync(5 * LEASE_MS)
    expect(asked[0]).toEqual([
      { id: 'a', fence: 1 },
      { id: 'b', fence: 7 },
    ])
    expect(asked.length).toBeGreaterThanOrEqual(14)
    expect(signals.map((s) => s.aborted)).toEqual([false, false])
  })
  it('are not renewed once they are given back', async () => {
    leases.hold('a', 1)
    leases.release('a')
    await vi.advanceTimersByTimeAsync(LEASE_MS)
    expect(asked).toEqual([])
    expect(leases.size).toBe(0)
  })
  it('abort the one that is lost, and no other', async () => {
    const [mine, lost] = [leases.hold('mine', 1), leases.hold('lost', 1)]
    renew = async () => new Set(['mine'])
    await vi.advanceTimersByTimeAsync(LEASE_MS / 3 + 1)
    expect(lost.reason).toBeInstanceOf(LeaseLost)
    expect(mine.aborted).toBe(false)
  })
  it('outlive a database that is away for less than the lease', async () => {
    const signal = leases.hold('a', 1)
    renew = () => Promise.reject(new Error('away'))
    await vi.advanceTimersByTimeAsync(LEASE_MS * 0.9)
    renew = async () => new Set(['a'])
    await vi.advanceTimersByTimeAsync(LEASE_MS * 3)
    expect(signal.aborted).toBe(false)
  })
  it('are lost with a database that is away for longer, also when it does not even answer', async () => {
    for (const away of [() => Promise.reject(new Error('away')), () => new Promise<never>(() => {})]) {
      const signal = leases.hold('a', 1)
      renew = away
      await vi.advanceTimersByTimeAsync(LEASE_MS * 0.9)
      expect(signal.aborted).toBe(false)
      await vi.advanceTimersByTimeAsync(LEASE_MS / 2)
      expect(signal.reason).toBeInstanceOf(LeaseLost)
      leases.release('a')
    }
  })
  it('count from before the claim went out, and are fresh for half of their time', async () => {
    leases.hold('a', 1, performance.now() - LEASE_MS * 0.4)
    expect(leases.isFresh('a')).toBe(true)
    vi.setSystemTime(Date.now() + 3_600_000) // a step of the wall clock is none of its business
    expect(leases.isFresh('a')).toBe(true)
    await vi.advanceTimersByTimeAsync(LEASE_MS * 0.2)
    expect(leases.isFresh('a')).toBe(false)
    expect(leases.isFresh('unknown')).toBe(false)
  })
  it('that ran out are told by the clock, before any timer had its turn', () => {
    const [over, running] = [-1, 1].map((ms) => leases.hold('a', 1, performance.now() - LEASE_MS + ms))
    const told: unknown[] = []
    over?.addEventListener('abort', () => told.push(over.reason))
    expect(over?.aborted).toBe(true)
    expect(told).toEqual([expect.any(LeaseLost)])
    expect(running?.aborted).toBe(false)
    expect(() => AbortSignal.any([running as AbortSignal]).throwIfAborted()).not.toThrow()
  })
  it('abort everything when the hub stops, with its reason', () => {
    const signals = [leases.hold('a', 1), leases.hold('b', 1)]
    const stopping = new Error('the hub is stopping')
    leases.abortAll(stopping)
    expect(signals.map((s) => s.reason)).toEqual([stopping, stopping])
  })
  it('are left alone after close', async () => {
    leases.hold('a', 1)
    leases.close()
    await vi.advanceTimersByTimeAsync(LEASE_MS * 3)
    expect(asked).toEqual([])
  })
})
