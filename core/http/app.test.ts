import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it, vi } from 'vitest'
import { ERROR_CODES, HubError } from '../contract/errors.ts'
import type { Health, HookEnv } from '../contract/plugin.ts'
import { type AppOptions, createApp } from './app.ts'
import { createMetrics } from './metrics.ts'
import type { Stats } from './ports.ts'
import { STATUS } from './problem.ts'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const TOKEN = 'operator-token-0123456789'
const EMPTY: Stats = { queueAgeSeconds: 0, inboxNew: 0, jobs: {}, outbox: {} }
const unused = () => Promise.reject(new HubError('UNSUPPORTED', 'not in this test'))

function setUp(
  hook: Hono<HookEnv> = new Hono<HookEnv>(),
  options: Partial<AppOptions> = {},
  stats = async () => EMPTY,
) {
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const metrics = createMetrics({ stats, log })
  const app = createApp({
    routes: new Map([['acme', hook]]),
    sites: [],
    health: async () => new Map(),
    metrics,
    openMetrics: true,
    api: {
      ledger: {
        jobs: { list: unused, get: unused, retry: unused },
        deliveries: { list: unused, get: unused, retry: unused, resolve: unused },
      },
      catalog: { commands: [], form: () => null, isPrivate: () => false, match: () => null, check: () => [] },
      command: unused,
      plugins: () => [],
      operations: [],
    },
    apiToken: TOKEN,
    version: '0.1.0',
    log,
    ...options,
  })
  return { app, log, metrics }
}
const throwing = (err: unknown) =>
  new Hono<HookEnv>().post('/', () => {
    throw err
  })
const post = (body: string | Uint8Array<ArrayBuffer> | ReadableStream = '', headers: Record<string, string> = {}) => ({
  method: 'POST',
  body,
  headers,
})

describe('hooks', () => {
  it('hand the raw body over, byte for byte', async () => {
    const bytes = new Uint8Array([0, 255, 13, 10, 195, 40])
    const hook = new Hono<HookEnv>().post('/', async (c) => c.body(await c.req.arrayBuffer()))
    const { app } = setUp(hook)
    const answer = await app.request('/hooks/acme', post(bytes, { 'content-length': '6' }))
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes)
    const chunked = await app.request('/hooks/acme', post(bytes))
    expect(new Uint8Array(await chunked.arrayBuffer())).toEqual(bytes)
  })
  it('mount deeper paths and scope the log', async () => {
    const hook = new Hono<HookEnv>().get('/oauth/callback', (c) => {
      c.get('log').info({ step: 1 }, 'installed')
      return c.text(c.get('requestId'))
    })
    const { app, log } = setUp(hook)
    const answer = await app.request('/hooks/acme/oauth/callback')
    const requestId = await answer.text()
    expect(requestId).toMatch(UUID_V7)
    expect(log.info).toHaveBeenCalledWith({ step: 1, plugin: 'acme', requestId }, 'installed')
  })
  it.each([
    ['/hooks/slak', 'No plugin is mounted at /hooks/slak; mounted: /hooks/acme'],
    ['/hooks/acme/deeper', 'The hook of acme does not answer POST /hooks/acme/deeper'],
  ])('answer 404 at %s and say what is mounted', async (path, detail) => {
    const site = new Hono<HookEnv>().all('*', (c) => c.text('the site'))
    const { app } = setUp(throwing(new Error('never')), { sites: [site] })
    const answer = await app.request(path, post())
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ code: 'NOT_FOUND', detail })
  })
  it('leave the rest to the site, but not /api, /health and /metrics', async () => {
    const site = new Hono<HookEnv>().all('*', (c) => c.text('the site'))
    const { app } = setUp(undefined, { sites: [site] })
    expect(await (await app.request('/')).text()).toBe('the site')
    expect(await (await app.request('/anything')).text()).toBe('the site')
    for (const path of ['/api/v2/x', '/health/other', '/metrics/x']) expect((await app.request(path)).status).toBe(404)
  })
})

describe('request ids', () => {
  it.each([
    ['a well-formed one is kept', 'abc-12345678', /^abc-12345678$/],
    ['a short one is replaced', 'abc', UUID_V7],
    ['one with spaces is replaced', 'abc 12345678', UUID_V7],
    ['a long one is replaced', 'a'.repeat(65), UUID_V7],
  ])('%s', async (_, given, expected) => {
    const { app } = setUp()
    const answer = await app.request('/health/live', { headers: { 'x-request-id': given } })
    expect(answer.headers.get('x-request-id')).toMatch(expected)
  })
})

describe('body limit', () => {
  const read = () => new Hono<HookEnv>().post('/', async (c) => c.text(String((await c.req.arrayBuffer()).byteLength)))
  const stream = (size: number, pulled: { bytes: number }) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled.bytes += 1000
        controller.enqueue(new Uint8Array(1000))
        if (pulled.bytes >= size) controller.close()
      },
    })
  it('takes 1 MB and refuses more by its Content-Length, unread', async () => {
    const { app } = setUp(read())
    expect((await app.request('/hooks/acme', post('x', { 'content-length': '1000000' }))).status).toBe(200)
    const answer = await app.request('/hooks/acme', post('x', { 'content-length': '1000001' }))
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({
      code: 'TOO_LARGE',
      detail: 'The body is over the limit of 1,000,000 bytes',
    })
  })
  it('counts bytes where no length is told, and stops reading at the limit', async () => {
    const { app } = setUp(read())
    const pulled = { bytes: 0 }
    const request = { method: 'POST', body: stream(1e9, pulled), duplex: 'half' } as RequestInit
    expect((await app.request('/hooks/acme', request)).status).toBe(413)
    expect(pulled.bytes).toBeLessThan(1_010_000)
    const fitting = { method: 'POST', body: stream(5000, { bytes: 0 }), duplex: 'half' } as RequestInit
    expect(await (await app.request('/hooks/acme', fitting)).text()).toBe('5000')
  })
  it.each(['-1', '1e3', 'many', '99999999999999999999'])('refuses the Content-Length %s', async (length) => {
    const { app } = setUp(read())
    expect((await app.request('/hooks/acme', post('x', { 'content-length': length }))).status).toBe(413)
  })
  it('can be wider for one plugin', async () => {
    const { app } = setUp(read(), { hookBodyBytes: { acme: 25_000_000 } })
    expect((await app.request('/hooks/acme', post('x', { 'content-length': '20000000' }))).status).toBe(200)
  })
})

describe('problem+json', () => {
  it.each(ERROR_CODES.map((code) => [code, STATUS[code][0]] as const))(
    '%s is answered with %i',
    async (code, status) => {
      const { app } = setUp(throwing(new HubError(code, 'What to do about it')))
      const answer = await app.request('/hooks/acme', post('', { 'x-request-id': 'request-1' }))
      expect(answer.status).toBe(status)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(answer.headers.get('x-request-id')).toBe('request-1')
      expect(answer.headers.has('retry-after')).toBe([429, 503].includes(status))
      expect(answer.headers.has('www-authenticate')).toBe(code === 'UNAUTHENTICATED')
      expect(await answer.json()).toEqual({
        type: `urn:autodevhub:problem:${code.toLowerCase().replaceAll('_', '-')}`,
        title: STATUS[code][1],
        status,
        detail: 'What to do about it',
        instance: '/hooks/acme',
        code,
        requestId: 'request-1',
      })
    },
  )
  it('tells how long to wait, in whole seconds', async () => {
    const { app } = setUp(throwing(new HubError('RATE_LIMITED', 'x', { retry: { afterMs: 1200 } })))
    expect((await app.request('/hooks/acme', post())).headers.get('retry-after')).toBe('2')
  })
  it.each([
    ['an error', new Error('select * from hub.kv where token = $1', { cause: new Error('xoxb-secret') })],
    ['a string', 'xoxb-secret at /home/hub/server.ts:1'],
    ['a library error of 500', new HTTPException(500, { message: 'xoxb-secret' })],
  ])('keeps %s to the log', async (_, err) => {
    const { app, log } = setUp(throwing(err))
    const answer = await app.request('/hooks/acme', post('', { 'x-request-id': 'request-1' }))
    expect(answer.status).toBe(500)
    const text = await answer.text()
    expect(text).not.toMatch(/select|xoxb|home|at /)
    expect(JSON.parse(text)).toMatchObject({ code: 'INTERNAL', detail: 'The log tells more under request request-1.' })
    expect(log.error).toHaveBeenCalledOnce()
  })
  it('takes refusals of Hono’s own helpers as they are meant', async () => {
    const { app } = setUp(throwing(new HTTPException(400, { message: 'Malformed form' })))
    const answer = await app.request('/hooks/acme', post())
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'INPUT_INVALID', detail: 'Malformed form' })
  })
})

describe('health', () => {
  const withHealth = (entries: [string, Health][]) => setUp(undefined, { health: async () => new Map(entries) }).app
  it('is live without asking any part', async () => {
    const health = vi.fn(async () => new Map<string, Health>())
    const { app } = setUp(undefined, { health })
    expect((await app.request('/health/live')).status).toBe(200)
    expect(health).not.toHaveBeenCalled()
  })
  it.each<[string, [string, Health][], number, string]>([
    ['ok', [['database', { status: 'ok' }]], 200, 'ok'],
    ['degraded', [['model', { status: 'degraded', detail: 'offline drafter' }]], 200, 'degraded'],
    ['down', [['database', { status: 'down', detail: 'no answer; check DATABASE_URL' }]], 503, 'down'],
  ])('is ready as its parts are: %s', async (_, parts, status, word) => {
    const answer = await withHealth(parts).request('/health/ready')
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ status: word, parts: Object.fromEntries(parts) })
  })
  it('names what fails and its cure', async () => {
    const answer = await withHealth([
      ['queue', { status: 'ok' }],
      ['database', { status: 'down', detail: 'no answer; check DATABASE_URL' }],
    ]).request('/health/ready')
    expect(await answer.json()).toMatchObject({ failing: ['database: no answer; check DATABASE_URL'] })
    expect(answer.headers.get('retry-after')).toBe('5')
  })
  it('answers in time although a part does not, and asks the parts once for probes at once', async () => {
    vi.useFakeTimers()
    const health = vi.fn(() => new Promise<ReadonlyMap<string, Health>>(() => {}))
    const { app } = setUp(undefined, { health })
    const answers = Promise.all([app.request('/health/ready'), app.request('/health/ready')])
    await vi.advanceTimersByTimeAsync(3_000)
    expect((await answers).map(({ status }) => status)).toEqual([503, 503])
    expect(health).toHaveBeenCalledOnce()
    vi.useRealTimers()
  })
})

describe('metrics', () => {
  const stats: Stats = { queueAgeSeconds: 4.5, inboxNew: 2, jobs: { pending: 3 }, outbox: { held: 1 } }
  const lines = async (app: ReturnType<typeof createApp>, headers = {}) =>
    (await (await app.request('/metrics', { headers })).text()).split('\n')

  it('shows the ledger, acknowledgements, rejected signatures, tokens and fenced writes', async () => {
    const hook = new Hono<HookEnv>().post('/', (c) => {
      if (c.req.header('x-signature') !== 'good') throw new HubError('SIGNATURE_INVALID', 'no')
      return c.body(null, 200)
    })
    const { app, metrics } = setUp(hook, {}, async () => stats)
    await app.request('/hooks/acme', post('', { 'x-signature': 'good' }))
    await app.request('/hooks/acme', post())
    await app.request('/hooks/acme', post('x', { 'content-length': '1000001' }))
    metrics.countTokens('claude', 'input', 812)
    metrics.countFencedWrites()
    expect(await lines(app)).toEqual(
      expect.arrayContaining([
        'hub_ack_seconds_count{source="acme",status="200"} 1',
        'hub_ack_seconds_count{source="acme",status="401"} 1',
        'hub_ack_seconds_count{source="acme",status="413"} 1',
        'hub_signature_rejected_total{source="acme"} 1',
        'hub_queue_age_seconds 4.5',
        'hub_inbox_new 2',
        'hub_jobs{state="pending"} 3',
        'hub_jobs{state="dead"} 0',
        'hub_outbox{state="held"} 1',
        'hub_model_tokens_total{model="claude",kind="input"} 812',
        'hub_fenced_writes_total 1',
        'hub_ledger_up 1',
      ]),
    )
  })
  it('has process metrics', async () => {
    expect((await lines(setUp().app)).some((line) => line.startsWith('process_resident_memory_bytes '))).toBe(true)
  })
  it('answers without the ledger’s figures while the database is away', async () => {
    let away = false
    const { app } = setUp(undefined, {}, async () => {
      if (away) throw new Error('connection refused')
      return stats
    })
    await lines(app)
    away = true
    const text = await lines(app)
    expect(text).toContain('hub_ledger_up 0')
    expect(text.some((line) => /^hub_(jobs|outbox|queue_age_seconds|inbox_new)[ {]/.test(line))).toBe(false)
  })
  it('asks for the token where the hub is not on loopback', async () => {
    const { app } = setUp(undefined, { openMetrics: false })
    expect((await app.request('/metrics')).status).toBe(401)
    expect((await app.request('/metrics', { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200)
  })
})
