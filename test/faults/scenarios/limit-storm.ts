import { opOf } from '../entries.ts'
import { type Lane, makeLanes } from '../lanes.ts'
import { atLeast, atMost, percentile, type Scenario, sleep } from '../scenario.ts'

/** The platform's seconds last 100 ms here, on both sides: the fake enforces its rates, the hub keeps to its own table of them. */
const SCALE = 0.1

export const limitStorm: Scenario = {
  name: 'limit-storm',
  target: 11,
  timed: true,
  what: 'far more posts than the platform takes, and 429 with Retry-After on top',
  stores: ['redis', 'redis-aof', 'postgres'],
  rig: () => ({ platform: { rateTimeScale: SCALE } }),
  drainMs: 240_000,
  async run(rig) {
    const count = rig.quick ? 400 : 5_000
    const channels = rig.chat.rates.channels(rig.quick)
    const patches = ['tenfold-limits']
    await Promise.all([rig.hub('web', { patches }), rig.hub('worker', { patches }), rig.hub('worker', { patches })])
    // One workspace, but for one thread, which must not wait for the others.
    const lanes = makeLanes(channels, channels)
    const calm: Lane = { name: 'calm', team: 999_999, channel: 999_999 }
    const began = performance.now()
    await rig.driver.run({ count, perSecond: 400, lanes })
    await rig.drain(240_000)
    const tookMs = performance.now() - began
    const leastMs = rig.chat.rates.leastMs(count, channels) * SCALE
    await rig.platform.plan({ limited: 0.02 })
    const storm = rig.driver.run({ count: count / 3, perSecond: 60, lanes })
    const calmOps = new Map<string, number>()
    let storming = true
    const calmly = (async () => {
      while (storming) {
        const n = 1_000_000 + calmOps.size
        calmOps.set(`op-${n}`, Date.now())
        await rig.driver.send({ n, lane: calm })
        await sleep(400)
      }
    })()
    await storm
    storming = false
    await calmly
    return {
      checks: [atMost('time, against the least the limits allow', tookMs / leastMs, rig.quick ? 1.5 : 1.15, ' ×')],
      figures: { tookMs: Math.round(tookMs), leastMs: Math.round(leastMs) },
      async afterDrain() {
        const { faults } = await rig.platform.facts()
        const delays = (await rig.history()).flatMap((entry) => {
          const sent = entry.kind === 'arrival' ? calmOps.get(opOf(entry.text) ?? '') : undefined
          return sent === undefined || entry.kind !== 'arrival' ? [] : [entry.atMs - sent]
        })
        return [
          atLeast('answers of 429', faults['rate-limited'] ?? 0, 1),
          // A 429 may meet the calm workspace itself, and then it waits as it is told.
          atMost('median of the workspace beside it', percentile(delays, 50), 2_000, ' ms'),
        ]
      },
    }
  },
}
