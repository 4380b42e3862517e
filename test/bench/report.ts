import { cpus } from 'node:os'
import type { AckFigures } from './ack.ts'
import type { EndToEndFigures } from './end-to-end.ts'
import type { LatencyFigures } from './latency.ts'
import type { MillionFigures } from './million.ts'
import type { StartFigures } from './start.ts'

/** What one run has measured; what was left out is absent. */
export interface Results {
  readonly quick: boolean
  readonly postgres: string
  readonly ack?: AckFigures
  readonly endToEnd?: readonly EndToEndFigures[]
  readonly latency?: readonly LatencyFigures[]
  readonly start?: readonly StartFigures[]
  readonly million?: MillionFigures
}
interface Row {
  readonly what: string
  readonly value: string
  /** The same in absolute terms, or how it came about. */
  readonly beside: string
  readonly goal: string
  /** Null where there is no goal. */
  readonly reached: boolean | null
}

const count = (value: number) => Math.round(value).toLocaleString('en')
const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
/** CPU time hardly depends on what else the machine does, so it is shown where it is known. */
const cpu = (...micros: readonly (number | null)[]) =>
  micros.every((one) => one !== null) ? `, CPU ${micros.map((one) => `${Math.round(one)} µs`).join(' against ')}` : ''
const times = (value: number) => `${value.toFixed(2)} ×`

/** One flat object: the figures by name, with everything measured beside them. */
export function toJson(results: Results): Record<string, unknown> {
  const { ack, endToEnd, latency, start, million } = results
  const real = <T extends { mode: string }>(all: readonly T[] | undefined) => all?.find(({ mode }) => mode === 'real')
  const embedded = <T extends { mode: string }>(all: readonly T[] | undefined) =>
    all?.find(({ mode }) => mode === 'embedded')
  return {
    ackVsBolt: ack?.ratios.bolt,
    ackVsChat: ack?.ratios.chat,
    ackVsBare: ack?.ratios.bare,
    ackPerSecond: ack?.contenders.hub?.perSecond,
    ackP99Ms: ack?.contenders.hub?.p99Ms,
    endToEndPerSecond: endToEnd?.[0]?.perSecond,
    endToEndSplitPerSecond: endToEnd?.[1]?.perSecond,
    lost: sum(endToEnd?.map((one) => one.lost)),
    twice: sum(endToEnd?.map((one) => one.twice)),
    hubShareP50Ms: real(latency)?.share.p50Ms,
    hubShareP99Ms: real(latency)?.share.p99Ms,
    hubShareEmbeddedP50Ms: embedded(latency)?.share.p50Ms,
    startMs: embedded(start)?.readyMs,
    startPostgresMs: real(start)?.readyMs,
    idleRssMb: embedded(start)?.idleRssMb,
    idleRssPostgresMb: real(start)?.idleRssMb,
    millionFailures: million?.failures,
    failures: failuresOf(results),
    results,
  }
}
const sum = (values: readonly number[] | undefined) => values?.reduce((a, b) => a + b, 0)

/** What no machine may excuse: something lost, done twice, not stored, or a query that grows with the data. */
export function failuresOf({ ack, endToEnd, million }: Results): readonly string[] {
  return [
    ...(ack && ack.stored !== ack.acknowledged ? [`ack: ${ack.acknowledged} acknowledged, ${ack.stored} stored`] : []),
    ...(endToEnd ?? []).flatMap(({ roles, lost, twice, unfinished }) =>
      lost === 0 && twice === 0 && unfinished === 0
        ? []
        : [`e2e, ${roles}: ${lost} lost, ${twice} twice, ${unfinished} unfinished`],
    ),
    ...(million?.failures ?? []).map((failure) => `million: ${failure}`),
  ]
}

export function rowsOf(results: Results): readonly Row[] {
  return [
    ...ackRows(results.ack),
    ...(results.endToEnd ?? []).map(endToEndRow),
    ...(results.latency ?? []).flatMap(latencyRows),
    ...(results.start ?? []).flatMap(startRows),
    ...millionRows(results.million),
  ]
}

const PEERS: readonly (readonly [string, string, number | null])[] = [
  ['bolt', "Bolt's HTTPReceiver, which stores nothing", 2],
  ['chat', 'Chat SDK, which stores nothing', 1],
  ['bare', 'Hono with a checked signature, and nothing else', null],
]
function ackRows(ack: AckFigures | undefined): readonly Row[] {
  const hub = ack?.contenders.hub
  if (!ack || !hub) return []
  const ratios = PEERS.flatMap(([name, title, goal]): Row[] => {
    const ratio = ack.ratios[name]
    const other = ack.contenders[name]
    if (ratio === undefined || !other) return []
    return [
      {
        what: `Durable acknowledgement against ${title}`,
        value: times(ratio),
        beside: `${count(hub.perSecond)}/s against ${count(other.perSecond)}/s${cpu(hub.cpuMicros, other.cpuMicros)}`,
        goal: goal === null ? '' : `≥ ${goal} ×`,
        reached: goal === null ? null : ratio >= goal,
      },
    ]
  })
  const p99: Row = {
    what: 'Durable acknowledgement, 32 connections, p99',
    value: ms(hub.p99Ms),
    beside: `p50 ${ms(hub.p50Ms)}`,
    goal: '< 25 ms',
    reached: hub.p99Ms < 25,
  }
  return [...ratios, p99]
}
function endToEndRow({ roles, commands, perSecond, seconds, lost, twice, cpuMicros }: EndToEndFigures): Row {
  return {
    what: `Command → job → reply at the fake Slack (${roles})`,
    value: `${count(perSecond)}/s`,
    beside: `${count(commands)} commands in ${seconds.toFixed(1)} s: ${lost} lost, ${twice} twice${cpu(cpuMicros)}`,
    goal: '≥ 3,000/s',
    reached: perSecond >= 3_000,
  }
}
const MODES = { real: 'PostgreSQL and Redis', embedded: 'embedded' } as const
function latencyRows({ mode, share, hub }: LatencyFigures): readonly Row[] {
  const limits = mode === 'real' ? { p50Ms: 15, p99Ms: 50 } : { p50Ms: 30, p99Ms: null }
  return (['p50Ms', 'p99Ms'] as const).map((quantile) => ({
    what: `Hub's own share of an idle reply, ${MODES[mode]}, ${quantile.slice(0, 3)}`,
    value: ms(share[quantile]),
    beside: `${ms(hub[quantile])} from command to arrival`,
    goal: limits[quantile] === null ? '' : `< ${limits[quantile]} ms`,
    reached: limits[quantile] === null ? null : share[quantile] < limits[quantile],
  }))
}
function startRows({ mode, readyMs, firstMs, idleRssMb }: StartFigures): readonly Row[] {
  const limits = mode === 'real' ? { readyMs: 1_000, rssMb: 170 } : { readyMs: 1_500, rssMb: 330 }
  return [
    {
      what: `Start to ready, ${MODES[mode]}`,
      value: ms(readyMs),
      beside: `${ms(firstMs)} the first time`,
      goal: `< ${count(limits.readyMs)} ms`,
      reached: readyMs < limits.readyMs,
    },
    {
      what: `Memory when idle, ${MODES[mode]}`,
      value: `${Math.round(idleRssMb)} MB`,
      beside: 'after 10 s',
      goal: `< ${limits.rssMb} MB`,
      reached: idleRssMb < limits.rssMb,
    },
  ]
}
function millionRows(million: MillionFigures | undefined): readonly Row[] {
  if (!million) return []
  const worst = million.queries.reduce((a, b) => (b.p95Ms > a.p95Ms ? b : a))
  const scanned = million.queries.filter(({ scans }) => scans.length > 0)
  return [
    {
      what: `Slowest of ${million.queries.length} queries at ${count(million.rows)} jobs, deliveries, audit rows and stories, p95`,
      value: ms(worst.p95Ms),
      beside: `${worst.name}; ${scanned.length} read a whole table`,
      goal: `< ${million.limitMs} ms, no table read whole`,
      reached: million.failures.length === 0,
    },
  ]
}

export function toMarkdown(results: Results): string {
  const lines = rowsOf(results).map(
    ({ what, value, beside, goal }) => `| ${what} | **${value}** | ${beside} | ${goal} |`,
  )
  return ['| Measured | Result | Beside it | Goal |', '| --- | --- | --- | --- |', ...lines].join('\n')
}

export function toText(results: Results): string {
  const rows = rowsOf(results)
  const width = (of: (row: Row) => string) => Math.max(0, ...rows.map((row) => of(row).length))
  const [what, value, beside] = [width((r) => r.what), width((r) => r.value), width((r) => r.beside)]
  const lines = rows.map((row) => {
    const mark = row.reached === null ? ' ' : row.reached ? '✓' : '✗'
    return `${mark} ${row.what.padEnd(what)}  ${row.value.padStart(value)}  ${row.beside.padEnd(beside)}  ${row.goal}`.trimEnd()
  })
  const conditions = `PostgreSQL ${results.postgres} with fsync, Redis, Node ${process.versions.node}, ${cpus().length} cores${results.quick ? '; a quick run, too short to quote' : ''}`
  const failures = failuresOf(results).map((failure) => `FAILED ${failure}`)
  return [conditions, '', ...lines, ...(failures.length > 0 ? ['', ...failures] : [])].join('\n')
}
