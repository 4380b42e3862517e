import { makeLanes } from '../lanes.ts'
import { atLeast, atMost, type Scenario, sleep } from '../scenario.ts'

/** Slack's own ban is not documented; Discord counts 10,000 refused calls in ten minutes. The breaker is the same for both. */
export const credentials: Scenario = {
  name: 'credentials',
  target: 12,
  what: 'the token is revoked under load and renewed later; the platform is asked rarely meanwhile',
  stores: ['redis', 'redis-aof', 'postgres'],
  drainMs: 120_000,
  async run(rig) {
    const revokedMs = rig.quick ? 6_000 : 60_000
    const patches = ['quick-breaker']
    await Promise.all([rig.hub('web'), rig.hub('worker', { patches }), rig.hub('worker', { patches })])
    let loading = true
    // One workspace and little traffic: what counts is how often it is asked with a dead token.
    const load = rig.driver.run({ count: 1_000_000, perSecond: 4, lanes: makeLanes(20, 20), goOn: () => loading })
    await sleep(2_000)
    const before = await calls()
    await rig.platform.plan({ revoked: true })
    rig.fault('token revoked')
    await sleep(revokedMs)
    const refused = (await calls()) - before
    await rig.platform.plan({})
    rig.fault('token renewed')
    loading = false
    await load
    return { checks: [atMost('calls with a dead token', refused, 20), atLeast('of these at all', refused, 1)] }

    async function calls(): Promise<number> {
      const { calls: all } = await rig.platform.facts()
      return Object.values(all).reduce((sum, n) => sum + n, 0)
    }
  },
}
