import { and, asc, eq, exists, gte, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Db, Json } from '#contract'
import type { Tx } from '../runs/store.ts'
import { workflowEvents, workflowRuns, workflows, workflowWaits } from '../tables.ts'

export interface Wait {
  readonly workspace: string
  readonly runId: string
  readonly step: string
  readonly attempt: number
  readonly event: string
  readonly match: Json
  /** `wait` goes on with the run, `void` asks for an approval again. */
  readonly purpose: 'wait' | 'void'
}
export interface Happened {
  readonly id: string
  readonly name: string
  readonly payload: Json
}
/** How long an event is kept for waits that begin after it. */
const KEEP_EVENTS_MS = 24 * 3_600_000

export type WaitStore = ReturnType<typeof createWaitStore>
export function createWaitStore(db: Db) {
  const openIn = (workspace: SQL) =>
    db
      .select({ id: workflowRuns.id })
      .from(workflowRuns)
      .where(and(eq(workflowRuns.workspace, workspace), isNull(workflowRuns.finishedAt)))
  return {
    /** Of these workspaces the ones with a workflow to start or a run that goes on: most have neither, and are not told of every event. */
    async heeding(workspaces: readonly string[]): Promise<readonly string[]> {
      const workspace = sql<string>`asked.workspace`
      const saved = db.select({ name: workflows.name }).from(workflows).where(eq(workflows.workspace, workspace))
      const rows = await db
        .select({ workspace })
        .from(sql`json_array_elements_text(${JSON.stringify(workspaces)}::json) as asked(workspace)`)
        .where(or(exists(saved), exists(openIn(workspace))))
      return rows.map((row) => row.workspace)
    },
    async add(tx: Tx, { match, ...wait }: Wait): Promise<void> {
      const row = { ...wait, match }
      await tx
        .insert(workflowWaits)
        .values(row)
        .onConflictDoUpdate({
          target: [workflowWaits.workspace, workflowWaits.runId, workflowWaits.step],
          set: { attempt: wait.attempt, event: wait.event, match, purpose: wait.purpose },
        })
    },
    /** Waits that an event may end: by index, and by the fields that it must have. Each still has its condition to be asked. */
    async matching(workspace: string, event: Happened): Promise<readonly Wait[]> {
      const rows = await db
        .select()
        .from(workflowWaits)
        .where(
          and(
            eq(workflowWaits.workspace, workspace),
            eq(workflowWaits.event, event.name),
            sql`${workflowWaits.match} <@ ${JSON.stringify(event.payload)}::jsonb`,
          ),
        )
        .orderBy(asc(workflowWaits.createdAt))
      return rows.map(({ createdAt: _, purpose, match, ...row }) => ({
        ...row,
        match: match as Json,
        purpose: purpose === 'void' ? 'void' : 'wait',
      }))
    },
    /** Remembers an event while somebody in the workspace may come to wait for it. */
    async remember(workspace: string, { id, name, payload }: Happened): Promise<void> {
      const [open] = await openIn(sql`${workspace}`).limit(1)
      if (open) await db.insert(workflowEvents).values({ workspace, id, name, payload }).onConflictDoNothing()
    },
    /** Events of a name since a time, oldest first. */
    async since(workspace: string, name: string, match: Json, from: Date): Promise<readonly Happened[]> {
      const rows = await db
        .select()
        .from(workflowEvents)
        .where(
          and(
            eq(workflowEvents.workspace, workspace),
            eq(workflowEvents.name, name),
            gte(workflowEvents.at, from),
            sql`${JSON.stringify(match)}::jsonb <@ ${workflowEvents.payload}`,
          ),
        )
        .orderBy(asc(workflowEvents.at))
        .limit(200)
      return rows.map(({ id, payload }) => ({ id, name, payload: payload as Json }))
    },
    async forget(now: Date): Promise<void> {
      await db.delete(workflowEvents).where(lt(workflowEvents.at, new Date(now.getTime() - KEEP_EVENTS_MS)))
    },
  }
}
