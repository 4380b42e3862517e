import { randomUUIDv7 } from 'node:crypto'
import { and, asc, count, desc, eq, or, type SQL, sql } from 'drizzle-orm'
import { type Account, type Db, type Directory, type Grant, HubError, type Person } from '#contract'
import { accounts, audit, inbox, people, sharings, workspaces } from '../store/tables.ts'
import { isRenamed, type PersonRow, personFromRow, standingOf } from './person.ts'

export interface Workspace {
  /** '<plugin>:<platform id>' */
  readonly id: string
  readonly plugin: string
  readonly name: string
  /** What its people get without a grant when it is new; absent: the column's default. */
  readonly defaultRole?: Grant | undefined
}
export interface AuditEntry {
  readonly workspace: string
  /** '<plugin>:<account id>', or 'system'. */
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly outcome: 'done' | 'denied'
  readonly jobId: string | null
  /** Holds no secret. */
  readonly detail: Readonly<Record<string, unknown>>
}
export interface AuditRecord extends AuditEntry {
  readonly seq: number
  readonly at: Date
}
/** The directory with what only the core does. */
export interface CoreDirectory extends Directory {
  /** Connects a workspace; again, it renames it and leaves its default role as it is. */
  ensureWorkspace(workspace: Workspace): Promise<void>
  listPeople(workspace: string, limit?: number): Promise<readonly Person[]>
  audit(entry: AuditEntry): Promise<void>
  /** Newest first. */
  auditTrail(workspace: string, limit: number): Promise<readonly AuditRecord[]>
  /** True once for each code, and again for the job that spent it, so that a job may be tried again. */
  spendConfirmation(workspace: string, code: string, jobId: string): Promise<boolean>
  /** Has its author agreed that this audience may read it? */
  isShared(workspace: string, subject: string, audience: string): Promise<boolean>
  /** `agreedBy` is '<plugin>:<account id>'. */
  share(workspace: string, subject: string, audience: string, agreedBy: string): Promise<void>
}

const SHOWN_PEOPLE = 500
/** The role that holds, in SQL: the same rule as `standingOf`. */
const effectiveRole = sql<string>`coalesce(${people.role}, ${workspaces.defaultRole})`

export function createDirectory(db: Db): CoreDirectory {
  async function lookUp(workspace: string, account: Account): Promise<PersonRow | null> {
    const [row] = await db
      .select({ defaultRole: workspaces.defaultRole, personId: people.id, name: people.name, role: people.role })
      .from(workspaces)
      .leftJoin(
        accounts,
        and(
          eq(accounts.workspace, workspaces.id),
          eq(accounts.plugin, account.plugin),
          eq(accounts.accountId, account.id),
        ),
      )
      .leftJoin(people, and(eq(people.workspace, accounts.workspace), eq(people.id, accounts.personId)))
      .where(eq(workspaces.id, workspace))
    return row ?? null
  }
  /** One statement: of two that meet the same account at once, the loser leaves no person behind. */
  async function meet(workspace: string, account: Account, name: string): Promise<void> {
    const id = randomUUIDv7()
    await db.execute(sql`
      with met as (
        insert into ${accounts} (workspace, plugin, account_id, person_id)
        values (${workspace}, ${account.plugin}, ${account.id}, ${id}::uuid)
        on conflict do nothing returning workspace, person_id
      )
      insert into ${people} (workspace, id, name) select workspace, person_id, ${name}::text from met`)
  }
  async function personFor(workspace: string, account: Account, name?: string): Promise<Person> {
    const given = name?.trim()
    const row = await lookUp(workspace, account)
    const known = personFromRow(row, account, given)
    if (known) {
      if (!row || !given || !isRenamed(workspace, row, account, given)) return known
      await db
        .update(people)
        .set({ name: given })
        .where(and(eq(people.workspace, workspace), eq(people.id, known.id)))
      return { ...known, name: given }
    }
    await meet(workspace, account, given || account.id)
    const met = personFromRow(await lookUp(workspace, account), account, given)
    if (!met) throw new HubError('CONFLICT', `The account ${account.plugin}:${account.id} was removed while it was met`)
    return met
  }
  const peopleWhere = async (
    workspace: string,
    condition: SQL | undefined,
    limit: number,
  ): Promise<readonly Person[]> => {
    const rows = await db
      .select({
        defaultRole: workspaces.defaultRole,
        personId: people.id,
        name: people.name,
        role: people.role,
        plugin: accounts.plugin,
        accountId: accounts.accountId,
      })
      .from(people)
      .innerJoin(workspaces, eq(workspaces.id, people.workspace))
      .innerJoin(accounts, and(eq(accounts.workspace, people.workspace), eq(accounts.personId, people.id)))
      .where(and(eq(people.workspace, workspace), condition))
      .orderBy(asc(people.createdAt), asc(people.id), asc(accounts.createdAt))
      .limit(limit)
    const found = new Map<string, Person>()
    for (const row of rows) {
      const person = personFromRow(row, { plugin: row.plugin, id: row.accountId })
      if (person && !found.has(person.id)) found.set(person.id, person)
    }
    return [...found.values()]
  }
  /**
   * A change of roles that may not take a workspace its last admin: nobody could grant anything any more.
   * The row lock makes two admins who demote each other wait for one another.
   */
  async function changeRoles(workspace: string, change: (tx: Pick<Db, 'update'>) => Promise<void>): Promise<void> {
    await db.transaction(async (tx) => {
      const [connected] = await tx.select().from(workspaces).where(eq(workspaces.id, workspace)).for('update')
      if (!connected) throw new HubError('NOT_FOUND', `The hub is not connected to the workspace ${workspace}`)
      const admins = async () => {
        const [row] = await tx
          .select({ n: count() })
          .from(people)
          .innerJoin(workspaces, eq(workspaces.id, people.workspace))
          .where(and(eq(people.workspace, workspace), eq(effectiveRole, 'admin')))
        return row?.n ?? 0
      }
      const before = await admins()
      await change(tx)
      if (before > 0 && (await admins()) === 0) {
        throw new HubError(
          'CONFLICT',
          'This would leave the workspace without an admin: make somebody else admin first',
        )
      }
    })
  }
  return {
    personFor,
    standing: async (workspace, account) => standingOf(await lookUp(workspace, account)),
    async admins(workspace) {
      const found = await peopleWhere(workspace, eq(effectiveRole, 'admin'), 50)
      return found.map((person) => person.name)
    },
    find: (workspace, who) =>
      peopleWhere(workspace, or(eq(accounts.accountId, who), eq(sql`lower(${people.name})`, who.toLowerCase())), 20),
    listPeople: (workspace, limit = SHOWN_PEOPLE) => peopleWhere(workspace, undefined, limit),
    async setRole(workspace: string, personId: string, grant: Grant | null) {
      await changeRoles(workspace, async (tx) => {
        const changed = await tx
          .update(people)
          .set({ role: grant })
          .where(and(eq(people.workspace, workspace), eq(people.id, personId)))
          .returning({ id: people.id })
        if (changed.length === 0)
          throw new HubError('NOT_FOUND', `Nobody with the id ${personId} is known in ${workspace}`)
      })
    },
    async setDefaultRole(workspace, grant) {
      await changeRoles(workspace, async (tx) => {
        await tx.update(workspaces).set({ defaultRole: grant }).where(eq(workspaces.id, workspace))
      })
    },
    async ensureWorkspace({ id, plugin, name, defaultRole }) {
      await db
        .insert(workspaces)
        .values({ id, plugin, name, ...(defaultRole === undefined ? {} : { defaultRole }) })
        .onConflictDoUpdate({
          target: workspaces.id,
          set: { name },
          setWhere: sql`${workspaces.name} <> excluded.name`,
        })
    },
    async isShared(workspace, subject, audience) {
      const found = await db
        .select({ subject: sharings.subject })
        .from(sharings)
        .where(and(eq(sharings.workspace, workspace), eq(sharings.subject, subject), eq(sharings.audience, audience)))
      return found.length > 0
    },
    async share(workspace, subject, audience, agreedBy) {
      await db.insert(sharings).values({ workspace, subject, audience, agreedBy }).onConflictDoNothing()
    },
    async audit(entry) {
      await db.insert(audit).values(entry)
    },
    async auditTrail(workspace, limit) {
      const rows = await db
        .select()
        .from(audit)
        .where(eq(audit.workspace, workspace))
        .orderBy(desc(audit.seq))
        .limit(limit)
      return rows.map((row) => ({
        ...row,
        outcome: row.outcome === 'denied' ? 'denied' : 'done',
        detail: row.detail as Readonly<Record<string, unknown>>,
      }))
    },
    /** A confirmation is a delivery that may arrive once, so the inbox's unique key remembers it; its age limit forgets it long after it expired. */
    async spendConfirmation(workspace, code, jobId) {
      const spent = await db
        .insert(inbox)
        .values({
          id: randomUUIDv7(),
          workspace,
          source: 'confirmation',
          deliveryId: code,
          kind: 'confirmation',
          body: { jobId },
          state: 'ignored',
        })
        .onConflictDoNothing()
        .returning({ id: inbox.id })
      if (spent.length > 0) return true
      const [earlier] = await db
        .select({ jobId: sql<string>`${inbox.body}->>'jobId'` })
        .from(inbox)
        .where(and(eq(inbox.source, 'confirmation'), eq(inbox.workspace, workspace), eq(inbox.deliveryId, code)))
      return earlier?.jobId === jobId
    },
  }
}
