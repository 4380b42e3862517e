import postgres from 'postgres'
import { openStore } from '../../core/store/open.ts'
import { temporaryFolder } from './hub-process.ts'
import { fill } from './million/dataset.ts'
import { openWatch, type Watched } from './million/plans.ts'
import { hotQueries } from './million/queries.ts'
import type { Run } from './run.ts'

/** Every hot query against a month of a big installation. */
export interface MillionFigures {
  readonly rows: number
  readonly fillSeconds: number
  readonly limitMs: number
  readonly queries: readonly Watched[]
  /** What must not be: a big table read from end to end, or a p95 above the limit. */
  readonly failures: readonly string[]
}

const LIMIT_MS = 50
const MIGRATIONS = `${import.meta.dirname}/../../migrations`

export async function measureMillion(run: Run): Promise<MillionFigures> {
  const rows = run.quick ? 100_000 : 1_000_000
  const runs = run.quick ? 20 : 50
  const { databaseUrl } = await run.stores.fresh()
  const folder = temporaryFolder()
  const store = await openStore({ databaseUrl, dataDir: folder.path, migrations: MIGRATIONS })
  await store.migrate()
  await store.close()
  folder.remove()
  const began = performance.now()
  const filler = postgres(databaseUrl, { max: 1, onnotice: () => undefined })
  await fill(filler, rows).finally(() => filler.end())
  const fillSeconds = (performance.now() - began) / 1000
  run.say(`million: ${rows} rows in each of the big tables after ${fillSeconds.toFixed(0)} s`)
  const watch = openWatch(databaseUrl)
  const queries: Watched[] = []
  try {
    for (const [name, work] of hotQueries(watch, rows)) queries.push(await watch.watch(name, runs, work))
  } finally {
    await watch.close()
  }
  const failures = queries.flatMap(({ name, p95Ms, scans }) => [
    ...scans.map((scan) => `${name} reads all of ${scan}`),
    ...(p95Ms < LIMIT_MS ? [] : [`${name}: p95 ${p95Ms.toFixed(0)} ms`]),
  ])
  for (const failure of failures) run.say(`million: FAILED ${failure}`)
  return { rows, fillSeconds, limitMs: LIMIT_MS, queries, failures }
}
