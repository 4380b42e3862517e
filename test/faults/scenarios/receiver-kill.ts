import { makeLanes } from '../driver.ts'
import { atLeast, type Scenario, sleep } from '../scenario.ts'

/** The platform sends again what it saw no 2xx for: everything acknowledged, and only once, whenever the receiver dies. */
export const receiverKill: Scenario = {
  name: 'receiver-kill',
  target: 3,
  what: 'the web process is killed under load; the platform sends again',
  stores: ['redis', 'redis-aof', 'postgres'],
  async run(rig) {
    const kills = rig.quick ? 6 : 50
    const perSecond = rig.quick ? 100 : 300
    const random = rig.random.fork('kills')
    const web = await rig.hub('web', {
      faultsOf: (start) =>
        start % 2 === 1
          ? { crash: `${random.pick(['before_inbox_commit', 'after_inbox_commit'])}:${random.int(10, 60)}` }
          : {},
    })
    await Promise.all([rig.hub('worker'), rig.hub('worker')])
    let done = 0
    const load = rig.driver.run({
      count: 1_000_000,
      perSecond,
      lanes: makeLanes(rig.quick ? 300 : 1_000),
      goOn: () => done < kills,
    })
    while (done < kills) {
      const hub = await web.ready()
      const ended = await Promise.race([hub.exited, sleep(300 + random.exponential(500)).then(() => null)])
      if (ended === null) await hub.kill9()
      rig.fault(ended === null ? 'kill -9' : 'kill at the commit', 'web')
      done += 1
    }
    const answers = await load
    const again = answers.filter((answer) => answer.acked && answer.statuses.length > 1).length
    return { checks: [atLeast('web processes killed', done, kills), atLeast('acknowledged at a retry', again, kills)] }
  },
}
