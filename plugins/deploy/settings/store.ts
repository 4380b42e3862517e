import { and, eq, isNotNull, or, sql } from 'drizzle-orm'
import { type Db, HubError, type Role } from '#contract'
import { looksLikeProduction } from '../model.ts'
import { deployEnvironments, deployFreezes, deployNumbers, deployServices } from '../tables.ts'

export type ServiceSettings = typeof deployServices.$inferSelect
export type Freeze = typeof deployFreezes.$inferSelect
export interface EnvironmentSettings {
  readonly environment: string
  readonly approvals: number
  readonly role: Role
  readonly production: boolean
}
export type NewFreeze = Omit<Freeze, 'number' | 'createdAt'>

export type SettingsStore = ReturnType<typeof createSettings>
/** Services, environments and freezes of a workspace. */
export function createSettings(db: Db) {
  const serviceOf = (workspace: string, service: string) =>
    and(eq(deployServices.workspace, workspace), eq(deployServices.service, service))
  return {
    async service(workspace: string, service: string): Promise<ServiceSettings | null> {
      const [row] = await db.select().from(deployServices).where(serviceOf(workspace, service))
      return row ?? null
    },
    async services(workspace: string): Promise<ServiceSettings[]> {
      return db
        .select()
        .from(deployServices)
        .where(eq(deployServices.workspace, workspace))
        .orderBy(deployServices.service)
        .limit(200)
    },
    async servicesOf(workspace: string, repository: string): Promise<ServiceSettings[]> {
      return db
        .select()
        .from(deployServices)
        .where(and(eq(deployServices.workspace, workspace), eq(deployServices.repository, repository)))
        .orderBy(deployServices.service)
        .limit(200)
    },
    async saveService(settings: Omit<ServiceSettings, 'updatedAt'>): Promise<void> {
      const { workspace: _w, service: _s, ...set } = settings
      await db
        .insert(deployServices)
        .values(settings)
        .onConflictDoUpdate({
          target: [deployServices.workspace, deployServices.service],
          set: { ...set, updatedAt: sql`clock_timestamp()` },
        })
    },
    /** What was set for an environment, or what holds for one of that name. */
    async environment(workspace: string, environment: string): Promise<EnvironmentSettings> {
      const [row] = await db
        .select()
        .from(deployEnvironments)
        .where(and(eq(deployEnvironments.workspace, workspace), eq(deployEnvironments.environment, environment)))
      return row ?? { environment, approvals: 0, role: 'maintainer', production: looksLikeProduction(environment) }
    },
    async environments(workspace: string): Promise<EnvironmentSettings[]> {
      return db
        .select()
        .from(deployEnvironments)
        .where(eq(deployEnvironments.workspace, workspace))
        .orderBy(deployEnvironments.environment)
        .limit(200)
    },
    async saveEnvironment(workspace: string, settings: EnvironmentSettings, updatedBy: string): Promise<void> {
      const { environment, ...set } = settings
      await db
        .insert(deployEnvironments)
        .values({ workspace, environment, updatedBy, ...set })
        .onConflictDoUpdate({
          target: [deployEnvironments.workspace, deployEnvironments.environment],
          set: { ...set, updatedBy },
        })
    },
    /** Those that can still hold, oldest first. */
    async freezes(workspace: string, nowMs: number): Promise<Freeze[]> {
      return db
        .select()
        .from(deployFreezes)
        .where(
          and(
            eq(deployFreezes.workspace, workspace),
            or(
              isNotNull(deployFreezes.cron),
              sql`${deployFreezes.toAt} > ${new Date(nowMs).toISOString()}::timestamptz`,
            ),
          ),
        )
        .orderBy(deployFreezes.number)
        .limit(200)
    },
    /** Once for each job. */
    async addFreeze(freeze: NewFreeze): Promise<Freeze> {
      const { workspace, jobId } = freeze
      return db.transaction(async (tx) => {
        const [counter] = await tx
          .insert(deployNumbers)
          .values({ workspace, kind: 'freeze', last: 1 })
          .onConflictDoUpdate({
            target: [deployNumbers.workspace, deployNumbers.kind],
            set: { last: sql`${deployNumbers.last} + 1` },
          })
          .returning({ last: deployNumbers.last })
        await tx
          .insert(deployFreezes)
          .values({ ...freeze, number: counter?.last ?? 1 })
          .onConflictDoNothing()
        const [row] = await tx
          .select()
          .from(deployFreezes)
          .where(and(eq(deployFreezes.workspace, workspace), eq(deployFreezes.jobId, jobId)))
        if (!row) throw new HubError('UNAVAILABLE', 'A freeze could not be written')
        return row
      })
    },
    async endFreeze(workspace: string, number: number): Promise<Freeze | null> {
      const [row] = await db
        .delete(deployFreezes)
        .where(and(eq(deployFreezes.workspace, workspace), eq(deployFreezes.number, number)))
        .returning()
      return row ?? null
    },
  }
}
