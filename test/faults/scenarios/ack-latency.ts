import { makeLanes } from '../lanes.ts'
import { atMost, exactly, percentile, type Scenario } from '../scenario.ts'

export const ackLatency: Scenario = {
  name: 'ack-latency',
  target: 15,
  timed: true,
  what: 'acknowledgements beside a backlog and busy workers',
  stores: ['redis', 'postgres'],
  drainMs: 240_000,
  async run(rig) {
    const seconds = rig.quick ? 10 : 600
    const backlog = rig.quick ? 800 : 10_000
    await rig.hub('web')
    await rig.driver.run({ count: backlog, perSecond: 600, lanes: makeLanes(500) })
    await rig.hub('worker')
    // Open loop, each op in a thread of its own for a second: none waits for another.
    const answers = await rig.driver.run({
      count: 100 * seconds,
      perSecond: 100,
      lanes: makeLanes(400),
      call: (n) => ({ slash: n % 2 === 0 }),
    })
    const took = answers.map((answer) => answer.sinceDueMs ?? Number.NaN)
    const second = answers.filter((answer) => answer.replies.length > 1 || !answer.acked)
    return {
      checks: [
        atMost('ack p99, from the moment each was due', percentile(took, 99), 250, ' ms'),
        atMost('slowest ack', Math.max(...took), 1_000, ' ms'),
        exactly('not acknowledged at the first try', second.length, 0),
      ],
      figures: { p50: Math.round(percentile(took, 50)), p95: Math.round(percentile(took, 95)) },
    }
  },
}
