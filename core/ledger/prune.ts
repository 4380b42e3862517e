import type { Sql } from '../store/sql.ts'

/**
 * Longer than any sender's retry or manual redelivery horizon: within it a repeat is recognised. What a person still has to decide
 * (dead jobs, held and dead sends) is kept.
 */
const KEEP = "interval '30 days'"
/** Where a card stands, and which command the words of a thread continue, is known by their rows alone: one of a card, one of an answer. */
const KEEP_STANDING = "interval '1 year'"
const STANDS = `state = 'sent' and (op = 'post' and message ? 'card' or message ? 'continues' and not message ? 'only')`
const BATCH = 2_000
const FIRST_ID = '00000000-0000-0000-0000-000000000000'
const ALL_AGAIN_MS = 24 * 3_600_000

/** The id that a row made so long ago would have: ids begin with their time, so the primary key finds what is old. */
function idOf(age: string): string {
  return `(rpad(lpad(to_hex((extract(epoch from now() - ${age}) * 1000)::bigint), 12, '0'), 32, '0'))::uuid`
}
const OLD = idOf(KEEP)

const OUTBOX = `
  with gone as (
    delete from hub.outbox where id in (
      select id from hub.outbox where id > $1::uuid and id < $2::uuid and state in ('sent', 'superseded')
        and finished_at < now() - ${KEEP} and (id < ${idOf(KEEP_STANDING)} or not (${STANDS}))
      order by id limit ${BATCH})
    returning id)
  select count(*)::int as n, (select id from gone order by id desc limit 1) as last from gone`

const STATEMENTS = [
  `delete from hub.jobs where id in (select id from hub.jobs where id < ${OLD} and state in ('done', 'cancelled') and finished_at < now() - ${KEEP} order by id limit ${BATCH})`,
  `delete from hub.inbox where id in (select i.id from hub.inbox i where i.id < ${OLD} and i.received_at < now() - ${KEEP} and i.state <> 'new'
     and not exists (select 1 from hub.jobs j where j.id = i.id)
     and not exists (select 1 from hub.jobs j where j.origin = i.id and j.id <> j.origin) order by id limit ${BATCH})`,
  `delete from hub.kv where expires_at < now()`,
  `delete from hub.limits where next_at < now() - interval '1 day' and coalesce(closed_until, now()) <= now()`,
]

/** Removes what is older than its use, in small batches so that no statement holds others up. */
export function createPrune(sql: Sql): () => Promise<void> {
  // What is kept longer is passed over once a day, and not every time.
  let passed = FIRST_ID
  let beganAtMs = performance.now()
  return async () => {
    if (performance.now() - beganAtMs > ALL_AGAIN_MS) {
      passed = FIRST_ID
      beganAtMs = performance.now()
    }
    const [bound] = await sql.query<{ old: string }>(`select ${OLD} as old`)
    const old = bound?.old ?? FIRST_ID
    // However many came in since the last time: what is left over each time would grow without end.
    for (let last: string | null = passed; last !== null; ) {
      passed = last
      const [row] = await sql.query<{ n: number; last: string | null }>(OUTBOX, [passed, old])
      last = row && row.n === BATCH ? row.last : null
    }
    passed = old
    for (const statement of STATEMENTS) {
      for (let gone = BATCH; gone === BATCH; ) {
        const [row] = await sql.query<{ n: number }>(
          `with gone as (${statement} returning 1) select count(*)::int as n from gone`,
        )
        gone = row?.n ?? 0
      }
    }
  }
}
