import type { HubProcess } from '../hub-process.ts'
import { makeLanes } from '../lanes.ts'
import { TIMES } from '../rig.ts'
import { atLeast, type Scenario, sleep } from '../scenario.ts'

/** Beyond the time in which the others have taken over, looked twice and sent it themselves. */
const ASLEEP_MS = 3 * TIMES.lease + TIMES.sweep + TIMES.look
/**
 * A suspended machine: the worker stops in the middle of a send, others take over, and it wakes up more than three leases later, sure that it still
 * holds the row. Between the answer and its commit it must not write; between the claim and the call it must not send.
 */
export const zombie: Scenario = {
  name: 'zombie',
  target: 2,
  what: 'workers are stopped in the middle of a send for more than three leases, and wake up',
  stores: ['redis', 'redis-aof', 'postgres'],
  async run(rig) {
    const rounds = rig.quick ? 3 : 50
    const random = rig.random.fork('stops')
    // One that never stops takes everything over.
    await Promise.all([rig.hub('web'), rig.hub('worker')])
    // Two stop at a point, the third at random moments.
    const stops = [{ stop: 'after_http_before_commit:15' }, { stop: 'before_http:15' }, {}]
    const workers = await Promise.all(stops.map((faults) => rig.hub('worker', { faults })))
    const perSecond = 40
    let woken = 0
    const wake = async (hub: HubProcess, how: string) => {
      rig.fault('SIGSTOP', how)
      await sleep(ASLEEP_MS)
      hub.resume()
      rig.fault('SIGCONT', how)
      woken += 1
    }
    const load = rig.driver.run({
      count: 1_000_000,
      perSecond,
      lanes: makeLanes(100),
      goOn: () => woken < rounds,
    })
    await Promise.all(
      workers.map(async (worker, i) => {
        while (woken < rounds) {
          const hub = await worker.ready()
          if (i === 2) {
            await sleep(random.int(500, 2_500))
            hub.suspend()
            await wake(hub, 'at random')
          } else if (hub.isSuspended()) await wake(hub, stops[i]?.stop ?? '')
          else await sleep(50)
        }
      }),
    )
    await load
    // The workers go on stopping at their points until they leave; somebody must wake them.
    let draining = true
    const nurse = (async () => {
      while (draining) {
        for (const hub of rig.running().filter((one) => one.isSuspended())) {
          rig.fault('SIGSTOP', 'while the rest drains')
          hub.resume()
        }
        await sleep(100)
      }
    })()
    return {
      checks: [atLeast('workers woken', woken, rounds)],
      async afterDrain() {
        draining = false
        await nurse
        return [atLeast('writes refused by a fence', await rig.metric(/^hub_fenced_writes_total /), 1)]
      },
    }
  },
}
