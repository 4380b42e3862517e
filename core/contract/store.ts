import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import { defineService } from './define.ts'

/**
 * The one database: PostgreSQL or embedded PGlite behind the same drizzle type. Only `tables.ts` and `store.ts` files use it.
 * Inside `db.transaction(tx => …)` use `tx` alone: the outer `db` would wait for ever on PGlite's single connection.
 */
export type Db = PgDatabase<PgQueryResultHKT, Record<string, never>>
export const database = defineService<Db>('database')
