import { and, desc, eq, gte, inArray, lt, ne, type SQL, sql } from 'drizzle-orm'
import type { Db, DeploymentQuery, DeploymentState } from '#contract'
import { GOING, notFound, type Row, type Spot } from '../rows.ts'
import { deployments, deploymentVerifications } from '../tables.ts'

const MOST_LISTED = 500
const MOST_SPOTS = 100

/** What a line of a list shows: without the commits, which fill most of a row. */
const STANDING = {
  number: deployments.number,
  service: deployments.service,
  environment: deployments.environment,
  state: deployments.state,
  ref: deployments.ref,
  sha: deployments.sha,
  startedAt: deployments.startedAt,
  finishedAt: deployments.finishedAt,
}
export type Standing = Pick<Row, keyof typeof STANDING>

export const oneOf = (workspace: string, number: number): SQL | undefined =>
  and(eq(deployments.workspace, workspace), eq(deployments.number, number))
export const sameTarget = ({ workspace, service, environment }: Spot): SQL | undefined =>
  and(eq(deployments.workspace, workspace), eq(deployments.service, service), eq(deployments.environment, environment))

/** What is read of deployments, and what people have verified of them. */
export function createHistory(db: Db) {
  /** Not run yet, so that a test can ask how they are planned. */
  function listQuery(workspace: string, query: DeploymentQuery) {
    const { service, environment, state, fromMs, toMs, by = 'finished', limit } = query
    const ended = by === 'finished' ? deployments.finishedAt : deployments.endRecordedAt
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
          fromMs === undefined ? undefined : gte(ended, new Date(fromMs)),
          toMs === undefined ? undefined : lt(ended, new Date(toMs)),
        ),
      )
      .orderBy(...(isTimed ? [desc(ended), desc(deployments.number)] : [desc(deployments.number)]))
      .limit(Math.max(0, Math.min(limit, MOST_LISTED)))
  }
  const liveQuery = (target: Spot, ...more: (SQL | undefined)[]) =>
    db
      .select()
      .from(deployments)
      .where(and(sameTarget(target), eq(deployments.state, 'succeeded'), ...more))
      .orderBy(desc(deployments.finishedAt))
      .limit(1)
  /**
   * From one place to the next through the index, read backwards: however long the history is, each costs one step, and all of them one statement.
   * DISTINCT ON would read every row.
   */
  const newestQuery = (workspace: string, service: string | undefined) => {
    const mine = service === undefined ? sql`` : sql`and d.service = ${service}`
    const step = (more: SQL) => sql`select d.service, d.environment, d.number from ${deployments} d
      where d.workspace = ${workspace} ${mine} ${more} order by d.service desc, d.environment desc, d.number desc limit 1`
    const spots = sql`with recursive spots as (
        (${step(sql``)})
        union all
        select next.* from spots s
        cross join lateral (${step(sql`and (d.service, d.environment) < (s.service, s.environment)`)}) next
      ) select number from spots limit ${MOST_SPOTS}`
    return db
      .select(STANDING)
      .from(deployments)
      .where(and(eq(deployments.workspace, workspace), sql`${deployments.number} in (${spots})`))
  }
  async function succeeded(target: Spot, ...more: (SQL | undefined)[]): Promise<Row | null> {
    const [row] = await liveQuery(target, ...more)
    return row ?? null
  }
  return {
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
    listQuery,
    liveQuery,
    list: async (workspace: string, query: DeploymentQuery): Promise<Row[]> => listQuery(workspace, query),
    /** What was live at a time. */
    liveAt: (target: Spot, atMs: number) => succeeded(target, lt(deployments.finishedAt, new Date(atMs))),
    /** What is live: the last that succeeded and was not taken back. */
    live: (target: Spot, except?: Row) => succeeded(target, except ? ne(deployments.number, except.number) : undefined),
    /** What was live before this one, of another commit: where a rollback of it leads. */
    before: (row: Row) =>
      succeeded(
        row,
        lt(deployments.finishedAt, row.finishedAt ?? new Date()),
        ne(deployments.number, row.number),
        row.sha === null ? undefined : ne(deployments.sha, row.sha),
      ),
    newestQuery,
    /** Newest of each service and environment, in the order of their names. */
    async newest(workspace: string, service: string | undefined): Promise<Standing[]> {
      const found = await newestQuery(workspace, service)
      return found.sort((a, b) => compare(a.service, b.service) || compare(a.environment, b.environment))
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
    /** Oldest first, so that whoever is told again hears it in order. */
    async changedSince(workspace: string, sinceMs: number): Promise<Row[]> {
      const since = new Date(sinceMs)
      const newest = await db
        .select()
        .from(deployments)
        .where(and(eq(deployments.workspace, workspace), gte(deployments.updatedAt, since)))
        .orderBy(desc(deployments.number))
        .limit(MOST_LISTED)
      return newest.reverse()
    },
    /** Of every workspace: started by the hub, not over, and untouched since. What is only reported holds no lock, and would fill the batch. */
    async stale(beforeMs: number, states: readonly DeploymentState[]): Promise<Row[]> {
      return db
        .select()
        .from(deployments)
        .where(
          and(
            // A bare column, which even a plan for any parameters finds in the index.
            deployments.locked,
            inArray(deployments.state, [...states]),
            lt(deployments.updatedAt, new Date(beforeMs)),
          ),
        )
        .orderBy(deployments.updatedAt)
        .limit(100)
    },
    /** Where people have seen the criteria of these stories to hold, whichever deployment brought them: 'ST-3 AC-2' and its environments. */
    async verifiedWhere(workspace: string, stories: readonly string[]): Promise<Map<string, Set<string>>> {
      const found = new Map<string, Set<string>>()
      if (stories.length === 0) return found
      const v = deploymentVerifications
      const rows = await db
        .selectDistinct({ story: v.story, criterion: v.criterion, environment: deployments.environment })
        .from(v)
        .innerJoin(deployments, and(eq(deployments.workspace, v.workspace), eq(deployments.number, v.number)))
        .where(and(eq(v.workspace, workspace), inArray(v.story, [...stories])))
      for (const { story, criterion, environment } of rows) {
        const key = `${story} ${criterion}`
        found.set(key, (found.get(key) ?? new Set()).add(environment))
      }
      return found
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
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
