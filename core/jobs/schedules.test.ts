import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Context } from '#contract'
import { createSchedules, scheduleHandlers } from './schedules.ts'

const MINUTE = 60_000
beforeEach(() => void vi.useFakeTimers({ now: 10 * MINUTE + 5_000 }))
afterEach(() => void vi.useRealTimers())

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
const schedule = (run = vi.fn()) => ({ plugin: 'digest', part: { name: 'tick', everyMs: MINUTE, run } })

it('stores the slot under way at once and each later one as it begins', async () => {
  const publish = vi.fn(async () => undefined)
  const schedules = createSchedules([schedule()], publish, log)
  schedules.start()
  await vi.advanceTimersByTimeAsync(2 * MINUTE)
  schedules.stop()
  await vi.advanceTimersByTimeAsync(5 * MINUTE)
  const slots = publish.mock.calls.map((call) => (call as unknown[])[3])
  expect(slots).toEqual([`tick:${10 * MINUTE}`, `tick:${11 * MINUTE}`, `tick:${12 * MINUTE}`])
})
it('names a slot the same in every process, so that the inbox keeps one', async () => {
  const publish = vi.fn(async () => undefined)
  const two = [createSchedules([schedule()], publish, log), createSchedules([schedule()], publish, log)]
  for (const one of two) one.start()
  await vi.advanceTimersByTimeAsync(1)
  for (const one of two) one.stop()
  const [first, second] = publish.mock.calls as unknown as unknown[][]
  expect(first).toEqual(second)
})
it('tries again while the slot cannot be stored', async () => {
  const publish = vi.fn(async () => undefined)
  publish.mockRejectedValueOnce(new Error('away')).mockRejectedValueOnce(new Error('away'))
  const schedules = createSchedules([schedule()], publish, log)
  schedules.start()
  await vi.advanceTimersByTimeAsync(5_000)
  schedules.stop()
  expect(publish).toHaveBeenCalledTimes(3)
})
it('runs a slot that is due and leaves out one that was overtaken', async () => {
  const run = vi.fn()
  const [handler] = scheduleHandlers([schedule(run)])
  await handler?.part.run({ startMs: 10 * MINUTE }, {} as Context)
  await handler?.part.run({ startMs: 8 * MINUTE }, {} as Context)
  expect(run.mock.calls.map(([slot]) => slot)).toEqual([{ startMs: 10 * MINUTE }])
})
