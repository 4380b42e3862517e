import type { Sql } from '../store/sql.ts'

/**
 * Tables that have grown beyond all that the server knew of them: by eight times, and to more than a few pages. Relative to what it read last, so that
 * of several processes one does it, and of a table on its way to a million rows it is done some five times.
 */
const GROWN = `
  select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'hub' and c.relkind = 'r' and c.relname in ('inbox', 'jobs', 'outbox')
    and pg_relation_size(c.oid) / current_setting('block_size')::int > greatest(16, 8 * c.relpages)`

/**
 * Plans that were made for an empty table read a whole workspace where one row is wanted, and stay until the server reads the table's statistics, which it
 * does once a minute at most. A first burst does not wait for that.
 */
export function createStatistics(sql: Sql): () => Promise<void> {
  return async () => {
    for (const { name } of await sql.query<{ name: string }>(GROWN))
      await sql.query(`analyze (skip_locked) hub.${name}`)
  }
}
