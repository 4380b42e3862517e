import fs from 'node:fs'
import path from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { drizzle } from 'drizzle-orm/pglite'
import { HubError } from '#contract'
import { LitePool } from './lite-pool.ts'
import { lockFolder } from './lock.ts'
import { migrateWith } from './migrate.ts'
import type { Store, StoreOptions } from './open.ts'
import type { Param, Sql } from './sql.ts'

const VACUUM_EVERY_MS = 5 * 60_000

export async function openEmbedded(options: StoreOptions): Promise<Store> {
  const unlock = await lockFolder(options.dataDir)
  let lite: PGlite
  try {
    lite = await startPglite(path.join(options.dataDir, 'pg'))
  } catch (cause) {
    unlock()
    throw cause
  }
  const db = drizzle(lite)
  const sql = wrap(lite)
  let pool: Promise<LitePool> | undefined
  const vacuum = setInterval(() => void vacuumAll(sql).catch(() => {}), VACUUM_EVERY_MS).unref()
  return {
    mode: 'embedded',
    db,
    sql,
    quickSql: sql,
    ringPool() {
      pool ??= LitePool.open(lite)
      return pool
    },
    async migrate() {
      const { migrate } = await import('drizzle-orm/pglite/migrator')
      await migrateWith(sql, options.migrations, () => migrate(db, { migrationsFolder: options.migrations }))
    },
    async backup(file) {
      const dump = await lite.dumpDataDir('gzip')
      const part = `${file}.part`
      try {
        fs.writeFileSync(part, Buffer.from(await dump.arrayBuffer()), { mode: 0o600 })
        fs.renameSync(part, file)
      } catch (cause) {
        fs.rmSync(part, { force: true })
        throw new HubError(
          'INPUT_INVALID',
          `${file} cannot be written (${whyOf(cause)}): name a file in a folder of yours`,
          {
            cause,
          },
        )
      }
    },
    async close() {
      clearInterval(vacuum)
      await lite.close()
      unlock()
    },
  }
}

/** Unpacks a backup into an empty data folder. */
export async function restoreEmbedded(dataDir: string, file: string): Promise<void> {
  const unlock = await lockFolder(dataDir)
  try {
    const target = path.join(dataDir, 'pg')
    if (fs.existsSync(target)) {
      throw new HubError(
        'CONFLICT',
        `${target} exists: restore into an empty HUB_DATA_DIR, or move that folder away first`,
      )
    }
    // Unpacked beside its place: half a restore must never look like a database.
    const part = path.join(dataDir, 'pg.part')
    fs.rmSync(part, { recursive: true, force: true })
    try {
      const lite = await startPglite(part, new Blob([fs.readFileSync(file)]))
      await lite.close()
      fs.renameSync(part, target)
    } catch (cause) {
      fs.rmSync(part, { recursive: true, force: true })
      throw new HubError('INPUT_INVALID', `${file} is no backup of a hub (${whyOf(cause)}): nothing was restored`, {
        cause,
      })
    }
  } finally {
    unlock()
  }
}

function whyOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause ? String(cause.code) : (cause.message.split('\n')[0] ?? cause.name)
}

function startPglite(dataDir: string, loadDataDir?: Blob): Promise<PGlite> {
  const withoutPath = PGlite.defaultStartParams.filter(
    (p, i, all) => !(p === 'search_path=public' || (p === '-c' && all[i + 1] === 'search_path=public')),
  )
  return PGlite.create({
    dataDir,
    // BullMQ names its tables without a schema; ours are always qualified. Small buffers keep the idle process small.
    startParams: [...withoutPath, '-c', 'search_path=bullmq,public', '-c', 'shared_buffers=16MB'],
    extensions: { pg_trgm },
    ...(loadDataDir === undefined ? {} : { loadDataDir }),
  })
}

/**
 * A query holds up the event loop, and the loop takes one new connection a turn: without turns between queries, callers that connect at once
 * would wait for seconds while those connected before are served.
 */
const TURNS_BETWEEN_QUERIES = 4

function wrap(lite: PGlite): Sql {
  let last: Promise<unknown> = Promise.resolve()
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(turns).then(work)
    last = done.catch(() => undefined)
    return done
  }
  const run = async <T extends object>(on: Pick<PGlite, 'query'>, text: string, params: readonly Param[] = []) =>
    (await on.query<T>(text, [...params])).rows
  return {
    query: (text, params) => inOrder(() => run(lite, text, params)),
    transaction: (work) =>
      inOrder(() => lite.transaction((tx) => work({ query: (text, params) => run(tx, text, params) }))),
  }
}
async function turns(): Promise<void> {
  for (let n = 0; n < TURNS_BETWEEN_QUERIES; n += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** Every table of the hub, its plugins and BullMQ, as the catalog has them: one left out would grow without end. */
const TABLES = `
  select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')`

/** PGlite has no autovacuum. One statement a call: two in one are a transaction, and VACUUM refuses that. */
export async function vacuumAll(sql: Sql): Promise<void> {
  for (const { name } of await sql.query<{ name: string }>(TABLES)) {
    await sql.query(`VACUUM ${name}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
