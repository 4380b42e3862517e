import { expect, it } from 'vitest'
import type { Report } from './report.ts'
import { applyReport, firstStanding, looksDifferent, type Standing } from './state.ts'

const NOW = 1_800_000_000_000
const report = (over: Partial<Report> = {}): Report => ({
  source: 'github',
  deploymentId: '1',
  service: 'web',
  environment: 'production',
  state: 'running',
  ref: null,
  sha: null,
  repository: null,
  by: null,
  url: null,
  environmentUrl: null,
  description: null,
  rollsBack: null,
  atMs: NOW - 60_000,
  ...over,
})
function play(...reports: readonly Partial<Report>[]): { standing: Standing | null; seen: number } {
  let standing: Standing | null = null
  let seen = 0
  for (const one of reports) {
    const next: Standing | null = standing ? applyReport(standing, report(one), NOW) : firstStanding(report(one), NOW)
    if (next && (!standing || looksDifferent(standing, next))) seen += 1
    standing = next ?? standing
  }
  return { standing, seen }
}
const at = (seconds: number) => NOW - 60_000 + seconds * 1000

it('follows a deployment from queue to end', () => {
  const { standing, seen } = play(
    { state: 'queued', atMs: at(0) },
    { state: 'running', atMs: at(5), url: 'https://ci.test/1' },
    { state: 'succeeded', atMs: at(9), environmentUrl: 'https://web.test' },
  )
  expect(standing).toMatchObject({ state: 'succeeded', url: 'https://ci.test/1', environmentUrl: 'https://web.test' })
  expect([standing?.startedAt.getTime(), standing?.finishedAt?.getTime(), seen]).toEqual([at(0), at(9), 3])
})
it('an older report never overwrites a newer one, and fills in what was not known', () => {
  const { standing } = play(
    { state: 'succeeded', atMs: at(9) },
    { state: 'running', atMs: at(5), sha: 'abc1234' },
    { state: 'queued', atMs: at(0), by: 'Ada' },
  )
  expect(standing).toMatchObject({ state: 'succeeded', sha: 'abc1234', byName: 'Ada' })
  expect([standing?.startedAt.getTime(), standing?.finishedAt?.getTime()]).toEqual([at(0), at(9)])
})
it('in whatever order they come, the same reports end in the same state', () => {
  const all = [
    { state: 'queued' as const, atMs: at(0) },
    { state: 'running' as const, atMs: at(1) },
    { state: 'failed' as const, atMs: at(1), description: 'out of memory' },
  ]
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]
  for (const order of orders) {
    const { standing } = play(...order.flatMap((i) => all[i] ?? []))
    expect(standing, order.join()).toMatchObject({ state: 'failed', reason: 'out of memory' })
    expect([standing?.startedAt.getTime(), standing?.finishedAt?.getTime()], order.join()).toEqual([at(0), at(1)])
  }
})
it('a repeat is no news, and shows nothing when it only comes later', () => {
  const first = firstStanding(report(), NOW)
  if (!first) throw new Error('nothing was made of the report')
  expect(applyReport(first, report(), NOW)).toBeNull()
  const later = applyReport(first, report({ atMs: at(30) }), NOW)
  expect(later?.reportedAt?.getTime()).toBe(at(30))
  expect(later && looksDifferent(first, later)).toBe(false)
})
it('a second attempt opens it again', () => {
  const { standing } = play(
    { state: 'failed', atMs: at(5), description: 'flaky' },
    { state: 'running', atMs: at(9) },
    { state: 'succeeded', atMs: at(20) },
  )
  expect(standing).toMatchObject({ state: 'succeeded', reason: null })
  expect(standing?.finishedAt?.getTime()).toBe(at(20))
})
it('what was replaced keeps its end, what still ran is over, and what nobody knew stays unknown', () => {
  expect(play({ state: 'succeeded', atMs: at(1) }, { state: 'inactive', atMs: at(5) }).standing?.state).toBe(
    'succeeded',
  )
  expect(play({ state: 'running', atMs: at(1) }, { state: 'inactive', atMs: at(5) }).standing?.state).toBe('cancelled')
  expect(play({ state: 'inactive', atMs: at(5) }).standing).toBeNull()
})
it('what was taken back stays so, whatever is reported', () => {
  const first = firstStanding(report({ state: 'succeeded' }), NOW)
  if (!first) throw new Error('nothing was made of the report')
  expect(applyReport({ ...first, state: 'rolled-back' }, report({ state: 'failed', atMs: at(50) }), NOW)).toBeNull()
})
it('a clock that is ahead shuts nobody out', () => {
  const { standing } = play({ state: 'running', atMs: NOW + 86_400_000 }, { state: 'succeeded', atMs: NOW })
  expect(standing?.state).toBe('succeeded')
})
it('a clock that is behind lets nothing end before the hub began it', () => {
  const first = firstStanding(report({ atMs: NOW - 100 }), NOW)
  if (!first) throw new Error('nothing was made of the report')
  const own = { ...first, own: true, reportedAt: null }
  const next = applyReport(own, report({ state: 'succeeded', atMs: NOW - 1000 }), NOW)
  expect([next?.startedAt.getTime(), next?.finishedAt?.getTime()]).toEqual([NOW - 100, NOW - 100])
})
