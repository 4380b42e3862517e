import type { Operations, Workload } from '#contract'
import type { Sql } from '../store/sql.ts'

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
      const [jobs] = await sql.query<{ waiting: number; running: number; dead: number; oldest: number | null }>(
        `select count(*) filter (where state = 'pending')::int as waiting, count(*) filter (where state = 'running')::int as running,
           count(*) filter (where state = 'dead')::int as dead,
           (extract(epoch from clock_timestamp() - min(run_at) filter (where state = 'pending' and run_at <= now())) * 1000)::float8 as oldest
         from hub.jobs where workspace = $1 and state in ('pending', 'running', 'dead')`,
        [workspace],
      )
      const outbox = await sql.query<{ state: string; n: number }>(
        `select state, count(*)::int as n from hub.outbox
         where workspace = $1 and state in ('pending', 'inflight', 'unknown', 'reconciling', 'held', 'dead') group by state`,
        [workspace],
      )
      return {
        waitingJobs: jobs?.waiting ?? 0,
        runningJobs: jobs?.running ?? 0,
        deadJobs: jobs?.dead ?? 0,
        oldestWaitingMs: jobs?.oldest ?? null,
        outbox: Object.fromEntries(outbox.map((r) => [r.state, r.n])),
      }
    },
  }
}
