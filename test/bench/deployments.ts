import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import type { Db } from '../../core/contract/index.ts'
import { openStore } from '../../core/store/open.ts'
import { createMeasures } from '../../plugins/deploy/measures/store.ts'
import { createStore } from '../../plugins/deploy/store.ts'
import { quantile } from './figures.ts'
import { temporaryFolder } from './hub-process.ts'
import { startStores } from './stores.ts'

/**
 * A year of deployments of one big workspace on PostgreSQL: what `/deploy history`, `/deploy status`, `/deploy measures` and the digest read, with
 * the plan of each statement as the product sends it. `node test/bench/deployments.ts [count] [runs]`
 */
const LIMIT_MS = 50
const WARM_UP = 20
const SERVICES = 40
const DAY_MS = 86_400_000
const WORKSPACE = 'slack:T1'
const MIGRATIONS = `${import.meta.dirname}/../../migrations`

type Work = (n: number) => Promise<unknown>

async function fill(client: postgres.Sql, count: number): Promise<void> {
  // Commits make rows as wide as they are in truth: a list that read them all would show it.
  await client.unsafe(
    `insert into hub.deployments (workspace, id, number, service, environment, production, state, ref, sha, repository, by_name, revision,
       reported_at, started_at, finished_at, end_recorded_at, previous_sha, lead_time_ms, restore_ms, commits)
     select case when n % 10 = 0 then 'slack:T2' else $2 end, gen_random_uuid(), n, 'service-' || (n % ${SERVICES}),
       (array['staging', 'qa', 'production'])[1 + n % 3], n % 3 = 2,
       case when n % 13 = 0 then 'failed' when n % 29 = 0 then 'rolled-back' when n % 31 = 0 then 'cancelled' else 'succeeded' end,
       'main', md5(n::text), 'octo/service-' || (n % ${SERVICES}), 'ada', 3,
       at, at, at + (n % 600) * interval '1 s', at + (n % 600) * interval '1 s', md5((n - 1)::text), n % 86400 * 1000,
       case when n % 13 = 0 or n % 29 = 0 then n % 7200 * 1000 end,
       (select jsonb_agg(jsonb_build_object('sha', md5(c::text), 'message', repeat(md5((n * c)::text), 3), 'author', 'ben'))
        from generate_series(1, 1 + n % 12) c)
     from (select n, date_trunc('milliseconds', now() - (($1::int * 10 / 9 - n) * 365.0 / ($1::int * 10 / 9)) * interval '1 day') as at
       from generate_series(1, $1::int * 10 / 9) n) numbered`,
    [count, WORKSPACE],
  )
  await client.unsafe('vacuum analyze hub.deployments')
}

function queries(db: Db, newest: number): readonly (readonly [string, Work])[] {
  const store = createStore(db)
  const measures = createMeasures(db)
  const now = Date.now()
  const service = (n: number) => `service-${1 + (n % (SERVICES - 1))}`
  const spot = (n: number) => ({ workspace: WORKSPACE, service: service(n), environment: 'production' })
  const since = (days: number): Work => {
    return () => measures.read(WORKSPACE, now - days * DAY_MS, now)
  }
  return [
    ['history of a service', (n) => store.list(WORKSPACE, { service: service(n), limit: 25 })],
    [
      'history of a service in one place',
      (n) => store.list(WORKSPACE, { service: service(n), environment: 'production', limit: 25 }),
    ],
    ['history of an environment', () => store.list(WORKSPACE, { environment: 'production', limit: 25 })],
    [
      'history, failures of a service',
      (n) => store.list(WORKSPACE, { service: service(n), state: 'failed', limit: 25 }),
    ],
    ['newest of everything', () => store.list(WORKSPACE, { limit: 25 })],
    [
      'ended within a day (digest)',
      () => store.list(WORKSPACE, { by: 'recorded', fromMs: now - DAY_MS, toMs: now, limit: 500 }),
    ],
    ['status of every place', () => store.newest(WORKSPACE, undefined)],
    ['what is live', (n) => store.live(spot(n))],
    ['one by its number', (n) => store.find(WORKSPACE, newest - n * 7)],
    ['DORA, 30 days', since(30)],
    ['DORA, 90 days', since(90)],
    ['DORA, the whole year', since(365)],
  ]
}

async function planOf(databaseUrl: string, newest: number): Promise<Map<string, readonly string[]>> {
  let seen: string[] = []
  const client = postgres(databaseUrl, {
    max: 1,
    connection: {
      session_preload_libraries: 'auto_explain',
      'auto_explain.log_min_duration': '0',
      'auto_explain.log_analyze': 'on',
      'auto_explain.log_buffers': 'on',
      'auto_explain.log_level': 'notice',
    },
    onnotice: ({ message }) => {
      // The statement itself comes first, over as many lines as it has.
      const lines = message?.startsWith('duration:') ? message.split('\n') : []
      const plan = lines.slice(lines.findIndex((line) => line.includes('(cost=')))
      if (plan.length > 0) seen.push(plan.join('\n'))
    },
    fetch_types: false,
  })
  const plans = new Map<string, readonly string[]>()
  for (const [name, work] of queries(drizzle(client), newest)) {
    seen = []
    await work(0)
    plans.set(name, seen)
  }
  await client.end()
  return plans
}

async function measure(count: number, runs: number): Promise<boolean> {
  const stores = await startStores()
  const folder = temporaryFolder()
  try {
    const { databaseUrl } = await stores.fresh()
    const store = await openStore({ databaseUrl, dataDir: folder.path, migrations: MIGRATIONS })
    await store.migrate()
    await store.close()
    const client = postgres(databaseUrl, { max: 1, onnotice: () => undefined })
    await fill(client, count)
    const [known] = await client<{ n: number; newest: number }[]>`
      select count(*)::int as n, max(number) as newest from hub.deployments where workspace = ${WORKSPACE}`
    const newest = known?.newest ?? 0
    console.log(`${known?.n} deployments of one workspace, PostgreSQL ${stores.version} with fsync; ${runs} runs each`)
    let isGood = true
    for (const [name, work] of queries(drizzle(client), newest)) {
      for (let n = 0; n < WARM_UP; n++) await work(n)
      const times: number[] = []
      for (let n = 0; n < runs; n++) {
        const began = performance.now()
        await work(n)
        times.push(performance.now() - began)
      }
      const p95Ms = quantile(times, 0.95)
      isGood &&= p95Ms < LIMIT_MS
      const figures = `p50 ${quantile(times, 0.5).toFixed(1)} ms   p95 ${p95Ms.toFixed(1)} ms`
      console.log(`${name.padEnd(36)} ${figures}${p95Ms < LIMIT_MS ? '' : `   ABOVE ${LIMIT_MS} ms`}`)
    }
    await client.end()
    for (const [name, plans] of await planOf(databaseUrl, newest)) {
      // A status is one small statement after the other, all alike.
      console.log(`\n${name}: ${plans.length} statement${plans.length === 1 ? '' : 's'}\n${plans.at(-1)}`)
      if (plans.some((plan) => plan.includes('Seq Scan on deployments'))) isGood = false
    }
    return isGood
  } finally {
    await stores.stop()
    folder.remove()
  }
}
const isGood = await measure(Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 200))
process.exitCode = isGood ? 0 : 1
