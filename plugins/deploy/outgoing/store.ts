import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import { type Db, HubError } from '#contract'
import { deployNumbers, webhookEndpoints } from '../tables.ts'

export type Endpoint = typeof webhookEndpoints.$inferSelect

export type EndpointStore = ReturnType<typeof createEndpoints>
export function createEndpoints(db: Db) {
  const e = webhookEndpoints
  const one = (workspace: string, number: number) => and(eq(e.workspace, workspace), eq(e.number, number))
  return {
    /** Once for each job. */
    async add(
      endpoint: Omit<Endpoint, 'number' | 'createdAt' | 'stopped' | 'failure' | 'failedAt'>,
    ): Promise<Endpoint> {
      const { workspace, jobId } = endpoint
      const mine = and(eq(e.workspace, workspace), eq(e.jobId, jobId))
      return db.transaction(async (tx) => {
        const [counter] = await tx
          .insert(deployNumbers)
          .values({ workspace, kind: 'webhook', last: 1 })
          .onConflictDoUpdate({
            target: [deployNumbers.workspace, deployNumbers.kind],
            set: { last: sql`${deployNumbers.last} + 1` },
          })
          .returning({ last: deployNumbers.last })
        await tx
          .insert(e)
          .values({ ...endpoint, number: counter?.last ?? 1 })
          .onConflictDoNothing()
        const [row] = await tx.select().from(e).where(mine)
        if (!row) throw new HubError('UNAVAILABLE', 'A webhook could not be written')
        return row
      })
    },
    async list(workspace: string, topic: string): Promise<Endpoint[]> {
      return db
        .select()
        .from(e)
        .where(and(eq(e.workspace, workspace), eq(e.topic, topic)))
        .orderBy(e.number)
        .limit(50)
    },
    async find(workspace: string, number: number): Promise<Endpoint | null> {
      const [row] = await db.select().from(e).where(one(workspace, number))
      return row ?? null
    },
    /** False when it was stopped already: whoever is told of it is told once. */
    async stop(workspace: string, number: number, reason: string): Promise<boolean> {
      const rows = await db
        .update(e)
        .set({ stopped: reason })
        .where(and(one(workspace, number), isNull(e.stopped)))
        .returning({ number: e.number })
      return rows.length > 0
    },
    /** Sends again; what happened before is forgotten. */
    async resume(workspace: string, number: number): Promise<void> {
      await db.update(e).set({ stopped: null, failure: null, failedAt: null }).where(one(workspace, number))
    },
    /** What an attempt came to; null: it was taken, which is written only where it had failed before. */
    async attempted(workspace: string, number: number, failure: string | null, atMs: number): Promise<void> {
      const values = failure === null ? { failure, failedAt: null } : { failure, failedAt: new Date(atMs) }
      await db
        .update(e)
        .set(values)
        .where(and(one(workspace, number), failure === null ? isNotNull(e.failure) : undefined))
    },
    async remove(workspace: string, number: number): Promise<boolean> {
      return (await db.delete(e).where(one(workspace, number)).returning({ number: e.number })).length > 0
    },
  }
}
