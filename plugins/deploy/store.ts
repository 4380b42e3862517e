import { randomUUIDv7 } from 'node:crypto'
import { and, desc, eq, gte, inArray, sql } from 'drizzle-orm'
import { type Db, HubError, type Role } from '#contract'
import { createHistory, oneOf, sameTarget } from './history/store.ts'
import { byAlias, knownAs } from './names/store.ts'
import type { Report } from './report.ts'
import { beingDeployed, notFound, OPEN, type Row, type Spot } from './rows.ts'
import { applyReport, firstStanding, looksDifferent, type Standing } from './state.ts'
import { deploymentSources, deployments, deploymentVerifications, deployNumbers } from './tables.ts'

type Tx = Pick<Db, 'select' | 'insert' | 'update' | 'delete'>
/** What was seen to change; each shows its card anew. */
export interface Changed {
  readonly row: Row
  readonly isNew: boolean
}
/** Where a report belongs. */
export interface Target extends Spot {
  readonly project: string | null
  readonly production: boolean
}
export interface NewDeployment extends Target {
  readonly jobId: string
  readonly askedBy: string
  readonly byName: string
  readonly ref: string | null
  readonly sha: string | null
  readonly repository: string | null
  readonly previousSha: string | null
  readonly rollsBack: number | null
  readonly approvalsNeeded: number
  readonly approverRole: Role | null
}
export type Patch = Partial<
  Pick<
    Row,
    | 'state'
    | 'reason'
    | 'url'
    | 'finishedAt'
    | 'commits'
    | 'issues'
    | 'stories'
    | 'artifacts'
    | 'previousSha'
    | 'leadTimeMs'
    | 'approvals'
  >
>

/** A deployment that failed is made good by the next success within this time. */
const RESTORED_WITHIN_MS = 30 * 86_400_000

export type DeploymentStore = ReturnType<typeof createStore>
export function createStore(db: Db) {
  async function locked(tx: Tx, workspace: string, number: number): Promise<Row> {
    const [row] = await tx.select().from(deployments).where(oneOf(workspace, number)).for('update')
    if (!row) throw notFound(number)
    return row
  }
  /** The row lock of the counter lets the creations of one workspace through one at a time. */
  async function lockCounter(tx: Tx, workspace: string): Promise<void> {
    const kind = 'deployment'
    await tx.insert(deployNumbers).values({ workspace, kind, last: 0 }).onConflictDoNothing()
    await tx
      .select()
      .from(deployNumbers)
      .where(and(eq(deployNumbers.workspace, workspace), eq(deployNumbers.kind, kind)))
      .for('update')
  }
  async function nextNumber(tx: Tx, workspace: string): Promise<number> {
    const [counter] = await tx
      .update(deployNumbers)
      .set({ last: sql`${deployNumbers.last} + 1` })
      .where(and(eq(deployNumbers.workspace, workspace), eq(deployNumbers.kind, 'deployment')))
      .returning({ last: deployNumbers.last })
    return counter?.last ?? 1
  }
  async function insertRow(
    tx: Tx,
    target: Target,
    standing: Omit<Standing, 'own'>,
    more: Partial<typeof deployments.$inferInsert>,
  ): Promise<Row> {
    const number = await nextNumber(tx, target.workspace)
    const { workspace, service, environment, project, production } = target
    const values = { workspace, service, environment, project, production, id: randomUUIDv7(), number, revision: 1 }
    const endRecordedAt = OPEN.includes(standing.state) ? null : sql`clock_timestamp()`
    const [row] = await tx
      .insert(deployments)
      .values({ ...values, ...standing, ...more, endRecordedAt })
      .returning()
    if (!row) throw new HubError('UNAVAILABLE', 'A deployment could not be written')
    return row
  }
  /** One of the hub's own that goes on after it was given up is looked after again, unless another has its place by now. */
  async function mayLock(tx: Tx, row: Row): Promise<boolean> {
    if (row.askedBy === null) return false
    const others = await tx
      .select({ number: deployments.number })
      .from(deployments)
      .where(and(sameTarget(row), eq(deployments.locked, true)))
      .limit(1)
    return others.length === 0
  }
  async function write(tx: Tx, row: Row, patch: Partial<Row>, isSeen: boolean): Promise<Row> {
    const state = patch.state ?? row.state
    // Once for each end: told again, or taken back later, it stays as it was.
    const isSameEnd = state === row.state || state === 'rolled-back'
    const endRecordedAt = OPEN.includes(state) ? null : sql`clock_timestamp()`
    const [after] = await tx
      .update(deployments)
      .set({
        ...patch,
        ...(isSameEnd ? {} : { endRecordedAt }),
        locked: OPEN.includes(state) && (row.locked || (await mayLock(tx, row))),
        revision: isSeen ? row.revision + 1 : row.revision,
        updatedAt: sql`clock_timestamp()`,
      })
      .where(oneOf(row.workspace, row.number))
      .returning()
    return after ?? row
  }
  /** What follows from an end: what it took back is marked, and what it made good is measured. */
  async function settle(tx: Tx, row: Row): Promise<Changed[]> {
    if (OPEN.includes(row.state)) return []
    const changed: Changed[] = []
    if (row.state === 'succeeded' && row.rollsBack !== null) {
      const taken = await locked(tx, row.workspace, row.rollsBack)
      if (taken.state === 'succeeded' || taken.state === 'failed')
        changed.push({ row: await write(tx, taken, { state: 'rolled-back' }, true), isNew: false })
    }
    if (row.production && row.finishedAt) {
      const d = deployments
      const next = sql`(select min(s.finished_at) from ${d} s where s.workspace = ${d.workspace} and s.service = ${d.service}
        and s.environment = ${d.environment} and s.state = 'succeeded' and s.finished_at > ${d.finishedAt})`
      await tx
        .update(d)
        .set({ restoreMs: sql`(extract(epoch from ${next} - ${d.finishedAt}) * 1000)::bigint` })
        .where(
          and(
            sameTarget(row),
            inArray(d.state, ['failed', 'rolled-back']),
            gte(d.finishedAt, new Date(row.finishedAt.getTime() - RESTORED_WITHIN_MS)),
          ),
        )
    }
    return changed
  }
  async function rolledBackBy(tx: Tx, workspace: string, report: Report): Promise<number | null> {
    return report.rollsBack === null ? null : byAlias(tx, workspace, report.source, report.rollsBack)
  }

  return {
    ...createHistory(db),
    /** Takes in a report. Empty when it is no news, or about something that is gone and was never known. */
    async report(target: Target, report: Report, nowMs: number): Promise<Changed[]> {
      const { workspace } = target
      const { source, deploymentId } = report
      return db.transaction(async (tx) => {
        let number = await byAlias(tx, workspace, source, deploymentId)
        if (number === null) {
          await lockCounter(tx, workspace)
          number = await byAlias(tx, workspace, source, deploymentId)
        }
        const isAlias = number === null
        number ??= await knownAs(tx, target, report)
        const alias = (n: number) =>
          tx.insert(deploymentSources).values({ workspace, source, sourceId: deploymentId, number: n })
        if (number === null) {
          const first = firstStanding(report, nowMs)
          if (!first) return []
          const { own: _, ...standing } = first
          const rollsBack = await rolledBackBy(tx, workspace, report)
          const row = await insertRow(tx, target, standing, { rollsBack })
          await alias(row.number)
          return [{ row, isNew: true }, ...(await settle(tx, row))]
        }
        if (isAlias) await alias(number)
        const current = await locked(tx, workspace, number)
        const next = applyReport(standingOf(current), report, nowMs)
        const rollsBack = current.rollsBack ?? (await rolledBackBy(tx, workspace, report))
        if (!next) return []
        const isSeen = looksDifferent(standingOf(current), next)
        const { own: _, ...patch } = next
        const row = await write(tx, current, { ...patch, rollsBack }, isSeen)
        const more = await settle(tx, row)
        return isSeen ? [{ row, isNew: false }, ...more] : more
      })
    },
    /**
     * Opens a deployment that the hub itself starts, once for each job, and locks service and environment until it is over.
     * Throws CONFLICT while somebody deploys there, whoever started it.
     */
    async create(wanted: NewDeployment): Promise<Row> {
      return db.transaction(async (tx) => {
        const { workspace, jobId, askedBy, previousSha, rollsBack, approvalsNeeded, approverRole } = wanted
        await lockCounter(tx, workspace)
        const [before] = await tx
          .select()
          .from(deployments)
          .where(and(eq(deployments.workspace, workspace), eq(deployments.jobId, jobId)))
        if (before) return before
        const [busy] = await tx
          .select()
          .from(deployments)
          .where(and(sameTarget(wanted), inArray(deployments.state, [...OPEN])))
          .orderBy(desc(deployments.number))
          .limit(1)
        if (busy) throw beingDeployed(busy)
        const standing: Omit<Standing, 'own'> = {
          state: approvalsNeeded > 0 ? 'waiting' : 'queued',
          ref: wanted.ref,
          sha: wanted.sha,
          repository: wanted.repository,
          url: null,
          environmentUrl: null,
          byName: wanted.byName,
          reason: null,
          reportedAt: null,
          startedAt: new Date(),
          finishedAt: null,
        }
        const more = { jobId, askedBy, previousSha, rollsBack, approvalsNeeded, approverRole, locked: true }
        const row = await insertRow(tx, wanted, standing, more)
        await tx.insert(deploymentSources).values({ workspace, source: 'hub', sourceId: row.id, number: row.number })
        return row
      })
    },
    /** Changes one under its lock; `decide` sees what stands at that moment, and null changes nothing. */
    async change(workspace: string, number: number, decide: (row: Row) => Patch | null): Promise<Changed[]> {
      return db.transaction(async (tx) => {
        const current = await locked(tx, workspace, number)
        const patch = decide(current)
        if (!patch) return []
        const row = await write(tx, current, patch, true)
        return [{ row, isNew: false }, ...(patch.state === undefined ? [] : await settle(tx, row))]
      })
    },
    /** Marks a criterion, or takes the mark back; what changed makes a revision. */
    async verify(
      { workspace, number }: Pick<Row, 'workspace' | 'number'>,
      what: { readonly story: string; readonly criterion: string; readonly holds: boolean },
      by: { readonly key: string; readonly name: string },
    ): Promise<Row> {
      const { story, criterion, holds } = what
      const v = deploymentVerifications
      return db.transaction(async (tx) => {
        const row = await locked(tx, workspace, number)
        const values = { workspace, number, story, criterion, by: by.key, byName: by.name }
        const mine = and(
          eq(v.workspace, workspace),
          eq(v.number, number),
          eq(v.story, story),
          eq(v.criterion, criterion),
        )
        const changed = holds
          ? await tx.insert(v).values(values).onConflictDoNothing().returning()
          : await tx.delete(v).where(mine).returning()
        return changed.length > 0 ? write(tx, row, {}, true) : row
      })
    },
    /** Shows nowhere but in the measures, so it makes no revision. */
    async setLeadTime(workspace: string, number: number, leadTimeMs: number): Promise<void> {
      await db.update(deployments).set({ leadTimeMs }).where(oneOf(workspace, number))
    },
    /** A further name of a deployment at a source; false when the name belongs to another one already. */
    async name(workspace: string, source: string, sourceId: string, number: number): Promise<boolean> {
      await db.insert(deploymentSources).values({ workspace, source, sourceId, number }).onConflictDoNothing()
      return (await byAlias(db, workspace, source, sourceId)) === number
    },
    numberOf: (workspace: string, source: string, sourceId: string) => byAlias(db, workspace, source, sourceId),
  }
}

function standingOf(row: Row): Standing {
  const own = row.askedBy !== null
  const { state, ref, sha, repository, url, environmentUrl, byName, reason, reportedAt, startedAt, finishedAt } = row
  return { own, state, ref, sha, repository, url, environmentUrl, byName, reason, reportedAt, startedAt, finishedAt }
}
