import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createPump } from './pump.ts'

/** A backlog, and work that ends when the test says so. */
function plant({ slots, backlog, firstSlots }: { slots: number; backlog: number; firstSlots?: number }) {
  const running: { n: number; end(): void; fail(): void }[] = []
  const takes: number[] = []
  const errors: unknown[] = []
  let next = 0
  let left = backlog
  let full = 0
  let failing: Error | null = null
  const pump = createPump<number>({
    slots,
    ...(firstSlots === undefined ? {} : { firstSlots }),
    async take(limit) {
      takes.push(limit)
      await turn()
      if (failing) throw failing
      const items = Array.from({ length: Math.min(limit, left) }, () => next++)
      left -= items.length
      return items
    },
    work: (n) =>
      new Promise((resolve, reject) => running.push({ n, end: resolve, fail: () => reject(new Error('x')) })),
    onFull: () => full++,
    onError: (error) => errors.push(error),
  })
  return {
    pump,
    running,
    takes,
    errors,
    full: () => full,
    left: () => left,
    add: (n: number) => {
      left += n
    },
    fail: (error: Error | null) => {
      failing = error
    },
    /** Ends the oldest pieces. */
    end: (count: number) => {
      for (const piece of running.splice(0, count)) piece.end()
    },
    settle: async () => {
      for (let i = 0; i < 12; i++) await turn()
    },
  }
}

describe('pump', () => {
  it('takes as much as it has slots for, and not more', async () => {
    const p = plant({ slots: 3, backlog: 10 })
    p.pump.nudge()
    await p.settle()
    expect(p.running.map((r) => r.n)).toEqual([0, 1, 2])
    expect(p.pump.busy).toBe(3)
    expect(p.full()).toBe(1)
  })
  it('works a backlog off after a single nudge: each piece that ends makes room for the next', async () => {
    const p = plant({ slots: 3, backlog: 10 })
    p.pump.nudge()
    await p.settle()
    for (let ended = 0; ended < 10; ended++) {
      expect(p.pump.busy).toBe(Math.min(3, 10 - ended))
      p.end(1)
      await p.settle()
    }
    expect(p.left()).toBe(0)
    expect(p.pump.busy).toBe(0)
  })
  it('refills what ended meanwhile with one take', async () => {
    const p = plant({ slots: 8, backlog: 16 })
    p.pump.nudge()
    await p.settle()
    p.takes.length = 0
    p.end(8)
    await p.settle()
    expect(p.running).toHaveLength(8)
    expect(p.takes.length).toBeLessThanOrEqual(2)
  })
  it('looks once more for a nudge during a take', async () => {
    const p = plant({ slots: 3, backlog: 0 })
    p.pump.nudge()
    p.add(2)
    for (let i = 0; i < 5; i++) p.pump.nudge()
    await p.settle()
    expect(p.running).toHaveLength(2)
    expect(p.takes).toEqual([3, 1])
  })
  it('does not ask in vain: no nudge, no take', async () => {
    const p = plant({ slots: 3, backlog: 1 })
    p.pump.nudge()
    await p.settle()
    p.end(1)
    await p.settle()
    expect(p.takes).toEqual([3])
  })
  it('gives a slot back when the work fails, and goes on after a take that failed', async () => {
    const p = plant({ slots: 1, backlog: 3 })
    p.fail(new Error('the database is away'))
    p.pump.nudge()
    await p.settle()
    expect(p.errors).toHaveLength(1)
    p.fail(null)
    p.pump.nudge()
    await p.settle()
    p.running.splice(0, 1)[0]?.fail()
    await p.settle()
    expect(p.running.map((r) => r.n)).toEqual([1])
  })
  it('stops when what runs has ended, takes nothing more, and may be asked twice', async () => {
    const p = plant({ slots: 2, backlog: 5 })
    p.pump.nudge()
    await p.settle()
    let stopped = 0
    for (const stop of [p.pump.stop(), p.pump.stop()]) void stop.then(() => stopped++)
    p.pump.nudge()
    p.end(1)
    await p.settle()
    expect([stopped, p.left()]).toEqual([0, 3])
    p.end(1)
    await p.settle()
    expect([stopped, p.left()]).toEqual([2, 3])
    await p.pump.stop()
  })
  it('stops at once when nothing runs, and waits for a take under way', async () => {
    await plant({ slots: 1, backlog: 0 }).pump.stop()
    const p = plant({ slots: 1, backlog: 1 })
    p.pump.nudge()
    let stopped = false
    void p.pump.stop().then(() => {
      stopped = true
    })
    await p.settle()
    expect([stopped, p.running.length]).toEqual([false, 1])
    p.end(1)
    await p.settle()
    expect(stopped).toBe(true)
  })
  it('begins with few slots, and opens one more for each piece that ends', async () => {
    const p = plant({ slots: 5, firstSlots: 2, backlog: 100 })
    p.pump.nudge()
    await p.settle()
    const widths = [p.pump.busy]
    for (let ended = 0; ended < 5; ended++) {
      p.end(1)
      await p.settle()
      widths.push(p.pump.busy)
    }
    expect(widths).toEqual([2, 3, 4, 5, 5, 5])
  })
  it('lends free slots to pieces that come in another way, and none once it stops', async () => {
    const p = plant({ slots: 3, backlog: 10 })
    expect([p.pump.reserve(2), p.pump.reserve(5), p.pump.reserve(1)]).toEqual([2, 1, 0])
    p.pump.nudge()
    await p.settle()
    expect(p.running).toEqual([])
    p.pump.release(2)
    await p.settle()
    expect([p.running.length, p.pump.busy]).toEqual([2, 3])
    const stopped = p.pump.stop()
    expect(p.pump.reserve(1)).toBe(0)
    p.pump.release(1)
    p.end(2)
    await stopped
  })
})
