import { parseArgs } from 'node:util'
import { measureAck } from './ack.ts'
import { measureEndToEnd } from './end-to-end.ts'
import { measureLatency } from './latency.ts'
import { measureMillion } from './million.ts'
import { failuresOf, type Results, toJson, toMarkdown, toText } from './report.ts'
import { type Run, scoped } from './run.ts'
import { startSlack } from './slack.ts'
import { measureStart } from './start.ts'
import { startStores } from './stores.ts'

const HELP = `npm run bench -- [options]
  --only ack,e2e,…  measure these alone: ack, e2e, latency, start, million
  --quick           short runs: for a look, not for quoting
  --json            one object instead of the table
  --table           the table as Markdown
  --profile <dir>   write CPU profiles of the hubs there`

const MEASUREMENTS = {
  ack: async (run: Run) => ({ ack: await measureAck(run) }),
  e2e: async (run: Run) => ({
    endToEnd: [await measureEndToEnd(run, ['all']), await measureEndToEnd(run, ['web', 'worker'])],
  }),
  latency: async (run: Run) => ({
    latency: [await measureLatency(run, 'real'), await measureLatency(run, 'embedded')],
  }),
  start: async (run: Run) => ({ start: [await measureStart(run, 'embedded'), await measureStart(run, 'real')] }),
  million: async (run: Run) => ({ million: await measureMillion(run) }),
} satisfies Record<string, (run: Run) => Promise<Partial<Results>>>

/** Progress goes to stderr, so that stdout holds the result alone. */
async function bench(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      table: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const names = Object.keys(MEASUREMENTS) as (keyof typeof MEASUREMENTS)[]
  const wanted = values.only?.split(',') ?? names
  const unknown = wanted.filter((name) => !names.some((known) => known === name))
  if (unknown.length > 0) {
    console.error(`there is no measurement ${unknown.join(', ')}: take ${names.join(', ')}`)
    return 2
  }

  const results = await scoped(async (scope) => {
    const stores = await startStores()
    scope.defer(stores.stop)
    const slack = await startSlack()
    scope.defer(slack.stop)
    const { quick, profile: profileDir } = values
    const run: Run = { quick, stores, slack, profileDir, say: (line) => console.error(line) }
    let measured: Results = { quick, postgres: stores.version }
    for (const name of names) if (wanted.includes(name)) measured = { ...measured, ...(await MEASUREMENTS[name](run)) }
    return measured
  })
  if (values.json) console.log(JSON.stringify(toJson(results), null, 2))
  else console.log(values.table ? toMarkdown(results) : toText(results))
  return failuresOf(results).length > 0 ? 1 : 0
}

// Ends what it started on Ctrl-C too: the children's and servers' own exit handlers do it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
process.exitCode = await bench()
