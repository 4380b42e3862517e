import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Context, EventType, Hub, Origin } from '#contract'
import { type LinearFake, startLinearFake } from '../../test/fakes/linear/index.ts'
import { memoryKv, SILENT } from '../../test/fakes/linear/kv.ts'
import { createClient } from './client.ts'
import { config, type LinearConfig } from './config.ts'
import { createGroupHandler } from './groups.ts'
import { createIdentities } from './identity.ts'
import { createInbound } from './inbound.ts'
import { createMarker } from './mark.ts'
import { createPlans } from './plan.ts'
import { createMemory } from './proof.ts'
import { createReader } from './reader.ts'
import { createSessions } from './sessions.ts'
import { createSweep } from './sweep.ts'
import { createTargets } from './targets.ts'
import { createThreads } from './threads.ts'
import { createRoutes } from './webhook.ts'

const MINUTE = 60_000

async function rig() {
  let nowMs = Date.now()
  const fake = await startLinearFake({ now: () => nowMs })
  const arrivals = new Set<string>()
  const arrived: { readonly name: string; readonly payload: Record<string, unknown> }[] = []
  const kv = memoryKv()
  const accept = (name: string, payload: unknown, { deliveryId }: Pick<Origin, 'deliveryId'>) => {
    const isKnown = arrivals.has(deliveryId)
    arrivals.add(deliveryId)
    if (!isKnown) arrived.push({ name, payload: payload as Record<string, unknown> })
    return { status: isKnown ? 'duplicate' : 'queued', id: 'x', announce: null }
  }
  const settings = config.parse({ apiKey: fake.apiKey, webhookSecret: fake.webhookSecret, apiUrl: fake.apiUrl })
  const hub = {
    config: settings,
    log: SILENT,
    kv,
    catalog: { match: (line: string) => (line.startsWith('hub help') ? {} : null) },
    command: async (call: Origin & { input: unknown }) => accept('command', { input: call.input }, call),
    publish: async (event: EventType, payload: unknown, origin: Origin) => accept(event.name, payload, origin),
  } as unknown as Hub<LinearConfig>
  const client = createClient(settings, () => nowMs)
  const identities = createIdentities(client, SILENT)
  await identities.get()
  const marker = createMarker(settings.webhookSecret)
  const targets = createTargets(() => null)
  const reader = createReader({ client, identities, marker, memory: createMemory(kv), targets })
  const inbound = createInbound(hub, {
    identities,
    marker,
    targets,
    sessions: createSessions(hub, client, createPlans(client, SILENT)),
    signals: { seen: () => undefined },
    threads: createThreads(kv, client),
  })
  const sweep = createSweep({ hub, client, identities, reader, inbound, kv, now: () => nowMs })
  const ctx = { log: SILENT, signal: AbortSignal.timeout(60_000), workspace: `linear:${fake.state.organization.id}` }
  const routes = createRoutes(hub, inbound, () => nowMs)
  return {
    fake,
    arrived,
    groups: createGroupHandler(reader, inbound),
    ctx: ctx as unknown as Context,
    /** The hub hears of changes from now on, or not. */
    online: (is: boolean) =>
      fake.people.subscribe(is ? async (request) => routes.fetch(new Request('http://hub.test/', request)) : null),
    run: () => sweep.run({ startMs: nowMs }, ctx as unknown as Context),
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}
let it: Awaited<ReturnType<typeof rig>>
let fake: LinearFake
beforeEach(async () => {
  it = await rig()
  fake = it.fake
})
afterEach(async () => {
  expect(fake.problems).toEqual([])
  await fake.close()
})
const changes = () => it.arrived.filter(({ name }) => name === 'issue.changed').map(({ payload }) => payload)
const recovered = () => it.arrived.filter(({ name }) => name === 'tracker.recovered').map(({ payload }) => payload)

test('what changed while the hub was away is heard, once, and the gap is told', async () => {
  fake.people.create({ title: 'Before the hub was there' })
  it.pass(10 * MINUTE)
  await it.run()
  it.pass(MINUTE)
  const old = fake.people.create({ title: 'Old' })
  it.pass(40 * MINUTE)
  const gone = fake.people.create({ title: 'Gone' })
  fake.people.remove(gone)
  fake.people.edit(old, { title: 'Changed' })
  fake.people.comment(old, { body: '/hub help' })
  it.pass(5 * MINUTE)
  await it.run()
  expect(changes().map(({ key, change, recovered: is }) => [key, change, is])).toEqual([
    ['ENG-3', 'deleted', true],
    ['ENG-2', 'updated', true],
    ['ENG-2', 'commented', true],
  ])
  expect(it.arrived.filter(({ name }) => name === 'command')).toHaveLength(1)
  expect(recovered()).toMatchObject([
    { plugin: 'linear', project: 'ENG', events: 2, lost: [expect.any(String), expect.any(String)] },
  ])
  const before = it.arrived.length
  it.pass(5 * MINUTE)
  await it.run()
  expect(it.arrived).toHaveLength(before)
})
test('what was heard already is not heard again, and no gap is told of a hub that was there', async () => {
  await it.run()
  it.online(true)
  it.pass(6 * MINUTE)
  await it.run()
  const issue = fake.people.create({})
  it.pass(1_000)
  fake.people.edit(issue, { title: 'New' })
  fake.people.edit(issue, { labelIds: [] })
  await fake.people.settled()
  const heard = it.arrived.length
  expect(heard).toBe(3)
  it.pass(6 * MINUTE)
  await it.run()
  expect(it.arrived).toHaveLength(heard)
  expect(recovered()).toEqual([])
})
test('what Linear may still tell by itself is left to it', async () => {
  await it.run()
  it.pass(10 * MINUTE)
  fake.people.create({})
  it.pass(MINUTE)
  await it.run()
  expect(changes()).toEqual([])
  it.pass(5 * MINUTE)
  await it.run()
  expect(changes()).toMatchObject([{ change: 'created', recovered: true }])
})
test('a look that failed half-way tells the whole gap when it is repeated', async () => {
  await it.run()
  it.pass(30 * MINUTE)
  const issue = fake.people.create({})
  fake.people.comment(issue, { body: '/hub help' })
  it.pass(5 * MINUTE)
  fake.refuse = /^CommentPage$/
  await expect(it.run()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(it.arrived).toEqual([])
  fake.refuse = null
  await it.run()
  expect(recovered()).toMatchObject([{ project: 'ENG', events: 1 }])
})
test('pages are read to the end', async () => {
  await it.run()
  it.pass(5 * MINUTE)
  for (let i = 0; i < 120; i++) fake.people.create({ title: `Issue ${i}` })
  it.pass(5 * MINUTE)
  await it.run()
  expect(changes()).toHaveLength(120)
})
test('a renamed label is told for each issue that carries it', async () => {
  const id = fake.state.labelId('needs-criteria')
  for (let i = 0; i < 60; i++) fake.people.create({ labels: ['needs-criteria'] })
  fake.people.create({ labels: ['other'] })
  const event = { kind: 'label', id, atMs: Date.now() }
  await it.groups.run(event, it.ctx)
  await it.groups.run(event, it.ctx)
  expect(changes()).toHaveLength(60)
  expect(changes()[0]).toMatchObject({ change: 'updated', changed: ['labels'], own: false })
})
