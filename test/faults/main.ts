import { parseArgs } from 'node:util'
import { play, printReport, type Report, writeReport } from './play.ts'
import { endAll } from './processes.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { STORES, type StoreKind } from './stores.ts'

const USAGE = `npm run faults -- <scenario|all> [--seed n] [--quick] [--stores ${STORES.join('|')}] [--mutant name] [--minutes n]`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    quick: { type: 'boolean', default: false },
    stores: { type: 'string' },
    /** Length of a soak. */
    minutes: { type: 'string' },
    /** A deliberately broken build, see mutants/patches.ts. */
    mutant: { type: 'string' },
  },
})
const [name] = positionals
const chosen = name === 'all' ? SCENARIOS.filter((s) => !s.alone) : SCENARIOS.filter((s) => s.name === name)
const stores = STORES.find((one) => one === values.stores)
if (chosen.length === 0 || (values.stores !== undefined && stores === undefined)) {
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

const reports: Report[] = []
let broken = 0
for (const scenario of chosen) {
  // Quick runs take one store each, in turn with the seed; full runs take all.
  const all: readonly StoreKind[] = stores ? scenario.stores.filter((one) => one === stores) : scenario.stores
  const kinds = values.quick && !stores ? all.filter((_, i) => i === (seed + scenario.target) % all.length) : all
  for (const kind of kinds) {
    try {
      const report = await play(scenario, {
        stores: kind,
        seed,
        quick: values.quick,
        patches: values.mutant ? [values.mutant] : [],
      })
      reports.push(report)
      printReport(report)
      console.log(`      ${writeReport(report)}`)
    } catch (error) {
      broken += 1
      console.error(`BROKEN ${scenario.name} on ${kind}, seed ${seed}:`, error)
    }
  }
}
const failed = reports.filter((report) => !report.ok)
console.log(`${reports.length - failed.length} passed, ${failed.length} failed, ${broken} broken, seed ${seed}`)
process.exit(failed.length + broken > 0 || reports.length === 0 ? 1 : 0)
