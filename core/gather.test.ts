import { describe, expect, it } from 'vitest'
import { gather } from './gather.ts'

describe('gather', () => {
  it('shares a statement among the calls of one turn, the next one among those that came meanwhile, and keeps nobody waiting alone', async () => {
    const batches: number[][] = []
    const double = gather<number, number>(
      async (items) => {
        batches.push([...items])
        await Promise.resolve()
        return items.map((n) => n * 2)
      },
      { max: 3 },
    )
    expect(await Promise.all([1, 2, 3, 4, 5].map(double))).toEqual([2, 4, 6, 8, 10])
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ])
    const turn = new Promise((resolve) => setImmediate(() => setImmediate(resolve, 'later')))
    expect(await Promise.race([double(6), turn])).toBe(12)
  })
  it('runs a batch again one by one when one item is at fault', async () => {
    const batches: number[][] = []
    const run = gather<number, string>(
      async (items) => {
        batches.push([...items])
        if (items.includes(3)) throw new Error('three')
        return items.map(String)
      },
      { max: 10, isOwnFault: (error) => error instanceof Error && error.message === 'three' },
    )
    const settled = await Promise.allSettled([1, 2, 3, 4].map(run))
    expect(settled.map((s) => (s.status === 'fulfilled' ? s.value : String(s.reason)))).toEqual([
      '1',
      '2',
      'Error: three',
      '4',
    ])
    expect(batches).toEqual([[1, 2, 3, 4], [1], [2], [3], [4]])
  })
  it('fails the whole batch for any other failure', async () => {
    const run = gather<number, string>(() => Promise.reject(new Error('away')), { max: 10, isOwnFault: () => false })
    const settled = await Promise.allSettled([1, 2, 3].map(run))
    expect(settled.map((s) => s.status)).toEqual(['rejected', 'rejected', 'rejected'])
  })
  it('refuses a batch that answers too little, and goes on', async () => {
    let short = true
    const run = gather<number, number>(async (items) => (short ? [] : [...items]), { max: 10 })
    await expect(run(1)).rejects.toThrow('answered too little')
    short = false
    expect(await run(2)).toBe(2)
  })
})
