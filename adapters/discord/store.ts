import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '#contract'
import type { LeaseStore } from '../shared/leader.ts'
import { discordGateway as row } from './tables.ts'

/** Where a connection can be taken up again: Discord repeats what came after `sequence`. */
export interface Session {
  readonly id: string
  readonly resumeUrl: string
  readonly sequence: number
}
/**
 * One row decides who leads, by compare-and-set on holder, fence and the database's own clock. Not an advisory lock: that lives in one
 * connection of the pool, which a pooler in between gives to somebody else, and could not carry the session on to the next leader.
 */
export type GatewayStore = LeaseStore<Session>

export function createGatewayStore(db: Db, appId: string): GatewayStore {
  const until = (leaseMs: number) => sql`clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'`
  const mine = (holder: string, fence: number) =>
    and(eq(row.appId, appId), eq(row.holder, holder), eq(row.fence, fence))
  const columns = (session: Session | null) => ({
    session: session?.id ?? null,
    resumeUrl: session?.resumeUrl ?? null,
    sequence: session?.sequence ?? null,
    updatedAt: sql`clock_timestamp()`,
  })
  return {
    async acquire(holder, leaseMs) {
      const [held] = await db
        .insert(row)
        .values({ appId, holder, expiresAt: until(leaseMs) })
        .onConflictDoUpdate({
          target: row.appId,
          set: { holder, expiresAt: until(leaseMs), fence: sql`${row.fence} + 1`, updatedAt: sql`clock_timestamp()` },
          setWhere: sql`${row.expiresAt} <= clock_timestamp() or ${row.holder} = ${holder}`,
        })
        .returning()
      if (!held) return null
      const { fence, session: id, resumeUrl, sequence } = held
      const state = id !== null && resumeUrl !== null && sequence !== null ? { id, resumeUrl, sequence } : null
      return { fence, state }
    },
    async renew(holder, fence, leaseMs, session) {
      const renewed = await db
        .update(row)
        .set({ expiresAt: until(leaseMs), ...columns(session) })
        .where(mine(holder, fence))
        .returning({ fence: row.fence })
      return renewed.length > 0
    },
    async release(holder, fence, session) {
      await db
        .update(row)
        .set({ expiresAt: sql`clock_timestamp()`, ...columns(session) })
        .where(mine(holder, fence))
    },
  }
}
