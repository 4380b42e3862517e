import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Log } from '#contract'
import { freshRedis, type Service, services, startRedis } from '../../test/services/index.ts'
import { isModeAvailable, MODES } from '../../test/support/hub.ts'
import { openTestStore } from '../../test/support/stores.ts'
import type { Store } from '../store/open.ts'
import { type Bell, openRings, type Rings } from './rings.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** What was heard, in order, and a way to wait for it. */
function ear() {
  const heard: { bell: Bell; atMs: number }[] = []
  return {
    heard,
    hear: (bell: Bell) => void heard.push({ bell, atMs: performance.now() }),
    async has(bell: Bell, count = 1, timeoutMs = 5_000) {
      const until = performance.now() + timeoutMs
      while (heard.filter((h) => h.bell === bell).length < count) {
        if (performance.now() > until) throw new Error(`${bell} was heard ${heard.length} times, not ${count}`)
        await sleep(2)
      }
    },
    count: (bell: Bell) => heard.filter((h) => h.bell === bell).length,
  }
}

for (const mode of MODES)
  describe.skipIf(!isModeAvailable(mode))(`rings on ${mode}`, () => {
    let store: Store
    let rings: Rings
    let other: Rings
    let redisUrl: string | undefined
    const ears = ear()
    beforeAll(async () => {
      store = await openTestStore(mode === 'embedded' ? 'embedded' : 'postgres')
      redisUrl = mode === 'postgres+redis' ? await freshRedis() : undefined
      const options = { store, log: silent, ...(redisUrl ? { redisUrl } : {}) }
      rings = await openRings(options)
      // Rings of a process that only takes in are heard by one that works.
      other = await openRings(options)
      await rings.listen(ears.hear)
    })
    afterAll(async () => {
      await other?.close()
      await rings?.close()
      await store?.close()
    })

    it('hears a ring, from its own process and from another', async () => {
      rings.ring('jobs')
      await ears.has('jobs')
      other.ring('outbox')
      await ears.has('outbox')
      expect(rings.lost() + other.lost()).toBe(0)
    })
    it('takes many rings at once for few, and hears one after the last of them', async () => {
      const before = ears.count('inbox')
      for (let i = 0; i < 1_000; i++) rings.ring('inbox')
      await ears.has('inbox', before + 1)
      await sleep(60)
      expect(ears.count('inbox') - before).toBeLessThan(10)
      const then = ears.count('inbox')
      rings.ring('inbox')
      await ears.has('inbox', then + 1)
    })
    it('hears a delayed ring when it is due, once for all that are due together', async () => {
      const before = ears.count('jobs')
      const began = performance.now()
      for (let i = 0; i < 20; i++) rings.ring('jobs', 300)
      await ears.has('jobs', before + 1)
      expect(performance.now() - began).toBeGreaterThan(280)
      await sleep(150)
      expect(ears.count('jobs') - before).toBeLessThanOrEqual(2)
    })
    it('answers a ping', async () => {
      await expect(rings.ping(2_000)).resolves.toBeUndefined()
    })
    it('leaves no ring behind', async () => {
      await sleep(50)
      const left =
        redisUrl === undefined
          ? await store.sql.query('select id from bullmq.job')
          : await (async () => {
              const redis = new Redis(redisUrl)
              const keys = await redis.keys('bull:hub-rings:[0-9]*')
              redis.disconnect()
              return keys
            })()
      expect(left).toEqual([])
    })
    it.skipIf(mode !== 'postgres+redis')('is heard again after everything in Redis was deleted', async () => {
      const redis = new Redis(redisUrl ?? '')
      await redis.flushdb()
      redis.disconnect()
      const before = ears.count('outbox')
      other.ring('outbox')
      await ears.has('outbox', before + 1)
      const delayed = ears.count('jobs')
      other.ring('jobs', 60)
      await ears.has('jobs', delayed + 1)
    })
  })

describe.skipIf(services().redisUrl === null)('rings without their Redis', () => {
  let redis: Service
  let store: Store
  beforeAll(async () => {
    ;[redis, store] = await Promise.all([startRedis(), openTestStore('embedded')])
  })
  afterAll(async () => {
    await Promise.all([redis?.stop(), store?.close()])
  })

  it('neither wait nor throw nor pile up, are counted, said once, and ring again when it is back', async () => {
    const said: string[] = []
    const log: Log = { ...silent, info: (_, text) => void said.push(text), warn: (_, text) => void said.push(text) }
    const rings = await openRings({ store, log, redisUrl: redis.url })
    const ears = ear()
    await rings.listen(ears.hear)
    rings.ring('jobs')
    await ears.has('jobs')

    await redis.kill9()
    await expect.poll(() => said.length).toBe(1)
    const began = performance.now()
    for (let i = 0; i < 500; i++) {
      rings.ring('jobs', 100 + i * 60)
      rings.ring('outbox')
    }
    expect(performance.now() - began).toBeLessThan(200)
    expect(rings.lost()).toBeGreaterThanOrEqual(500)
    await expect(rings.ping(300)).rejects.toMatchObject({ code: 'UNAVAILABLE' })

    await redis.restart()
    await expect.poll(() => said.length, { timeout: 5_000 }).toBe(2)
    const before = ears.count('jobs')
    rings.ring('jobs')
    await ears.has('jobs', before + 1)
    expect(said).toEqual([expect.stringContaining('Redis is away'), 'Redis is back'])
    await rings.close()
  }, 20_000)

  it('a hub that starts without it opens, and closes in seconds', async () => {
    await redis.kill9()
    const began = performance.now()
    const rings = await openRings({ store, log: silent, redisUrl: redis.url })
    await rings.listen(() => {})
    rings.ring('jobs')
    await expect.poll(() => rings.lost()).toBe(1)
    await rings.close()
    expect(performance.now() - began).toBeLessThan(6_500)
    await redis.restart()
  }, 20_000)
})
