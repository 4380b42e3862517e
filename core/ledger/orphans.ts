import type { Sql } from '../store/sql.ts'

/**
 * For the embedded database at its start: the folder's lock proves that no other process works on it, so every lease was left behind by one
 * that is gone, and the first sweep need not wait until it lapses.
 */
export async function endOrphanedLeases(sql: Sql): Promise<void> {
  const ended = `set lease_until = clock_timestamp() where lease_until > clock_timestamp()`
  await sql.query(`update hub.jobs ${ended} and state = 'running'`)
  await sql.query(`update hub.outbox ${ended} and state in ('inflight', 'reconciling')`)
}
