import { makeLanes } from '../lanes.ts'
import { atLeast, notAsked, type Scenario, sleep } from '../scenario.ts'

/** The platform sends again what it saw no 2xx for: everything acknowledged, and only once, whenever the receiver dies. */
export const receiverKill: Scenario = {
  name: 'receiver-kill',
  target: 3,
  what: 'the web process is killed under load; the platform sends again',
  stores: ['redis', 'redis-aof', 'postgres'],
  async run(rig) {
    // Six: twice right before the commit, as all that a process dies with may be given up by the platform before the next one listens.
    const kills = rig.quick ? 6 : 50
    const perSecond = rig.quick ? 100 : 300
    const random = rig.random.fork('kills')
    // Every second process ends at the commit: the first of these before it, the next after it, and so on.
    const points = ['before_inbox_commit', 'after_inbox_commit'] as const
    const pointOf = (start: number) => (start % 2 === 1 ? points[((start - 1) / 2) % 2] : undefined)
    const web = await rig.hub('web', {
      faultsOf(start): Record<string, string> {
        const point = pointOf(start)
        return point === undefined ? {} : { crash: `${point}:${random.int(10, 40)}` }
      },
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
      const patience = pointOf(web.starts - 1) === undefined ? 300 + random.exponential(500) : 5_000
      const ended = await Promise.race([hub.exited, sleep(patience).then(() => null)])
      if (ended === null) await hub.kill9()
      rig.fault(ended === null ? 'kill -9' : 'kill at the commit', 'web')
      done += 1
    }
    const answers = await load
    const again = answers.filter((answer) => answer.acked && answer.replies.length > 1).length
    const retried = 'acknowledged at a retry'
    return {
      checks: [
        atLeast('web processes killed', done, kills),
        rig.chat.sendsAgain
          ? atLeast(retried, again, kills)
          : notAsked(retried, `${rig.chat.name} sends nothing again; its person is told that there was no answer`),
      ],
    }
  },
}
