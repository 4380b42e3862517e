import { startLinearFake, type Target } from '../fakes/linear/index.ts'
import { startTrackerHub, tellAll } from './tracker-rig.ts'

/**
 * `node test/bench/trackers-linear.ts [issues]`: issues created in a burst, each of which gets its criteria once. Linear counts by the hour and not by the
 * second, so what matters is how many of its requests and points an issue costs: a burst that fits into an hour's share waits for nothing.
 */
const count = Number(process.argv[2] ?? 1_000)
const linear = await startLinearFake()
const { origin, quiet, stop } = await startTrackerHub(linear.env, 'linear:ENG')
const target: Target = (request) => fetch(`${origin}/hooks/linear`, request)

const issues = Array.from({ length: count }, (_, i) =>
  linear.people.create({
    title: `Pay order ${i} with a saved card`,
    body: `A shopper pays order ${i} with a saved card.\n\nAn expired card is refused.`,
  }),
)
const before = { ...linear.budget, calls: linear.calls.length }
const began = performance.now()
const tell = (list: typeof issues) =>
  tellAll(list, (issue) =>
    linear.people.deliver(target, linear.people.issueEvent(issue, 'create', {}, linear.state.ann)),
  )
const slowestMs = await tell(issues)
await quiet()
const seconds = (performance.now() - began) / 1_000
const names = new Map<string, number>()
for (const { name } of linear.calls.slice(before.calls)) names.set(name, (names.get(name) ?? 0) + 1)
const spent = {
  requests: before.requests - linear.budget.requests,
  points: before.complexity - linear.budget.complexity,
}
const without = issues.filter(({ description }) => description?.match(/AC-1/g)?.length !== 1).length
console.info(
  `${count} issues in a burst: ${seconds.toFixed(1)} s; ${spent.requests} requests of 1,500 an hour, ${spent.points.toLocaleString('en')} points of 250,000; ` +
    `the slowest acknowledged in ${slowestMs.toFixed(0)} ms; ${without} without criteria, ${linear.writes()} writes, ${linear.problems.length} refusals`,
)
console.info([...names].map(([name, n]) => `${name} ${n}`).join(', '))
const writes = linear.writes()
// As many as the rest of the hour's points allow, whatever the number above.
const again = issues.slice(0, 100)
await tell(again)
await quiet()
console.info(`${again.length} unchanged issues told of again: ${linear.writes() - writes} writes`)
process.exitCode = without > 0 || linear.writes() !== writes ? 1 : 0
await stop()
await linear.close()
