import { makeLanes } from '../lanes.ts'
import { atLeast, type Scenario } from '../scenario.ts'

/** The platform stores the post and the answer is lost; its history shows the post only later. */
export const responseLost: Scenario = {
  name: 'response-lost',
  target: 7,
  what: 'the platform takes a post and its answer is lost; history lags behind',
  stores: ['redis', 'redis-aof', 'postgres', 'embedded'],
  async run(rig) {
    const count = rig.quick ? 500 : 10_000
    // Found or not, a send is settled after the longest lag: the quick run has a shorter one.
    const [historyLagMs, lastlook] = rig.quick ? [2_000, 3_000] : [5_000, 9_000]
    await rig.platform.plan({ cutAfter: 0.04, errorAfter: 0.01, cutBefore: 0.02, historyLagMs })
    if (rig.stores.kind === 'embedded') await rig.hub('all', { faults: { lastlook } })
    else {
      await rig.hub('web')
      await Promise.all([rig.hub('worker', { faults: { lastlook } }), rig.hub('worker', { faults: { lastlook } })])
    }
    await rig.driver.run({
      count,
      perSecond: rig.quick ? 80 : 150,
      lanes: makeLanes(rig.quick ? 250 : 500),
      // Some outside any thread: these are looked for in the channel's history.
      call: (n) => ({ slash: n % 4 === 0 }),
    })
    return {
      async afterDrain() {
        const { faults } = await rig.platform.facts()
        const lost = (faults['cut after commit'] ?? 0) + (faults['500 after commit'] ?? 0)
        return [
          atLeast('answers lost after the post', lost, count / 50),
          atLeast('posts cut before they were stored', faults['cut before commit'] ?? 0, count / 100),
        ]
      },
    }
  },
  drainMs: 120_000,
}
