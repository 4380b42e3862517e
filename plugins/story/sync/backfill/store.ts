import { and, eq, inArray, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '#contract'
import { storyBackfills } from '../../tables.ts'

export interface Backfill {
  readonly workspace: string
  readonly id: string
  readonly plugin: string
  readonly trackerWorkspace: string
  readonly project: string
  readonly query: string | null
  /** `failed`: a page of it was given up, for `reason`; it goes on when that page is tried again. */
  readonly state: 'running' | 'stopped' | 'failed' | 'done'
  readonly reason: string | null
  readonly cursor: string | null
  readonly page: number
  /** Ids of the issues of the last page. */
  readonly counted: readonly string[]
  readonly written: number
  readonly skipped: Readonly<Record<string, number>>
  readonly startedBy: string
  readonly startedByName: string
}
const state = z.enum(['running', 'stopped', 'failed', 'done'])
const skipped = z.record(z.string(), z.number())
const counted = z.array(z.string())
/** What a walk begins without. */
type Progress = 'state' | 'reason' | 'cursor' | 'page' | 'counted' | 'written' | 'skipped'

export type BackfillStore = ReturnType<typeof createBackfillStore>
export function createBackfillStore(db: Db) {
  const is = (workspace: string, id: string) => and(eq(storyBackfills.workspace, workspace), eq(storyBackfills.id, id))
  const fromRow = ({ createdAt: _, ...row }: typeof storyBackfills.$inferSelect): Backfill => ({
    ...row,
    state: state.parse(row.state),
    skipped: skipped.parse(row.skipped),
    counted: counted.parse(row.counted),
  })
  return {
    async begin(backfill: Omit<Backfill, Progress>): Promise<void> {
      await db
        .insert(storyBackfills)
        .values({ ...backfill, state: 'running' })
        .onConflictDoNothing()
    },
    async get(workspace: string, id: string): Promise<Backfill | null> {
      const [row] = await db.select().from(storyBackfills).where(is(workspace, id))
      return row ? fromRow(row) : null
    },
    /** Ends a page. Null: it was ended before, by an earlier run of its job. */
    async turn(
      { workspace, id, page, ...before }: Backfill,
      done: {
        cursor: string | null
        counted: readonly string[]
        written: number
        skipped: Readonly<Record<string, number>>
      },
    ): Promise<Backfill | null> {
      const sum: Record<string, number> = { ...before.skipped }
      for (const [reason, n] of Object.entries(done.skipped)) sum[reason] = (sum[reason] ?? 0) + n
      const [row] = await db
        .update(storyBackfills)
        .set({
          cursor: done.cursor,
          page: page + 1,
          counted: done.counted,
          written: sql`${storyBackfills.written} + ${done.written}`,
          skipped: sum,
          // One that was stopped meanwhile stays so.
          state:
            done.cursor === null
              ? 'done'
              : sql`case when ${storyBackfills.state} = 'failed' then 'running' else ${storyBackfills.state} end`,
          reason: null,
        })
        .where(and(is(workspace, id), eq(storyBackfills.page, page)))
        .returning()
      return row ? fromRow(row) : null
    },
    /** Null: it does not run. */
    async fail(workspace: string, id: string, reason: string): Promise<Backfill | null> {
      const [row] = await db
        .update(storyBackfills)
        .set({ state: 'failed', reason })
        .where(and(is(workspace, id), inArray(storyBackfills.state, ['running', 'failed'])))
        .returning()
      return row ? fromRow(row) : null
    },
    /** False: it does not run. */
    async stop(workspace: string, id: string): Promise<boolean> {
      const rows = await db
        .update(storyBackfills)
        .set({ state: 'stopped' })
        .where(and(is(workspace, id), eq(storyBackfills.state, 'running')))
        .returning({ id: storyBackfills.id })
      return rows.length > 0
    },
  }
}
