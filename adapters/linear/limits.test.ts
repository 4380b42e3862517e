import { expect, test } from 'vitest'
import { createBudget } from './limits.ts'

const LIMIT = 1_500
const HOUR_MS = 3_600_000
const headers = (remaining: number) => (name: string) =>
  ({ 'x-ratelimit-requests-limit': String(LIMIT), 'x-ratelimit-requests-remaining': String(remaining) })[name] ?? null

test('the last part of a budget is kept, and refills while time passes', () => {
  let nowMs = 1_800_000_000_000
  const budget = createBudget(() => nowMs)
  expect(budget.turn()).toBe(0)
  budget.note(headers(77))
  expect([budget.turn(), budget.turn()]).toEqual([0, 0])
  // A request comes back every 2.4 s, and an issue needs three: each who waits has a turn of their own.
  expect([budget.turn(), budget.turn(), budget.turn()]).toEqual([2_400, 9_600, 16_800])
  nowMs += 2_400
  expect(budget.turn()).toBe(0)
})
test('a thousand issues at once are done in little more than the least time that the limits allow, none of them given up', () => {
  let nowMs = 0
  const budget = createBudget(() => nowMs)
  // The bucket as Linear keeps it: https://linear.app/developers/rate-limiting
  let level = LIMIT
  let filledMs = 0
  let refused = 0
  const ask = () => {
    level = Math.min(LIMIT, level + ((nowMs - filledMs) * LIMIT) / HOUR_MS)
    filledMs = nowMs
    if (level < 1) refused += 1
    else level -= 1
    budget.note(headers(Math.floor(level)))
  }
  const jobs = Array.from({ length: 1_000 }, (_, id) => ({ id, atMs: 0, attempts: 0 }))
  let calls = 0
  let most = 0
  for (;;) {
    const job = jobs.sort((a, b) => a.atMs - b.atMs)[0]
    if (job === undefined) break
    nowMs = Math.max(nowMs, job.atMs)
    job.attempts += 1
    most = Math.max(most, job.attempts)
    let waitMs = 0
    for (let call = 0; call < 3 && waitMs === 0; call++) {
      waitMs = budget.turn()
      if (waitMs > 0) break
      ask()
      calls += 1
    }
    if (waitMs === 0) jobs.shift()
    else job.atMs = nowMs + waitMs
  }
  const leastMs = ((3_000 - LIMIT) / LIMIT) * HOUR_MS
  expect(refused).toBe(0)
  expect(calls).toBeLessThan(3_050)
  expect(nowMs / leastMs).toBeLessThan(1.15)
  expect(most).toBeLessThanOrEqual(12)
})
