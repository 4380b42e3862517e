import type { Db } from '#contract'
import type { Sql } from './sql.ts'

export interface Store {
  readonly mode: 'embedded' | 'postgres'
  readonly db: Db
  readonly sql: Sql
  /** For statements whose loss in a crash is harmless (limit buckets): does not wait for the disk. */
  readonly quickSql: Sql
  /** What BullMQ's PostgreSQL backend runs on where there is no Redis: made once, lazily. */
  ringPool(): Promise<unknown>
  /** Applies migrations that are missing, one process at a time. */
  migrate(): Promise<void>
  /** Embedded only: the whole database as one gzip file. */
  backup(file: string): Promise<void>
  close(): Promise<void>
}
export interface StoreOptions {
  /** PostgreSQL when set, else embedded in `dataDir`. */
  readonly databaseUrl?: string
  readonly dataDir: string
  /** Folder of the SQL migrations. */
  readonly migrations: string
  /** Connections to PostgreSQL for this process. */
  readonly poolSize?: number
  /** How long PostgreSQL may leave a statement of the ledger unanswered before it counts as away. */
  readonly silentMs?: number
}

/** Opens the one database. Drivers are imported only for the mode in use: each costs start-up time and memory. */
export async function openStore(options: StoreOptions): Promise<Store> {
  if (options.databaseUrl) {
    const { openPostgres } = await import('./postgres.ts')
    return openPostgres(options.databaseUrl, options)
  }
  const { openEmbedded } = await import('./embedded.ts')
  return openEmbedded(options)
}

/** Unpacks a backup into an empty data folder. */
export async function restoreEmbedded(dataDir: string, file: string): Promise<void> {
  const embedded = await import('./embedded.ts')
  return embedded.restoreEmbedded(dataDir, file)
}
