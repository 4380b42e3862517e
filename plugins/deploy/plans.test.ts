import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../core/store/open.ts'
import { DATABASES, isAvailable, openTestStore } from '../../test/support/stores.ts'
import { createMeasures } from './measures/store.ts'
import { createStore } from './store.ts'

const ROWS = 6_000
const DAY = 86_400_000

/** Statements as the stores send them, with what PostgreSQL plans for each. */
describe.each(DATABASES)('plans on %s', (database) => {
  describe.skipIf(!isAvailable(database))(`with ${ROWS} deployments`, () => {
    let opened: Store
    beforeAll(async () => {
      opened = await openTestStore(database)
      await opened.sql.query(
        `insert into hub.deployments (workspace, id, number, service, environment, production, state, sha, revision,
           reported_at, started_at, finished_at, end_recorded_at, lead_time_ms, restore_ms, commits)
         select 'w' || (n % 3), gen_random_uuid(), n, 'service-' || (n % 20),
           case when n % 2 = 0 then 'production' else 'staging' end, n % 2 = 0,
           (array['succeeded','succeeded','succeeded','failed','rolled-back','cancelled'])[1 + n % 6],
           md5(n::text), 3, now() - n * interval '20 min', now() - n * interval '20 min', now() - n * interval '19 min',
           now() - n * interval '18 min', n * 1000, case when n % 6 in (3, 4) then n * 500 end, '[{"sha":"a","message":"b","author":"c"}]'::jsonb
         from generate_series(1, ${ROWS}) n`,
      )
      await opened.sql.query('vacuum analyze hub.deployments')
    }, 120_000)
    afterAll(() => opened?.close())

    /** Runs the store's own statement and explains it. */
    async function planOf(run: (db: Store['db']) => { toSQL(): { sql: string; params: unknown[] } }): Promise<string> {
      const { sql, params } = run(opened.db).toSQL()
      const values = params.map((value) =>
        value instanceof Date
          ? `'${value.toISOString()}'`
          : typeof value === 'number'
            ? String(value)
            : `'${String(value)}'`,
      )
      const text = sql.replace(/\$(\d+)/g, (_, n: string) => values[Number(n) - 1] ?? 'null')
      const rows = await opened.sql.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${text}`)
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    }

    it.each([
      ['the newest of a workspace', 'deployments_number', { limit: 25 }],
      [
        'the history of a service in one place',
        'deployments_history',
        { service: 'service-4', environment: 'production', limit: 25 },
      ],
      ['the history of a service', 'deployments_service', { service: 'service-4', limit: 25 }],
      ['what ended in a time', 'deployments_finished', { fromMs: Date.now() - 7 * DAY, toMs: Date.now(), limit: 100 }],
      [
        'whose end was recorded in a time',
        'deployments_recorded',
        { by: 'recorded', fromMs: Date.now() - 7 * DAY, toMs: Date.now(), limit: 100 },
      ],
    ] as const)('%s is read by an index', async (_what, index, query) => {
      const plan = await planOf(() => createStore(opened.db).listQuery('w1', query))
      expect(plan).not.toContain('Seq Scan')
      expect(plan).toContain(index)
      expect((await createStore(opened.db).list('w1', query)).length).toBeGreaterThan(0)
    })
    it('the measures read nothing but their index', async () => {
      const now = Date.now()
      const plan = await planOf(() => createMeasures(opened.db).query('w1', now - 30 * DAY, now))
      console.info(plan)
      expect(plan).not.toContain('Seq Scan')
      expect(plan).toContain('Index Only Scan using deployments_measures')
      const measures = await createMeasures(opened.db).read('w1', now - 30 * DAY, now)
      expect(measures.map((one) => one.service)).toContain('service-4')
      expect(measures.every((one) => one.deployments > 0 && one.medianLeadTimeMs !== null)).toBe(true)
    })
    it('the state of everything is found step by step through an index', async () => {
      const store = createStore(opened.db)
      const newest = await store.newest('w1', undefined)
      expect(newest.length).toBeGreaterThan(10)
      expect(new Set(newest.map((row) => `${row.service} ${row.environment}`)).size).toBe(newest.length)
      for (const row of newest) {
        const [first] = await store.list('w1', { service: row.service, environment: row.environment, limit: 1 })
        expect(row.number).toBe(first?.number)
      }
      const plan = await planOf((db) => createStore(db).newestQuery('w1', undefined))
      expect(plan).not.toMatch(/Seq Scan|Sort/)
      expect(plan).toContain('Index Only Scan Backward using deployments_history')
      expect(plan.match(/Backward using deployments_history/g)).toHaveLength(2)
    })
    it('what is live and what was live before are found by an index', async () => {
      const spot = { workspace: 'w1', service: 'service-4', environment: 'production' }
      const plan = await planOf(() => createStore(opened.db).liveQuery(spot))
      expect(plan).not.toContain('Seq Scan')
      expect(plan).toContain('deployments_live')
    })
  })
})
