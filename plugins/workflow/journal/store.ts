import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Db, Json } from '#contract'
import type { Settled } from '../plan/settle.ts'
import { hasEnded, isOver, type RunState, type StepState } from '../plan/state.ts'
import type { Snapshot, Transition } from '../runs/run.ts'
import { workflowApprovals, workflowRuns, workflowSteps, workflowTransitions, workflowWaits } from '../tables.ts'
import { observed, planned } from './entries.ts'

/** What happened to a run, and what followed from it. */
export interface Change {
  readonly before: Snapshot
  /** As somebody or something outside made it. */
  readonly seen: RunState
  readonly settled: Settled
  readonly by: string | null
}
type Tx = Pick<Db, 'select' | 'insert' | 'update' | 'delete' | 'execute'>

/** Writes the difference, each transition of it, and what ends with it. Returns the new revision. */
export async function writeChange(tx: Tx, { before, seen, settled, by }: Change): Promise<number> {
  const { run } = before
  const after = settled.state
  const entries = [...observed(before.state, seen), ...settled.decisions.map(planned)]
  const revision = run.revision + Math.max(1, entries.length)
  const journal = entries.map((entry, n) => ({
    ...entry,
    output: boxed(entry.output),
    seq: run.revision + n + 1,
    by: entry.cause === 'seen' ? by : null,
  }))
  const changed = [...after.steps.values()].filter((step) => before.state.steps.get(step.key) !== step)
  // One statement: each further one is a way to the database while the run is held.
  await tx.execute(sql`
    with entries as (
      insert into ${workflowTransitions} (workspace, run_id, seq, step, attempt, cause, status, note, output, by)
      select ${run.workspace}::text, ${run.id}::text::uuid, r.seq, r.step, r.attempt, r.cause, r.status, r.note, r.output, r.by
      from jsonb_to_recordset(${JSON.stringify(journal)}::text::jsonb)
        as r(seq int, step text, attempt int, cause text, status text, note text, output jsonb, by text)
      returning 1
    ), steps as (
      insert into ${workflowSteps} as s
        (workspace, run_id, key, step, status, attempt, output, error, ended, started_at, finished_at)
      select ${run.workspace}::text, ${run.id}::text::uuid, r.key, r.step, r.status, r.attempt, r.output, r.error, r.ended,
        clock_timestamp(), case when r.is_over then clock_timestamp() end
      from jsonb_to_recordset(${JSON.stringify(changed.map(rowOf))}::text::jsonb)
        as r(key text, step text, status text, attempt int, output jsonb, error text, ended int, is_over boolean)
      on conflict (workspace, run_id, key) do update set
        status = excluded.status, attempt = excluded.attempt, output = excluded.output, error = excluded.error,
        ended = excluded.ended, started_at = coalesce(s.started_at, excluded.started_at), finished_at = excluded.finished_at
      returning 1
    )
    update ${workflowRuns} set
      status = ${after.status}::text, outcome = ${after.outcome}::text, reason = ${after.reason?.slice(0, 1_000) ?? null}::text,
      started = ${after.started}::int, revision = ${revision}::int,
      finished_at = ${isOver(after.status) ? sql`clock_timestamp()` : sql`null`}
    where workspace = ${run.workspace}::text and id = ${run.id}::text::uuid`)
  const leaving = changed.flatMap(({ key, attempt, status }) => {
    const was = before.state.steps.get(key)
    return was?.status === 'waiting' && (status !== 'waiting' || was.attempt !== attempt) ? [key] : []
  })
  if (leaving.length > 0) await leave(tx, { workspace: run.workspace, runId: run.id }, leaving)
  return revision
}

/** Nobody waits any more for what these steps waited for. */
async function leave(tx: Tx, own: { workspace: string; runId: string }, steps: readonly string[]): Promise<void> {
  await tx
    .delete(workflowWaits)
    .where(
      and(
        eq(workflowWaits.workspace, own.workspace),
        eq(workflowWaits.runId, own.runId),
        inArray(workflowWaits.step, [...steps]),
      ),
    )
  await tx
    .update(workflowApprovals)
    .set({ state: 'void', closedAt: sql`clock_timestamp()` })
    .where(
      and(
        eq(workflowApprovals.workspace, own.workspace),
        eq(workflowApprovals.runId, own.runId),
        inArray(workflowApprovals.step, [...steps]),
        eq(workflowApprovals.state, 'open'),
      ),
    )
}

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
