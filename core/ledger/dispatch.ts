import type { Sql } from '../store/sql.ts'

/** Which jobs an arrival of a kind becomes: one for a command, one for each subscriber of an event. */
export interface Route {
  readonly kind: string
  readonly job: string
  readonly maxAttempts: number
  readonly backoffMs: number
}

/** One dispatcher at a time in the whole system, so that jobs are made in order of arrival. It runs no handler and takes milliseconds. */
const DISPATCH_LOCK = 7_240_002

// A command's job has the id of its arrival, which the acknowledgement already named; an event's jobs derive theirs from it.
const DISPATCH = `
  with picked as (
    select id, workspace, kind, lane, seq from hub.inbox where state = 'new' order by seq limit $1 for update
  ), routes as (
    select * from json_to_recordset($2::text::json) as r(kind text, job text, max_attempts int, backoff_ms int)
  ), made as (
    insert into hub.jobs (id, workspace, kind, key, lane, origin, max_attempts, backoff_ms)
    select case when r.job = 'command' then p.id else md5(p.id::text || r.job)::uuid end,
           p.workspace, r.job, r.job || ':' || p.id, p.lane, p.id, r.max_attempts, r.backoff_ms
    from picked p join routes r on r.kind = p.kind
    order by p.seq
    on conflict (workspace, key) do nothing
    returning origin
  )
  update hub.inbox i
  set state = case when exists (select 1 from routes r where r.kind = i.kind) then 'dispatched' else 'ignored' end
  from picked p where i.id = p.id
  returning i.id`

/** Turns new arrivals into jobs, in order. Returns how many were taken; `limit` of them means there may be more. */
export async function dispatchArrivals(sql: Sql, routes: readonly Route[], limit: number): Promise<number> {
  const table = JSON.stringify(
    routes.map((r) => ({ kind: r.kind, job: r.job, max_attempts: r.maxAttempts, backoff_ms: r.backoffMs })),
  )
  return sql.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1::int)', [DISPATCH_LOCK])
    return (await tx.query(DISPATCH, [limit, table])).length
  })
}
