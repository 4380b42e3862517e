import { and, asc, eq, lte, sql } from 'drizzle-orm'
import type { Db, Place } from '#contract'
import { type Author, placeSchema } from '../runs/run.ts'
import { workflowSchedules, workflows, workflowVersions } from '../tables.ts'
import type { Loaded } from './load.ts'
import { type Definition, parseDefinition } from './schema.ts'

/** A workflow that a workspace has saved. */
export interface Saved extends Loaded {
  readonly workspace: string
  readonly name: string
  readonly savedBy: Author
  readonly place: Place | null
  readonly hasHook: boolean
}
export interface Due {
  readonly workspace: string
  readonly name: string
  readonly nth: number
  readonly dueAt: Date
}

/** What may start a workflow, as events are looked up. */
function listensOf(definition: Definition): readonly string[] {
  return definition.triggers.flatMap((trigger) => {
    if ('event' in trigger) return [trigger.event]
    return 'workflow' in trigger ? [`workflow:${trigger.workflow}`] : []
  })
}

export type DefinitionStore = ReturnType<typeof createDefinitionStore>
export function createDefinitionStore(db: Db) {
  const joined = and(
    eq(workflowVersions.workspace, workflows.workspace),
    eq(workflowVersions.version, workflows.version),
  )
  const select = () => db.select().from(workflows).innerJoin(workflowVersions, joined)
  type Row = Awaited<ReturnType<typeof select>>[number]
  const savedOf = ({ workflows: row, workflow_versions: version }: Row): Saved => ({
    workspace: row.workspace,
    name: row.name,
    version: row.version,
    savedBy: { key: row.savedBy, name: row.savedByName },
    place: placeSchema.nullable().catch(null).parse(row.place),
    hasHook: row.hookHash !== null,
    source: version.source,
    definition: parseDefinition(version.definition),
  })
  return {
    /** `dueOf` names the first time of each schedule, by its place among the triggers. */
    async save(
      workspace: string,
      { definition, version, source }: Loaded,
      author: Author,
      place: Place | null,
      dueOf: ReadonlyMap<number, Date>,
    ): Promise<void> {
      const { name } = definition
      await db.transaction(async (tx) => {
        await tx
          .insert(workflowVersions)
          .values({ workspace, version, name, source, definition: JSON.stringify(definition) })
          .onConflictDoNothing()
        const set = {
          version,
          savedBy: author.key,
          savedByName: author.name,
          listens: listensOf(definition),
          place,
          updatedAt: sql`clock_timestamp()`,
        }
        await tx
          .insert(workflows)
          .values({ workspace, name, ...set })
          .onConflictDoUpdate({ target: [workflows.workspace, workflows.name], set })
        await tx
          .delete(workflowSchedules)
          .where(and(eq(workflowSchedules.workspace, workspace), eq(workflowSchedules.name, name)))
        const rows = [...dueOf].map(([nth, nextAt]) => ({ workspace, name, nth, nextAt }))
        if (rows.length > 0) await tx.insert(workflowSchedules).values(rows)
      })
    },
    async get(workspace: string, name: string): Promise<Saved | null> {
      const [row] = await select().where(and(eq(workflows.workspace, workspace), eq(workflows.name, name)))
      return row ? savedOf(row) : null
    },
    async list(workspace: string): Promise<readonly Saved[]> {
      const rows = await select().where(eq(workflows.workspace, workspace)).orderBy(asc(workflows.name)).limit(500)
      return rows.map(savedOf)
    },
    async listeners(workspace: string, event: string): Promise<readonly Saved[]> {
      const rows = await select().where(
        and(eq(workflows.workspace, workspace), sql`${workflows.listens} @> ${JSON.stringify([event])}::jsonb`),
      )
      return rows.map(savedOf)
    },
    async setHook(workspace: string, name: string, hookHash: string): Promise<void> {
      await db
        .update(workflows)
        .set({ hookHash })
        .where(and(eq(workflows.workspace, workspace), eq(workflows.name, name)))
    },
    async byHook(hookHash: string): Promise<{ readonly workspace: string; readonly name: string } | null> {
      const [row] = await db
        .select({ workspace: workflows.workspace, name: workflows.name })
        .from(workflows)
        .where(eq(workflows.hookHash, hookHash))
      return row ?? null
    },
    /** Schedules whose time has come. */
    async due(now: Date, limit: number): Promise<readonly Due[]> {
      const rows = await db
        .select()
        .from(workflowSchedules)
        .where(lte(workflowSchedules.nextAt, now))
        .orderBy(asc(workflowSchedules.nextAt))
        .limit(limit)
      return rows.map(({ nextAt, ...row }) => ({ ...row, dueAt: nextAt }))
    },
    /** Moves a schedule on, unless somebody else did. */
    async reschedule(due: Due, next: Date | null): Promise<void> {
      const one = and(
        eq(workflowSchedules.workspace, due.workspace),
        eq(workflowSchedules.name, due.name),
        eq(workflowSchedules.nth, due.nth),
        eq(workflowSchedules.nextAt, due.dueAt),
      )
      if (next) await db.update(workflowSchedules).set({ nextAt: next }).where(one)
      else await db.delete(workflowSchedules).where(one)
    },
  }
}
