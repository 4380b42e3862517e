import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { HubError } from '#contract'
import { migrateWith } from './migrate.ts'
import type { Store, StoreOptions } from './open.ts'
import { preparing } from './preparing.ts'
import { type Silence, type Statements, watchSilence } from './silence.ts'
import type { Param, Sql } from './sql.ts'

/**
 * A queue's tables are empty at one moment and long at the next, so the planner's statistics are always of another time: it takes a whole backlog to
 * sort it for one claim, or reads a table from end to end. The ledger's statements all have their index; these settings leave the planner no other way.
 */
export const LEDGER_PLANS = {
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
}

/** Prepared or not, what plugins ask is planned for its own values: their tables have the usual statistics. */
export const PLUGIN_PLANS = { plan_cache_mode: 'force_custom_plan' }

/** Far longer than a statement of the ledger takes, and short enough that who waits is told to come again. */
const SILENT_MS = 15_000

/** Serialises migrations of all processes that start together. */
const MIGRATION_LOCK = 7_240_001

export async function openPostgres(url: string, options: StoreOptions): Promise<Store> {
  const silence = watchSilence(options.silentMs ?? SILENT_MS)
  const connect = (max: number, statements: Statements | null, settings: Record<string, string> = {}) => {
    const how = {
      max,
      onnotice: () => {},
      connect_timeout: 5,
      // Asks the catalog for array types at every connection otherwise; lists travel as JSON here.
      fetch_types: false,
      // Reconnect quickly: the hub answers 503 while the database is away and 2xx as soon as it is back.
      backoff: (tries: number) => Math.min(1, 0.05 * 2 ** tries),
      connection: { application_name: 'autodevhub', ...settings },
      // Its types do not know this one: https://github.com/porsager/postgres#connection-options
      ...(statements === null ? {} : { socket: silence.connect(statements) }),
    }
    return postgres(url, how)
  }
  const client = connect(options.poolSize ?? 8, 'long', PLUGIN_PLANS)
  const ledger = connect(options.poolSize ?? 8, 'short', LEDGER_PLANS)
  const quick = connect(2, 'short', { ...LEDGER_PLANS, synchronous_commit: 'off' })
  await firstContact(client, url).catch((error) => {
    silence.close()
    throw error
  })
  let pool: Promise<{ end(): Promise<void> }> | undefined
  return {
    mode: 'postgres',
    db: drizzle(preparing(client)),
    sql: wrap(ledger, silence),
    quickSql: wrap(quick, silence),
    ringPool() {
      pool ??= openRingPool(url)
      return pool
    },
    async migrate() {
      const { migrate } = await import('drizzle-orm/postgres-js/migrator')
      // Waits for other processes' migrations, and for its own, as long as they take.
      const own = connect(1, null)
      try {
        await own`select pg_advisory_lock(${MIGRATION_LOCK})`
        const db = drizzle(own)
        await migrateWith(wrap(own, silence), options.migrations, () =>
          migrate(db, { migrationsFolder: options.migrations }),
        )
      } finally {
        await own.end({ timeout: 2 })
      }
    },
    async backup() {
      throw new HubError('UNSUPPORTED', '`hub backup` is for embedded mode; back PostgreSQL up with pg_dump')
    },
    async close() {
      await (await pool)?.end()
      await Promise.all([client, ledger, quick].map((one) => one.end({ timeout: 5 })))
      silence.close()
    },
  }
}

function wrap(client: postgres.Sql, silence: Silence): Sql {
  const run = (on: postgres.Sql | postgres.TransactionSql) => ({
    async query<T extends object>(text: string, params: readonly Param[] = []): Promise<T[]> {
      const rows = await silence.answered(on.unsafe(text, [...params], { prepare: true }))
      return rows as unknown as T[]
    },
  })
  return {
    ...run(client),
    transaction: <T>(work: (tx: Pick<Sql, 'query'>) => Promise<T>): Promise<T> =>
      silence.transaction<T, postgres.TransactionSql>(
        async (body) => (await client.begin(body)) as T,
        (tx) => work(run(tx)),
      ),
  }
}

/** BullMQ supports node-postgres; each worker keeps a LISTEN client checked out, so the pool is sized for it. */
async function openRingPool(url: string): Promise<{ end(): Promise<void> }> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({
    connectionString: url,
    max: 8,
    options: '-c search_path=bullmq -c synchronous_commit=off',
  })
  pool.on('error', () => {}) // an idle client lost its server; the pool replaces it, and the sweeper covers the gap
  pool.setMaxListeners(0)
  return pool
}

const WRONG_LOGIN = 'it refused the user or the password: correct them in DATABASE_URL'
/** What to do, by error code: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const CURES: Readonly<Record<string, string>> = {
  '28P01': WRONG_LOGIN,
  '28000': WRONG_LOGIN,
  '3D000': 'there is no such database: create it, or correct the name in DATABASE_URL',
  '53300': 'it has no connection left: raise max_connections, or run fewer hub processes',
  '57P03': 'it is starting or stopping: try again in a moment',
  ENOTFOUND: 'there is no such host: correct it in DATABASE_URL',
}

async function firstContact(client: postgres.Sql, url: string): Promise<void> {
  const host = URL.canParse(url) ? new URL(url).host : 'the address in DATABASE_URL'
  try {
    const [row] = await client<{ version: number }[]>`select current_setting('server_version_num')::int as version`
    if (!row || row.version < 150_000) {
      throw new HubError(
        'CONFIG_INVALID',
        `PostgreSQL at ${host} is older than 15: upgrade it, or point DATABASE_URL at 15 or newer`,
      )
    }
  } catch (cause) {
    await client.end({ timeout: 0 })
    if (cause instanceof HubError) throw cause
    const why = cause instanceof Error ? ('code' in cause ? `${cause.code}` : cause.message) : String(cause)
    const cure = CURES[why] ?? 'check DATABASE_URL and that the server is running'
    throw new HubError('UNAVAILABLE', `cannot use PostgreSQL at ${host} (${why}): ${cure}`, { cause })
  }
}
