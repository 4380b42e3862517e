import { randomUUIDv7 } from 'node:crypto'
import { and, asc, desc, eq, isNull, or, sql } from 'drizzle-orm'
import { type Db, HubError, type Place } from '#contract'
import { readJournal, writeChanges } from '../journal/store.ts'
import { type RunState, readKey } from '../plan/state.ts'
import { workflowNumbers, workflowRuns, workflowVersions } from '../tables.ts'
import { createAdvance, unknownRun } from './advance.ts'
import { type Changed, changedBy, changeOf, unchanged } from './apply.ts'
import { createRecent } from './recent.ts'
import { formatReference, type NewRun, type Snapshot, type Transition } from './run.ts'
import { createSnapshots, type RunRow } from './snapshots/store.ts'

export type Tx = Pick<Db, 'select' | 'insert' | 'update' | 'delete' | 'execute'>
export type Listed = Pick<RunRow, 'number' | 'name' | 'status' | 'reason' | 'startedByName'>

export type RunStore = ReturnType<typeof createRunStore>
export function createRunStore(db: Db) {
  const recent = createRecent()
  const { read } = createSnapshots(recent)
  const runIs = (workspace: string, id: string) => and(eq(workflowRuns.workspace, workspace), eq(workflowRuns.id, id))
  const groupIs = (workspace: string, key: string) =>
    and(eq(workflowRuns.workspace, workspace), eq(workflowRuns.concurrencyKey, key), isNull(workflowRuns.finishedAt))
  /** Whoever changes which run of a group is under way takes turns. */
  const lockGroup = (tx: Tx, workspace: string, key: string) =>
    tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`workflow|${workspace}|${key}`}, 0))`)

  async function commit(tx: Tx, before: Snapshot, seen: RunState, by: string | null): Promise<Changed> {
    const change = changeOf(before, seen, by)
    const revision = (await writeChanges(tx, [change])).get(before.run.id)
    if (revision === undefined) throw new Error(`run ${before.run.id} changed while it was held`)
    return changedBy(change, revision)
  }
  /** Alters a run in a transaction that holds it: `alter` sees the state of this moment and says what became of it, or null for nothing. */
  async function change(
    workspace: string,
    id: string,
    by: string | null,
    alter: (now: Snapshot, tx: Tx) => Promise<RunState | null> | RunState | null,
  ): Promise<Changed> {
    const changed = await db.transaction(async (tx) => {
      const [row] = await tx.select().from(workflowRuns).where(runIs(workspace, id)).for('update')
      if (!row) throw unknownRun()
      const before = await read(tx, row)
      const seen = await alter(before, tx)
      return seen === null ? unchanged(before) : commit(tx, before, seen, by)
    })
    recent.keep(changed.snapshot)
    return changed
  }
  const get = async (workspace: string, id: string): Promise<Snapshot | null> => {
    const [row] = await db.select().from(workflowRuns).where(runIs(workspace, id))
    return row ? read(db, row) : null
  }
  const advance = createAdvance({ recent, load: get, change, store: (...made) => writeChanges(db, ...made) })

  return {
    change,
    advance,
    /** Stores the run and begins it; in a busy group it waits its turn. */
    async create(made: NewRun): Promise<Changed> {
      const { workspace, concurrency } = made
      return db.transaction(async (tx) => {
        const [earlier] = await tx
          .select()
          .from(workflowRuns)
          .where(and(eq(workflowRuns.workspace, workspace), eq(workflowRuns.startKey, made.startKey)))
        if (earlier) return unchanged(await read(tx, earlier))
        if (concurrency) await lockGroup(tx, workspace, concurrency.key)
        const [busy] = concurrency
          ? await tx
              .select({ number: workflowRuns.number })
              .from(workflowRuns)
              .where(groupIs(workspace, concurrency.key))
              .limit(1)
          : []
        if (busy && concurrency?.then === 'refuse')
          throw new HubError(
            'CONFLICT',
            `${formatReference(busy.number)} is under way for ${concurrency.key}: wait for it, or cancel it`,
          )
        await tx
          .insert(workflowVersions)
          .values({
            workspace,
            version: made.version,
            name: made.definition.name,
            source: made.source,
            definition: JSON.stringify(made.definition),
          })
          .onConflictDoNothing()
        // Last: everybody who starts a run here waits for this row until it is committed.
        const [counter] = await tx
          .insert(workflowNumbers)
          .values({ workspace, last: 1 })
          .onConflictDoUpdate({ target: workflowNumbers.workspace, set: { last: sql`${workflowNumbers.last} + 1` } })
          .returning({ last: workflowNumbers.last })
        const id = randomUUIDv7()
        const [row] = await tx
          .insert(workflowRuns)
          .values({
            workspace,
            id,
            number: counter?.last ?? 1,
            startKey: made.startKey,
            name: made.definition.name,
            version: made.version,
            status: 'pending',
            inputs: made.inputs,
            event: made.event,
            trigger: made.trigger,
            startedBy: made.startedBy.key,
            startedByName: made.startedBy.name,
            places: made.places,
            concurrencyKey: concurrency?.key ?? null,
            parentRun: made.parent?.run ?? null,
            parentStep: made.parent?.step ?? null,
            parentAttempt: made.parent?.attempt ?? null,
            depth: made.depth,
            rerunOf: made.rerunOf,
          })
          .returning()
        if (!row) throw new Error('a run was not stored')
        const before = await read(tx, row)
        const state = { ...before.state, steps: made.done }
        return commit(tx, before, busy ? state : { ...state, status: 'running' }, made.startedBy.key)
      })
    },
    /** Runs of a group that are not over, oldest first. */
    async inGroup(
      workspace: string,
      key: string,
    ): Promise<readonly { readonly id: string; readonly number: number }[]> {
      return db
        .select({ id: workflowRuns.id, number: workflowRuns.number })
        .from(workflowRuns)
        .where(groupIs(workspace, key))
        .orderBy(asc(workflowRuns.number))
    },
    /** Begins the next run of a group, when none is under way. */
    async wake(workspace: string, key: string): Promise<Changed | null> {
      return db.transaction(async (tx) => {
        await lockGroup(tx, workspace, key)
        const [first] = await tx
          .select()
          .from(workflowRuns)
          .where(groupIs(workspace, key))
          .orderBy(asc(sql`case when ${workflowRuns.status} = 'pending' then 1 else 0 end`), asc(workflowRuns.number))
          .limit(1)
          .for('update')
        if (first?.status !== 'pending') return null
        const before = await read(tx, first)
        return commit(tx, before, { ...before.state, status: 'running' }, null)
      })
    },
    get,
    async byNumber(workspace: string, number: number): Promise<Snapshot> {
      const [row] = await db
        .select()
        .from(workflowRuns)
        .where(and(eq(workflowRuns.workspace, workspace), eq(workflowRuns.number, number)))
      if (!row)
        throw new HubError(
          'NOT_FOUND',
          `${formatReference(number)} does not exist here: see the runs with /workflow status`,
        )
      return read(db, row)
    },
    /** Newest first; what was started in private is listed where it was started alone. */
    async latest(workspace: string, limit: number, here: Place | null): Promise<readonly Listed[]> {
      const rows = await db
        .select()
        .from(workflowRuns)
        .where(
          and(
            eq(workflowRuns.workspace, workspace),
            or(
              sql`coalesce(${workflowRuns.places} -> 0 ->> 'visibility', 'public') <> 'private'`,
              sql`${workflowRuns.places} -> 0 ->> 'channel' = ${here?.channel ?? ''}`,
            ),
          ),
        )
        .orderBy(desc(workflowRuns.number))
        .limit(limit)
      return rows.map(({ number, name, status, reason, startedByName }) => ({
        number,
        name,
        status,
        reason,
        startedByName,
      }))
    },
    /** Runs under way that a step of this one began. Not those that take one back: they go on when everything else is stopped. */
    async children(
      workspace: string,
      parent: string,
    ): Promise<readonly { readonly id: string; readonly step: string; readonly attempt: number }[]> {
      const rows = await db
        .select({ id: workflowRuns.id, step: workflowRuns.parentStep, attempt: workflowRuns.parentAttempt })
        .from(workflowRuns)
        .where(
          and(
            eq(workflowRuns.workspace, workspace),
            eq(workflowRuns.parentRun, parent),
            isNull(workflowRuns.finishedAt),
          ),
        )
      return rows.flatMap(({ id, step, attempt }) =>
        step === null || readKey(step).isUndo ? [] : [{ id, step, attempt: attempt ?? 1 }],
      )
    },
    async source(workspace: string, version: string): Promise<string | null> {
      const [row] = await db
        .select({ source: workflowVersions.source })
        .from(workflowVersions)
        .where(and(eq(workflowVersions.workspace, workspace), eq(workflowVersions.version, version)))
      return row?.source ?? null
    },
    transitions: (workspace: string, id: string): Promise<readonly Transition[]> => readJournal(db, workspace, id),
  }
}
