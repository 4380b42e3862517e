import type { Posted } from '#contract'
import { gather } from '../gather.ts'
import { isAway, type Sql } from '../store/sql.ts'
import { type CardSends, showCard } from './cards.ts'
import { storableText } from './inbox.ts'
import { type ClaimedSend, insertSends, type NewSend, sendRows, UNFINISHED } from './sends.ts'

/** What became of it. `waitMs` delays the next try; `closeFollowers` keeps the rest of its lane from being looked at before then. */
export interface Settled {
  readonly id: string
  readonly fence: number
  readonly state: 'sent' | 'pending' | 'unknown' | 'dead' | 'held' | 'superseded'
  readonly posted: Posted | null
  readonly error: string | null
  readonly errorCode: string | null
  readonly waitMs: number
  /** Limit slots stay reserved for the next try. */
  readonly reserved: boolean
  /** The try did not count: nothing was sent. */
  readonly uncounted: boolean
  /** An edit that is a post from now on: the message it edits is gone or its place unknown. */
  readonly asPost: boolean
}
export interface Outbox {
  insert(sends: readonly NewSend[]): Promise<void>
  show(card: CardSends): Promise<void>
  claim(limit: number): Promise<ClaimedSend[]>
  /** Takes unknown sends that are due for a look. */
  claimUnknown(limit: number): Promise<ClaimedSend[]>
  /** Is a later revision of what this edit shows stored for the same message, and not given up? */
  isStale(send: ClaimedSend): Promise<boolean>
  /** False when the fence was passed. */
  settle(settled: Settled): Promise<boolean>
  /** Gives back sends that may have been stored as taken by a finish whose answer was lost: this process has not begun them. */
  giveBack(sends: readonly NewSend[]): Promise<void>
  renew(held: readonly { id: string; fence: number }[]): Promise<Set<string>>
  /** Sends whose worker vanished in the middle: their outcome is unknown. Returns how many. */
  sweep(settleMs: number): Promise<number>
}

const COLUMNS = `o.id, o.workspace, o.key, o.job_id as "jobId", o.plugin, o.lane, o.op, o.place, o.message, o.attempts, o.fence,
  o.reserved, o.looks, (extract(epoch from o.attempt_started_at) * 1000)::float8 as "attemptStartedAtMs",
  (extract(epoch from clock_timestamp() - o.attempt_started_at) * 1000)::float8 as "attemptAgeMs", o.seq::float8 as seq,
  t.posted as "targetPosted", t.state as "targetState"`

const CLAIM = `
  with due as (
    select o.id from hub.outbox o
    where o.state = 'pending' and o.not_before <= statement_timestamp()
      and not exists (select 1 from hub.outbox e where e.lane = o.lane and e.state in ${UNFINISHED} and e.seq < o.seq)
    order by o.not_before, o.seq limit $1
    for update of o skip locked
  ), taken as (
    update hub.outbox o
    set state = 'inflight', attempts = o.attempts + 1, fence = o.fence + 1, worker = $2,
        attempt_started_at = clock_timestamp(), lease_until = clock_timestamp() + $3::int * interval '1 millisecond'
    from due where o.id = due.id
    returning o.*
  )
  select ${COLUMNS} from taken o left join hub.outbox t on t.workspace = o.workspace and t.key = o.target`

const CLAIM_UNKNOWN = `
  with due as (
    select o.id from hub.outbox o where o.state = 'unknown' and o.not_before <= statement_timestamp()
    order by o.not_before limit $1 for update of o skip locked
  ), taken as (
    update hub.outbox o
    set state = 'reconciling', fence = o.fence + 1, looks = o.looks + 1, worker = $2,
        lease_until = clock_timestamp() + $3::int * interval '1 millisecond'
    from due where o.id = due.id
    returning o.*
  )
  select ${COLUMNS} from taken o left join hub.outbox t on t.workspace = o.workspace and t.key = o.target`

// The states stand in a case, as in the statements of jobs. A row that a sweep has made unknown has a passed fence, and until somebody looks for the
// send its maker alone knows the outcome.
const SETTLE = `
  with ended as (
    update hub.outbox o
    set state = r.state, posted = coalesce(r.posted::jsonb, o.posted), error = r.error, error_code = r.error_code,
        lease_until = null, reserved = r.reserved,
        op = case when r.as_post then 'post' else o.op end, target = case when r.as_post then null else o.target end,
        place = case when r.as_post then o.place - 'message' else o.place end,
        attempts = o.attempts - case when r.uncounted then 1 else 0 end,
        looks = case when r.state in ('unknown', 'held') then o.looks else 0 end,
        not_before = case when r.state in ('pending', 'unknown')
          then clock_timestamp() + r.wait_ms * interval '1 millisecond' else o.not_before end,
        finished_at = case when r.state in ('sent', 'dead', 'superseded') then clock_timestamp() end
    from json_to_recordset($1::text::json)
      as r(id uuid, fence int, state text, posted text, error text, error_code text, wait_ms int, reserved bool, uncounted bool, as_post bool)
    where o.id = r.id
      and o.fence = case o.state when 'inflight' then r.fence when 'reconciling' then r.fence when 'unknown' then r.fence + 1 end
    returning o.id
  )
  select id from ended`

const STALE = `
  select 1 from hub.outbox o
  where o.workspace = $1 and o.lane = $2 and o.op = 'update' and o.message ? 'card' and o.place ->> 'message' = $3
    and o.message -> 'card' ->> 'of' = $4 and (o.message -> 'card' ->> 'revision')::float8 > $5::float8
    and o.state not in ('dead', 'superseded') limit 1`

const GIVE_BACK = `
  update hub.outbox o set state = 'pending', attempts = 0, fence = o.fence + 1, lease_until = null
  from json_to_recordset($1::text::json) as r(id uuid)
  where o.id = r.id and o.worker = $2 and o.fence = case o.state when 'inflight' then 1 end`

const RENEW = `
  update hub.outbox o set lease_until = clock_timestamp() + $2::int * interval '1 millisecond'
  from json_to_recordset($1::text::json) as r(id uuid, fence int)
  where o.id = r.id and o.fence = case when o.state in ('inflight', 'reconciling') then r.fence end
  returning o.id`

const SWEEP = `
  with lapsed as (
    select id from hub.outbox where state in ('inflight', 'reconciling') and lease_until < statement_timestamp()
    limit 500 for update skip locked
  )
  update hub.outbox o
  set state = 'unknown', fence = o.fence + 1, lease_until = null,
      not_before = clock_timestamp() + $1::int * interval '1 millisecond',
      error = 'its worker stopped in the middle of the send', error_code = 'OUTCOME_UNKNOWN'
  from lapsed where o.id = lapsed.id
  returning o.id`

export function createOutbox(
  sql: Sql,
  options: { readonly worker: string; readonly leaseMs: number; readonly storable: (json: string) => string },
): Outbox {
  const settle = gather<Settled, boolean>(
    async (batch) => {
      const rows = batch.map((s) => ({
        id: s.id,
        fence: s.fence,
        state: s.state,
        posted: s.posted === null ? null : options.storable(JSON.stringify(s.posted)),
        error: s.error === null ? null : storableText(s.error),
        error_code: s.errorCode,
        wait_ms: Math.round(s.waitMs),
        reserved: s.reserved,
        uncounted: s.uncounted,
        as_post: s.asPost,
      }))
      const settled = await sql.query<{ id: string }>(SETTLE, [JSON.stringify(rows)])
      const ids = new Set(settled.map((r) => r.id))
      return batch.map((s) => ids.has(s.id))
    },
    { max: 100, width: 2, isOwnFault: (error) => !isAway(error) },
  )
  const take = async (text: string, limit: number): Promise<ClaimedSend[]> => {
    const askedAtMs = performance.now()
    const rows = await sql.query<Omit<ClaimedSend, 'askedAtMs'> & { seq: number }>(text, [
      limit,
      options.worker,
      options.leaseMs,
    ])
    return rows.sort((a, b) => a.seq - b.seq).map((row) => ({ ...row, askedAtMs }))
  }
  return {
    async insert(sends) {
      if (sends.length === 0) return
      await sql.transaction(async (tx) => {
        for (const s of sends) {
          if (s.supersedes === null) continue
          // Only what has not been sent yet: a send under way stays first in its lane.
          await tx.query(
            `update hub.outbox set state = 'superseded', finished_at = clock_timestamp()
             where lane = $1 and supersedes = $2 and state = 'pending' and attempts = 0`,
            [storableText(s.lane), storableText(s.supersedes)],
          )
        }
        await tx.query(insertSends('$1', ''), [JSON.stringify(sendRows(sends, options.storable))])
      })
    },
    show: (card) => showCard(sql, card, options.storable),
    claim: (limit) => take(CLAIM, limit),
    claimUnknown: (limit) => take(CLAIM_UNKNOWN, limit),
    async isStale({ workspace, lane, place, message: { card } }) {
      if (!card || !('message' in place)) return false
      const later = await sql.query(STALE, [workspace, lane, String(place.message), card.of, card.revision])
      return later.length > 0
    },
    settle,
    async giveBack(sends) {
      await sql.query(GIVE_BACK, [JSON.stringify(sends.map(({ id }) => ({ id }))), options.worker])
    },
    async renew(held) {
      if (held.length === 0) return new Set()
      const rows = await sql.query<{ id: string }>(RENEW, [JSON.stringify(held), options.leaseMs])
      return new Set(rows.map((r) => r.id))
    },
    sweep: async (settleMs) => (await sql.query(SWEEP, [settleMs])).length,
  }
}
