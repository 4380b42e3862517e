import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import postgres from 'postgres'
import { freshDatabase, type Service, startPostgres, startRedis } from '../services/index.ts'
import type { EndRow } from './checker.ts'
import { opOf } from './entries.ts'
import { dropFolder, trackFolder } from './processes.ts'

export const STORES = ['redis', 'redis-aof', 'postgres', 'embedded'] as const
export type StoreKind = (typeof STORES)[number]

/** The stores of one scenario: real servers of its own, which it may kill, and an empty database. */
export interface Stores {
  readonly kind: StoreKind
  readonly postgres: Service | null
  readonly redis: Service | null
  /** Variables that point a hub at them. */
  readonly env: Readonly<Record<string, string>>
  /** Ends when the scenario ends; null in embedded mode. */
  readonly sql: postgres.Sql | null
  /** What the hub's tables hold. Embedded: only while no hub runs. */
  rows(): Promise<EndRow[]>
  /** Writes to rows that had reached their end: what a fence must prevent. Counted by a trigger in the database. */
  staleWrites(): Promise<number>
  close(): Promise<void>
}

export async function openStores(
  kind: StoreKind,
  options: { readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<Stores> {
  const dataDir = trackFolder(mkdtempSync(path.join(tmpdir(), 'hub-faults-data-')))
  const common = { HUB_DATA_DIR: dataDir, HUB_SECRET_KEY: 'ab'.repeat(32) }
  if (kind === 'embedded') {
    const open = () => PGlite.create({ dataDir: path.join(dataDir, 'pg'), extensions: { pg_trgm } })
    return {
      kind,
      postgres: null,
      redis: null,
      env: common,
      sql: null,
      async rows() {
        const lite = await open()
        try {
          return (await lite.query<StoredRow>(ROWS)).rows.map(endRow)
        } finally {
          await lite.close()
        }
      },
      staleWrites: async () => 0,
      close: async () => dropFolder(dataDir),
    }
  }
  const server = await startPostgres(options.settings ? { settings: options.settings } : {})
  const redis = kind === 'postgres' ? null : await startRedis({ aof: kind === 'redis-aof' })
  const url = await freshDatabase(server.url)
  const sql = postgres(url, { max: 2, onnotice: () => undefined, backoff: () => 0.2, connect_timeout: 3 })
  await assertDurable(sql)
  return {
    kind,
    postgres: server,
    redis,
    env: { ...common, DATABASE_URL: url, ...(redis ? { REDIS_URL: redis.url } : {}) },
    sql,
    rows: async () => (await sql.unsafe<StoredRow[]>(ROWS)).map(endRow),
    async staleWrites() {
      const [row] = await sql<{ n: number }[]>`select count(*)::int as n from faults.stale`
      return row?.n ?? 0
    },
    async close() {
      await sql.end({ timeout: 2 }).catch(() => undefined)
      await Promise.all([server.stop(), redis?.stop()])
      dropFolder(dataDir)
    },
  }
}
/** Called once the hub has made its tables. */
export async function watchStaleWrites(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    create schema faults;
    create table faults.stale (tab text, id uuid, before text, after text, at timestamptz default clock_timestamp());
    create function faults.note() returns trigger language plpgsql as $$ begin
      insert into faults.stale (tab, id, before, after) values (tg_table_name, old.id, old.state, new.state);
      return new;
    end $$;
    create trigger stale after update on hub.outbox for each row
      when (old.state = 'sent' and (new.finished_at is distinct from old.finished_at or new.state <> 'sent')) execute function faults.note();
    create trigger stale after update on hub.jobs for each row
      when (old.state = 'done' and (new.finished_at is distinct from old.finished_at or new.state <> 'done')) execute function faults.note();
  `)
}

/** A run on a database that forgets would prove nothing. */
async function assertDurable(sql: postgres.Sql): Promise<void> {
  const rows = await sql<{ name: string; setting: string }[]>`
    select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')`
  const off = rows.filter((row) => row.setting !== 'on')
  if (rows.length !== 3 || off.length > 0)
    throw new Error(`PostgreSQL forgets: ${off.map((row) => row.name).join(', ')} is off`)
}

interface StoredRow {
  readonly tab: EndRow['table']
  readonly id: string
  readonly state: string
  readonly words: string | null
}
const ROWS = `
  select 'inbox' as tab, id::text, state, body ->> 'input' as words from hub.inbox
  union all select 'jobs', j.id::text, j.state, i.body ->> 'input' from hub.jobs j left join hub.inbox i on i.id = j.origin
  union all select 'outbox', id::text, state, message ->> 'text' from hub.outbox`
function endRow(row: StoredRow): EndRow {
  return { table: row.tab, id: row.id, state: row.state, op: opOf(row.words ?? '') }
}
