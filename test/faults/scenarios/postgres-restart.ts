import type { Sql } from 'postgres'
import { repliesOf, turnedAway } from '../driver.ts'
import { makeLanes } from '../lanes.ts'
import { atLeast, atMost, exactly, type Scenario, sleep } from '../scenario.ts'

/** The ledger itself goes away: nothing is acknowledged that is not stored, and what was stored comes through. */
export const postgresRestart: Scenario = {
  name: 'postgres-restart',
  target: 6,
  what: 'PostgreSQL is killed and restarted under load',
  stores: ['redis', 'redis-aof', 'postgres'],
  async run(rig) {
    const server = rig.stores.postgres
    if (!server) throw new Error('this scenario needs PostgreSQL')
    const rounds = rig.quick ? 2 : 5
    const perSecond = rig.quick ? 60 : 150
    await Promise.all([rig.hub('web'), rig.hub('worker'), rig.hub('worker')])
    // The threads all wait for their platform's next try after an outage; slash commands come as people type them.
    const call = (n: number) => ({ slash: n % 3 === 0 })
    let loading = true
    const load = rig.driver.run({ count: 1_000_000, perSecond, lanes: makeLanes(300), call, goOn: () => loading })
    const firstAck: number[] = []
    for (let round = 0; round < 2 * rounds; round++) {
      await sleep(rig.quick ? 1_500 : 4_000)
      const crash = round % 2 === 0
      const acksBefore = await stored(rig.stores.sql)
      if (crash) await server.kill9()
      rig.fault(crash ? 'kill -9 postgres' : 'restart -m fast')
      if (crash) await sleep(1_500)
      await server.restart()
      rig.fault('PostgreSQL is back')
      const back = performance.now()
      while ((await stored(rig.stores.sql)) <= acksBefore && performance.now() - back < 20_000) await sleep(30)
      firstAck.push(performance.now() - back)
    }
    loading = false
    const answers = await load
    const all = repliesOf(answers).map(({ status }) => status)
    const kinds = [...new Set(all)].sort((a, b) => a - b)
    const finals = all.filter((status) => status >= 300 && status < 500)
    return {
      checks: [
        atMost('first row stored after PostgreSQL was back', Math.max(...firstAck), 3_000, ' ms'),
        exactly('answers that tell the platform to give up (3xx, 4xx)', finals.length, 0),
        atLeast('turned away while it was away', turnedAway(answers), 1),
      ],
      figures: { statuses: kinds.join(' ') },
    }
  },
}
async function stored(sql: Sql | null): Promise<number> {
  if (!sql) return 0
  const rows = await sql<{ n: number }[]>`select count(*)::int as n from hub.inbox`.catch(() => [])
  return rows[0]?.n ?? 0
}
