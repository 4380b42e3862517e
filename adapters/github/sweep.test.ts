import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Binding,
  type Bindings,
  type CommandCall,
  type Context,
  type Hub,
  HubError,
  type KeyValue,
  type Origin,
} from '#contract'
import { type GitHubFake, REPO, startGitHubFake } from '../../test/fakes/github/index.ts'
import type { Attempt } from '../../test/fakes/github/world.ts'
import { createClient, type GitHubClient } from './client.ts'
import { config, type GitHubConfig } from './config.ts'
import { createHooks } from './hooks.ts'
import { createIdentity } from './identity.ts'
import { createInbound } from './inbound.ts'
import { sweepSchedule, tellRecovered } from './recovered.ts'
import { createSweep, type Sweep } from './sweep.ts'
import { createRoutes } from './webhook.ts'

const signal = AbortSignal.timeout(120_000)
const MINUTE = 60_000

let fake: GitHubFake
let client: GitHubClient
let sweep: Sweep
let kept: Map<string, unknown>
let stored: Map<string, string>
let isAway: boolean
let nowMs: number
let said: string[]
let target: Parameters<GitHubFake['send']>[0]

function open(more: Record<string, string>) {
  client?.close()
  const given = { webhookSecret: fake.webhookSecret, apiUrl: fake.apiUrl, ...more }
  client = createClient(config.parse(given), () => nowMs)
  const note = (_fields: object, text: string) => void said.push(text)
  const log = { debug: note, info: note, warn: note, error: note }
  const take = (deliveryId: string, what: string) => {
    if (isAway) throw new HubError('UNAVAILABLE', 'the database is away')
    const status = stored.has(deliveryId) ? 'duplicate' : 'queued'
    stored.set(deliveryId, what)
    return { status, id: 'x', announce: null }
  }
  const hub = {
    config: { webhookSecret: fake.webhookSecret },
    log,
    catalog: { match: (line: string) => (line.startsWith('story') ? {} : null) },
    command: async (call: CommandCall) => take(call.deliveryId, String(call.input)),
    publish: async (event: { name: string }, _payload: unknown, origin: Origin) => take(origin.deliveryId, event.name),
  } as unknown as Hub<GitHubConfig>
  const kv: KeyValue = {
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
    add: async (key, value) => !kept.has(key) && kept.set(key, value) === kept,
    delete: async (key) => void kept.delete(key),
  }
  const hooks = createHooks(kv, log, () => nowMs)
  const inbound = createInbound(hub, { seen: () => undefined }, createIdentity(client))
  const routes = createRoutes(hub, inbound, hooks)
  target = async (request) => routes.fetch(new Request('http://hub.test/', request))
  sweep = createSweep({ client, hooks, inbound, kv, log, now: () => nowMs })
}
beforeEach(async () => {
  nowMs = Date.parse('2026-11-21T14:00:00Z')
  fake = await startGitHubFake({ now: () => nowMs })
  kept = new Map()
  stored = new Map()
  said = []
  isAway = false
  open({ token: fake.token })
})
afterEach(async () => {
  client.close()
  await fake.close()
})
const push = (text: string) => fake.push('main', { a: text })
const begin = async () => {
  await fake.send(target, push('first'))
  expect(stored.size).toBe(1)
  await expect.poll(() => kept.has('hooks')).toBe(true)
}

describe('deliveries that were missed', () => {
  test('are read from GitHub’s list and done once, in their order; those that arrived are not', async () => {
    await begin()
    expect(await sweep.run(signal)).toEqual([])
    nowMs += 2 * MINUTE
    const missed = [push('a'), push('b')]
    isAway = true
    const refused = push('c')
    expect(await fake.send(target, refused)).toMatchObject({ status: 503 })
    isAway = false
    nowMs += 29 * MINUTE
    await fake.send(target, push('d'))
    const before = nowMs
    nowMs += MINUTE
    expect(await sweep.run(signal)).toEqual([
      {
        repository: REPO,
        workspace: 'github:9919',
        count: 3,
        fromMs: Date.parse('2026-11-21T14:02:00Z'),
        toMs: Date.parse('2026-11-21T14:02:00Z'),
      },
    ])
    expect(before).toBeGreaterThan(0)
    expect([...stored.keys()].slice(-4)).toEqual([
      expect.stringMatching(/:event$/),
      ...[...missed, refused].map(({ deliveryId }) => `${deliveryId}:event`),
    ])
    expect(said).toContain('GitHub swept')
    for (let i = 0; i < 3; i++) {
      nowMs += 5 * MINUTE
      expect(await sweep.run(signal)).toEqual([])
    }
    expect(stored.size).toBe(5)
  })
  test('in several pages', async () => {
    await begin()
    const payload = {
      action: 'opened',
      issue: {},
      repository: { full_name: REPO, owner: { id: 9_919 }, private: true },
    }
    await fake.deliver(target, 'ping', payload)
    for (let i = 0; i < 230; i++) push(String(i))
    const [found] = await sweep.run(signal)
    expect(found?.count).toBe(230)
    expect(fake.requests.filter(({ path }) => path.endsWith('/deliveries'))).toHaveLength(3)
  })
  test('more than one sweep reads are left for the next', async () => {
    await begin()
    for (let i = 0; i < 340; i++) {
      nowMs += 100
      push(String(i))
    }
    expect((await sweep.run(signal))[0]?.count).toBe(300)
    nowMs += 5 * MINUTE
    expect((await sweep.run(signal))[0]?.count).toBe(40)
  })
  test('that GitHub does not hand out now are asked for again', async () => {
    await begin()
    const [one, two] = [push('a'), push('b')]
    fake.faults.add({ kind: 'status', status: 502, commit: false }, 1, /deliveries\/\d+$/)
    expect((await sweep.run(signal))[0]?.count).toBe(1)
    expect(stored.has(`${one.deliveryId}:event`)).toBe(false)
    nowMs += 5 * MINUTE
    expect((await sweep.run(signal))[0]?.count).toBe(1)
    expect([one, two].every(({ deliveryId }) => stored.has(`${deliveryId}:event`))).toBe(true)
  })
  test('hours ago, and that GitHub does not hand out now, are asked for again; what it never hands out is named', async () => {
    await begin()
    const one = push('a')
    nowMs += 2 * 60 * MINUTE
    const broken = { kind: 'status', status: 502, commit: false } as const
    fake.faults.add(broken, 1, /deliveries\/\d+$/)
    expect(await sweep.run(signal)).toEqual([])
    nowMs += 5 * MINUTE
    expect((await sweep.run(signal))[0]?.count).toBe(1)
    expect(stored.has(`${one.deliveryId}:event`)).toBe(true)
    const two = push('b')
    fake.faults.add(broken, 99, /deliveries\/\d+$/)
    for (const minutes of [5, 50, 5]) {
      nowMs += minutes * MINUTE
      expect(await sweep.run(signal)).toEqual([])
      expect(sweep.blind.size).toBe(0)
    }
    nowMs += 10 * MINUTE
    await sweep.run(signal)
    const why =
      'deliveries of octo/app are lost: 1 could not be read from GitHub; send them again on the page of the webhook'
    expect([...sweep.blind.values()]).toEqual([why])
    nowMs += 25 * 60 * MINUTE
    await sweep.run(signal)
    expect([sweep.blind.size, stored.has(`${two.deliveryId}:event`)]).toEqual([0, false])
  })
  test('before three thousand others are read', async () => {
    await begin()
    const old = push('a')
    const all = fake.attempts as Attempt[]
    const [like] = all
    for (let i = 0; like && i < 3_100; i++)
      all.push({ ...like, id: 1e9 + i, status: 200, webhook: { ...like.webhook, deliveryId: `later-${i}` } })
    expect((await sweep.run(signal))[0]?.count).toBe(1)
    expect(stored.has(`${old.deliveryId}:event`)).toBe(true)
    expect(sweep.blind.size).toBe(0)
  })
  test('while GitHub is away nothing is passed over', async () => {
    await begin()
    push('a')
    fake.faults.add({ kind: 'cut', commit: false }, 1, /deliveries$/)
    expect(await sweep.run(signal)).toEqual([])
    nowMs += 50 * MINUTE
    expect((await sweep.run(signal))[0]?.count).toBe(1)
  })
  test('of an app are read with its own proof, without having heard of it', async () => {
    open({ appId: fake.app.id, privateKey: fake.app.privateKey })
    push('a')
    expect((await sweep.run(signal))[0]).toMatchObject({ repository: REPO, count: 1 })
    expect(fake.requests.map(({ path }) => path)).toContain('/app/hook/deliveries')
  })
  test('cannot be looked for without the permission, and that is said once', async () => {
    await begin()
    fake.permissions.webhooks = 'none'
    for (let i = 0; i < 3; i++) expect(await sweep.run(signal)).toEqual([])
    const why = /missed deliveries of octo\/app cannot be looked for: give the credentials "Webhooks: read"/
    expect([...sweep.blind.values()]).toEqual([expect.stringMatching(why)])
    expect(said.filter((text) => why.test(text))).toHaveLength(1)
    fake.permissions.webhooks = 'read'
    await sweep.run(signal)
    expect(sweep.blind.size).toBe(0)
  })
})

describe('people are told', () => {
  const bound = { workspace: 'slack:T1', project: 'app', targetWorkspace: 'slack:T1', plugin: 'slack', target: 'C1' }
  const bindings = {
    boundTo: async () => [{ workspace: 'slack:T1', project: 'app' } as Binding],
    list: async () => [bound as unknown as Binding],
  } as unknown as Bindings
  test('in the channels of the project, how many and when', async () => {
    await begin()
    nowMs += 2 * MINUTE
    push('a')
    nowMs += 29 * MINUTE
    push('b')
    const enqueued: { payload: unknown; options: object }[] = []
    const ctx = {
      signal,
      log: { info: () => undefined },
      enqueue: async (_job: unknown, payload: unknown, options: object) => void enqueued.push({ payload, options }),
    } as unknown as Context
    await sweepSchedule(sweep, () => bindings).run({ startMs: 0 }, ctx)
    expect(enqueued).toEqual([
      {
        payload: expect.objectContaining({ repository: REPO, count: 2 }),
        options: {
          key: expect.stringContaining('slack:T1 C1'),
          workspace: 'slack:T1',
          replyTo: { plugin: 'slack', workspace: 'slack:T1', channel: 'C1', visibility: 'public' },
        },
      },
    ])
    const message = await tellRecovered.run(enqueued[0]?.payload, ctx)
    expect(message?.text).toBe('GitHub · octo/app: 2 events missed at 14:02 – 14:31 UTC, now caught up')
  })
  test('nothing when nothing was missed', async () => {
    await begin()
    const ctx = { signal, log: { info: () => undefined } } as unknown as Context
    await sweepSchedule(sweep, () => bindings).run({ startMs: 0 }, ctx)
    expect(said.filter((text) => text === 'GitHub swept')).toEqual([])
  })
})

test('webhooks are noted from what they deliver, and nothing that is none', async () => {
  const heard: unknown[] = []
  const kv = {
    get: async () => [],
    set: async (_key: string, value: unknown) => void heard.push(value),
  } as unknown as KeyValue
  const hooks = createHooks(kv, { debug() {}, info() {}, warn() {}, error() {} }, () => nowMs)
  const headers = (id: string, kind: string) =>
    new Headers({ 'x-github-hook-id': id, 'x-github-hook-installation-target-type': kind })
  hooks.heard(headers('../1', 'repository'), { repository: { full_name: REPO } })
  hooks.heard(headers('1', 'integration'), { repository: { full_name: REPO } })
  hooks.heard(headers('2', 'repository'), { repository: { full_name: '../../x' } })
  hooks.heard(headers('3', 'organization'), { organization: { login: 'octo' } })
  hooks.heard(headers('3', 'organization'), { organization: { login: 'octo' } })
  await expect.poll(() => heard).toEqual([[{ id: '3', kind: 'organization', target: 'octo', sinceMs: nowMs }]])
})
