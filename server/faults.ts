import type { HubOptions } from '../core/index.ts'
import type { Environment } from './plugins.ts'

/**
 * Seams of the fault tests, dead unless HUB_FAULTS is set: short leases, and named points at which the process ends itself as `kill -9`
 * would. Form: `lease=2000,sweep=1000,look=500,lastlook=3000,crash=after_http_before_commit:7`.
 */
const VARIABLE = 'HUB_FAULTS'

function settings(env: Environment): ReadonlyMap<string, string> {
  const pairs = (env[VARIABLE] ?? '').split(',').filter(Boolean)
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

export function timingsFrom(env: Environment): Pick<HubOptions, 'leaseMs' | 'worker' | 'delivery' | 'jobTimeoutMs'> {
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

/** Kills this process at the n-th passing of a point. */
export function crashPointFrom(env: Environment): (name: string) => void {
  const [point, nth] = settings(env).get('crash')?.split(':') ?? []
  if (point === undefined) return () => {}
  let left = Number(nth ?? 1)
  return (name) => {
    if (name === point && --left === 0) process.kill(process.pid, 'SIGKILL')
  }
}
