import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { Hono } from 'hono'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { defineOperation } from '../contract/api.ts'
import { definePlugin, defineService } from '../contract/define.ts'
import { HubError } from '../contract/errors.ts'
import type { Receipt } from '../contract/plugin.ts'
import { createHost } from '../host/host.ts'
import { createMask } from '../host/mask.ts'
import { ANSWERS } from './api-schemas.ts'
import { createApp } from './app.ts'
import { createMetrics } from './metrics.ts'
import { openApiDocument } from './openapi.ts'
import { OPERATIONS } from './operations.ts'
import { pluginViews } from './plugin-views.ts'
import type { DeliveryView, JobView, LedgerView } from './ports.ts'

const TOKEN = 'operator-token-0123456789'
const ID = '0199a1b2-0000-7000-8000-000000000001'
const OTHER_ID = '0199a1b2-0000-7000-8000-000000000002'
const AT = '2026-11-20T10:00:00.000Z'
const job = (change: Partial<JobView> = {}): JobView => ({
  id: ID,
  workspace: 'console:local',
  kind: 'command',
  summary: 'story As a shopper',
  state: 'done',
  attempts: 1,
  maxAttempts: 8,
  createdAt: AT,
  runAt: AT,
  finishedAt: AT,
  error: null,
  errorCode: null,
  origin: OTHER_ID,
  result: { text: 'Story ST-1' },
  ...change,
})
const delivery = (change: Partial<DeliveryView> = {}): DeliveryView => ({
  id: ID,
  workspace: 'slack:T1',
  plugin: 'slack',
  lane: 'slack:T1:C1',
  op: 'post',
  state: 'held',
  attempts: 1,
  text: 'Story ST-1',
  jobId: OTHER_ID,
  createdAt: AT,
  notBefore: AT,
  finishedAt: null,
  error: 'no answer was read',
  errorCode: 'OUTCOME_UNKNOWN',
  posted: null,
  ...change,
})

/** What a plugin brought. */
const report = defineOperation({
  method: 'post',
  path: '/reports',
  operationId: 'report',
  summary: 'Take a report',
  body: z.strictObject({ title: z.string(), count: z.number().int() }),
  query: z.strictObject({ dry: z.string().optional() }),
  answer: z.object({ kept: z.string() }),
  status: 202,
  errors: ['CONFLICT'],
  run: ({ body, query }) => {
    if (body.title === 'twice') throw new HubError('CONFLICT', 'It is there already')
    // Wrong on purpose for one title: what the schema does not allow must not leave the hub.
    return { kept: body.title === 'broken' ? (7 as unknown as string) : `${body.title} ${query.dry ?? 'kept'}` }
  },
})

function setUp() {
  const ledger = {
    jobs: {
      list: vi.fn<LedgerView['jobs']['list']>(async () => [job()]),
      get: vi.fn<LedgerView['jobs']['get']>(async (id) => (id === ID ? job() : null)),
      retry: vi.fn<LedgerView['jobs']['retry']>(async () => job({ state: 'pending' })),
    },
    deliveries: {
      list: vi.fn<LedgerView['deliveries']['list']>(async () => [delivery()]),
      get: vi.fn<LedgerView['deliveries']['get']>(async (id) => (id === ID ? delivery() : null)),
      retry: vi.fn<LedgerView['deliveries']['retry']>(async () => {
        throw new HubError('CONFLICT', 'It is held; decide with resolve')
      }),
      resolve: vi.fn<LedgerView['deliveries']['resolve']>(async () => delivery({ state: 'pending' })),
    },
  }
  const command = vi.fn(async (): Promise<Receipt> => ({ status: 'queued', id: ID, announce: 'Drafting' }))
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const app = createApp({
    routes: new Map(),
    sites: [],
    health: async () => new Map(),
    metrics: createMetrics({ stats: async () => ({ queueAgeSeconds: 0, inboxNew: 0, jobs: {}, outbox: {} }), log }),
    openMetrics: true,
    api: {
      ledger,
      command,
      catalog: {
        commands: [
          {
            name: 'story',
            summary: 'Draft a story',
            usage: 'story <text>',
            examples: ['story As a shopper'],
            allow: 'member',
            sideEffects: 'hub',
            fields: [],
          },
        ],
        form: () => null,
        isPrivate: () => false,
        match: () => null,
        check: (input) =>
          input === 'stroy x' ? [{ field: null, message: 'Unknown command; did you mean story?' }] : [],
      },
      plugins: () => [],
      operations: [report],
    },
    apiToken: TOKEN,
    version: '0.1.0',
    log,
  })
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    app.request(path, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  return { app, call, ledger, command, log }
}

describe('the token', () => {
  it.each<[string, Record<string, string>]>([
    ['is missing', {}],
    ['is wrong', { authorization: 'Bearer operator-token-012345678x' }],
    ['is a prefix', { authorization: 'Bearer operator-token' }],
    ['has something behind it', { authorization: `Bearer ${TOKEN} x` }],
    ['comes by another scheme', { authorization: `Basic ${TOKEN}` }],
    ['is given twice', { authorization: `Bearer ${TOKEN}, Bearer ${TOKEN}` }],
    ['is empty', { authorization: 'Bearer ' }],
  ])('401 when it %s, on every operation', async (_, headers) => {
    const { app, ledger, command } = setUp()
    for (const { method, path } of OPERATIONS) {
      const answer = await app.request(`/api/v1${path.replace('{id}', ID)}`, { method: method.toUpperCase(), headers })
      expect(answer.status, path).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="hub"')
    }
    expect(command).not.toHaveBeenCalled()
    expect(ledger.jobs.list).not.toHaveBeenCalled()
  })
  it.each(['token', 'access_token', 'api_key', 'KEY'])('400 when it stands in the address as %s', async (name) => {
    const { app } = setUp()
    const answer = await app.request(`/api/v1/jobs?${name}=${TOKEN}`)
    expect(answer.status).toBe(400)
    const text = await answer.text()
    expect(text).toContain('Authorization: Bearer')
    expect(text).not.toContain(TOKEN)
  })
})

describe('POST /api/v1/commands', () => {
  it('answers 202 with the job and what will happen', async () => {
    const { call, command } = setUp()
    const request = { input: 'story As a shopper', idempotencyKey: 'k-1', thread: 't-1' }
    const answer = await call('POST', '/api/v1/commands', request)
    expect(answer.status).toBe(202)
    expect(await answer.json()).toEqual({ status: 'queued', id: ID, announce: 'Drafting' })
    expect(command).toHaveBeenCalledExactlyOnceWith(request)
  })
  it('takes a filled form', async () => {
    const { call, command } = setUp()
    const input = { command: 'story refine', values: { id: 'ST-1', instruction: 'shorter' } }
    expect((await call('POST', '/api/v1/commands', { input, idempotencyKey: 'k' })).status).toBe(202)
    expect(command).toHaveBeenCalledExactlyOnceWith({ input, idempotencyKey: 'k' })
  })
  it('says at once what would not run', async () => {
    const { call, command } = setUp()
    const answer = await call('POST', '/api/v1/commands', { input: 'stroy x', idempotencyKey: 'k' })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      code: 'INPUT_INVALID',
      errors: [{ field: null, message: 'Unknown command; did you mean story?' }],
    })
    expect(command).not.toHaveBeenCalled()
  })
  it.each<[string, unknown, string | null]>([
    ['no key', { input: 'help' }, 'idempotencyKey'],
    ['a key with spaces', { input: 'help', idempotencyKey: 'a b' }, 'idempotencyKey'],
    ['no input', { idempotencyKey: 'k' }, 'input'],
    ['an empty input', { input: '', idempotencyKey: 'k' }, 'input'],
    ['a list for text', { input: ['help'], idempotencyKey: 'k' }, 'input'],
    ['an unknown member', { input: 'help', idempotencyKey: 'k', role: 'admin' }, null],
    ['a list', [], null],
  ])('refuses %s', async (_, body, field) => {
    const { call, command } = setUp()
    const answer = await call('POST', '/api/v1/commands', body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ errors: [expect.objectContaining({ field })] })
    expect(command).not.toHaveBeenCalled()
  })
  it('refuses what is no JSON, what is not called JSON, and a polluted prototype', async () => {
    const { call } = setUp()
    const codes = await Promise.all(
      [
        call('POST', '/api/v1/commands', '{"input":'),
        call('POST', '/api/v1/commands', '{"input":"help","idempotencyKey":"k"}', { 'content-type': 'text/plain' }),
        call('POST', '/api/v1/commands', '{"input":"help","idempotencyKey":"k","__proto__":{"isAdmin":true}}'),
      ].map(async (answer) => (await answer).status),
    )
    expect(codes.slice(0, 2)).toEqual([400, 400])
    expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false)
  })
})

describe('GET /api/v1/jobs', () => {
  it('lists with its filters and tells the next page', async () => {
    const { call, ledger } = setUp()
    const answer = await call('GET', `/api/v1/jobs?state=dead&limit=1&before=${OTHER_ID}&workspace=slack:T1`)
    expect(await answer.json()).toEqual({ items: [job()], next: ID })
    expect(ledger.jobs.list).toHaveBeenCalledWith({ state: 'dead', limit: 1, before: OTHER_ID, workspace: 'slack:T1' })
  })
  it('has no next page after the last', async () => {
    const { call, ledger } = setUp()
    expect(await (await call('GET', '/api/v1/jobs')).json()).toMatchObject({ next: null })
    expect(ledger.jobs.list).toHaveBeenCalledWith({ limit: 50 })
  })
  it.each(['state=finished', 'limit=0', 'limit=201', 'limit=x', 'before=1', 'colour=red', 'state=done&state=dead'])(
    'refuses ?%s',
    async (query) => {
      const { call, ledger } = setUp()
      expect((await call('GET', `/api/v1/jobs?${query}`)).status).toBe(400)
      expect(ledger.jobs.list).not.toHaveBeenCalled()
    },
  )
})

describe('GET /api/v1/jobs/{id}', () => {
  it('answers at once for a finished job, 404 for an unknown and 400 for no id', async () => {
    const { call } = setUp()
    expect(await (await call('GET', `/api/v1/jobs/${ID}?waitMs=60000`)).json()).toEqual(job())
    expect((await call('GET', `/api/v1/jobs/${OTHER_ID}`)).status).toBe(404)
    expect((await call('GET', '/api/v1/jobs/1')).status).toBe(400)
  })
  it('waits until it is finished', async () => {
    const { call, ledger } = setUp()
    ledger.jobs.get.mockResolvedValueOnce(job({ state: 'pending' })).mockResolvedValueOnce(job({ state: 'running' }))
    expect(await (await call('GET', `/api/v1/jobs/${ID}?waitMs=5000`)).json()).toMatchObject({ state: 'done' })
    expect(ledger.jobs.get).toHaveBeenCalledTimes(3)
  })
  it('waits for a job that is accepted and not in the table yet', async () => {
    const { call, ledger } = setUp()
    ledger.jobs.get.mockResolvedValueOnce(null)
    expect((await call('GET', `/api/v1/jobs/${ID}?waitMs=5000`)).status).toBe(200)
    expect((await call('GET', `/api/v1/jobs/${OTHER_ID}?waitMs=50`)).status).toBe(404)
  })
  it('answers with the state it has when the time is over', async () => {
    const { call, ledger } = setUp()
    ledger.jobs.get.mockResolvedValue(job({ state: 'running', result: null }))
    expect(await (await call('GET', `/api/v1/jobs/${ID}?waitMs=60`)).json()).toMatchObject({ state: 'running' })
  })
})

describe('deciding', () => {
  it('repeats a job and a delivery, and passes refusals on', async () => {
    const { call } = setUp()
    expect(await (await call('POST', `/api/v1/jobs/${ID}/retry`)).json()).toMatchObject({ state: 'pending' })
    const refused = await call('POST', `/api/v1/deliveries/${ID}/retry`)
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({ detail: 'It is held; decide with resolve' })
  })
  it.each(['sent', 'resend', 'drop'])('resolves a held delivery as %s', async (outcome) => {
    const { call, ledger } = setUp()
    expect((await call('POST', `/api/v1/deliveries/${ID}/resolve`, { outcome })).status).toBe(200)
    expect(ledger.deliveries.resolve).toHaveBeenCalledExactlyOnceWith(ID, outcome)
  })
  it('refuses another outcome', async () => {
    const { call, ledger } = setUp()
    expect((await call('POST', `/api/v1/deliveries/${ID}/resolve`, { outcome: 'maybe' })).status).toBe(400)
    expect(ledger.deliveries.resolve).not.toHaveBeenCalled()
  })
  it('shows deliveries', async () => {
    const { call } = setUp()
    expect(await (await call('GET', '/api/v1/deliveries?state=held')).json()).toEqual({
      items: [delivery()],
      next: null,
    })
    expect(await (await call('GET', `/api/v1/deliveries/${ID}`)).json()).toEqual(delivery())
  })
})

describe('plugins', () => {
  it('are shown with their settings and without their secrets', async () => {
    const service = defineService<string>('greeting')
    const acme = definePlugin({
      manifest: {
        name: 'acme',
        version: '1.2.3',
        summary: 'Acme',
        hub: '^1.0.0',
        config: z.object({
          token: z.string(),
          url: z.string(),
          other: z.string().optional(),
          list: z.array(z.string()),
        }),
        secrets: ['token'],
      },
      setup: () => ({ provides: [{ service, impl: 'hi' }], routes: new Hono() }),
    })
    const mask = createMask()
    const host = await createHost({
      plugins: [acme],
      configs: { acme: { token: 'canary-1234', url: 'https://u:hunter2@acme.test', list: ['canary-1234'] } },
      services: [],
      makeHub: () => {
        const unused = () => Promise.reject(new HubError('UNSUPPORTED', 'not in this test'))
        const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
        const catalog = { commands: [], form: () => null, isPrivate: () => false, match: () => null, check: () => [] }
        const kv = { get: unused, set: unused, add: unused, delete: unused }
        return { config: {}, log, kv, catalog, command: unused, publish: unused }
      },
      log: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() },
      mask,
    })
    const views = pluginViews(host, mask)
    expect(ANSWERS.PluginList.parse({ items: views }).items).toEqual([
      {
        name: 'acme',
        version: '1.2.3',
        summary: 'Acme',
        hook: '/hooks/acme',
        can: null,
        requires: [],
        provides: ['greeting'],
        commands: [],
        config: { token: '•••', url: 'https://u:•••@acme.test', list: 'object' },
      },
    ])
  })
})

describe('an operation of a plugin', () => {
  it('is run with what its schemas let through', async () => {
    const { call } = setUp()
    const answer = await call('POST', '/api/v1/reports?dry=dry', { title: 'a', count: 1 })
    expect(answer.status).toBe(202)
    expect(await answer.json()).toEqual({ kept: 'a dry' })
  })
  it('asks for the token, names what is wrong and passes on its own refusals', async () => {
    const { call } = setUp()
    expect((await call('POST', '/api/v1/reports', {}, { authorization: 'Bearer wrong' })).status).toBe(401)
    const refused = await call('POST', '/api/v1/reports', { title: 'a', count: 'x', more: 1 })
    expect(refused.status).toBe(400)
    const { errors } = (await refused.json()) as { errors: { field: string | null }[] }
    expect(errors.map(({ field }) => field)).toEqual(['count', null])
    expect((await call('POST', '/api/v1/reports?color=red', { title: 'a', count: 1 })).status).toBe(400)
    expect((await call('POST', '/api/v1/reports', { title: 'twice', count: 1 })).status).toBe(409)
    expect((await call('POST', '/api/v1/reports', { title: 'broken', count: 1 })).status).toBe(501)
  })
})

describe('the OpenAPI document', () => {
  const document = JSON.parse(JSON.stringify(openApiDocument('0.1.0', [report]))) as {
    openapi: string
    paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>
    components: { schemas: Record<string, object> }
  }
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  ajv.addSchema({ $id: 'hub:openapi', ...document })
  const validator = (name: string) => {
    const validate = ajv.getSchema(`hub:openapi#/components/schemas/${name}`)
    if (!validate) throw new Error(`no schema ${name}`)
    return validate
  }
  it('is served without a token', async () => {
    const answer = await setUp().app.request('/api/openapi.json')
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.json()).toEqual(document)
  })
  it('describes every operation once, and all its references lead somewhere', () => {
    expect(document.openapi).toBe('3.1.0')
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    )
    expect(new Set(ids).size).toBe(OPERATIONS.length + 1)
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    )
    expect(new Set(references).size).toBeGreaterThan(8)
    for (const name of references) expect(document.components.schemas, name).toHaveProperty(name ?? '')
    expect(JSON.stringify(document)).not.toMatch(/\$defs|"\$id"|"\$schema"/)
  })
  it('gives path parameters as required', () => {
    expect(document.paths['/api/v1/jobs/{id}']).toMatchObject({
      get: {
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
          { name: 'waitMs', in: 'query', required: false, schema: { maximum: 60_000, default: 0 } },
        ],
      },
    })
  })
  it.each<[string, unknown]>([
    ['a line', { input: 'help', idempotencyKey: 'k' }],
    ['a form', { input: { command: 'story', values: { text: 'x' } }, idempotencyKey: 'k', thread: 't' }],
    ['no key', { input: 'help' }],
    ['a number', { input: 3, idempotencyKey: 'k' }],
    ['an empty line', { input: '', idempotencyKey: 'k' }],
    ['a key with spaces', { input: 'help', idempotencyKey: 'a b' }],
    ['an unknown member', { input: 'help', idempotencyKey: 'k', x: 1 }],
    ['form values that are no text', { input: { command: 'story', values: { text: 1 } }, idempotencyKey: 'k' }],
    ['null', null],
  ])('agrees with the route about a command: %s', async (_, body) => {
    const accepted = (await setUp().call('POST', '/api/v1/commands', body)).status === 202
    expect(validator('CommandRequest')(body)).toBe(accepted)
  })
  it.each([{ outcome: 'sent' }, { outcome: 'lost' }, {}, { outcome: 'drop', x: 1 }])(
    'agrees with the route about a decision: %j',
    async (body) => {
      const accepted = (await setUp().call('POST', `/api/v1/deliveries/${ID}/resolve`, body)).status === 200
      expect(validator('ResolveRequest')(body)).toBe(accepted)
    },
  )
  it.each<[string, string, string, unknown?]>([
    ['Receipt', 'POST', '/api/v1/commands', { input: 'help', idempotencyKey: 'k' }],
    ['JobList', 'GET', '/api/v1/jobs'],
    ['Job', 'GET', `/api/v1/jobs/${ID}`],
    ['DeliveryList', 'GET', '/api/v1/deliveries'],
    ['Delivery', 'GET', `/api/v1/deliveries/${ID}`],
    ['PluginList', 'GET', '/api/v1/plugins'],
    ['Catalog', 'GET', '/api/v1/catalog'],
    ['Problem', 'GET', `/api/v1/jobs/${OTHER_ID}`],
    ['Problem', 'GET', '/api/v1/jobs?limit=0'],
  ])('describes the answer %s of %s %s', async (name, method, path, body) => {
    const validate = validator(name)
    const answer: unknown = await (await setUp().call(method, path, body)).json()
    expect(validate(answer), JSON.stringify(validate.errors)).toBe(true)
  })
  it('names every status an operation answers with', async () => {
    const { call } = setUp()
    const seen = [
      ['/api/v1/jobs/{id}', 'get', (await call('GET', `/api/v1/jobs/${OTHER_ID}`)).status],
      ['/api/v1/jobs/{id}', 'get', (await call('GET', '/api/v1/jobs/1')).status],
      ['/api/v1/deliveries/{id}/retry', 'post', (await call('POST', `/api/v1/deliveries/${ID}/retry`)).status],
      ['/api/v1/catalog', 'get', (await call('GET', '/api/v1/catalog', undefined, { authorization: '' })).status],
    ] as const
    expect(seen.map(([, , status]) => status)).toEqual([404, 400, 409, 401])
    for (const [path, method, status] of seen) {
      expect(document.paths[path]?.[method]?.responses).toHaveProperty(String(status))
    }
  })
})
