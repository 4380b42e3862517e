import { makeLanes } from '../lanes.ts'
import { atMost, exactly, type Scenario, sleep } from '../scenario.ts'

/** An upgrade as an orchestrator does it: new processes beside the old ones, then SIGTERM to those, with work in flight. */
export const rollingRestart: Scenario = {
  name: 'rolling-restart',
  target: 19,
  what: 'every process is replaced again and again with work in flight',
  stores: ['redis', 'redis-aof', 'postgres'],
  async run(rig) {
    const rounds = rig.quick ? 2 : 8
    await rig.platform.plan({ answerMs: 30 })
    let web = await rig.hub('web')
    let workers = await Promise.all([rig.hub('worker'), rig.hub('worker')])
    let loading = true
    const load = rig.driver.run({
      count: 1_000_000,
      perSecond: rig.quick ? 60 : 150,
      lanes: makeLanes(300),
      call: (n) => ({ command: n % 3 === 0 ? 'wait' : 'echo' }),
      goOn: () => loading,
    })
    const left: number[] = []
    for (let round = 0; round < rounds; round++) {
      await sleep(1_000)
      const next = await Promise.all([rig.hub('worker'), rig.hub('worker')])
      left.push(...(await Promise.all(workers.map((worker) => worker.stop()))))
      workers = next
      const nextWeb = await rig.hub('web')
      rig.forget(web)
      left.push(await web.stop())
      web = nextWeb
      rig.fault('all processes replaced')
    }
    loading = false
    const answers = await load
    return {
      checks: [
        atMost('slowest process to leave', Math.max(...left), 10_000, ' ms'),
        exactly('never acknowledged', answers.filter((answer) => !answer.acked).length, 0),
      ],
    }
  },
}
