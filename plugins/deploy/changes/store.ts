import { and, eq, inArray, lt } from 'drizzle-orm'
import type { Db, Place } from '#contract'
import type { Commit } from '../model.ts'
import { deployCommits, deployPulls } from '../tables.ts'

export type CommitStore = ReturnType<typeof createCommits>
/** What code hosts told of commits and pull requests, for as long as a deployment may ask. */
export function createCommits(db: Db) {
  return {
    async savePushed(workspace: string, repository: string, commits: readonly Commit[], atMs: number): Promise<void> {
      if (commits.length === 0) return
      const pushedAt = new Date(atMs)
      // The first push counts: a merge brings the same commits again.
      await db
        .insert(deployCommits)
        .values(commits.map(({ sha, message, author }) => ({ workspace, repository, sha, message, author, pushedAt })))
        .onConflictDoNothing()
    },
    /** When these commits were first pushed; those nobody told of are left out. */
    async pushedAt(workspace: string, repository: string, shas: readonly string[]): Promise<number[]> {
      if (shas.length === 0) return []
      const rows = await db
        .select({ pushedAt: deployCommits.pushedAt })
        .from(deployCommits)
        .where(
          and(
            eq(deployCommits.workspace, workspace),
            eq(deployCommits.repository, repository),
            inArray(deployCommits.sha, [...shas]),
          ),
        )
      return rows.map((row) => row.pushedAt.getTime())
    },
    async savePull(pull: Omit<typeof deployPulls.$inferInsert, 'mergedAt'>, atMs: number): Promise<void> {
      await db
        .insert(deployPulls)
        .values({ ...pull, mergedAt: new Date(atMs) })
        .onConflictDoNothing()
    },
    /** Where the pull requests are spoken about that became these commits. */
    async pulls(workspace: string, repository: string, shas: readonly string[], most: number): Promise<Place[]> {
      if (shas.length === 0) return []
      const rows = await db
        .select({ place: deployPulls.place })
        .from(deployPulls)
        .where(
          and(
            eq(deployPulls.workspace, workspace),
            eq(deployPulls.repository, repository),
            inArray(deployPulls.sha, [...shas]),
          ),
        )
        .orderBy(deployPulls.number)
        .limit(most)
      return rows.map((row) => row.place)
    },
    async forget(beforeMs: number): Promise<void> {
      await db.delete(deployCommits).where(lt(deployCommits.pushedAt, new Date(beforeMs)))
      await db.delete(deployPulls).where(lt(deployPulls.mergedAt, new Date(beforeMs)))
    },
  }
}
