/**
 * Figures of the workflow engine on PostgreSQL and Redis, with the hub as a process of its own:
 * `node test/bench/workflows.ts [--only chains,fan,waiting] [--quick] [--json] [--profile <dir>]`.
 * CPU time and statements for each step hardly depend on what else the machine does; rates and waits do.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import postgres from 'postgres'
import { apiTokenFrom } from '../../server/compose.ts'
import { freshDatabase, freshRedis, startPostgres, startRedis } from '../services/index.ts'
import { cpuSeconds } from './cpu.ts'
import { quantile } from './figures.ts'
import { startHub, temporaryFolder } from './hub-process.ts'
import { residentMb } from './memory.ts'
import { scoped } from './run.ts'

const TIMEOUT_MS = 600_000
const PLUGIN = `${import.meta.dirname}/workflow-plugin.ts`
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'chains,fan,waiting' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
})

interface Row {
  readonly what: string
  readonly value: string
  readonly goal: string
}
const rows: Row[] = []
const figures: Record<string, number> = {}
/** A figure by its name, as a person reads it, and what it should come to. */
function tell(name: string, value: number, what: string, unit: string, goal = ''): void {
  figures[name] = Math.round(value * 100) / 100
  const digits =
    Math.abs(value) < 10 && !Number.isInteger(value) ? value.toFixed(2) : Math.round(value).toLocaleString('en')
  rows.push({ what, value: `${digits}${unit}`, goal })
}

async function startEngine(scope: AsyncDisposableStack) {
  const database = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } })
  scope.defer(database.stop)
  const redis = await startRedis()
  scope.defer(redis.stop)
  const folder = temporaryFolder()
  scope.defer(() => folder.remove())
  const key = randomBytes(32).toString('hex')
  const databaseUrl = await freshDatabase(database.url)
  const env = {
    HUB_DATA_DIR: folder.path,
    LOG_LEVEL: 'warn',
    DATABASE_URL: databaseUrl,
    REDIS_URL: await freshRedis(redis.url),
    HUB_SECRET_KEY: key,
    HUB_PLUGINS: PLUGIN,
  }
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  scope.defer(() => sql.end())
  await sql`create extension pg_stat_statements`
  let hub = await startHub({ env, profileDir: values.profile })
  scope.defer(() => hub.stop())
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiTokenFrom(key)}` }
  const fetchJson = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${hub.port}${path}`, { ...init, headers })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as { jobId?: string; id?: string; state?: string; result?: { text?: string } }
  }
  const say = (input: string) =>
    fetchJson('/api/v1/commands', {
      method: 'POST',
      body: JSON.stringify({ input, idempotencyKey: randomBytes(8).toString('hex') }),
    })
  return {
    sql,
    get pid() {
      return hub.pid
    },
    say,
    /** A command and its answer. */
    async ask(input: string): Promise<string> {
      const { jobId, id } = await say(input)
      return until(async () => {
        // A moment ago it was an arrival, and no job yet.
        const job = await fetchJson(`/api/v1/jobs/${jobId ?? id}`).catch(() => null)
        return job?.state === 'done' ? (job.result?.text ?? '') : null
      })
    },
    /** The same installation with a new process, as after a deployment. */
    async restart(): Promise<void> {
      await hub.stop()
      hub = await startHub({ env, profileDir: values.profile })
    },
    /** Statements of everybody but this bench, BEGIN and COMMIT included. */
    async statements(): Promise<number> {
      const [row] = await sql<{ n: number }[]>`
        select coalesce(sum(calls), 0)::float8 as n from pg_stat_statements
        where query not like '%pg_stat_statements%' and query not like '%of the bench%'`
      return row?.n ?? 0
    },
    async runs(status: string): Promise<number> {
      const [row] = await sql<{ n: number }[]>`
        select count(*)::int as n /* of the bench */ from hub.workflow_runs where status = ${status}`
      return row?.n ?? 0
    },
  }
}
type Engine = Awaited<ReturnType<typeof startEngine>>

async function until<T>(look: () => Promise<T | null>, everyMs = 25): Promise<T> {
  const late = performance.now() + TIMEOUT_MS
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (performance.now() > late) throw new Error('waited in vain')
    await sleep(everyMs)
  }
}

/** What `steps` steps cost that `begin` sets going, until so many more runs have succeeded. */
async function cost(engine: Engine, steps: number, runs: number, begin: () => Promise<unknown>) {
  const before = await engine.runs('succeeded')
  const [statements, cpu, began] = [await engine.statements(), cpuSeconds(engine.pid) ?? Number.NaN, performance.now()]
  await begin()
  await until(async () => ((await engine.runs('succeeded')) >= before + runs ? true : null))
  const seconds = (performance.now() - began) / 1_000
  return {
    perSecond: steps / seconds,
    cpuMs: (((cpuSeconds(engine.pid) ?? Number.NaN) - cpu) * 1_000) / steps,
    statements: ((await engine.statements()) - statements) / steps,
  }
}

const step = (needs: string | null) =>
  `{ ${needs === null ? '' : `needs: [${needs}], `}task: bench.step, with: { n: 1 } }`
const chain = (length: number) =>
  ['steps:', ...Array.from({ length }, (_, n) => `  s${n}: ${step(n === 0 ? null : `s${n - 1}`)}`)].join('\n')

/** From the end of a step to the begin of the one that needs it, as the journal has it. */
async function handOvers(engine: Engine, first: number): Promise<number[]> {
  const found = await engine.sql<{ ms: number }[]>`
    select (extract(epoch from b.at - e.at) * 1000)::float8 as ms /* of the bench */
    from hub.workflow_transitions e
    join hub.workflow_runs r on r.workspace = e.workspace and r.id = e.run_id and r.number >= ${first}
    join hub.workflow_transitions b on b.workspace = e.workspace and b.run_id = e.run_id
      and b.step = 's' || (substr(e.step, 2)::int + 1) and b.cause = 'seen' and b.status = 'running'
    where e.cause = 'seen' and e.status = 'succeeded' and e.step ~ '^s[0-9]+$'`
  return found.map(({ ms }) => ms)
}
async function nextNumber(engine: Engine): Promise<number> {
  const [row] = await engine.sql<{ n: number }[]>`
    select coalesce(max(number), 0)::int + 1 as n /* of the bench */ from hub.workflow_runs`
  return row?.n ?? 1
}

async function chains(engine: Engine): Promise<void> {
  const [runs, length] = values.quick ? [10, 20] : [50, 100]
  await engine.ask(`workflow save chain\n${chain(length)}`)
  await engine.ask(`workflow save short\n${chain(20)}`)
  // Compiled and met once.
  await cost(engine, 200, 10, () => Promise.all(Array.from({ length: 10 }, () => engine.say('workflow run short'))))
  const calm = await nextNumber(engine)
  for (let n = 0; n < 10; n++) await cost(engine, 20, 1, () => engine.say('workflow run short'))
  const quiet = await handOvers(engine, calm)
  const busy = await nextNumber(engine)
  const all = await cost(engine, runs * length, runs, () =>
    Promise.all(Array.from({ length: runs }, () => engine.say('workflow run chain'))),
  )
  const loaded = await handOvers(engine, busy)
  tell(
    'chainStepsPerSecond',
    all.perSecond,
    `${runs} runs of a ${length}-step chain at once`,
    ' steps/s',
    '≥ 500 steps/s',
  )
  tell('chainCpuMs', all.cpuMs, '  processor time of the hub for each step', ' ms')
  tell('chainStatements', all.statements, '  statements for each step, BEGIN and COMMIT included', '')
  tell(
    'handOverP50Ms',
    quantile(quiet, 0.5),
    'hand-over from step to step, ten chains one after another: p50',
    ' ms',
    '< 25 ms',
  )
  tell('handOverP95Ms', quantile(quiet, 0.95), '  p95', ' ms')
  tell('loadedHandOverP50Ms', quantile(loaded, 0.5), `hand-over with ${runs} runs at once: p50`, ' ms')
  tell('loadedHandOverP95Ms', quantile(loaded, 0.95), '  p95', ' ms')
}

async function fan(engine: Engine): Promise<void> {
  const items = values.quick ? 200 : 1_000
  await engine.ask(
    `workflow save fan\ninputs: { n: { type: list } }\nsteps:\n  each: { forEach: inputs.n, concurrency: 50, task: bench.step, with: { n: 1 } }`,
  )
  const list = Array.from({ length: items }, (_, n) => n).join(',')
  const all = await cost(engine, items, 1, () => engine.say(`workflow run fan n=${list}`))
  tell('fanStepsPerSecond', all.perSecond, `fan-out of ${items}, 50 at a time`, ' steps/s')
  tell('fanCpuMs', all.cpuMs, '  processor time of the hub for each step', ' ms')
  tell('fanStatements', all.statements, '  statements for each step', '')
}

/** Everything that is due is done, the cards shown. */
async function calm(engine: Engine): Promise<void> {
  await until(async () => {
    const [row] = await engine.sql<{ n: number }[]>`
      select (select count(*) from hub.inbox where state = 'new')::int /* of the bench */
        + (select count(*) from hub.jobs where state = 'running' or (state = 'pending' and run_at < clock_timestamp() + interval '5 s'))::int
        + (select count(*) from hub.outbox where state in ('pending', 'inflight', 'unknown', 'reconciling'))::int as n`
    return row?.n === 0 ? true : null
  }, 500)
}
/** A tenth for a person, the others for an event or a time. Their parents wait for them, in a process that was started anew. */
async function waiting(engine: Engine): Promise<void> {
  const total = values.quick ? 600 : 10_000
  const IDLE_MS = values.quick ? 10_000 : 60_000
  /** Sweeps, heartbeats and jobs of every minute, whoever waits. */
  const idle = async () => {
    await calm(engine)
    await engine.restart()
    await sleep(IDLE_MS / 6)
    const before = await engine.statements()
    const cpu = cpuSeconds(engine.pid) ?? Number.NaN
    await sleep(IDLE_MS)
    const share = 60_000 / IDLE_MS
    return {
      statements: ((await engine.statements()) - before) * share,
      cpuMs: ((cpuSeconds(engine.pid) ?? Number.NaN) - cpu) * 1_000 * share,
      rssMb: residentMb(engine.pid),
    }
  }
  const without = await idle()
  const kinds = {
    ask: 'approval: { subject: "Go on?" }',
    hear: 'wait: { event: git.pushed, match: { repository: octo/web } }',
    rest: 'delay: 9h',
  }
  for (const [name, step] of Object.entries(kinds)) {
    await engine.ask(`workflow save ${name}\nsteps: { it: { ${step} } }`)
    await engine.ask(
      `workflow save many-${name}\ninputs: { n: { type: list } }\nsteps:\n  each: { forEach: inputs.n, concurrency: 100, workflow: ${name} }`,
    )
  }
  // Each list takes up to a hundred at once.
  const lists = Math.ceil(total / 100)
  const began = performance.now()
  const list = Array.from({ length: 100 }, (_, n) => n).join(',')
  // Few ask: their cards go to the one thread of the operator, one after another, and are no part of the figure.
  const kindOf = (nth: number) => (nth % 10 === 0 ? 'ask' : nth % 2 === 0 ? 'hear' : 'rest')
  for (let nth = 0; nth < lists; nth++) await engine.say(`workflow run many-${kindOf(nth)} n=${list}`)
  await until(async () => {
    const [row] = await engine.sql<{ n: number }[]>`
      select count(*)::int as n /* of the bench */ from hub.workflow_steps where status = 'waiting' and key = 'it'`
    return row && row.n >= lists * 100 ? row.n : null
  }, 250)
  const seconds = (performance.now() - began) / 1_000
  const busyMb = residentMb(engine.pid)
  const waits = await idle()
  tell('waitingPerSecond', (lists * 100) / seconds, `${lists * 100} runs begun and left waiting`, ' runs/s')
  tell('waitingMb', waits.rssMb, '  memory of the hub that looks after them', ' MB', '< 200 MB')
  tell('startedMb', busyMb, '  memory of the one that started them', ' MB')
  tell('idleMb', without.rssMb, '  memory without any', ' MB')
  tell('waitingStatements', waits.statements, '  statements a minute while they wait', '')
  tell('idleStatements', without.statements, '  statements a minute without any', '')
  tell('waitingCpuMs', waits.cpuMs, '  processor time of the hub a minute while they wait', ' ms')
  tell('idleCpuMs', without.cpuMs, '  processor time a minute without any', ' ms')
}

await scoped(async (scope) => {
  const engine = await startEngine(scope)
  const only = values.only.split(',')
  if (only.includes('chains')) await chains(engine)
  if (only.includes('fan')) await fan(engine)
  if (only.includes('waiting')) await waiting(engine)
})
const width = Math.max(...rows.map(({ what }) => what.length))
console.log(
  values.json
    ? JSON.stringify(figures)
    : rows.map(({ what, value, goal }) => `${what.padEnd(width)}  ${value.padStart(14)}  ${goal}`).join('\n'),
)
