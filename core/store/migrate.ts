import fs from 'node:fs'
import path from 'node:path'
import { HubError } from '#contract'
import { isAway, type Sql } from './sql.ts'

interface Journal {
  readonly entries: readonly { readonly when: number }[]
}

/** Runs drizzle's migrator only when something is missing: reading every SQL file at each start costs more than asking. */
export async function migrateWith(sql: Sql, folder: string, migrate: () => Promise<void>): Promise<void> {
  const journal = JSON.parse(fs.readFileSync(path.join(folder, 'meta', '_journal.json'), 'utf8')) as Journal
  const newest = Math.max(0, ...journal.entries.map((e) => e.when))
  const [table] = await sql.query<{ found: boolean }>(
    `select to_regclass('drizzle.__drizzle_migrations') is not null as found`,
  )
  if (table?.found) {
    const [last] = await sql.query<{ newest: number }>(
      'select coalesce(max(created_at), 0)::float8 as newest from drizzle.__drizzle_migrations',
    )
    if (last && last.newest >= newest) return
  }
  try {
    await migrate()
  } catch (cause) {
    if (isAway(cause)) throw cause
    // drizzle's own message is the statement; why it failed is in what the driver threw.
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause)
    const cure = 'nothing was changed; use the version of the hub that made this database, or an empty one'
    throw new HubError('CONFLICT', `the database cannot be brought up to date (${why}): ${cure}`, { cause })
  }
}
