import { readdirSync, readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { makeLanes } from '../lanes.ts'
import { TIMES } from '../rig.ts'
import { atMost, type Scenario, sleep } from '../scenario.ts'

/** Everything together for as long as `SOAK_MINUTES` says, a fault every 20 s; the same seed has the same faults. */
export const soak: Scenario = {
  name: 'soak',
  target: 20,
  what: 'hours of load with a fault every 20 s (--minutes n)',
  stores: ['redis'],
  alone: true,
  drainMs: 120_000,
  async run(rig) {
    const minutes = Number(process.env.SOAK_MINUTES ?? 120)
    const { postgres, redis } = rig.stores
    if (!postgres || !redis) throw new Error('this scenario needs PostgreSQL and Redis')
    const random = rig.random.fork('faults')
    const web = await rig.hub('web')
    const workers = await Promise.all([rig.hub('worker'), rig.hub('worker')])
    // Never touched: its memory and its files are measured.
    const steady = await (await rig.hub('worker')).ready()
    await rig.platform.plan({ cutAfter: 0.01, cutBefore: 0.01, historyLagMs: 1_500 })
    const until = performance.now() + minutes * 60_000
    const load = rig.driver.run({
      count: 100_000_000,
      perSecond: 20,
      lanes: makeLanes(400),
      goOn: () => performance.now() < until,
    })
    const actions: Readonly<Record<string, () => Promise<void>>> = {
      'kill -9 worker': async () => (await random.pick(workers).ready()).kill9(),
      'kill -9 web': async () => (await web.ready()).kill9(),
      SIGSTOP: async () => {
        const hub = await random.pick(workers).ready()
        hub.suspend()
        await sleep(3 * TIMES.lease)
        hub.resume()
      },
      FLUSHALL: async () => {
        const client = new Redis(redis.url)
        await client.flushall()
        client.disconnect()
      },
      'Redis restart': async () => {
        await redis.kill9()
        await redis.restart()
      },
      'PostgreSQL restart': async () => {
        await postgres.kill9()
        await postgres.restart()
      },
    }
    const memory: { readonly atH: number; readonly mb: number }[] = []
    const files: number[] = []
    const began = performance.now()
    while (performance.now() < until - 20_000) {
      const fault = random.pick(Object.keys(actions))
      rig.fault(fault)
      await actions[fault]?.()
      await sleep(20_000)
      memory.push({ atH: (performance.now() - began) / 3_600_000, mb: rssMb(steady.pid) })
      files.push(readdirSync(`/proc/${steady.pid}/fd`).length)
    }
    await load
    // The first quarter fills caches and compiles.
    const late = memory.slice(Math.floor(memory.length / 4))
    return {
      checks: [
        // A slope needs time: below an hour it is noise.
        ...(minutes >= 60 ? [atMost('growth of a steady worker', slope(late), 1, ' MB/h')] : []),
        atMost('open files at the end, against the start', (files.at(-1) ?? 0) - (files[0] ?? 0), 20),
      ],
      figures: {
        minutes,
        slopeMbPerHour: Math.round(slope(late) * 10) / 10,
        rssMb: Math.round(memory.at(-1)?.mb ?? 0),
      },
    }
  },
}
function rssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024
}
/** Least squares. */
function slope(points: readonly { readonly atH: number; readonly mb: number }[]): number {
  const n = points.length
  const x = points.reduce((sum, p) => sum + p.atH, 0) / n
  const y = points.reduce((sum, p) => sum + p.mb, 0) / n
  const over = points.reduce((sum, p) => sum + (p.atH - x) * (p.mb - y), 0)
  return over / points.reduce((sum, p) => sum + (p.atH - x) ** 2, 0)
}
