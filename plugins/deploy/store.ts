import { randomUUIDv7 } from 'node:crypto'
import { and, desc, eq, gte, inArray, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm'
import { type Db, type DeploymentQuery, type DeploymentState, HubError, type Role } from '#contract'
import type { Commit, StoryCarried } from './model.ts'
import { formatReference } from './reference.ts'
import type { Report } from './report.ts'
import { applyReport, firstStanding, looksDifferent, type Standing } from './state.ts'
import { deploymentSources, deployments, deploymentVerifications, deployNumbers } from './tables.ts'

export type Row = typeof deployments.$inferSelect
type Tx = Pick<Db, 'select' | 'insert' | 'update' | 'delete'>
/** What was seen to change; each shows its card anew. */
export interface Changed {
  readonly row: Row
  readonly isNew: boolean
}
/** Where a report belongs. */
export interface Target {
  readonly workspace: string
  readonly service: string
  readonly environment: string
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
    | 'previousSha'
    | 'leadTimeMs'
    | 'approvals'
  >
>

const OPEN: readonly DeploymentState[] = ['waiting', 'queued', 'running']
const GOING: readonly DeploymentState[] = ['queued', 'running']
/** A report under another name belongs to a deployment that ended no longer ago than this. */
const SAME_WITHIN_MS = 10 * 60_000
/** A deployment that failed is made good by the next success within this time. */
const RESTORED_WITHIN_MS = 30 * 86_400_000
const MOST_LISTED = 500

export type DeploymentStore = ReturnType<typeof createStore>
export function createStore(db: Db) {
  const oneOf = (workspace: string, number: number): SQL | undefined =>
    and(eq(deployments.workspace, workspace), eq(deployments.number, number))
  const sameTarget = ({ workspace, service, environment }: Pick<Target, 'workspace' | 'service' | 'environment'>) =>
    and(
      eq(deployments.workspace, workspace),
      eq(deployments.service, service),
      eq(deployments.environment, environment),
    )

  async function locked(tx: Tx, workspace: string, number: number): Promise<Row> {
    const [row] = await tx.select().from(deployments).where(oneOf(workspace, number)).for('update')
    if (!row) throw notFound(number)
    return row
  }
  async function byAlias(tx: Tx, workspace: string, source: string, sourceId: string): Promise<number | null> {
    const [row] = await tx
      .select({ number: deploymentSources.number })
      .from(deploymentSources)
      .where(
        and(
          eq(deploymentSources.workspace, workspace),
          eq(deploymentSources.source, source),
          eq(deploymentSources.sourceId, sourceId),
        ),
      )
    return row?.number ?? null
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
  /** The same deployment as somebody else calls it: the hub started it, or one of two reporters was first. */
  async function adopted(tx: Tx, target: Target, report: Report): Promise<number | null> {
    const [row] = await tx
      .select({ number: deployments.number, sha: deployments.sha })
      .from(deployments)
      .where(
        and(
          sameTarget(target),
          report.sha === null
            ? undefined
            : or(
                isNull(deployments.sha),
                eq(deployments.sha, report.sha),
                eq(sql`left(${deployments.sha}, 7)`, report.sha),
              ),
          or(
            inArray(deployments.state, [...GOING]),
            and(
              gte(deployments.finishedAt, new Date(report.atMs - SAME_WITHIN_MS)),
              report.sha === null ? sql`false` : eq(deployments.sha, report.sha),
            ),
          ),
          sql`not exists (select 1 from ${deploymentSources} s where s.workspace = ${deployments.workspace}
            and s.number = ${deployments.number} and s.source = ${report.source})`,
        ),
      )
      .orderBy(desc(deployments.number))
      .limit(1)
    return row?.number ?? null
  }
  async function insertRow(
    tx: Tx,
    target: Target,
    standing: Standing,
    more: Partial<typeof deployments.$inferInsert>,
  ): Promise<Row> {
    const number = await nextNumber(tx, target.workspace)
    const { workspace, service, environment, project, production } = target
    const values = { workspace, service, environment, project, production, id: randomUUIDv7(), number, revision: 1 }
    const [row] = await tx
      .insert(deployments)
      .values({ ...values, ...standing, ...more })
      .returning()
    if (!row) throw new HubError('UNAVAILABLE', 'A deployment could not be written')
    return row
  }
  async function write(tx: Tx, row: Row, patch: Partial<Row>, isSeen: boolean): Promise<Row> {
    const state = patch.state ?? row.state
    const [after] = await tx
      .update(deployments)
      .set({
        ...patch,
        locked: row.locked && OPEN.includes(state),
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
        let isAlias = number === null
        if (number === null) number = await adopted(tx, target, report)
        else isAlias = false
        const alias = (n: number) =>
          tx.insert(deploymentSources).values({ workspace, source, sourceId: deploymentId, number: n })
        if (number === null) {
          const standing = firstStanding(report, nowMs)
          if (!standing) return []
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
        const row = await write(tx, current, { ...next, rollsBack }, isSeen)
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
        const standing: Standing = {
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
    /** A further name of a deployment at a source; false when the name belongs to another one already. */
    async name(workspace: string, source: string, sourceId: string, number: number): Promise<boolean> {
      await db.insert(deploymentSources).values({ workspace, source, sourceId, number }).onConflictDoNothing()
      return (await byAlias(db, workspace, source, sourceId)) === number
    },
    numberOf: (workspace: string, source: string, sourceId: string) => byAlias(db, workspace, source, sourceId),
    async find(workspace: string, number: number): Promise<Row | null> {
      const [row] = await db.select().from(deployments).where(oneOf(workspace, number))
      return row ?? null
    },
    async get(workspace: string, number: number): Promise<Row> {
      const [row] = await db.select().from(deployments).where(oneOf(workspace, number))
      if (!row) throw notFound(number)
      return row
    },
    async byJob(workspace: string, jobId: string): Promise<Row | null> {
      const [row] = await db
        .select()
        .from(deployments)
        .where(and(eq(deployments.workspace, workspace), eq(deployments.jobId, jobId)))
      return row ?? null
    },
    async list(workspace: string, query: DeploymentQuery): Promise<Row[]> {
      const { service, environment, state, fromMs, toMs, limit } = query
      const isTimed = fromMs !== undefined || toMs !== undefined
      return db
        .select()
        .from(deployments)
        .where(
          and(
            eq(deployments.workspace, workspace),
            service === undefined ? undefined : eq(deployments.service, service),
            environment === undefined ? undefined : eq(deployments.environment, environment),
            state === undefined ? undefined : eq(deployments.state, state),
            fromMs === undefined ? undefined : gte(deployments.finishedAt, new Date(fromMs)),
            toMs === undefined ? undefined : lt(deployments.finishedAt, new Date(toMs)),
          ),
        )
        .orderBy(...(isTimed ? [desc(deployments.finishedAt), desc(deployments.number)] : [desc(deployments.number)]))
        .limit(Math.max(0, Math.min(limit, MOST_LISTED)))
    },
    /** What is live: the last that succeeded and was not taken back. `except` leaves one out. */
    async live(target: Pick<Target, 'workspace' | 'service' | 'environment'>, before?: Row): Promise<Row | null> {
      const [row] = await db
        .select()
        .from(deployments)
        .where(
          and(
            sameTarget(target),
            eq(deployments.state, 'succeeded'),
            before ? ne(deployments.number, before.number) : undefined,
            before ? lt(deployments.finishedAt, before.finishedAt ?? new Date()) : undefined,
          ),
        )
        .orderBy(desc(deployments.finishedAt))
        .limit(1)
      return row ?? null
    },
    /** Newest of each environment, whatever its state, or of one service. */
    async newest(workspace: string, service: string | undefined): Promise<Row[]> {
      return db
        .selectDistinctOn([deployments.service, deployments.environment])
        .from(deployments)
        .where(
          and(
            eq(deployments.workspace, workspace),
            service === undefined ? undefined : eq(deployments.service, service),
          ),
        )
        .orderBy(deployments.service, deployments.environment, desc(deployments.number))
        .limit(100)
    },
    /** Deployments started by the hub of which no run is known yet, newest first. */
    async unclaimed(workspace: string, repository: string, sinceMs: number): Promise<Row[]> {
      return db
        .select()
        .from(deployments)
        .where(
          and(
            eq(deployments.workspace, workspace),
            eq(deployments.repository, repository),
            eq(deployments.locked, true),
            inArray(deployments.state, [...GOING]),
            gte(deployments.updatedAt, new Date(sinceMs)),
          ),
        )
        .orderBy(desc(deployments.number))
        .limit(10)
    },
    /** Of every workspace: open, and untouched since. */
    async stale(beforeMs: number, states: readonly DeploymentState[]): Promise<Row[]> {
      return db
        .select()
        .from(deployments)
        .where(and(inArray(deployments.state, [...states]), lt(deployments.updatedAt, new Date(beforeMs))))
        .orderBy(deployments.updatedAt)
        .limit(100)
    },
    async verify(
      { workspace, number }: Pick<Row, 'workspace' | 'number'>,
      what: { readonly story: string; readonly criterion: string; readonly holds: boolean },
      by: { readonly key: string; readonly name: string },
    ): Promise<void> {
      const { story, criterion, holds } = what
      const values = { workspace, number, story, criterion, by: by.key, byName: by.name }
      if (holds) {
        await db.insert(deploymentVerifications).values(values).onConflictDoNothing()
        return
      }
      await db
        .delete(deploymentVerifications)
        .where(
          and(
            eq(deploymentVerifications.workspace, workspace),
            eq(deploymentVerifications.number, number),
            eq(deploymentVerifications.story, story),
            eq(deploymentVerifications.criterion, criterion),
          ),
        )
    },
    /** 'ST-3 AC-2' of each deployment. */
    async verified(workspace: string, numbers: readonly number[]): Promise<Map<number, Set<string>>> {
      const found = new Map<number, Set<string>>()
      if (numbers.length === 0) return found
      const rows = await db
        .select()
        .from(deploymentVerifications)
        .where(
          and(eq(deploymentVerifications.workspace, workspace), inArray(deploymentVerifications.number, [...numbers])),
        )
      for (const { number, story, criterion } of rows) {
        const set = found.get(number) ?? new Set()
        found.set(number, set.add(`${story} ${criterion}`))
      }
      return found
    },
  }
}

function standingOf(row: Row): Standing {
  const { state, ref, sha, repository, url, environmentUrl, byName, reason, reportedAt, startedAt, finishedAt } = row
  return { state, ref, sha, repository, url, environmentUrl, byName, reason, reportedAt, startedAt, finishedAt }
}
const notFound = (number: number) =>
  new HubError('NOT_FOUND', `${formatReference(number)} does not exist here: see the deployments with "deploy status"`)
export function beingDeployed(busy: Pick<Row, 'number' | 'service' | 'environment' | 'state' | 'byName'>): HubError {
  const reference = formatReference(busy.number)
  const who = busy.byName ? ` by ${busy.byName}` : ''
  const how = busy.state === 'waiting' ? 'waits for approval' : 'is under way'
  return new HubError(
    'CONFLICT',
    `${reference}${who} ${how}, and ${busy.service} goes to ${busy.environment} one deployment at a time: wait for it, or end it with "deploy cancel ${reference}"`,
  )
}
export type { Commit, StoryCarried }
