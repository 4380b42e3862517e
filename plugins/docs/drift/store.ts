import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '#contract'
import type { RepositoryKey } from '../index/scope.ts'
import { docFindings, docRuns, docWrites } from '../tables.ts'
import type { Drift } from './detect.ts'
import { NAME_KINDS } from './names.ts'

export interface BranchKey extends RepositoryKey {
  readonly branch: string
}
export interface Finding {
  readonly hash: string
  /** `new`: found, and nobody was told yet; a run that broke off in between tells it when it runs again. */
  readonly state: 'new' | 'open' | 'declined'
  readonly drift: Drift
}
/** One change of a document that is in the hub's pull request. */
const editSchema = z.object({
  path: z.string(),
  heading: z.string(),
  find: z.string(),
  replace: z.string(),
  why: z.string(),
  /** File and line of the code that justifies it. */
  cites: z.string(),
})
export type Edit = z.infer<typeof editSchema>
const pageSchema = z
  .object({
    number: z.number(),
    url: z.string(),
    state: z.string(),
    /** Of the pull request: the settings may name another one since. */
    branch: z.string().optional(),
    /** Of the findings it lists. */
    of: z.string().optional(),
    /** Hashes of the generated sections in it. */
    generated: z.array(z.string()).optional(),
  })
  .nullable()
  .catch(null)
export type Page = z.infer<typeof pageSchema>
export interface Writes {
  readonly edits: readonly Edit[]
  readonly declined: readonly string[]
  readonly proposal: Page
  readonly issue: Page
  readonly issueRound: number
}
export type Outcome = 'proposed' | 'reported' | 'silent' | 'refused'
export interface Run {
  readonly branch: string
  readonly sha: string | null
  readonly outcome: Outcome
  readonly reason: string
  readonly url: string | null
}
const driftSchema = z.object({
  kind: z.enum(NAME_KINDS),
  old: z.string(),
  new: z.string().nullable(),
  of: z.string().nullable().default(null),
  path: z.string(),
  hunk: z.string(),
  document: z.string(),
  line: z.number(),
  text: z.string(),
})
const STANDING = ['new', 'open', 'declined'] as const
const NO_WRITES: Writes = { edits: [], declined: [], proposal: null, issue: null, issueRound: 1 }
const DECLINED_KEPT = 500
const RUNS_KEPT_DAYS = 90

export type DriftStore = ReturnType<typeof createDriftStore>
export function createDriftStore(db: Db) {
  const isBranch = (table: typeof docFindings | typeof docWrites, key: BranchKey) =>
    and(
      eq(table.workspace, key.workspace),
      eq(table.plugin, key.plugin),
      eq(table.repository, key.repository),
      eq(table.branch, key.branch),
    )
  const keyOf = ({ workspace, plugin, repository, branch }: BranchKey) => ({ workspace, plugin, repository, branch })
  const isRun = ({ workspace, plugin, repository }: RepositoryKey) =>
    and(eq(docRuns.workspace, workspace), eq(docRuns.plugin, plugin), eq(docRuns.repository, repository))

  return {
    /** Findings that stand or that people declined; what is gone is not told. */
    async findings(key: BranchKey): Promise<Finding[]> {
      const rows = await db
        .select()
        .from(docFindings)
        .where(and(isBranch(docFindings, key), inArray(docFindings.state, [...STANDING])))
        .orderBy(docFindings.path, docFindings.line)
      return rows.map(({ hash, state, drift }) => ({
        hash,
        state: STANDING.find((one) => one === state) ?? 'open',
        drift: driftSchema.parse(drift),
      }))
    },
    async keep(
      key: BranchKey,
      sha: string,
      found: readonly (Omit<Finding, 'drift'> & { drift: Drift })[],
    ): Promise<void> {
      for (const { hash, state, drift } of found) {
        const set = { state, path: drift.document, line: drift.line, drift, sha }
        await db
          .insert(docFindings)
          .values({ ...keyOf(key), hash, ...set })
          .onConflictDoUpdate({
            target: [
              docFindings.workspace,
              docFindings.plugin,
              docFindings.repository,
              docFindings.branch,
              docFindings.hash,
            ],
            set,
          })
      }
    },
    async mark(key: BranchKey, hashes: readonly string[], state: 'open' | 'declined' | 'gone'): Promise<void> {
      if (hashes.length === 0) return
      await db
        .update(docFindings)
        .set({ state })
        .where(and(isBranch(docFindings, key), inArray(docFindings.hash, [...hashes])))
    },
    async writes(key: BranchKey): Promise<Writes> {
      const [row] = await db.select().from(docWrites).where(isBranch(docWrites, key))
      if (!row) return NO_WRITES
      return {
        edits: z.array(editSchema).catch([]).parse(row.edits),
        declined: z.array(z.string()).catch([]).parse(row.declined),
        proposal: pageSchema.parse(row.proposal),
        issue: pageSchema.parse(row.issue),
        issueRound: row.issueRound,
      }
    },
    async write(key: BranchKey, changed: Partial<Writes>): Promise<void> {
      const set = { ...changed, ...(changed.declined ? { declined: changed.declined.slice(-DECLINED_KEPT) } : {}) }
      await db
        .insert(docWrites)
        .values({ ...keyOf(key), ...set })
        .onConflictDoUpdate({
          target: [docWrites.workspace, docWrites.plugin, docWrites.repository, docWrites.branch],
          set,
        })
    },
    async record(key: RepositoryKey, jobId: string, run: Run): Promise<void> {
      const { workspace, plugin, repository } = key
      const set = { ...run, reason: run.reason.slice(0, 1_000) }
      await db
        .insert(docRuns)
        .values({ workspace, id: jobId, plugin, repository, ...set })
        .onConflictDoUpdate({ target: [docRuns.workspace, docRuns.id], set })
      await db
        .delete(docRuns)
        .where(
          and(isRun(key), sql`${docRuns.createdAt} < clock_timestamp() - ${RUNS_KEPT_DAYS}::int * interval '1 day'`),
        )
    },
    async lastRun(key: RepositoryKey): Promise<(Run & { readonly createdAt: Date }) | null> {
      const [row] = await db.select().from(docRuns).where(isRun(key)).orderBy(desc(docRuns.createdAt)).limit(1)
      return row ? { ...row, outcome: outcomeSchema.parse(row.outcome) } : null
    },
    /** Commit up to which pushes were looked at. */
    async lookedAt(key: BranchKey): Promise<string | null> {
      const [row] = await db
        .select({ sha: docRuns.sha })
        .from(docRuns)
        .where(and(isRun(key), eq(docRuns.branch, key.branch), sql`${docRuns.sha} is not null`))
        .orderBy(desc(docRuns.createdAt))
        .limit(1)
      return row?.sha ?? null
    },
  }
}
const outcomeSchema = z.enum(['proposed', 'reported', 'silent', 'refused']).catch('silent')
