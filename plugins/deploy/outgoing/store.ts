import { and, eq, sql } from 'drizzle-orm'
import { type Db, HubError } from '#contract'
import { deployNumbers, webhookEndpoints } from '../tables.ts'

export type Endpoint = typeof webhookEndpoints.$inferSelect

export type EndpointStore = ReturnType<typeof createEndpoints>
export function createEndpoints(db: Db) {
  const e = webhookEndpoints
  const one = (workspace: string, number: number) => and(eq(e.workspace, workspace), eq(e.number, number))
  return {
    /** Once for each job. */
    async add(endpoint: Omit<Endpoint, 'number' | 'createdAt' | 'stopped'>): Promise<Endpoint> {
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
    async stop(workspace: string, number: number, reason: string | null): Promise<void> {
      await db.update(e).set({ stopped: reason }).where(one(workspace, number))
    },
    async remove(workspace: string, number: number): Promise<boolean> {
      return (await db.delete(e).where(one(workspace, number)).returning({ number: e.number })).length > 0
    },
  }
}
