import { randomUUIDv7 } from 'node:crypto'
import { and, asc, desc, eq, inArray, lte, sql } from 'drizzle-orm'
import type { Db, Place } from '#contract'
import { digestSubscriptions as table } from './tables.ts'
import type { Rhythm } from './windows.ts'

export interface Subscription extends Rhythm {
  readonly workspace: string
  readonly id: string
  readonly recipient: string
  readonly address: string | null
  readonly label: string
  readonly place: Place
  readonly quiet: 'silent' | 'line'
  readonly state: 'unconfirmed' | 'active' | 'stopped'
  readonly stopped: string | null
  readonly owner: string
  readonly ownerName: string
  readonly askedAt: Place | null
  readonly coveredUntil: Date
  readonly dueAt: Date | null
}
export type NewSubscription = Omit<Subscription, 'id' | 'stopped'>
/** What a tick has handed over: the window, and when the next one ends. */
export interface Advance {
  readonly workspace: string
  readonly id: string
  /** As it was read: whoever was faster has moved it. */
  readonly dueAt: Date
  readonly coveredUntil: Date
  readonly nextDueAt: Date
}
export type DigestStore = ReturnType<typeof createStore>

export function createStore(db: Db) {
  const touched = { updatedAt: sql`clock_timestamp()` }
  return {
    /** One row for each recipient; again, it is changed. Returns the row's id. */
    async save(given: NewSubscription): Promise<string> {
      const { workspace: _w, recipient: _r, ...rest } = given
      const [row] = await db
        .insert(table)
        .values({ ...given, id: randomUUIDv7(), stopped: null })
        .onConflictDoUpdate({ target: [table.workspace, table.recipient], set: { ...rest, stopped: null, ...touched } })
        .returning({ id: table.id })
      if (!row) throw new Error('a subscription was not stored')
      return row.id
    },
    async get(workspace: string, id: string): Promise<Subscription | null> {
      const [row] = await db
        .select()
        .from(table)
        .where(and(eq(table.workspace, workspace), eq(table.id, id)))
      return row ?? null
    },
    async ofRecipient(workspace: string, recipient: string): Promise<Subscription | null> {
      const [row] = await db
        .select()
        .from(table)
        .where(and(eq(table.workspace, workspace), eq(table.recipient, recipient)))
      return row ?? null
    },
    async ofOwner(workspace: string, owner: string): Promise<Subscription[]> {
      return db
        .select()
        .from(table)
        .where(and(eq(table.workspace, workspace), eq(table.owner, owner)))
        .orderBy(asc(table.createdAt))
        .limit(50)
    },
    async activate(workspace: string, id: string, dueAt: Date): Promise<boolean> {
      const rows = await db
        .update(table)
        .set({ state: 'active', stopped: null, dueAt, ...touched })
        .where(and(eq(table.workspace, workspace), eq(table.id, id), eq(table.state, 'unconfirmed')))
        .returning({ id: table.id })
      return rows.length > 0
    },
    async stop(workspace: string, id: string, why: string): Promise<boolean> {
      const rows = await db
        .update(table)
        .set({ state: 'stopped', stopped: why, dueAt: null, ...touched })
        .where(and(eq(table.workspace, workspace), eq(table.id, id), sql`${table.state} <> 'stopped'`))
        .returning({ id: table.id })
      return rows.length > 0
    },
    /** Of every tenant that writes to this address. */
    async ofAddress(address: string, states: readonly Subscription['state'][]): Promise<Subscription[]> {
      return db
        .select()
        .from(table)
        .where(and(eq(table.address, address), inArray(table.state, [...states])))
    },
    async stopped(workspace: string, limit: number): Promise<Subscription[]> {
      return db
        .select()
        .from(table)
        .where(and(eq(table.workspace, workspace), eq(table.state, 'stopped')))
        .orderBy(desc(table.updatedAt))
        .limit(limit)
    },
    async remove(workspace: string, ids: readonly string[]): Promise<number> {
      const gone = await db
        .delete(table)
        .where(and(eq(table.workspace, workspace), inArray(table.id, [...ids])))
        .returning({ id: table.id })
      return gone.length
    },
    /** Of all tenants: the one clock belongs to none. With the time by the clock of the database, which stamps what a digest tells. */
    async due(now: Date, limit: number): Promise<{ readonly row: Subscription; readonly readAt: Date }[]> {
      return db
        .select({ row: table, readAt: sql<Date>`clock_timestamp()`.mapWith(table.dueAt) })
        .from(table)
        .where(lte(table.dueAt, now))
        .orderBy(asc(table.dueAt))
        .limit(limit)
    },
    async advance(all: readonly Advance[]): Promise<void> {
      if (all.length === 0) return
      const rows = all.map(({ workspace, id, dueAt, coveredUntil, nextDueAt }) => ({
        workspace,
        id,
        due: dueAt.toISOString(),
        covered: coveredUntil.toISOString(),
        next: nextDueAt.toISOString(),
      }))
      await db.execute(sql`
        update ${table} set due_at = r.next, covered_until = r.covered, updated_at = clock_timestamp()
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          as r(workspace text, id uuid, due timestamptz, covered timestamptz, next timestamptz)
        where ${table.workspace} = r.workspace and ${table.id} = r.id and ${table.dueAt} = r.due`)
    },
  }
}
