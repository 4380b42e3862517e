import { and, eq, gt, inArray } from 'drizzle-orm'
import { type Db, HubError, type Json } from '#contract'
import { type Definition, parseDefinition } from '../../definition/schema.ts'
import { unboxed } from '../../journal/store.ts'
import type { RunStatus, StepState, StepStatus } from '../../plan/state.ts'
import { type workflowRuns, workflowSteps, workflowTransitions, workflowVersions } from '../../tables.ts'
import type { Recent } from '../recent.ts'
import { formatReference, placesSchema, type Run, type Snapshot, TRIGGERS } from '../run.ts'

export type RunRow = typeof workflowRuns.$inferSelect
type Reading = Pick<Db, 'select'>

/** Reads runs. What this process knows of one already is not read again: only the steps that changed since then are. */
export function createSnapshots(recent: Recent) {
  /** Versions never change, so what was parsed once stays. */
  const versions = new Map<string, Definition>()
  async function definitionOf(tx: Reading, workspace: string, version: string): Promise<Definition> {
    const key = `${workspace} ${version}`
    const found = versions.get(key)
    if (found) return found
    const [row] = await tx
      .select({ definition: workflowVersions.definition })
      .from(workflowVersions)
      .where(and(eq(workflowVersions.workspace, workspace), eq(workflowVersions.version, version)))
    if (!row) throw new HubError('NOT_FOUND', `version ${version} of the workflow is not stored`)
    const definition = parseDefinition(row.definition)
    if (versions.size > 500) versions.clear()
    versions.set(key, definition)
    return definition
  }
  /** All steps, or those that the journal names after a revision. */
  async function stepsOf(tx: Reading, { workspace, id }: RunRow, since: number | null): Promise<[string, StepState][]> {
    const own = and(eq(workflowSteps.workspace, workspace), eq(workflowSteps.runId, id))
    const later =
      since === null
        ? undefined
        : inArray(
            workflowSteps.key,
            tx
              .select({ step: workflowTransitions.step })
              .from(workflowTransitions)
              .where(
                and(
                  eq(workflowTransitions.workspace, workspace),
                  eq(workflowTransitions.runId, id),
                  gt(workflowTransitions.seq, since),
                ),
              ),
          )
    const rows = await tx.select().from(workflowSteps).where(and(own, later))
    return rows.map((step) => [
      step.key,
      {
        key: step.key,
        id: step.step,
        status: step.status as StepStatus,
        attempt: step.attempt,
        output: unboxed(step.output),
        error: step.error,
        order: step.ended,
      },
    ])
  }
  return {
    /** The run of this row, or a later state of it that this process has stored. */
    async read(tx: Reading, row: RunRow): Promise<Snapshot> {
      const known = recent.at(row.workspace, row.id)
      if (known && known.run.revision >= row.revision) return known
      const definition = await definitionOf(tx, row.workspace, row.version)
      const changed = await stepsOf(tx, row, known?.run.revision ?? null)
      return {
        run: runOf(row),
        definition,
        state: {
          status: row.status as RunStatus,
          outcome: row.outcome === null ? null : row.outcome === 'failed' ? 'failed' : 'cancelled',
          reason: row.reason,
          inputs: row.inputs as Json,
          event: row.event as Json,
          about: { reference: formatReference(row.number), workflow: row.name, by: row.startedByName },
          started: row.started,
          steps: new Map([...(known?.state.steps ?? []), ...changed]),
        },
      }
    },
  }
}
export type Snapshots = ReturnType<typeof createSnapshots>

function runOf(row: RunRow): Run {
  return {
    workspace: row.workspace,
    id: row.id,
    number: row.number,
    name: row.name,
    version: row.version,
    trigger: TRIGGERS.find((one) => one === row.trigger) ?? 'command',
    startedBy: { key: row.startedBy, name: row.startedByName },
    places: placesSchema.parse(row.places),
    concurrencyKey: row.concurrencyKey,
    parent:
      row.parentRun === null
        ? null
        : { run: row.parentRun, step: row.parentStep ?? '', attempt: row.parentAttempt ?? 1 },
    depth: row.depth,
    rerunOf: row.rerunOf,
    revision: row.revision,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
  }
}
