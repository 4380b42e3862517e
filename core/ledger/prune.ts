import type { Sql } from '../store/sql.ts'

/**
 * Longer than any sender's retry or manual redelivery horizon: within it a repeat is recognised. What a person still has to decide
 * (dead jobs, held and dead sends) is kept.
 */
const KEEP = "interval '30 days'"
const BATCH = 2_000
/** The id that a row made so long ago would have: ids begin with their time, so the primary key finds what is old. */
const OLD = `(rpad(lpad(to_hex((extract(epoch from now() - ${KEEP}) * 1000)::bigint), 12, '0'), 32, '0'))::uuid`

const STATEMENTS = [
  `delete from hub.outbox where id in (select id from hub.outbox where id < ${OLD} and state in ('sent', 'superseded') and finished_at < now() - ${KEEP} order by id limit ${BATCH})`,
  `delete from hub.jobs where id in (select id from hub.jobs where id < ${OLD} and state in ('done', 'cancelled') and finished_at < now() - ${KEEP} order by id limit ${BATCH})`,
  `delete from hub.inbox where id in (select i.id from hub.inbox i where i.id < ${OLD} and i.received_at < now() - ${KEEP} and i.state <> 'new'
     and not exists (select 1 from hub.jobs j where j.id = i.id)
     and not exists (select 1 from hub.jobs j where j.origin = i.id and j.id <> j.origin) order by id limit ${BATCH})`,
  `delete from hub.kv where expires_at < now()`,
  `delete from hub.limits where next_at < now() - interval '1 day' and coalesce(closed_until, now()) <= now()`,
]

/** Removes what is older than its use, in small batches so that no statement holds others up. */
export async function prune(sql: Sql): Promise<void> {
  for (const statement of STATEMENTS) {
    // However many came in since the last time: what is left over each time would grow without end.
    for (let gone = BATCH; gone === BATCH; ) {
      const [row] = await sql.query<{ n: number }>(
        `with gone as (${statement} returning 1) select count(*)::int as n from gone`,
      )
      gone = row?.n ?? 0
    }
  }
}
