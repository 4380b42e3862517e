import type { Supervised } from '../hub-process.ts'
import { makeLanes } from '../lanes.ts'
import { atLeast, type Scenario, sleep } from '../scenario.ts'

/** Every edge of a job and of a send: half the kills are at one of these, the other half at random moments. */
const POINTS = [
  'after_http_before_commit',
  'before_http',
  'before_job_commit',
  'after_job_commit',
  'after_handler',
  'before_handler',
] as const
type Point = (typeof POINTS)[number]

export const workerKill: Scenario = {
  name: 'worker-kill',
  target: 1,
  what: 'workers are killed again and again, at random and at each edge of a job and a send',
  stores: ['redis', 'redis-aof', 'postgres', 'embedded'],
  // One process alone is away for most of the kills: what it let in meanwhile leaves at one message a second for each channel, as Slack allows.
  drainMs: 240_000,
  async run(rig) {
    const kills = rig.quick ? 8 : 100
    const count = rig.quick ? 500 : 10_000
    const perSecond = rig.quick ? 50 : 150
    const random = rig.random.fork('kills')
    const atPoints = new Map<Point, number>()
    let done = 0
    let turn = 0
    /** Every second start is to end at a point, each point in its turn. */
    const startWorker = async (role: 'all' | 'worker') => {
      let aim: Point | undefined
      const hub = await rig.hub(role, {
        faultsOf(start) {
          aim = start % 2 === 1 && done < kills ? POINTS[turn++ % POINTS.length] : undefined
          return aim === undefined ? {} : { crash: `${aim}:${random.int(3, 20)}` }
        },
      })
      return { hub, aim: () => aim }
    }
    const workers: { hub: Supervised; aim(): Point | undefined }[] = []
    if (rig.stores.kind === 'embedded') workers.push(await startWorker('all'))
    else {
      await rig.hub('web')
      workers.push(...(await Promise.all([startWorker('worker'), startWorker('worker')])))
    }
    // The load goes on until the last kill.
    const load = rig.driver.run({
      count: count * 4,
      perSecond,
      lanes: makeLanes(rig.quick ? 100 : 500),
      goOn: () => rig.driver.sent < count || done < kills,
    })
    const meanMs = (count / perSecond / kills) * 500 * workers.length
    await Promise.all(
      workers.map(async ({ hub, aim }) => {
        while (done < kills) {
          const now = await hub.ready()
          const point = aim()
          const patience = point === undefined ? random.exponential(meanMs) : 5_000
          const ended = await Promise.race([now.exited, sleep(patience).then(() => null)])
          if (ended === null) await now.kill9()
          else if (point !== undefined) atPoints.set(point, (atPoints.get(point) ?? 0) + 1)
          rig.fault(ended === null ? 'kill -9' : `kill at ${point}`)
          done += 1
        }
      }),
    )
    await load
    const least = rig.quick ? 1 : 5
    return {
      checks: [
        atLeast('workers killed', done, kills),
        ...(rig.quick ? [] : POINTS.map((point) => atLeast(`kills at ${point}`, atPoints.get(point) ?? 0, least))),
      ],
    }
  },
}
