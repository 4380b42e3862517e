import { and, eq, gte, inArray, lt, sql } from 'drizzle-orm'
import type { Db, DeliveryMeasures } from '#contract'
import { deployments } from '../tables.ts'

const DAY_MS = 86_400_000

/**
 * The four keys of delivery, of production alone: https://dora.dev/guides/dora-metrics-four-keys/. The index holds every column read here.
 * A deployment that was taken back failed; one that was cancelled did not take place.
 */
export function createMeasures(db: Db) {
  const d = deployments
  const median = (column: typeof d.leadTimeMs | typeof d.restoreMs) =>
    sql<number | null>`(percentile_cont(0.5) within group (order by ${column}))::float8`
  const query = (workspace: string, fromMs: number, toMs: number) =>
    db
      .select({
        service: d.service,
        deployments: sql<number>`count(*)::int`,
        failed: sql<number>`(count(*) filter (where ${d.state} <> 'succeeded'))::int`,
        lead: median(d.leadTimeMs),
        restore: median(d.restoreMs),
      })
      .from(d)
      .where(
        and(
          eq(d.workspace, workspace),
          d.production,
          gte(d.finishedAt, new Date(fromMs)),
          lt(d.finishedAt, new Date(toMs)),
          inArray(d.state, ['succeeded', 'failed', 'rolled-back']),
        ),
      )
      .groupBy(d.service)
      .orderBy(d.service)
  return {
    /** Not run yet, so that a test can ask how it is planned. */
    query,
    async read(workspace: string, fromMs: number, toMs: number): Promise<DeliveryMeasures[]> {
      const days = Math.max((toMs - fromMs) / DAY_MS, 1 / 24)
      const rows = await query(workspace, fromMs, toMs)
      return rows.map((row) => ({
        service: row.service,
        deployments: row.deployments,
        perDay: row.deployments / days,
        medianLeadTimeMs: row.lead,
        failureRate: row.deployments === 0 ? null : row.failed / row.deployments,
        medianRestoreMs: row.restore,
      }))
    },
  }
}
