import type { HubOptions } from '../core/index.ts'
import type { Environment } from './plugins.ts'

/**
 * Seams of the fault tests, dead unless HUB_FAULTS is set: short leases, and named points at which the process ends itself as `kill -9`
 * would, or stops as a suspended machine does. Form:
 * `lease=2000,sweep=1000,look=500,lastlook=3000,schedules=off,crash=after_http_before_commit:7`.
 */
const VARIABLE = 'HUB_FAULTS'

function settings(env: Environment): ReadonlyMap<string, string> {
  const pairs = (env[VARIABLE] ?? '').split(',').filter(Boolean)
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

export function timingsFrom(
  env: Environment,
): Pick<HubOptions, 'leaseMs' | 'worker' | 'delivery' | 'jobTimeoutMs' | 'runSchedules'> {
  const given = settings(env)
  const ms = (name: string) => (given.has(name) ? Number(given.get(name)) : undefined)
  const [leaseMs, sweepMs, firstLookMs, lastLookMs, callMs, jobTimeoutMs] = [
    'lease',
    'sweep',
    'look',
    'lastlook',
    'call',
    'job',
  ].map(ms)
  return {
    runSchedules: given.get('schedules') !== 'off',
    ...(leaseMs === undefined ? {} : { leaseMs }),
    ...(sweepMs === undefined ? {} : { worker: { sweepMs } }),
    ...(jobTimeoutMs === undefined ? {} : { jobTimeoutMs }),
    delivery: {
      ...(firstLookMs === undefined ? {} : { firstLookMs }),
      ...(lastLookMs === undefined ? {} : { lastLookMs }),
      ...(callMs === undefined ? {} : { callMs }),
    },
  }
}

/** `crash=point:n` kills this process at the n-th passing of a point; `stop=point:n` stops it (SIGSTOP) at each n-th. */
export function crashPointFrom(env: Environment): (name: string) => void {
  const given = settings(env)
  const at = (fault: string) => {
    const [point, nth] = given.get(fault)?.split(':') ?? []
    return { point, nth: Number(nth ?? 1), passed: 0 }
  }
  const crash = at('crash')
  const stop = at('stop')
  if (crash.point === undefined && stop.point === undefined) return () => {}
  return (name) => {
    if (name === crash.point && ++crash.passed === crash.nth) process.kill(process.pid, 'SIGKILL')
    if (name === stop.point && ++stop.passed % stop.nth === 0) process.kill(process.pid, 'SIGSTOP')
  }
}
