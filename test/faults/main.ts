import { parseArgs } from 'node:util'
import { planRuns, type Run } from './plan.ts'
import { PLATFORM_NAMES } from './platforms/chat-platform.ts'
import { play, printReport, type Report, writeReport } from './play.ts'
import { endAll } from './processes.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { STORES } from './stores.ts'

const USAGE = `npm run faults -- <scenario|all> [--platform ${PLATFORM_NAMES.join('|')}] [--seed n] [--quick] [--stores ${STORES.join('|')}] [--mutant name] [--minutes n] [--again]`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    quick: { type: 'boolean', default: false },
    stores: { type: 'string' },
    platform: { type: 'string' },
    /** Length of a soak. */
    minutes: { type: 'string' },
    /** A deliberately broken build, see mutants/patches.ts. */
    mutant: { type: 'string' },
    /** What was late or could not be played is played once more, alone and with the next seed: a busy machine is no fault of the product. */
    again: { type: 'boolean', default: false },
  },
})
const [name] = positionals
const chosen = name === 'all' ? SCENARIOS.filter((s) => !s.alone) : SCENARIOS.filter((s) => s.name === name)
const stores = STORES.find((one) => one === values.stores)
const platform = PLATFORM_NAMES.find((one) => one === values.platform)
const isKnown = (given: string | undefined, found: string | undefined) => given === undefined || found !== undefined
if (chosen.length === 0 || !isKnown(values.platform, platform) || !isKnown(values.stores, stores)) {
  console.error(
    `${USAGE}\n${SCENARIOS.map((s) => `  ${s.name.padEnd(22)} ${String(s.target).padStart(2)}  ${s.what}`).join('\n')}`,
  )
  process.exit(2)
}
if (values.minutes !== undefined) process.env.SOAK_MINUTES = values.minutes
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    endAll()
    process.exit(130)
  })
}

const { runs, skips } = planRuns({
  scenarios: chosen,
  quick: values.quick,
  seed,
  ...(platform ? { platform } : {}),
  ...(stores ? { stores } : {}),
})
for (const { scenario, platform, reason } of skips)
  console.log(`SKIP  ${scenario.name} (target ${scenario.target}) on ${platform}: ${reason}`)
const patches = values.mutant ? [values.mutant] : []
const reports: Report[] = []
let broken = 0
const bad: Run[] = []
/** Late can be the machine's fault; lost, twice or made up never is. */
const isWhole = ({ sets }: Report) => sets.lost.length + sets.duplicated.length + sets.unexpected.length === 0
async function one(run: Run, given = seed): Promise<void> {
  const { scenario, platform, kind } = run
  try {
    const report = await play(scenario, { platform, stores: kind, seed: given, quick: values.quick, patches })
    printReport(report)
    console.log(`      ${writeReport(report)}`)
    if (values.again && given === seed && !report.ok && isWhole(report)) bad.push(run)
    else reports.push(report)
  } catch (error) {
    console.error(`BROKEN ${scenario.name} on ${platform} and ${kind}, seed ${given}:`, error)
    if (values.again && given === seed) bad.push(run)
    else broken += 1
  }
}
// Quick runs mostly wait; three at a time, but for those that judge times.
const together = values.quick ? runs.filter(({ scenario }) => !scenario.timed) : []
const alone = runs.filter((run) => !together.includes(run))
const lane = async () => {
  for (let next = together.shift(); next; next = together.shift()) await one(next)
}
await Promise.all([lane(), lane(), lane()])
for (const run of alone) await one(run)
for (const run of bad.splice(0)) {
  console.log(`AGAIN ${run.scenario.name} on ${run.platform} and ${run.kind}, seed ${seed + 1}`)
  await one(run, seed + 1)
}

const failed = reports.filter((report) => !report.ok)
for (const { scenario, on, stores: kind, problems } of failed)
  console.log(`FAIL  ${scenario} on ${on} and ${kind}: ${problems.join('; ')}`)
console.log(
  `${reports.length - failed.length} passed, ${failed.length} failed, ${broken} broken, ${skips.length} skipped, seed ${seed}, ${Math.round(performance.now() / 1_000)} s`,
)
process.exit(failed.length + broken > 0 || reports.length === 0 ? 1 : 0)
