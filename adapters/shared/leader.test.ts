import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { HubError } from '#contract'
import { createLeader, type Leader, type LeaseStore } from './leader.ts'

const store: LeaseStore<string> = {
  acquire: async () => ({ fence: 1, state: null }),
  renew: async () => true,
  release: async () => undefined,
}
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

describe('a leader whose work fails', () => {
  let leader: Leader | undefined
  let begun: number[]
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    begun = []
  })
  afterEach(async () => {
    await leader?.close()
    vi.restoreAllMocks()
    vi.useRealTimers()
  })
  const start = (error: Error, lastsMs = 0) => {
    leader = createLeader<string>({
      store,
      what: 'it',
      holder: 'a',
      leaseMs: 20_000,
      log: quiet,
      lead(_held, signal) {
        begun.push(Math.round(performance.now() / 1_000))
        const done = new Promise<void>((resolve, reject) => {
          signal.addEventListener('abort', () => resolve(), { once: true })
          setTimeout(() => reject(error), lastsMs)
        })
        return { done, state: () => null }
      },
      isRefusal: (wrong) => wrong instanceof HubError && wrong.retry === 'never',
    })
    leader.start()
    return leader
  }
  const gaps = () => begun.slice(1).map((at, n) => at - (begun[n] ?? 0))

  test('tries again soon, then ever more seldom, and says what is wrong', async () => {
    const { trouble } = start(new Error('the network is away'))
    await vi.advanceTimersByTimeAsync(260_000)
    expect(gaps()).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
    expect(trouble()).toBe('the network is away')
  })
  test('tries soon again when it stood for a while', async () => {
    start(new Error('cut'), 25_000)
    await vi.advanceTimersByTimeAsync(110_000)
    expect(gaps()).toEqual([26, 26, 26, 26])
  })
  test('waits where somebody has to correct something first', async () => {
    start(new HubError('UNAUTHENTICATED', 'the password is wrong'))
    await vi.advanceTimersByTimeAsync(130_000)
    expect(gaps()).toEqual([60, 60])
  })
})
