import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sender, type SlackFake, startSlackFake } from '../fakes/slack/index.ts'
import { type Service, services, startPostgres, startRedis } from '../services/index.ts'
import { startTestHub, type TestHub } from '../support/hub.ts'

const HUB = 'http://hub.test'
interface Ready {
  readonly status: string
  readonly failing?: readonly string[]
  readonly parts: Readonly<Record<string, { readonly status: string; readonly detail?: string }>>
}

describe.skipIf(services().databaseUrl === null || services().redisUrl === null)('a hub whose stores go away', () => {
  let database: Service
  let redis: Service
  let slack: SlackFake
  let hub: TestHub
  let ann: Sender
  beforeAll(async () => {
    ;[database, redis, slack] = await Promise.all([startPostgres(), startRedis(), startSlackFake({ openWorld: true })])
    hub = await startTestHub('postgres+redis', { ...slack.env, DATABASE_URL: database.url, REDIS_URL: redis.url })
    ann = slack.to((request) => hub.fetch(new Request(`${HUB}/hooks/slack`, request)))
  })
  afterAll(async () => {
    await hub?.close()
    await Promise.all([database?.stop(), redis?.stop(), slack?.close()])
  })
  const get = async (path: string) => hub.fetch(new Request(`${HUB}${path}`))
  const ready = async () => {
    const response = await get('/health/ready')
    return {
      code: response.status,
      retryAfter: response.headers.get('retry-after'),
      ...((await response.json()) as Ready),
    }
  }
  const metrics = async () => {
    const response = await get('/metrics')
    return { code: response.status, type: response.headers.get('content-type'), text: await response.text() }
  }
  const figure = (text: string, name: string) =>
    new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]

  it('is ready with both, and its metrics are Prometheus text', async () => {
    expect(await ready()).toMatchObject({
      code: 200,
      status: 'ok',
      parts: { database: { status: 'ok' }, queue: { status: 'ok' } },
    })
    await ann.slash({ command: '/hub', text: 'whoami', channel: 'C1' })
    await slack.waitFor((all) => all.length === 1, { channel: 'C1' })
    await hub.quiet()
    const { code, type, text } = await metrics()
    expect([code, type]).toEqual([200, expect.stringMatching(/^text\/plain; version=0\.0\.4; charset=utf-8/)])
    const lines = text.split('\n').filter((line) => line !== '')
    const shape =
      /^(?:# (?:HELP|TYPE) [a-z_:][\w:]* .+|[a-z_:][\w:]*(?:\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})? (?:[-+.\de]+|Na[Nn]|[+-]Inf))$/
    expect(lines.filter((line) => !shape.test(line))).toEqual([])
    expect(figure(text, 'hub_ledger_up')).toBe('1')
    expect(figure(text, 'hub_ack_seconds_count{source="slack",status="200"}')).toBe('1')
    expect(figure(text, 'hub_outbox{state="pending"}')).toBe('0')
    for (const name of [
      'hub_queue_age_seconds',
      'hub_model_tokens_total',
      'hub_fenced_writes_total',
      'process_cpu_seconds_total',
    ])
      expect(text).toMatch(new RegExp(`^# TYPE ${name} `, 'm'))
  })

  it('without Redis is degraded, says so, and works on', async () => {
    await redis.kill9()
    expect(await ready()).toMatchObject({
      code: 200,
      status: 'degraded',
      parts: {
        database: { status: 'ok' },
        queue: { status: 'degraded', detail: expect.stringContaining('REDIS_URL') },
      },
    })
    expect((await ann.slash({ command: '/hub', text: 'whoami', channel: 'C2' })).status).toBe(200)
    await slack.waitFor((all) => all.length === 1, { channel: 'C2' })
    await redis.restart()
    await expect.poll(async () => (await ready()).status, { timeout: 5_000 }).toBe('ok')
  })

  it('without its database is not ready, refuses with a time to come back, and loses nothing', async () => {
    await database.kill9()
    const down = await ready()
    expect(down).toMatchObject({
      code: 503,
      status: 'down',
      retryAfter: '5',
      failing: [expect.stringMatching(/^database: .*DATABASE_URL/)],
    })
    expect((await get('/health/live')).status).toBe(200)
    const refused = await ann.raw('command=%2Fhub&text=whoami', 'application/x-www-form-urlencoded')
    expect(refused.status).toBeGreaterThanOrEqual(400)
    const told = await metrics()
    expect([told.code, figure(told.text, 'hub_ledger_up')]).toEqual([200, '0'])
    expect(told.text).not.toMatch(/^hub_queue_age_seconds /m)

    const before = slack.shown('C3').length
    expect((await ann.slash({ command: '/hub', text: 'whoami', channel: 'C3' })).status).toBe(503)
    await database.restart()
    await expect.poll(async () => (await ready()).code, { timeout: 10_000 }).toBe(200)
    // Refused means refused: nothing of it is stored, and typing it again is the first time.
    expect((await ann.slash({ command: '/hub', text: 'whoami', channel: 'C3' })).status).toBe(200)
    await slack.waitFor((all) => all.length === before + 1, { channel: 'C3' })
    await hub.quiet()
    expect(slack.shown('C3')).toHaveLength(before + 1)
    expect(await hub.count('jobs', `kind = 'command'`)).toBe(3)
  }, 40_000)
})
