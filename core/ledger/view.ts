import { HubError, type JobState, type JobsView } from '#contract'
import type { DeliveryView, JobView, LedgerView, ListQuery, Stats } from '../http/ports.ts'
import type { Bell } from '../jobs/rings.ts'
import type { Param, Sql } from '../store/sql.ts'

const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const BODY = 'coalesce(j.body, i.body)'
const JOB = `
  select j.id, j.workspace, j.kind, j.state, j.attempts, j.max_attempts as "maxAttempts", ${iso('j.created_at')} as "createdAt",
    ${iso('j.run_at')} as "runAt", ${iso('j.finished_at')} as "finishedAt", j.error, j.error_code as "errorCode", j.origin, j.result,
    left(case when j.kind <> 'command' then j.kind
      when jsonb_typeof(${BODY} -> 'input') = 'string' then ${BODY} ->> 'input'
      else ${BODY} -> 'input' ->> 'command' end, 200) as summary
  from hub.jobs j left join hub.inbox i on i.id = j.origin and j.body is null`
/** A command that was accepted a moment ago and is not in the job table yet: its job will have the same id. */
const ARRIVED = `
  select i.id, i.workspace, i.kind, 'pending' as state, 0 as attempts, 8 as "maxAttempts", ${iso('i.received_at')} as "createdAt",
    ${iso('i.received_at')} as "runAt", null as "finishedAt", null as error, null as "errorCode", i.id as origin, null as result,
    left(case when jsonb_typeof(i.body -> 'input') = 'string' then i.body ->> 'input' else i.body -> 'input' ->> 'command' end, 200) as summary
  from hub.inbox i where i.id = $1::uuid and i.kind = 'command' and i.state = 'new'`
const DELIVERY = `
  select o.id, o.workspace, o.plugin, o.lane, o.op, o.state, o.attempts, o.message ->> 'text' as text, o.job_id as "jobId",
    ${iso('o.created_at')} as "createdAt", ${iso('o.not_before')} as "notBefore", ${iso('o.finished_at')} as "finishedAt",
    o.error, o.error_code as "errorCode", nullif(o.posted ->> 'message', '') as posted
  from hub.outbox o`

/** Of jobs and deliveries. */
export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function word(state: string): string {
  if (!/^[a-z]+$/.test(state)) throw new HubError('INPUT_INVALID', 'a state is one word')
  return state
}

/** What operators and the console see of the ledger, and the decisions they may take. */
export function createLedgerView(
  sql: Sql,
  deps: { ring(bell: Bell): void },
): LedgerView & { readonly jobsView: JobsView } {
  // Ids begin with the time they were made at: their order is that of arrival.
  async function page<T>(select: string, alias: string, query: ListQuery<string>): Promise<T[]> {
    const where: string[] = []
    const params: Param[] = []
    const add = (clause: (n: number) => string, value: Param) => {
      params.push(value)
      where.push(clause(params.length))
    }
    // In the words of the statement: from a parameter no planner can tell that the index of a few states holds what is asked for.
    if (query.state !== undefined) where.push(`${alias}.state = '${word(query.state)}'`)
    if (query.workspace !== undefined) add((n) => `${alias}.workspace = $${n}`, query.workspace)
    if (query.before !== undefined) add((n) => `${alias}.id < $${n}::uuid`, query.before)
    params.push(Math.min(Math.max(query.limit, 1), 200))
    const filter = where.length > 0 ? `where ${where.join(' and ')}` : ''
    return sql.query<T & object>(`${select} ${filter} order by ${alias}.id desc limit $${params.length}`, params)
  }
  const one = async <T extends object>(text: string, id: string): Promise<T | null> =>
    UUID.test(id)
      ? ((await sql.query<T>(`${text} where ${text === JOB ? 'j' : 'o'}.id = $1::uuid`, [id]))[0] ?? null)
      : null
  const job = async (id: string) =>
    (await one<JobView>(JOB, id)) ?? (UUID.test(id) ? ((await sql.query<JobView>(ARRIVED, [id]))[0] ?? null) : null)
  const delivery = (id: string) => one<DeliveryView>(DELIVERY, id)
  const mustJob = async (id: string) => (await job(id)) ?? missing('job', id)
  const mustDelivery = async (id: string) => (await delivery(id)) ?? missing('delivery', id)

  /** The state check is in the statement: two people who decide at once have one effect. */
  async function change(id: string, set: string, states: readonly string[]): Promise<void> {
    const from = states.map((s) => `'${s}'`).join(', ')
    const changed = await sql.query(
      `update hub.outbox set ${set} where id = $1::uuid and state in (${from}) returning id`,
      [id],
    )
    if (changed.length === 0) {
      const { state } = await mustDelivery(id)
      throw new HubError('CONFLICT', `delivery ${id} is ${state}; this is for ${states.join(' or ')} ones`)
    }
    deps.ring('outbox')
  }
  return {
    jobs: {
      list: (query) => page<JobView>(JOB, 'j', query),
      get: job,
      async retry(id) {
        await mustJob(id)
        // Behind whatever is in its lane by now: what runs there has begun without it.
        const changed = await sql.query(
          `update hub.jobs set state = 'pending', attempts = 0, run_at = clock_timestamp(), finished_at = null,
             seq = nextval(pg_get_serial_sequence('hub.jobs', 'seq'))
           where id = $1::uuid and state in ('dead', 'cancelled') returning id`,
          [id],
        )
        const now = await mustJob(id)
        if (changed.length === 0)
          throw new HubError('CONFLICT', `job ${id} is ${now.state}; only dead or cancelled ones are tried again`)
        deps.ring('jobs')
        return now
      },
    },
    deliveries: {
      list: (query) => page<DeliveryView>(DELIVERY, 'o', query),
      get: delivery,
      async retry(id) {
        await mustDelivery(id)
        await change(
          id,
          `state = 'pending', attempts = 0, not_before = clock_timestamp(), finished_at = null, error = null`,
          ['dead'],
        )
        return mustDelivery(id)
      },
      async resolve(id, outcome) {
        await mustDelivery(id)
        const set = {
          sent: `state = 'sent', finished_at = clock_timestamp(), error = 'confirmed by hand'`,
          resend: `state = 'pending', attempts = 0, not_before = clock_timestamp()`,
          drop: `state = 'dead', finished_at = clock_timestamp(), error = 'given up by hand'`,
        }[outcome]
        await change(id, set, ['held'])
        return mustDelivery(id)
      },
    },
    jobsView: {
      async get(workspace, id) {
        if (!UUID.test(id)) return null
        const [row] = await sql.query<{ id: string; state: JobState; attempts: number; error: string | null }>(
          `select j.id, j.state, j.attempts, j.error from hub.jobs j where j.id = $1::uuid and j.workspace = $2
           union all select i.id, 'queued', 0, null from hub.inbox i where i.id = $1::uuid and i.workspace = $2 and i.state = 'new'`,
          [id, workspace],
        )
        return row ?? null
      },
    },
  }
}

export async function ledgerStats(sql: Sql): Promise<Stats> {
  const [head, jobs, outbox] = await Promise.all([
    sql.query<{ age: number; fresh: number }>(
      `select coalesce((select extract(epoch from clock_timestamp() - min(run_at)) from hub.jobs
         where state = 'pending' and run_at <= now()), 0)::float8 as age,
       (select count(*) from hub.inbox where state = 'new')::int as fresh`,
    ),
    // States that grow without end are not counted. One count for each of the others, so that its partial index serves it.
    sql.query<{ state: string; n: number }>(countsOf('jobs', ['pending', 'running', 'dead'])),
    sql.query<{ state: string; n: number }>(
      countsOf('outbox', ['pending', 'inflight', 'unknown', 'reconciling', 'held', 'dead']),
    ),
  ])
  const counts = (rows: readonly { state: string; n: number }[]) => Object.fromEntries(rows.map((r) => [r.state, r.n]))
  return {
    queueAgeSeconds: head[0]?.age ?? 0,
    inboxNew: head[0]?.fresh ?? 0,
    jobs: counts(jobs),
    outbox: counts(outbox),
  }
}

function countsOf(table: 'jobs' | 'outbox', states: readonly string[]): string {
  return states
    .map((s) => `select '${s}' as state, count(*)::int as n from hub.${table} where state = '${s}'`)
    .join(' union all ')
}

function missing(what: string, id: string): never {
  throw new HubError('NOT_FOUND', `there is no ${what} ${id}`)
}
