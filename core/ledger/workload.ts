import type { Operations, Workload } from '#contract'
import type { Sql } from '../store/sql.ts'

/** States of messages that are not done with. */
const OPEN = ['pending', 'inflight', 'unknown', 'reconciling', 'held', 'dead']

/** What `/hub status` tells about the hub's own running. */
export function createOperations(deps: {
  readonly sql: Sql
  readonly home: string
  readonly mode: Operations['mode']
  adapters(): ReturnType<Operations['adapters']>
}): Operations {
  const { sql, home, mode, adapters } = deps
  return {
    home,
    mode,
    adapters,
    async workload(workspace): Promise<Workload> {
      // Scalar counts over the few unfinished rows: a condition on the workspace first would read its whole history.
      const count = (table: string, state: string) =>
        `(select count(*) filter (where workspace = $1) from hub.${table} where state = '${state}')::int as ${state}`
      const [jobs] = await sql.query<{ pending: number; running: number; dead: number; oldest: number | null }>(
        `select ${['pending', 'running', 'dead'].map((state) => count('jobs', state)).join(', ')},
           (select extract(epoch from clock_timestamp() - min(run_at) filter (where workspace = $1)) * 1000
            from hub.jobs where state = 'pending' and run_at <= now())::float8 as oldest`,
        [workspace],
      )
      const [outbox] = await sql.query<Record<string, number>>(
        `select ${OPEN.map((state) => count('outbox', state)).join(', ')}`,
        [workspace],
      )
      return {
        waitingJobs: jobs?.pending ?? 0,
        runningJobs: jobs?.running ?? 0,
        deadJobs: jobs?.dead ?? 0,
        oldestWaitingMs: jobs?.oldest ?? null,
        outbox: Object.fromEntries(Object.entries(outbox ?? {}).filter(([, n]) => n > 0)),
      }
    },
  }
}
