import { makeLanes } from '../lanes.ts'
import type { ProxyMode } from '../proxy.ts'
import { atLeast, type Scenario } from '../scenario.ts'

const KINDS = ['cut', 'half-open', 'reset'] as const
const LEAST = 3
/** The network between hub and platform: answers cut in the middle, connections that hear nothing any more, resets, slow ones. */
export const halfOpen: Scenario = {
  name: 'half-open',
  target: 7,
  what: 'a proxy cuts answers after some bytes, leaves connections half open, resets and delays',
  stores: ['redis', 'redis-aof', 'postgres', 'embedded'],
  rig: () => ({ viaProxy: true }),
  drainMs: 120_000,
  async run(rig) {
    const { proxy } = rig
    if (!proxy) throw new Error('this scenario needs the proxy')
    const count = rig.quick ? 400 : 5_000
    const faults = { call: 1_000, lastlook: 3_000 }
    const embedded = rig.stores.kind === 'embedded'
    if (embedded) await rig.hub('all', { faults })
    else await Promise.all([rig.hub('web'), rig.hub('worker', { faults }), rig.hub('worker', { faults })])
    const random = rig.random.fork('network')
    let bad = true
    const choose = (): ProxyMode => {
      const drawn = bad ? random.next() : 1
      if (drawn < 0.15) return { kind: 'cut', afterBytes: random.int(0, 250) }
      if (drawn < 0.3) return { kind: 'half-open' }
      if (drawn < 0.4) return { kind: 'reset' }
      if (drawn < 0.6) return { kind: 'delay', ms: random.int(1, 300) }
      return { kind: 'pass' }
    }
    // Connections live long, so the weather changes for all of them now and then.
    rig.fault('network cut')
    proxy.set(choose)
    const weather = setInterval(() => {
      proxy.set(choose)
      rig.fault('network cut')
    }, 400)
    const { counts } = proxy
    const isBadEnough = () => KINDS.every((kind) => (counts[kind] ?? 0) >= LEAST)
    await rig.driver.run({
      // The load goes on until each has happened: a busy machine makes few connections.
      count: 3 * count,
      goOn: () => rig.driver.sent < count || !isBadEnough(),
      perSecond: embedded ? 30 : 60,
      lanes: makeLanes(100),
      call: (n) => ({ slash: n % 4 === 0 }),
    })
    clearInterval(weather)
    bad = false
    proxy.set(choose)
    return {
      checks: KINDS.map((kind) => atLeast(`connections: ${kind}`, counts[kind] ?? 0, LEAST)),
    }
  },
}
