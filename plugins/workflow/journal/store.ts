import { and, asc, eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Db, Json } from '#contract'
import { hasEnded, isOver, type RunState, type StepState } from '../plan/state.ts'
import { type Change, leftBy } from '../runs/apply.ts'
import type { Snapshot, Transition } from '../runs/run.ts'
import { workflowApprovals, workflowRuns, workflowSteps, workflowTransitions, workflowWaits } from '../tables.ts'
import { observed, planned } from './entries.ts'

type Tx = Pick<Db, 'select' | 'insert' | 'update' | 'delete' | 'execute'>

/**
 * Writes each difference with its transitions and what ends with it, for any number of runs in one statement: each further one would be a way to
 * the database for every step. A run that was changed since it was read, or that somebody holds, is left as it is. `looked`: runs of which nothing
 * changes, if they still are as they were read. Returns the new revisions.
 */
export async function writeChanges(
  tx: Tx,
  changes: readonly Change[],
  looked: readonly Snapshot[] = [],
): Promise<ReadonlyMap<string, number>> {
  const written = changes.map(writingOf)
  const same = looked.map(({ run, state }) => ({ ...rowOfRun(run, state), next: run.revision }))
  const rows = (list: readonly object[]) => JSON.stringify(list)
  const all = <T>(pick: (one: Writing) => readonly T[]) => written.flatMap((one) => pick(one))
  const ended = all(({ leaving }) => leaving)
  const leave = sql`, left_waits as (
      delete from ${workflowWaits} w using held h, json_to_recordset(${rows(ended)}::text::json) as r(run_id uuid, step text)
      where h.id = r.run_id and w.workspace = h.workspace and w.run_id = r.run_id and w.step = r.step
      returning 1
    ), closed as (
      update ${workflowApprovals} a set state = 'void', closed_at = clock_timestamp()
      from held h, json_to_recordset(${rows(ended)}::text::json) as r(run_id uuid, step text)
      where h.id = r.run_id and a.workspace = h.workspace and a.run_id = r.run_id and a.step = r.step and a.state = 'open'
      returning 1
    )`
  const stored = await tx.execute(sql`
    with given as (
      select * from json_to_recordset(${rows([...all(({ run }) => [run]), ...same])}::text::json)
        as r(workspace text, id uuid, revision int, next int, status text, outcome text, reason text, started int, is_over boolean)
    ), held as (
      select g.* from given g join ${workflowRuns} w on w.workspace = g.workspace and w.id = g.id
      where w.revision = g.revision for update of w skip locked
    ), entries as (
      insert into ${workflowTransitions} (workspace, run_id, seq, step, attempt, cause, status, note, output, by)
      select h.workspace, h.id, r.seq, r.step, r.attempt, r.cause, r.status, r.note, r.output, r.by
      from jsonb_to_recordset(${rows(all(({ entries }) => entries))}::text::jsonb)
        as r(run_id uuid, seq int, step text, attempt int, cause text, status text, note text, output jsonb, by text)
      join held h on h.id = r.run_id
      returning 1
    ), steps as (
      insert into ${workflowSteps} as s
        (workspace, run_id, key, step, status, attempt, output, error, ended, started_at, finished_at)
      select h.workspace, h.id, r.key, r.step, r.status, r.attempt, r.output, r.error, r.ended,
        clock_timestamp(), case when r.is_over then clock_timestamp() end
      from jsonb_to_recordset(${rows(all(({ steps }) => steps))}::text::jsonb)
        as r(run_id uuid, key text, step text, status text, attempt int, output jsonb, error text, ended int, is_over boolean)
      join held h on h.id = r.run_id
      on conflict (workspace, run_id, key) do update set
        status = excluded.status, attempt = excluded.attempt, output = excluded.output, error = excluded.error,
        ended = excluded.ended, started_at = coalesce(s.started_at, excluded.started_at), finished_at = excluded.finished_at
      returning 1
    )${ended.length > 0 ? leave : sql``}, stored as (
      update ${workflowRuns} w set
        status = h.status, outcome = h.outcome, reason = h.reason, started = h.started, revision = h.next,
        finished_at = case when h.is_over then clock_timestamp() end
      from held h where w.workspace = h.workspace and w.id = h.id and h.next > h.revision
      returning 1
    )
    select id, next from held`)
  return new Map(answered.parse(stored).map(({ id, next }) => [id, next]))
}

type Writing = ReturnType<typeof writingOf>
function writingOf(change: Change) {
  const { before, seen, settled, by } = change
  const { run } = before
  const entries = [...observed(before.state, seen), ...settled.decisions.map(planned)]
  const changed = [...settled.state.steps.values()].filter((step) => before.state.steps.get(step.key) !== step)
  return {
    run: { ...rowOfRun(run, settled.state), next: run.revision + Math.max(1, entries.length) },
    entries: entries.map((entry, n) => ({
      ...entry,
      run_id: run.id,
      output: boxed(entry.output),
      seq: run.revision + n + 1,
      by: entry.cause === 'seen' ? by : null,
    })),
    steps: changed.map((step) => ({ run_id: run.id, ...rowOf(step) })),
    /** Nobody waits any more for what these waited for. */
    leaving: leftBy(change).map(({ key }) => ({ run_id: run.id, step: key })),
  }
}
function rowOfRun({ workspace, id, revision }: Snapshot['run'], state: RunState) {
  const { status, outcome, started } = state
  const reason = state.reason?.slice(0, 1_000) ?? null
  return { workspace, id, revision, status, outcome, reason, started, is_over: isOver(status) }
}
/** The drivers answer a statement of our own each in their way. */
const revisions = z.array(z.object({ id: z.string(), next: z.number() }))
const answered = z.union([revisions, z.object({ rows: revisions }).transform(({ rows }) => rows)])

function rowOf(step: StepState) {
  return {
    key: step.key,
    step: step.id,
    status: step.status,
    attempt: step.attempt,
    output: boxed(step.output),
    error: step.error?.slice(0, 2_000) ?? null,
    ended: step.order,
    is_over: hasEnded(step),
  }
}

/** A column of JSON gives the text "12" back as a number, so a result is kept in an object. */
const boxed = (value: Json): unknown => ({ value })
export function unboxed(column: unknown): Json {
  return typeof column === 'object' && column !== null && 'value' in column ? (column.value as Json) : null
}
/** Everything that happened to a run, in order. */
export async function readJournal(
  tx: Pick<Db, 'select'>,
  workspace: string,
  runId: string,
): Promise<readonly Transition[]> {
  const rows = await tx
    .select()
    .from(workflowTransitions)
    .where(and(eq(workflowTransitions.workspace, workspace), eq(workflowTransitions.runId, runId)))
    .orderBy(asc(workflowTransitions.seq))
  return rows.map(({ cause, output, ...row }) => ({
    ...row,
    cause: cause === 'seen' ? 'seen' : 'plan',
    output: unboxed(output),
  }))
}
