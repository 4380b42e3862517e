import { makeLanes } from '../lanes.ts'
import { atLeast, exactly, type Scenario, sleep } from '../scenario.ts'

/** Everything is queued while no worker runs; then two start, and are killed three times during the drain. */
export const orderedBacklog: Scenario = {
  name: 'ordered-backlog',
  target: 14,
  what: 'a backlog of many threads is worked off in order, through kills',
  stores: ['redis', 'redis-aof', 'postgres', 'embedded'],
  skips: { discord: 'its interactions have no order to keep; worker-kill works a backlog off there, too' },
  drainMs: 180_000,
  async run(rig) {
    const count = rig.quick ? 1_500 : 10_000
    const threads = rig.quick ? 300 : 500
    await rig.platform.plan({ answerMs: 5 })
    const lanes = makeLanes(threads)
    const embedded = rig.stores.kind === 'embedded'
    // Embedded is one process: there the platform is away while the backlog grows.
    if (embedded) await rig.platform.plan({ revoked: false, answerMs: 5 })
    const intake = await rig.hub(embedded ? 'all' : 'web')
    await rig.driver.run({ count, perSecond: embedded ? 150 : 800, lanes })
    const stored = (await rig.platform.facts()).stored
    const random = rig.random.fork('kills')
    const workers = embedded ? [intake] : await Promise.all([rig.hub('worker'), rig.hub('worker')])
    const began = performance.now()
    for (let kill = 0; kill < 3; kill++) {
      await sleep(random.int(300, 900))
      const hub = await random.pick(workers).ready()
      await hub.kill9()
      rig.fault('kill -9', 'worker')
    }
    return {
      checks: embedded ? [] : [exactly('posts before a worker ran', stored, 0)],
      async afterDrain() {
        const seconds = (performance.now() - began) / 1_000
        // The machine is shared with the fake, the driver and the stores.
        return embedded || rig.quick ? [] : [atLeast('drained per second', Math.round(count / seconds), 200)]
      },
    }
  },
}
