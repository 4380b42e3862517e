import { and, eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '#contract'
import type { LeaseStore } from '../shared/leader.ts'
import { mailIntake as row } from './tables.ts'

/** How far a mailbox was read. */
const position = z.object({
  /** Of the server's; with another one its numbers begin anew. https://www.rfc-editor.org/rfc/rfc3501#section-2.3.1.1 */
  uidValidity: z.string(),
  /** Every mail up to this one is settled: stored in the ledger, or of no concern. */
  lastUid: z.number().int().nonnegative(),
  /** When it was looked at last: where numbers begin anew, what arrived earlier is not read again. */
  checkedAtMs: z.number(),
  /** Mails whose sender's DNS did not answer, to be read again. */
  later: z.array(
    z.object({
      uid: z.number().int().positive(),
      sinceMs: z.number(),
      /** Whose mail it says it is; absent in what an earlier version noted. */
      from: z.string().default(''),
    }),
  ),
})
export type Position = z.output<typeof position>
export type IntakeStore = LeaseStore<Position>

/** The lease and the position are one row, so that a process that lost the one cannot move the other. */
export function createIntakeStore(db: Db, mailbox: string): IntakeStore {
  const until = (leaseMs: number) => sql`clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'`
  const mine = (holder: string, fence: number) =>
    and(eq(row.mailbox, mailbox), eq(row.holder, holder), eq(row.fence, fence))
  const columns = (state: Position | null) => ({ position: state, updatedAt: sql`clock_timestamp()` })
  return {
    async acquire(holder, leaseMs) {
      const [held] = await db
        .insert(row)
        .values({ mailbox, holder, expiresAt: until(leaseMs) })
        .onConflictDoUpdate({
          target: row.mailbox,
          set: { holder, expiresAt: until(leaseMs), fence: sql`${row.fence} + 1`, updatedAt: sql`clock_timestamp()` },
          setWhere: sql`${row.expiresAt} <= clock_timestamp() or ${row.holder} = ${holder}`,
        })
        .returning()
      return held ? { fence: held.fence, state: position.safeParse(held.position).data ?? null } : null
    },
    async renew(holder, fence, leaseMs, state) {
      const renewed = await db
        .update(row)
        .set({ expiresAt: until(leaseMs), ...columns(state) })
        .where(mine(holder, fence))
        .returning({ fence: row.fence })
      return renewed.length > 0
    },
    async release(holder, fence, state) {
      await db
        .update(row)
        .set({ expiresAt: sql`clock_timestamp()`, ...columns(state) })
        .where(mine(holder, fence))
    },
  }
}
