import type { Message, Place, Posted } from '#contract'
import { storableText } from './inbox.ts'

/** An outbox row to be written together with what caused it. */
export interface NewSend {
  readonly id: string
  readonly workspace: string
  readonly key: string
  readonly jobId: string | null
  readonly plugin: string
  readonly lane: string
  readonly op: 'post' | 'update'
  readonly place: unknown
  readonly target: string | null
  readonly message: unknown
  readonly supersedes: string | null
}
/** One send this process holds. It is `inflight` in the database before its HTTP call begins. */
export interface ClaimedSend {
  readonly id: string
  readonly workspace: string
  readonly key: string
  readonly jobId: string | null
  readonly plugin: string
  readonly lane: string
  readonly op: 'post' | 'update'
  readonly place: Place
  readonly message: Message
  readonly attempts: number
  readonly fence: number
  readonly reserved: boolean
  readonly looks: number
  /** When the attempt that is in doubt began, and how long ago that is, both by the database's clock. */
  readonly attemptStartedAtMs: number
  readonly attemptAgeMs: number
  /** For an update: where the post it edits stands, once known. */
  readonly targetPosted: Posted | null
  readonly targetState: string | null
  /** `performance.now()` of this process before the claim went out. */
  readonly askedAtMs: number
}
/** States in which a send holds back what follows it in its lane. */
export const UNFINISHED = `('pending', 'inflight', 'unknown', 'reconciling', 'held')`

/**
 * `insert … select` of outbox rows from a JSON parameter. A key that is there already is the same effect and is dropped. Rows that say `take` and
 * are the head of their lane are this worker's at once: one commit less, and the call begins right after it.
 */
export function insertSends(param: string, where: string, [worker, leaseMs] = ['null', '0']): string {
  return `
    insert into hub.outbox (id, workspace, key, job_id, plugin, lane, op, place, target, message, supersedes,
                            state, attempts, fence, worker, attempt_started_at, lease_until)
    select id, workspace, key, job_id, plugin, lane, op, place::jsonb, target, message::jsonb, supersedes,
           case when head then 'inflight' else 'pending' end, head::int, head::int,
           case when head then ${worker} end, case when head then clock_timestamp() end,
           case when head then clock_timestamp() + ${leaseMs}::int * interval '1 millisecond' end
    from (
      select r.*, r.take and not exists (
        select 1 from hub.outbox e where e.lane = r.lane and e.state in ${UNFINISHED}) as head
      from json_to_recordset(${param}::text::json)
        as r(id uuid, workspace text, key text, job_id uuid, plugin text, lane text, op text, place text, target text,
             message text, supersedes text, n int, take bool)
      ${where}
    ) r order by n
    on conflict (workspace, key) do nothing`
}

/** JSON parameter of `insertSends`. */
export function sendRows(
  sends: readonly NewSend[],
  storable: (json: string) => string,
  take: ReadonlySet<NewSend> = new Set(),
) {
  return sends.map((s, n) => ({
    n,
    take: take.has(s),
    id: s.id,
    workspace: s.workspace,
    key: storableText(s.key),
    job_id: s.jobId,
    plugin: s.plugin,
    lane: storableText(s.lane),
    op: s.op,
    place: storable(JSON.stringify(s.place)),
    target: s.target === null ? null : storableText(s.target),
    message: storable(JSON.stringify(s.message)),
    supersedes: s.supersedes === null ? null : storableText(s.supersedes),
  }))
}

/** What a claim would have read back. */
export function claimed(send: NewSend, attemptStartedAtMs: number, askedAtMs: number): ClaimedSend {
  return {
    ...send,
    place: send.place as Place,
    message: send.message as Message,
    attempts: 1,
    fence: 1,
    reserved: false,
    looks: 0,
    attemptStartedAtMs,
    attemptAgeMs: 0,
    targetPosted: null,
    targetState: null,
    askedAtMs,
  }
}
