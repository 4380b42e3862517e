import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import path from 'node:path'
import { type Check, check, type Verdict } from './checker.ts'
import type { PlatformName } from './platforms/chat-platform.ts'
import { openRig } from './rig.ts'
import { ROOT } from './root.ts'
import { percentile, type Scenario, sleep } from './scenario.ts'
import type { StoreKind } from './stores.ts'

export interface Report {
  readonly scenario: string
  readonly target: number
  readonly on: PlatformName
  readonly stores: StoreKind
  readonly seed: number
  readonly quick: boolean
  readonly commit: string
  readonly machine: string
  readonly startedAt: string
  readonly tookMs: number
  readonly ok: boolean
  readonly sets: Verdict['sets']
  readonly problems: readonly string[]
  readonly checks: readonly Check[]
  readonly figures: Readonly<Record<string, number | string>>
  readonly faults: readonly { readonly atMs: number; readonly fault: string; readonly detail: string }[]
  readonly platform: object
  /** The last the hubs wrote before they were stopped. */
  readonly words: readonly string[]
}
export interface PlayOptions {
  /** Slack when absent. */
  readonly platform?: PlatformName
  readonly stores: StoreKind
  readonly seed: number
  readonly quick: boolean
  readonly patches?: readonly string[]
  /** In the place of the scenario's own: a broken build need not be waited for. */
  readonly drainMs?: number
}
const DRAIN_MS = 60_000

/** One scenario from empty stores to the verdict. */
export async function play(scenario: Scenario, options: PlayOptions): Promise<Report> {
  const startedAt = new Date()
  const { platform: chat = 'slack', patches = [], drainMs = scenario.drainMs ?? DRAIN_MS, ...rest } = options
  const rig = await openRig({ ...rest, chat, patches, ...scenario.rig?.(options.quick) })
  try {
    const outcome = await scenario.run(rig)
    const drainedMs = await rig.drain(drainMs)
    // Whatever is sent twice is sent a little later.
    await sleep(1_000)
    const late = (await outcome.afterDrain?.()) ?? []
    const platform = await rig.platform.facts()
    const words = rig.running().map((hub) => hub.tail())
    const stoppedMs = await rig.stopHubs()
    const [rows, history, stale] = [await rig.stores.rows(), await rig.history(), await rig.stores.staleWrites()]
    // Where a platform cannot be asked, whatever it did not answer is held, and nothing else is.
    const holds = rig.chat.canLook ? {} : { holds: 'each' as const }
    const verdict = check(history, rows, { ...holds, ...outcome.expected })
    const checks: Check[] = [
      ...(outcome.checks ?? []),
      ...late,
      { name: 'writes to finished rows', ok: stale === 0, detail: `${stale}` },
      {
        name: 'shown badly at the platform',
        ok: platform.problems.length === 0,
        detail: platform.problems.join('; ') || 'none',
      },
    ]
    const began = startedAt.getTime()
    const acks = history.flatMap((entry) => (entry.kind === 'ack' && entry.tries === 1 ? [entry.tookMs] : []))
    const refused = history.flatMap((entry) => (entry.kind === 'refused' ? entry.statuses : []))
    return {
      scenario: scenario.name,
      target: scenario.target,
      on: chat,
      stores: options.stores,
      seed: options.seed,
      quick: options.quick,
      commit: commit(),
      machine: `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`,
      startedAt: startedAt.toISOString(),
      tookMs: Date.now() - began,
      ok: verdict.ok && checks.every((one) => one.ok),
      sets: verdict.sets,
      problems: [...verdict.problems, ...checks.filter((one) => !one.ok).map((one) => `${one.name}: ${one.detail}`)],
      checks,
      figures: {
        drainedMs: drainedMs === null ? 'never' : Math.round(drainedMs),
        stoppedMs: Math.round(stoppedMs),
        ackP50Ms: Math.round(percentile(acks, 50)),
        ackP99Ms: Math.round(percentile(acks, 99)),
        ...(refused.length > 0 ? { refusedWith: [...new Set(refused)].join(' ') } : {}),
        ...outcome.figures,
      },
      faults: rig.faults.map(({ atMs, fault, detail }) => ({ atMs: atMs - began, fault, detail })),
      platform,
      words,
    }
  } finally {
    await rig.close().catch((error: unknown) => console.error('while closing:', error))
  }
}

export function printReport(report: Report): void {
  const { sets } = report
  const count = (list: readonly string[]) => list.length
  const counts = new Map<string, number>()
  for (const { fault } of report.faults) counts.set(fault, (counts.get(fault) ?? 0) + 1)
  const faults = [...counts].map(([fault, n]) => `${n} × ${fault}`).join(', ') || 'none by the harness'
  const lines = [
    `${report.ok ? 'PASS' : 'FAIL'}  ${report.scenario} (target ${report.target}) on ${report.on} and ${report.stores}, seed ${report.seed}${report.quick ? ', quick' : ''}, ${(report.tookMs / 1_000).toFixed(1)} s`,
    `      attempted ${sets.attempted}, acknowledged ${sets.acknowledged}, arrived ${sets.arrived}, lost ${count(sets.lost)}, duplicated ${count(sets.duplicated)}, unexpected ${count(sets.unexpected)}, recovered ${count(sets.recovered)}, held ${count(sets.held)}, inversions ${count(sets.inversions)}, early ${sets.early}, unfinished ${count(sets.unfinished)}`,
    `      faults: ${faults}; platform: ${JSON.stringify((report.platform as { faults?: object }).faults ?? {})}`,
    `      figures: ${Object.entries(report.figures)
      .map(([k, v]) => `${k} ${v}`)
      .join(', ')}`,
    ...report.checks.map((one) => `      ${one.ok ? 'ok ' : 'NOT'} ${one.name}: ${one.detail}`),
    ...report.problems.map((problem) => `      ! ${problem}`),
  ]
  console.log(lines.join('\n'))
}
export function writeReport(report: Report): string {
  const folder = path.join(ROOT, 'test/faults/reports')
  mkdirSync(folder, { recursive: true })
  const file = path.join(
    folder,
    `${report.startedAt.replace(/[:.]/g, '-')}-${report.scenario}-${report.on}-${report.stores}.json`,
  )
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
  return path.relative(ROOT, file)
}

let known: string | undefined
function commit(): string {
  known ??= execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=12'], {
    cwd: ROOT,
    encoding: 'utf8',
  }).trim()
  return known
}
