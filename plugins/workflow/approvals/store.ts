import { randomUUIDv7 } from 'node:crypto'
import { and, asc, eq, sql } from 'drizzle-orm'
import type { Db } from '#contract'
import type { Tx } from '../runs/store.ts'
import { workflowApprovals, workflowLinks, workflowRuns, workflowVotes } from '../tables.ts'
import { type Approval, rulesSchema, type Vote } from './approval.ts'

type Row = typeof workflowApprovals.$inferSelect
/** Looked through for those that somebody may answer. */
const OPEN = 50
const STATES = ['open', 'approved', 'rejected', 'void'] as const
const approvalOf = (row: Row): Approval => ({
  workspace: row.workspace,
  id: row.id,
  runId: row.runId,
  step: row.step,
  attempt: row.attempt,
  state: STATES.find((state) => state === row.state) ?? 'void',
  subject: row.subject,
  code: row.code,
  rules: rulesSchema.parse(row.rules),
  startedBy: row.startedBy,
  dueAt: row.dueAt,
})

export type ApprovalStore = ReturnType<typeof createApprovalStore>
export function createApprovalStore(db: Db) {
  return {
    async ask(tx: Tx, made: Omit<Approval, 'id' | 'state'>): Promise<void> {
      await tx
        .insert(workflowApprovals)
        .values({ ...made, id: randomUUIDv7() })
        .onConflictDoNothing()
    },
    async close(tx: Tx, { workspace, id }: Approval, state: 'approved' | 'rejected'): Promise<void> {
      await tx
        .update(workflowApprovals)
        .set({ state, closedAt: sql`clock_timestamp()` })
        .where(and(eq(workflowApprovals.workspace, workspace), eq(workflowApprovals.id, id)))
    },
    /** Of a whole workspace, newest first, without those of runs that were started in private. */
    async open(
      workspace: string,
    ): Promise<readonly { readonly approval: Approval; readonly number: number; readonly name: string }[]> {
      const rows = await db
        .select({ approval: workflowApprovals, number: workflowRuns.number, name: workflowRuns.name })
        .from(workflowApprovals)
        .innerJoin(
          workflowRuns,
          and(eq(workflowRuns.workspace, workflowApprovals.workspace), eq(workflowRuns.id, workflowApprovals.runId)),
        )
        .where(
          and(
            eq(workflowApprovals.workspace, workspace),
            eq(workflowApprovals.state, 'open'),
            sql`coalesce(${workflowRuns.places} -> 0 ->> 'visibility', 'public') <> 'private'`,
          ),
        )
        .orderBy(sql`${workflowApprovals.createdAt} desc`)
        .limit(OPEN)
      return rows.map(({ approval, number, name }) => ({ approval: approvalOf(approval), number, name }))
    },
    /** Of one run, oldest first. */
    async ofRun(tx: Tx | null, workspace: string, runId: string): Promise<readonly Approval[]> {
      const rows = await (tx ?? db)
        .select()
        .from(workflowApprovals)
        .where(and(eq(workflowApprovals.workspace, workspace), eq(workflowApprovals.runId, runId)))
        .orderBy(asc(workflowApprovals.createdAt))
      return rows.map(approvalOf)
    },
    async get(tx: Tx | null, workspace: string, id: string): Promise<Approval | null> {
      const [row] = await (tx ?? db)
        .select()
        .from(workflowApprovals)
        .where(and(eq(workflowApprovals.workspace, workspace), eq(workflowApprovals.id, id)))
      return row ? approvalOf(row) : null
    },
    /** Whatever its workspace: who has the code was shown the card, and whether they may answer is asked of the run's workspace. */
    async byCode(code: string): Promise<Approval | null> {
      const [row] = await db.select().from(workflowApprovals).where(eq(workflowApprovals.code, code))
      return row ? approvalOf(row) : null
    },
    async votes(tx: Tx | null, { workspace, id }: Pick<Approval, 'workspace' | 'id'>): Promise<readonly Vote[]> {
      const rows = await (tx ?? db)
        .select()
        .from(workflowVotes)
        .where(and(eq(workflowVotes.workspace, workspace), eq(workflowVotes.approvalId, id)))
        .orderBy(asc(workflowVotes.createdAt))
      return rows.map(({ voter, name, vote, reason, delegate, voice, jobId }) => ({
        voter,
        name,
        vote: vote === 'approve' ? 'approve' : vote === 'reject' ? 'reject' : 'delegate',
        reason,
        delegate,
        voice,
        jobId,
      }))
    },
    async cast(tx: Tx, { workspace, id }: Approval, vote: Vote): Promise<void> {
      const { voter, ...set } = vote
      await tx
        .insert(workflowVotes)
        .values({ workspace, approvalId: id, voter, ...set })
        .onConflictDoUpdate({
          target: [workflowVotes.workspace, workflowVotes.approvalId, workflowVotes.voter],
          set: { ...set, createdAt: sql`clock_timestamp()` },
        })
    },
    async addLink(hash: string, approval: Approval, account: { plugin: string; id: string }): Promise<void> {
      const { workspace, id: approvalId } = approval
      await db
        .insert(workflowLinks)
        .values({ hash, workspace, approvalId, plugin: account.plugin, accountId: account.id })
        .onConflictDoNothing()
    },
    async link(
      hash: string,
    ): Promise<{ workspace: string; approvalId: string; plugin: string; accountId: string } | null> {
      const [row] = await db.select().from(workflowLinks).where(eq(workflowLinks.hash, hash))
      return row ?? null
    },
  }
}
