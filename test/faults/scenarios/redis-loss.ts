import { Redis } from 'ioredis'
import { makeLanes } from '../lanes.ts'
import { atMost, type Scenario, sleep } from '../scenario.ts'

/** Redis only rings: emptied or killed at any moment, it takes nothing along. */
export const redisLoss: Scenario = {
  name: 'redis-loss',
  target: 4,
  what: 'Redis is flushed and killed under load, and comes back empty',
  stores: ['redis', 'redis-aof'],
  async run(rig) {
    const { redis } = rig.stores
    if (!redis) throw new Error('this scenario needs Redis')
    const rounds = rig.quick ? 2 : 5
    const count = rig.quick ? 500 : 5_000
    const perSecond = rig.quick ? 50 : 150
    await rig.hub('web')
    await Promise.all([rig.hub('worker'), rig.hub('worker')])
    let rounding = true
    const load = rig.driver.run({
      count: count * 10,
      perSecond,
      lanes: makeLanes(rig.quick ? 100 : 500),
      goOn: () => rounding || rig.driver.sent < count,
    })
    const stepMs = (count / perSecond / (2 * rounds + 1)) * 1_000
    const resumed: number[] = []
    for (let round = 0; round < rounds; round++) {
      await sleep(stepMs)
      const client = new Redis(redis.url)
      await client.flushall()
      client.disconnect()
      rig.fault('FLUSHALL')
      await sleep(stepMs)
      await redis.kill9()
      rig.fault('kill -9 redis-server')
      await sleep(1_000)
      await redis.restart()
      rig.fault('Redis is back')
      const back = performance.now()
      const before = (await rig.platform.facts()).stored
      while ((await rig.platform.facts()).stored === before && performance.now() - back < 20_000) await sleep(50)
      resumed.push(performance.now() - back)
    }
    rounding = false
    await load
    return { checks: [atMost('first post after Redis was back', Math.max(...resumed), 5_000, ' ms')] }
  },
}

/** Intake needs PostgreSQL alone. */
export const redisAway: Scenario = {
  name: 'redis-away',
  target: 5,
  timed: true,
  what: 'Redis is gone for a minute; acknowledgements go on',
  stores: ['redis', 'redis-aof'],
  async run(rig) {
    const { redis } = rig.stores
    if (!redis) throw new Error('this scenario needs Redis')
    const awayMs = rig.quick ? 8_000 : 60_000
    const perSecond = rig.quick ? 50 : 100
    await rig.hub('web')
    await Promise.all([rig.hub('worker'), rig.hub('worker')])
    let away = true
    await rig.driver.run({ count: perSecond * 2, perSecond, lanes: makeLanes(500) })
    await redis.kill9()
    rig.fault('Redis is away')
    const load = rig.driver.run({ count: 1_000_000, perSecond, lanes: makeLanes(500), goOn: () => away })
    await sleep(awayMs)
    away = false
    const answers = await load
    await redis.restart()
    rig.fault('Redis is back')
    const took = answers.map((answer) => answer.tookMs).sort((a, b) => a - b)
    const p99 = took[Math.floor(took.length * 0.99)] ?? Number.NaN
    return {
      checks: [
        atMost('ack p99 while Redis was away', p99, 500, ' ms'),
        atMost(
          'answers that took nothing',
          answers.filter(({ replies }) => replies.some(({ taken }) => !taken)).length,
          0,
        ),
      ],
      figures: { acked: answers.length },
    }
  },
}
