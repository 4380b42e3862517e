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
type Tx = Pick<Db, 'select' | 'insert' | 'update' | 'delete'>

/** Writes the difference, each transition of it, and what ends with it. Returns the new revision. */
export async function writeChange(tx: Tx, { before, seen, settled, by }: Change): Promise<number> {
  const { run } = before
  const after = settled.state
  const entries = [...observed(before.state, seen), ...settled.decisions.map(planned)]
  const revision = run.revision + Math.max(1, entries.length)
  const own = { workspace: run.workspace, runId: run.id }
  if (entries.length > 0)
    await tx.insert(workflowTransitions).values(
      entries.map((entry, n) => ({
        ...own,
        ...entry,
        output: boxed(entry.output),
        seq: run.revision + n + 1,
        by: entry.cause === 'seen' ? by : null,
      })),
    )
  const changed = [...after.steps.values()].filter((step) => before.state.steps.get(step.key) !== step)
  if (changed.length > 0)
    await tx
      .insert(workflowSteps)
      .values(changed.map((step) => rowOf(own, step)))
      .onConflictDoUpdate({
        target: [workflowSteps.workspace, workflowSteps.runId, workflowSteps.key],
        set: {
          status: sql`excluded.status`,
          attempt: sql`excluded.attempt`,
          output: sql`excluded.output`,
          error: sql`excluded.error`,
          ended: sql`excluded.ended`,
          startedAt: sql`coalesce(${workflowSteps.startedAt}, excluded.started_at)`,
          finishedAt: sql`excluded.finished_at`,
        },
      })
  const leaving = changed
    .filter(({ key, attempt, status }) => {
      const was = before.state.steps.get(key)
      return was !== undefined && was.status !== 'queued' && (status !== 'waiting' || was.attempt !== attempt)
    })
    .map(({ key }) => key)
  if (leaving.length > 0) await leave(tx, own, leaving)
  await tx
    .update(workflowRuns)
    .set({
      status: after.status,
      outcome: after.outcome,
      reason: after.reason?.slice(0, 1_000) ?? null,
      started: after.started,
      revision,
      finishedAt: isOver(after.status) ? sql`clock_timestamp()` : null,
    })
    .where(and(eq(workflowRuns.workspace, run.workspace), eq(workflowRuns.id, run.id)))
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

function rowOf(own: { workspace: string; runId: string }, step: StepState) {
  const isEnded = hasEnded(step)
  return {
    ...own,
    key: step.key,
    step: step.id,
    status: step.status,
    attempt: step.attempt,
    output: boxed(step.output),
    error: step.error?.slice(0, 2_000) ?? null,
    ended: step.order,
    startedAt: sql`clock_timestamp()`,
    finishedAt: isEnded ? sql`clock_timestamp()` : null,
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
