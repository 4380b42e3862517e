import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openStore } from '../../core/store/open.ts'
import { freshDatabase, services } from '../services/index.ts'

export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))
const FOLDER = 'HUB_TEST_DATA_TEMPLATE'
const DATABASE = 'HUB_TEST_DATABASE_TEMPLATE'

/** One database of each kind, migrated once for a whole test run: a copy costs a tenth of a new one. Ends with what it returns. */
export async function makeTemplates(): Promise<() => void> {
  const root = mkdtempSync(join(tmpdir(), 'hub-template-'))
  const databaseUrl = services().databaseUrl === null ? null : await freshDatabase()
  const make = async (options: { readonly databaseUrl?: string }) => {
    const store = await openStore({ dataDir: join(root, 'data'), migrations: MIGRATIONS, ...options })
    await store.migrate()
    await store.ringPool()
    await store.close()
  }
  await Promise.all([make({}), databaseUrl === null ? null : make({ databaseUrl })])
  process.env[FOLDER] = join(root, 'data')
  if (databaseUrl !== null) process.env[DATABASE] = new URL(databaseUrl).pathname.slice(1)
  return () => rmSync(root, { recursive: true, force: true })
}

/** A data folder of one's own: with a migrated database in a test run, empty elsewhere. */
export function dataFolder(prefix: string, parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, prefix))
  const template = process.env[FOLDER]
  if (template !== undefined) cpSync(template, folder, { recursive: true })
  return folder
}
/** A PostgreSQL database of one's own: migrated in a test run, empty elsewhere. */
export const migratedDatabase = (): Promise<string> => freshDatabase(services().databaseUrl, process.env[DATABASE])
