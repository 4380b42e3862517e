import type { Sql } from '../store/sql.ts'
import type { ClaimedJob } from './jobs.ts'

/** Which jobs an arrival of a kind becomes: one for a command, one for each subscriber of an event. */
export interface Route {
  readonly kind: string
  readonly job: string
  readonly maxAttempts: number
  readonly backoffMs: number
}
export interface Dispatched {
  /** Arrivals turned into jobs; as many as `limit` means there may be more. */
  readonly arrivals: number
  readonly taken: readonly ClaimedJob[]
}

// A command's job has the id of its arrival, which the acknowledgement already named; an event's jobs derive theirs from it, its time included.
//
// Order: two dispatchers meet at the oldest arrival, and the second waits there (`for update`, not `skip locked`). So jobs are made in order of
// arrival, and whoever waited finds those rows done.
//
// The first `$3` jobs without a lane are stored as this worker's own, which saves a claim. Not those of a lane: whether something before them in it is
// unfinished must be asked after this statement's snapshot.
const DISPATCH = `
  with picked as (
    select id, workspace, kind, lane, seq, body, received_at from hub.inbox where state = 'new' order by seq limit $1 for update
  ), routes as (
    select * from json_to_recordset($2::text::json) as r(kind text, job text, max_attempts int, backoff_ms int)
  ), planned as (
    select case when r.job = 'command' then p.id
             else (left(p.id::text, 18) || substr(md5(p.id::text || r.job)::uuid::text, 19))::uuid end as id,
           p.workspace, r.job, p.lane, p.id as origin, r.max_attempts, r.backoff_ms, p.seq,
           p.lane is null and row_number() over (partition by p.lane is null order by p.seq) <= $3::int as head
    from picked p join routes r on r.kind = p.kind
  ), made as (
    insert into hub.jobs (id, workspace, kind, key, lane, origin, max_attempts, backoff_ms, state, attempts, fence, worker, lease_until)
    select id, workspace, job, job || ':' || origin, lane, origin, max_attempts, backoff_ms,
           case when head then 'running' else 'pending' end, head::int, head::int, case when head then $4 end,
           case when head then clock_timestamp() + $5::int * interval '1 millisecond' end
    from planned order by seq
    on conflict (workspace, key) do nothing
    returning *
  ), marked as (
    update hub.inbox i
    set state = case when exists (select 1 from routes r where r.kind = i.kind) then 'dispatched' else 'ignored' end
    from picked p where i.id = p.id
    returning i.id
  )
  select j.id, j.workspace, j.kind, j.lane, j.attempts, j.max_attempts as "maxAttempts", j.backoff_ms as "backoffMs", j.fence,
    j.origin, p.body, (extract(epoch from clock_timestamp() - p.received_at) * 1000)::float8 as "waitedMs", j.seq::float8 as seq
  from made j join picked p on p.id = j.origin where j.state = 'running'
  union all
  select null, null, null, null, count(*)::int, 0, 0, 0, null, null, 0, 0 from marked`

/** Turns new arrivals into jobs, in order, up to `take` of them for this worker to begin at once. Runs no handler and takes milliseconds. */
export async function dispatchArrivals(
  sql: Sql,
  routes: readonly Route[],
  limit: number,
  own: { readonly take: number; readonly worker: string; readonly leaseMs: number },
): Promise<Dispatched> {
  const table = JSON.stringify(
    routes.map((r) => ({ kind: r.kind, job: r.job, max_attempts: r.maxAttempts, backoff_ms: r.backoffMs })),
  )
  const askedAtMs = performance.now()
  const rows = await sql.query<Omit<ClaimedJob, 'id' | 'askedAtMs'> & { id: string | null; seq: number }>(DISPATCH, [
    limit,
    table,
    own.take,
    own.worker,
    own.leaseMs,
  ])
  const arrivals = rows.find((row) => row.id === null)?.attempts ?? 0
  const taken = rows.flatMap(({ id, ...row }) => (id === null ? [] : [{ ...row, id, askedAtMs }]))
  return { arrivals, taken: taken.sort((a, b) => a.seq - b.seq) }
}
