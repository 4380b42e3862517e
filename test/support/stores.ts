import { rmSync } from 'node:fs'
import { openStore, type Store } from '../../core/store/open.ts'
import { services } from '../services/index.ts'
import { dataFolder, MIGRATIONS, migratedDatabase } from './templates.ts'

export { MIGRATIONS }
/** Databases a store suite runs on: the embedded one always, PostgreSQL where this run has it. */
export const DATABASES = ['embedded', 'postgres'] as const
export type Database = (typeof DATABASES)[number]

export function isAvailable(database: Database): boolean {
  return database === 'embedded' || services().databaseUrl !== null
}

/** A migrated, empty database of one's own. `close` removes it. */
export async function openTestStore(database: Database): Promise<Store> {
  const dataDir = dataFolder('hub-store-')
  const databaseUrl = database === 'postgres' ? await migratedDatabase() : undefined
  const store = await openStore({ dataDir, migrations: MIGRATIONS, ...(databaseUrl ? { databaseUrl } : {}) })
  await store.migrate()
  return {
    ...store,
    async close() {
      await store.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
