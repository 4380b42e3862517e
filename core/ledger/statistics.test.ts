import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isAvailable } from '../../test/support/stores.ts'
import { MIGRATIONS, migratedDatabase } from '../../test/support/templates.ts'
import { openStore, type Store } from '../store/open.ts'
import { LEDGER_PLANS } from '../store/postgres.ts'
import { createStatistics } from './statistics.ts'

describe.skipIf(!isAvailable('postgres'))('the statistics of a ledger that grows', () => {
  let store: Store
  let client: postgres.Sql
  beforeAll(async () => {
    const databaseUrl = await migratedDatabase()
    store = await openStore({ databaseUrl, dataDir: '.', migrations: MIGRATIONS })
    client = postgres(databaseUrl, { max: 1, connection: LEDGER_PLANS })
    // So that nothing but the hub reads them.
    for (const name of ['inbox', 'jobs', 'outbox'])
      await store.sql.query(`alter table hub.${name} set (autovacuum_enabled = off)`)
    await client.unsafe(`prepare by_key as select j.id from hub.jobs j
      join json_to_recordset($1::text::json) as r(workspace text, key text) on j.workspace = r.workspace and j.key = r.key`)
    // Planned for the empty table, and kept from here on.
    await plan()
  })
  afterAll(async () => {
    await client?.end()
    await store?.close()
  })
  const plan = async () =>
    JSON.stringify(await client.unsafe(`explain execute by_key('[{"workspace":"w","key":"7"}]')`))
  const grow = (from: number, to: number) =>
    store.sql.query(
      `insert into hub.jobs (id, workspace, kind, key, body, max_attempts, backoff_ms)
       select gen_random_uuid(), 'w', 'k', n::text, '{}', 1, 1 from generate_series(${from}, ${to}) n`,
    )
  const read = async () => {
    const rows = await store.sql.query<{ n: number }>(
      `select analyze_count::int as n from pg_stat_user_tables where schemaname = 'hub' and relname = 'jobs'`,
    )
    return rows[0]?.n
  }

  it('are read when a table has outgrown what the server knows, and not each time', async () => {
    const refresh = createStatistics(store.sql)
    await refresh()
    expect(await read()).toBe(0)
    await grow(1, 3_000)
    await refresh()
    await expect.poll(read).toBe(1)
    await grow(3_001, 6_000)
    await refresh()
    await refresh()
    expect(await read()).toBe(1)
    await grow(6_001, 40_000)
    await refresh()
    await expect.poll(read).toBe(2)
  })
  it('replace a plan that was made before: one row is found by its key', async () => {
    expect(await plan()).toContain('jobs_key')
  })
})
