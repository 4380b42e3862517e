import { randomUUIDv7 } from 'node:crypto'
import { and, eq, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import { type Db, HubError, type Place } from '#contract'
import type { Row } from '../rows.ts'
import { deploymentGroupMembers, deploymentGroups, deployments, subscriptionOnce } from '../tables.ts'

export type Group = typeof deploymentGroups.$inferSelect

/**
 * What waits to be told in one message, and what was told once. A group is open, then closed, then shown: from there on nobody joins or leaves, so
 * the sum of its members' revisions grows with every change of any of them.
 */
export type GroupStore = ReturnType<typeof createGroups>
export function createGroups(db: Db) {
  const g = deploymentGroups
  const m = deploymentGroupMembers
  const o = subscriptionOnce
  const one = (workspace: string, id: string) => and(eq(g.workspace, workspace), eq(g.id, id))
  const ofNumber = (workspace: string, number: number) =>
    db
      .select({ id: m.groupId })
      .from(m)
      .where(and(eq(m.workspace, workspace), eq(m.number, number)))
  return {
    /** The group that waits for a place, with this deployment in it; the same one again when it was called before. */
    async join(workspace: string, placeKey: string, place: Place, number: number): Promise<Group> {
      return db.transaction(async (tx) => {
        const open = and(eq(g.workspace, workspace), eq(g.placeKey, placeKey), isNull(g.closedAt))
        const values = { workspace, id: randomUUIDv7(), placeKey, place }
        await tx.insert(g).values(values).onConflictDoNothing()
        const [group] = await tx.select().from(g).where(open).for('update')
        if (!group) throw new HubError('UNAVAILABLE', 'A group of deployments was closed at this moment')
        await tx.insert(m).values({ workspace, groupId: group.id, number }).onConflictDoNothing()
        return group
      })
    },
    async find(workspace: string, id: string): Promise<Group | null> {
      const [group] = await db.select().from(g).where(one(workspace, id))
      return group ?? null
    },
    async members(workspace: string, id: string): Promise<Row[]> {
      const numbers = db
        .select({ number: m.number })
        .from(m)
        .where(and(eq(m.workspace, workspace), eq(m.groupId, id)))
      return db
        .select()
        .from(deployments)
        .where(and(eq(deployments.workspace, workspace), inArray(deployments.number, numbers)))
        .orderBy(deployments.number)
    },
    /** Groups with this deployment, waiting or shown. */
    async of(workspace: string, number: number): Promise<Group[]> {
      return db
        .select()
        .from(g)
        .where(and(eq(g.workspace, workspace), inArray(g.id, ofNumber(workspace, number))))
        .orderBy(g.id)
    },
    async close(workspace: string, id: string): Promise<void> {
      await db
        .update(g)
        .set({ closedAt: sql`clock_timestamp()` })
        .where(and(one(workspace, id), isNull(g.closedAt)))
    },
    /** Takes out who is not wanted any more, once; what they kept others from is free again. */
    async settle({ workspace, id, placeKey }: Group, gone: readonly number[]): Promise<void> {
      await db.transaction(async (tx) => {
        const [settled] = await tx
          .update(g)
          .set({ shownAt: sql`clock_timestamp()` })
          .where(and(one(workspace, id), isNull(g.shownAt), isNotNull(g.closedAt)))
          .returning({ id: g.id })
        if (!settled || gone.length === 0) return
        await tx.delete(m).where(and(eq(m.workspace, workspace), eq(m.groupId, id), inArray(m.number, [...gone])))
        await tx
          .delete(o)
          .where(and(eq(o.workspace, workspace), eq(o.placeKey, placeKey), inArray(o.number, [...gone])))
      })
    },
    /** Is this deployment the one that a place is told of for this key? The first that asks is, and stays it. */
    async claim(workspace: string, placeKey: string, onceKey: string, number: number): Promise<boolean> {
      await db.insert(o).values({ workspace, placeKey, onceKey, number }).onConflictDoNothing()
      const [first] = await db
        .select({ number: o.number })
        .from(o)
        .where(and(eq(o.workspace, workspace), eq(o.placeKey, placeKey), eq(o.onceKey, onceKey)))
      return first?.number === number
    },
    async forget(beforeMs: number): Promise<void> {
      const before = new Date(beforeMs)
      const old = db.select({ id: g.id }).from(g).where(lt(g.createdAt, before))
      await db.delete(m).where(inArray(m.groupId, old))
      await db.delete(g).where(lt(g.createdAt, before))
      await db.delete(o).where(lt(o.at, before))
    },
  }
}
