import { and, asc, count, eq, gte, inArray, isNotNull, isNull, like, ne, sql } from 'drizzle-orm'
import { z } from 'zod'
import { type CriteriaPlace, type Db, HubError, type TrackerIssue } from '#contract'
import { stories, storyIssues } from '../tables.ts'
import type { Agreements, SyncConflict } from './merge.ts'

/** One issue that holds the criteria of a story. */
export interface IssueLink {
  readonly workspace: string
  readonly plugin: string
  readonly trackerWorkspace: string
  readonly issueId: string
  readonly issueKey: string
  readonly url: string
  readonly project: string
  readonly storyId: string
  readonly storyNumber: number
  readonly place: CriteriaPlace
  /** `paused`: a person took the criteria out of the issue. `gone`: the issue was deleted or hidden from the hub. */
  readonly state: 'linked' | 'paused' | 'gone'
  readonly reason: string | null
  readonly agreed: Agreements
  readonly conflicts: readonly SyncConflict[]
  readonly stale: readonly string[]
  readonly source: string | null
  readonly backfill: string | null
  readonly status: string
  readonly issueAt: Date
  readonly revision: number
}
export interface IssueAddress {
  readonly workspace: string
  readonly plugin: string
  readonly trackerWorkspace: string
  readonly issueId: string
}

const tracked = z.object({ id: z.string().nullable(), title: z.string(), lines: z.array(z.string()).readonly() })
const stored = {
  agreed: z.record(z.string(), z.object({ tracked, storyHash: z.string() })),
  conflicts: z.array(z.object({ id: z.string(), story: tracked.nullable(), issue: tracked.nullable() })),
  stale: z.array(z.string()),
  place: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('description') }),
    z.object({ kind: z.literal('field'), field: z.string() }),
    z.object({ kind: z.literal('comment') }),
    z.object({ kind: z.literal('attachment') }),
  ]),
  state: z.enum(['linked', 'paused', 'gone']),
}

export type LinkStore = ReturnType<typeof createLinkStore>
export function createLinkStore(db: Db) {
  const addressed = (at: IssueAddress) =>
    and(
      eq(storyIssues.workspace, at.workspace),
      eq(storyIssues.plugin, at.plugin),
      eq(storyIssues.trackerWorkspace, at.trackerWorkspace),
      eq(storyIssues.issueId, at.issueId),
    )
  return {
    async get(at: IssueAddress): Promise<IssueLink | null> {
      const [row] = await db.select().from(storyIssues).where(addressed(at))
      return row ? fromRow(row) : null
    },
    /** Workspaces that have a story for the issue. */
    async workspacesOf(issue: Omit<IssueAddress, 'workspace'>): Promise<string[]> {
      const rows = await db
        .select({ workspace: storyIssues.workspace })
        .from(storyIssues)
        .where(
          and(
            eq(storyIssues.plugin, issue.plugin),
            eq(storyIssues.trackerWorkspace, issue.trackerWorkspace),
            eq(storyIssues.issueId, issue.issueId),
          ),
        )
      return rows.map((row) => row.workspace)
    },
    /** Oldest first. */
    async ofStory(workspace: string, storyId: string): Promise<IssueLink[]> {
      const rows = await db
        .select()
        .from(storyIssues)
        .where(and(eq(storyIssues.workspace, workspace), eq(storyIssues.storyId, storyId)))
        .orderBy(asc(storyIssues.createdAt))
        .limit(20)
      return rows.map(fromRow)
    },
    /** Issues of one tracker that a story had and has no more. */
    async countGone(workspace: string, storyId: string, plugin: string): Promise<number> {
      const { workspace: tenant, storyId: story, plugin: tracker, state } = storyIssues
      const [row] = await db
        .select({ n: count() })
        .from(storyIssues)
        .where(and(eq(tenant, workspace), eq(story, storyId), eq(tracker, plugin), eq(state, 'gone')))
      return row?.n ?? 0
    },
    /** Links of several stories to issues that still exist, oldest first. */
    async ofNumbers(workspace: string, numbers: readonly number[]): Promise<IssueLink[]> {
      if (numbers.length === 0) return []
      const { id, number, workspace: tenant } = stories
      const mine = db
        .select({ id })
        .from(stories)
        .where(and(eq(tenant, workspace), inArray(number, [...numbers])))
      const rows = await db
        .select()
        .from(storyIssues)
        .where(
          and(eq(storyIssues.workspace, workspace), inArray(storyIssues.storyId, mine), ne(storyIssues.state, 'gone')),
        )
        .orderBy(asc(storyIssues.createdAt))
        .limit(50)
      return rows.map(fromRow)
    },
    /**
     * Have fewer issues of a project than `most` got their criteria since then by themselves, or because somebody asked in them? Not from a chat,
     * a story or a backlog. Asked for each issue of a burst: while all links together are fewer, the index alone tells.
     */
    async areFewer(
      most: number,
      at: Pick<IssueLink, 'workspace' | 'plugin' | 'trackerWorkspace' | 'project'>,
      since: Date,
    ): Promise<boolean> {
      const made = and(
        eq(storyIssues.workspace, at.workspace),
        eq(storyIssues.plugin, at.plugin),
        eq(storyIssues.trackerWorkspace, at.trackerWorkspace),
        eq(storyIssues.project, at.project),
        gte(storyIssues.createdAt, since),
      )
      const [all] = await db.select({ n: count() }).from(storyIssues).where(made)
      if ((all?.n ?? 0) < most) return true
      const [asked] = await db
        .select({ n: count() })
        .from(storyIssues)
        .innerJoin(stories, and(eq(stories.workspace, storyIssues.workspace), eq(stories.id, storyIssues.storyId)))
        .where(
          and(
            made,
            isNotNull(storyIssues.source),
            isNull(storyIssues.backfill),
            // Drafted for somebody of the tracker.
            like(stories.createdBy, `${at.plugin}:%`),
          ),
        )
      return (asked?.n ?? 0) < most
    },
    /** False when the issue has a link already. */
    async insert(link: Omit<IssueLink, 'revision'>): Promise<boolean> {
      const rows = await db
        .insert(storyIssues)
        .values(link)
        .onConflictDoNothing()
        .returning({ id: storyIssues.issueId })
      return rows.length > 0
    },
    /** Throws UNAVAILABLE when somebody else wrote it since it was read: the caller looks again. `tx`: part of that transaction. */
    async update(
      link: IssueLink,
      change: Partial<Omit<IssueLink, keyof IssueAddress | 'revision'>>,
      tx: Pick<Db, 'update'> = db,
    ): Promise<IssueLink> {
      const [row] = await tx
        .update(storyIssues)
        .set({ ...change, revision: link.revision + 1, updatedAt: sql`clock_timestamp()` })
        .where(and(addressed(link), eq(storyIssues.revision, link.revision)))
        .returning()
      if (!row) throw new HubError('UNAVAILABLE', `${link.issueKey} is being brought into step by another job`)
      return fromRow(row)
    },
    async remove(at: IssueAddress): Promise<void> {
      await db.delete(storyIssues).where(addressed(at))
    },
  }
}
function fromRow(row: typeof storyIssues.$inferSelect): IssueLink {
  const { createdAt: _, updatedAt: __, ...rest } = row
  return {
    ...rest,
    place: stored.place.parse(row.place),
    state: stored.state.parse(row.state),
    agreed: stored.agreed.parse(row.agreed),
    conflicts: stored.conflicts.parse(row.conflicts),
    stale: stored.stale.parse(row.stale),
  }
}
/** What a link says of its issue, read from the issue. */
export const issueFacts = (issue: TrackerIssue) => ({
  issueKey: issue.key,
  url: issue.url,
  project: issue.project,
  status: issue.status.name,
  issueAt: new Date(issue.updatedAtMs),
})
