import { fromMarkdown } from '../../adapters/jira/from-markdown.ts'
import { BURST_PER_SECOND } from '../../adapters/jira/limits.ts'
import { ANN, readAdf, startJiraFake, type Target } from '../fakes/jira/index.ts'
import { startTrackerHub, tellAll } from './tracker-rig.ts'

/**
 * `node test/bench/trackers.ts [issues] [folder for a CPU profile]`: issues created in a burst, each of which gets its criteria once, against the least time that Jira's limits
 * allow, on PostgreSQL and Redis; then every issue is told of again, unchanged, and nothing may be written. The hub is a process of its own.
 */
const count = Number(process.argv[2] ?? 1_000)
const jira = await startJiraFake()
const { origin, quiet, stop } = await startTrackerHub(jira.env, 'jira:PAY', process.argv[3])
const target: Target = (request) => fetch(`${origin}/hooks/jira`, request)

const issues = Array.from({ length: count }, (_, i) =>
  jira.world.create(ANN, {
    project: 'PAY',
    summary: `Pay order ${i} with a saved card`,
    description: fromMarkdown(`A shopper pays order ${i} with a saved card.\n\nAn expired card is refused.`),
  }),
)
const told = [...jira.world.events]
const began = performance.now()
const slowestMs = await tellAll(told, (event) => jira.deliver(target, event))
const acknowledged = performance.now() - began
const written = async () => {
  while (jira.writes() < count) await new Promise((resolve) => setTimeout(resolve, 10))
}
await Promise.race([written(), quiet()])
const seconds = (performance.now() - began) / 1_000
await quiet()
// One write each: the section and its proof in one request.
const least = count / BURST_PER_SECOND.PUT
const without = issues.filter(({ description }) => !/AC-1/.test(readAdf(description).words)).length
console.info(
  `${count} issues in a burst: ${seconds.toFixed(1)} s, ${(seconds / least).toFixed(2)} × the ${least.toFixed(0)} s that Jira's limits allow at least; ` +
    `acknowledged in ${(acknowledged / 1_000).toFixed(1)} s, the slowest in ${slowestMs.toFixed(0)} ms; ${without} without criteria, ${jira.writes()} writes, ${jira.problems.length} refusals`,
)

const before = jira.writes()
const again = performance.now()
await tellAll([...told.entries()], ([i, event]) => jira.deliver(target, event, { identifier: `again-${i}` }))
await quiet()
console.info(
  `${count} unchanged issues told of again: ${((performance.now() - again) / 1_000).toFixed(1)} s, ${jira.writes() - before} writes`,
)
await stop()
await jira.close()
process.exitCode = without > 0 || jira.writes() !== before || before !== count ? 1 : 0
