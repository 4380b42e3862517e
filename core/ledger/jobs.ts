import { gather } from '../gather.ts'
import { isAway, type Sql } from '../store/sql.ts'
import { storableText } from './inbox.ts'
import { type ClaimedSend, claimed, insertSends, type NewSend, sendRows } from './sends.ts'

/** A job this process holds, until its lease lapses or its fence is passed. */
export interface ClaimedJob {
  readonly id: string
  readonly workspace: string
  readonly kind: string
  readonly lane: string | null
  readonly attempts: number
  readonly maxAttempts: number
  readonly backoffMs: number
  readonly fence: number
  readonly origin: string | null
  readonly body: unknown
  /** Milliseconds it waited since it was made. */
  readonly waitedMs: number
  /** `performance.now()` of this process before the claim went out. */
  readonly askedAtMs: number
}
export interface NewJob {
  readonly id: string
  readonly workspace: string
  readonly kind: string
  readonly key: string
  readonly lane: string | null
  readonly body: unknown
  readonly maxAttempts: number
  readonly backoffMs: number
  readonly delayMs: number
  readonly origin: string | null
}
/** How a run ended. `sends` are stored in the same statement, and only when the fence still matches. */
export interface Finish {
  readonly id: string
  readonly fence: number
  readonly state: 'done' | 'dead' | 'pending'
  /** The answer as JSON text. */
  readonly result: string | null
  readonly error: string | null
  readonly errorCode: string | null
  /** For 'pending': when to try again. */
  readonly delayMs: number
  readonly sends: readonly NewSend[]
  /** How many of them this process can make at once: stored as taken, where nothing before them in their lane is unfinished. */
  readonly take: number
}
export interface Finished {
  /** False when the fence was passed: somebody else has the job, and nothing was written. */
  readonly stored: boolean
  readonly taken: readonly ClaimedSend[]
}
export interface Swept {
  readonly id: string
  readonly state: 'pending' | 'dead'
}
export interface JobsLedger {
  claim(limit: number): Promise<ClaimedJob[]>
  finish(finish: Finish): Promise<Finished>
  /** Ids still held; whatever is missing was lost and must stop. */
  renew(held: readonly { id: string; fence: number }[]): Promise<Set<string>>
  /** Ids of the stored jobs: for a key that was there already, the id of the job that has it. */
  enqueue(jobs: readonly NewJob[]): Promise<readonly string[]>
  /** Jobs whose worker vanished: back to pending, or dead after their last attempt. */
  sweep(): Promise<Swept[]>
}

// The head of each lane, oldest first. A follower is taken only when nothing before it in its lane is unfinished.
const CLAIM = `
  with due as (
    select j.id from hub.jobs j
    where j.state = 'pending' and j.run_at <= statement_timestamp()
      and (j.lane is null or not exists (
        select 1 from hub.jobs e where e.lane = j.lane and e.state in ('pending', 'running') and e.seq < j.seq))
    order by j.run_at, j.seq limit $1
    for update of j skip locked
  )
  update hub.jobs j
  set state = 'running', attempts = j.attempts + 1, fence = j.fence + 1, worker = $2,
      lease_until = clock_timestamp() + $3::int * interval '1 millisecond'
  from due where j.id = due.id
  returning j.id, j.workspace, j.kind, j.lane, j.attempts, j.max_attempts as "maxAttempts", j.backoff_ms as "backoffMs",
    j.fence, j.origin, coalesce(j.body, (select i.body from hub.inbox i where i.id = j.origin)) as body,
    (extract(epoch from clock_timestamp() - j.created_at) * 1000)::float8 as "waitedMs", j.seq::float8 as seq`

// The state stands in a case where the id is what finds a row: as a condition of its own it lets the planner, who sees a queue when it is empty, read the
// index of what is under way from end to end, with every row that was in it since the last vacuum.
const FINISH = `
  with ended as (
    update hub.jobs j
    set state = r.state, result = r.result::jsonb, error = r.error, error_code = r.error_code, lease_until = null,
        finished_at = case when r.state = 'pending' then null else clock_timestamp() end,
        run_at = case when r.state = 'pending' then clock_timestamp() + r.delay_ms * interval '1 millisecond' else j.run_at end
    from json_to_recordset($1::text::json)
      as r(id uuid, fence int, state text, result text, error text, error_code text, delay_ms int)
    where j.id = r.id and j.fence = case j.state when 'running' then r.fence end
    returning j.id
  ), overtaken as (
    update hub.outbox o set state = 'superseded', finished_at = clock_timestamp()
    from json_to_recordset($3::text::json) as r(job_id uuid, lane text, supersedes text)
    where o.lane = r.lane and o.supersedes = r.supersedes
      and o.state = 'pending' and o.attempts = 0 and exists (select 1 from ended where ended.id = r.job_id)
    returning 1
  ), stored as (${insertSends('$2', 'where exists (select 1 from ended where ended.id = r.job_id)', ['$4', '$5'])}
    returning id, state, (extract(epoch from attempt_started_at) * 1000)::float8 as started)
  select id, null::float8 as started from ended
  union all select id, started from stored where state = 'inflight'`

/** Of each lane the first alone: what follows it waits. An edit of a post whose place is not known yet is looked up by its claim. */
function takeable(batch: readonly Finish[]): Set<NewSend> {
  const lanes = new Set<string>()
  const taken = new Set<NewSend>()
  for (const { sends, take } of batch) {
    let left = take
    for (const send of sends) {
      const first = !lanes.has(send.lane)
      lanes.add(send.lane)
      if (!first || left === 0 || send.target !== null) continue
      taken.add(send)
      left--
    }
  }
  return taken
}

const ENQUEUE = `
  insert into hub.jobs (id, workspace, kind, key, lane, body, max_attempts, backoff_ms, run_at, origin)
  select id, workspace, kind, key, lane, body::jsonb, max_attempts, backoff_ms,
         clock_timestamp() + delay_ms * interval '1 millisecond', origin
  from json_to_recordset($1::text::json)
    as r(id uuid, workspace text, kind text, key text, lane text, body text, max_attempts int, backoff_ms int, delay_ms int, origin uuid)
  on conflict (workspace, key) do nothing
  returning id`

const STORED = `
  select j.id, j.workspace, j.key from hub.jobs j
  join json_to_recordset($1::text::json) as r(workspace text, key text) on j.workspace = r.workspace and j.key = r.key`

const RENEW = `
  update hub.jobs j set lease_until = clock_timestamp() + $2::int * interval '1 millisecond'
  from json_to_recordset($1::text::json) as r(id uuid, fence int)
  where j.id = r.id and j.fence = case j.state when 'running' then r.fence end
  returning j.id`

// One of them may have ended the process. Started together again they would die together until each had used up its attempts, so they
// are spread out, in any order: the culprit meets few others, and never the same ones.
const SWEEP = `
  with held as (
    select id from hub.jobs where state = 'running' and lease_until < statement_timestamp() limit 500 for update skip locked
  ), lapsed as (
    select id, row_number() over (order by random()) - 1 as place from held
  )
  update hub.jobs j
  set state = case when j.attempts >= j.max_attempts then 'dead' else 'pending' end,
      fence = j.fence + 1, lease_until = null,
      error = 'its worker stopped in the middle of attempt ' || j.attempts, error_code = 'UNAVAILABLE',
      finished_at = case when j.attempts >= j.max_attempts then clock_timestamp() end,
      run_at = clock_timestamp() + (least(30000, (j.attempts - 1) * j.backoff_ms)
        + lapsed.place * case when j.attempts = 1 then 10 else 100 end) * interval '1 millisecond'
  from lapsed where j.id = lapsed.id
  returning j.id, j.state`

export function createJobsLedger(
  sql: Sql,
  options: { readonly worker: string; readonly leaseMs: number; readonly storable: (json: string) => string },
): JobsLedger {
  const { storable } = options
  const finish = gather<Finish, Finished>(
    async (batch) => {
      const ends = batch.map((f) => ({
        id: f.id,
        fence: f.fence,
        state: f.state,
        result: f.result === null ? null : storable(f.result),
        error: f.error === null ? null : storableText(f.error),
        error_code: f.errorCode,
        delay_ms: Math.round(f.delayMs),
      }))
      const sends = batch.flatMap((f) => f.sends)
      const made = sendRows(sends, storable, takeable(batch))
      const overtaking = made
        .filter((s) => s.supersedes !== null)
        .map(({ job_id, lane, supersedes }) => ({ job_id, lane, supersedes }))
      const params = [ends, made, overtaking].map((rows) => JSON.stringify(rows))
      const askedAtMs = performance.now()
      const rows = await sql.query<{ id: string; started: number | null }>(FINISH, [
        ...params,
        options.worker,
        options.leaseMs,
      ])
      const started = new Map(rows.map((r) => [r.id, r.started]))
      return batch.map((f) => ({
        stored: started.has(f.id),
        taken: f.sends.flatMap((s) => {
          const attemptStartedAtMs = started.get(s.id)
          return attemptStartedAtMs == null ? [] : [claimed(s, attemptStartedAtMs, askedAtMs)]
        }),
      }))
    },
    { max: 100, width: 2, isOwnFault: (error) => !isAway(error) },
  )
  const enqueue = gather<readonly NewJob[], readonly string[]>(
    async (batch) => {
      const jobs = batch.flat()
      const rows = jobs.map((j) => ({
        id: j.id,
        workspace: j.workspace,
        kind: j.kind,
        key: storableText(j.key),
        lane: j.lane === null ? null : storableText(j.lane),
        body: storable(JSON.stringify(j.body)),
        max_attempts: j.maxAttempts,
        backoff_ms: j.backoffMs,
        delay_ms: Math.round(j.delayMs),
        origin: j.origin,
      }))
      const made = await sql.query(ENQUEUE, [JSON.stringify(rows)])
      if (made.length === jobs.length) return batch.map((list) => list.map((j) => j.id))
      const stored = await sql.query<{ id: string; workspace: string; key: string }>(STORED, [JSON.stringify(rows)])
      const ids = new Map(stored.map((s) => [`${s.workspace} ${s.key}`, s.id]))
      return batch.map((list) => list.map((j) => ids.get(`${j.workspace} ${storableText(j.key)}`) ?? j.id))
    },
    { max: 100, width: 2, isOwnFault: (error) => !isAway(error) },
  )
  return {
    async claim(limit) {
      const askedAtMs = performance.now()
      const rows = await sql.query<Omit<ClaimedJob, 'askedAtMs'> & { seq: number }>(CLAIM, [
        limit,
        options.worker,
        options.leaseMs,
      ])
      // `returning` has no order of its own
      return rows.sort((a, b) => a.seq - b.seq).map((row) => ({ ...row, askedAtMs }))
    },
    finish,
    async renew(held) {
      if (held.length === 0) return new Set()
      const rows = await sql.query<{ id: string }>(RENEW, [JSON.stringify(held), options.leaseMs])
      return new Set(rows.map((r) => r.id))
    },
    enqueue: async (jobs) => (jobs.length === 0 ? [] : enqueue(jobs)),
    sweep: () => sql.query<Swept>(SWEEP),
  }
}
