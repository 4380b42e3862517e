import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CommandCall, type EventType, type Hub, HubError, type IssueChanged, type Origin } from '#contract'
import { type LinearFake, startLinearFake, type Target } from '../../test/fakes/linear/index.ts'
import { memoryKv, SILENT } from '../../test/fakes/linear/kv.ts'
import { createClient } from './client.ts'
import { config, type LinearConfig } from './config.ts'
import { createIdentities } from './identity.ts'
import { createInbound } from './inbound.ts'
import { createMarker } from './mark.ts'
import { createPlans } from './plan.ts'
import { renderSection } from './section.ts'
import { createSessions } from './sessions.ts'
import { createTargets } from './targets.ts'
import { createThreads } from './threads.ts'
import { createRoutes } from './webhook.ts'

const NAMES = ['story', 'story show', 'hub help']
const HOUR_MS = 3_600_000
interface Published {
  readonly name: string
  readonly payload: Record<string, unknown>
  readonly origin: Origin
}

async function rig(options: { answer?: (call: CommandCall) => Promise<unknown>; bound?: boolean } = {}) {
  const fake = await startLinearFake()
  const calls: CommandCall[] = []
  const published: Published[] = []
  const seen: string[] = []
  const arrivals = new Set<string>()
  const kv = memoryKv()
  const status = (deliveryId: string) => {
    const known = arrivals.has(deliveryId)
    arrivals.add(deliveryId)
    return known ? 'duplicate' : 'queued'
  }
  const settings = config.parse({ apiKey: fake.apiKey, webhookSecret: fake.webhookSecret, apiUrl: fake.apiUrl })
  const hub = {
    config: settings,
    log: SILENT,
    kv,
    catalog: {
      match: (line: string) => (NAMES.some((name) => line === name || line.startsWith(`${name} `)) ? {} : null),
    },
    command: async (call: CommandCall) => {
      await options.answer?.(call)
      const known = status(call.deliveryId)
      if (known === 'queued') calls.push(call)
      return { status: known, id: 'job', announce: null }
    },
    publish: async (event: EventType, payload: Record<string, unknown>, origin: Origin) => {
      const known = status(origin.deliveryId)
      if (known === 'queued') published.push({ name: event.name, payload, origin })
      return { status: known, id: 'event', announce: null }
    },
  } as unknown as Hub<LinearConfig>
  const client = createClient(settings)
  const identities = createIdentities(client, SILENT)
  await identities.get()
  const bindings = options.bound ? { boundTo: async () => [{}] } : null
  const marker = createMarker(fake.webhookSecret)
  const threads = createThreads(kv, client)
  const inbound = createInbound(hub, {
    identities,
    marker,
    targets: createTargets(() => bindings as never),
    sessions: createSessions(hub, client, createPlans(client, SILENT)),
    signals: { seen: (id) => void seen.push(id) },
    threads,
  })
  const routes = createRoutes(hub, inbound)
  const target: Target = async (request) => routes.fetch(new Request('http://hub.test/', request))
  const issues = () =>
    published.filter(({ name }) => name === 'issue.changed').map(({ payload }) => payload as IssueChanged)
  return { fake, people: fake.people, calls, published, issues, seen, target, marker, threads }
}
let it: Awaited<ReturnType<typeof rig>>
let fake: LinearFake
const open = async (options: Parameters<typeof rig>[0] = {}) => {
  await fake?.close()
  it = await rig(options)
  fake = it.fake
}
beforeEach(() => open())
afterEach(() => fake.close())

describe('a comment', () => {
  test('that begins with a command is one, all of it, and is answered in its thread', async () => {
    const issue = it.people.create({})
    const { status, comment } = await it.people.say(it.target, issue, { body: '/story As a shopper\r\nI want to pay' })
    expect(status).toBe(200)
    const { organization, ann } = fake.state
    const workspace = `linear:${organization.id}`
    expect(it.calls).toEqual([
      {
        workspace,
        deliveryId: `comment:${comment.id}`,
        actor: { plugin: 'linear', id: ann.id },
        actorName: 'Ann',
        place: { plugin: 'linear', workspace, channel: issue.id, thread: comment.id, visibility: 'team' },
        lane: `${workspace}|${issue.id}|${comment.id}`,
        input: 'story As a shopper\nI want to pay',
      },
    ])
    expect(it.seen).toEqual([comment.id])
    expect(it.issues()).toMatchObject([{ change: 'commented', issueId: issue.id, own: false }])
  })
  test('/story alone has its issue read first', async () => {
    const issue = it.people.create({})
    await it.people.say(it.target, issue, { body: '/story' })
    expect(it.calls).toEqual([])
    expect(it.published[0]).toMatchObject({ name: 'linear.story-asked', payload: { issueId: issue.id } })
  })
  test('that names the hub is for it', async () => {
    await it.people.say(it.target, it.people.create({}), { body: '@hub: add a criterion' })
    await it.people.say(it.target, it.people.create({}), { body: '@hub /story show ST-1' })
    expect(it.calls.map(({ input }) => input)).toEqual(['add a criterion', 'story show ST-1'])
  })
  test('in a thread where the hub asked is the answer; anywhere else it is talk', async () => {
    const issue = it.people.create({})
    const { id } = it.people.comment(issue, { body: '/story show' })
    await it.threads.asked({ channel: issue.id, thread: id })
    await it.people.say(it.target, issue, { body: 'ST-1', parentId: id })
    await it.people.say(it.target, issue, { body: 'ST-1' })
    expect(it.calls.map(({ input, place }) => [input, place.thread])).toEqual([['ST-1', id]])
  })
  test.each<[string, Parameters<typeof it.people.say>[2]]>([
    ['without a command', { body: 'Looks good to me' }],
    ['with the command of another bot', { body: '/lgtm' }],
    ['that quotes one', { body: '> /story something' }],
    ['that came from Slack, where it is heard already', { body: '/story something', fromSlack: 'unknown' }],
    ['that somebody known wrote in Slack', { body: '@hub /story something', fromSlack: 'known' }],
  ])('%s is no command', async (_what, said) => {
    expect((await it.people.say(it.target, it.people.create({}), said)).status).toBe(200)
    expect([it.calls, it.seen]).toEqual([[], []])
  })
  test('of the hub itself is not heard, and an edit of it by somebody else is', async () => {
    const issue = it.people.create({})
    const comment = { ...it.people.comment(issue, { body: '/story x', by: fake.state.hub }) }
    const { idFor } = await import('./mark.ts')
    Object.assign(comment, { id: idFor('delivery-1') })
    await it.people.deliver(it.target, it.people.commentEvent(comment, 'create', fake.state.hub))
    expect([it.calls, it.published]).toEqual([[], []])
    await it.people.deliver(it.target, it.people.commentEvent(comment, 'update', fake.state.ann))
    expect(it.issues()).toMatchObject([{ changed: ['section'], own: false }])
  })
})

describe('a change of an issue', () => {
  const section = (issueId: string, storyRef = 'ST-1') =>
    renderSection(it.marker, issueId, {
      storyRef,
      criteria: [{ id: 'AC-1', title: 'One', lines: [] }],
      notes: [],
      place: { kind: 'description' },
    }).text
  test('is told in the lane of its issue, with what changed', async () => {
    const issue = it.people.create({ body: 'Before.' })
    await it.people.deliver(it.target, it.people.edit(issue, { title: 'New', labelIds: [] }))
    const workspace = `linear:${fake.state.organization.id}`
    expect(it.published).toEqual([
      {
        name: 'issue.changed',
        payload: {
          plugin: 'linear',
          issueId: issue.id,
          key: 'ENG-1',
          project: 'ENG',
          change: 'updated',
          atMs: Date.parse(issue.updatedAt),
          changed: ['title', 'labels'],
          own: false,
          recovered: false,
        },
        origin: {
          workspace,
          deliveryId: `issue:${issue.id}:${Date.parse(issue.updatedAt)}`,
          lane: `${workspace}|${issue.id}`,
          actor: { plugin: 'linear', id: fake.state.ann.id },
        },
      },
    ])
  })
  test('by the hub is its own; by the person who owns the key, or by another bot, it is not', async () => {
    const { hub, ann } = fake.state
    const issue = it.people.create({ body: 'Before.' })
    const ours = `Before.\n\n${section(issue.id)}`
    await it.people.deliver(it.target, it.people.edit(issue, { description: ours }, hub))
    await it.people.deliver(it.target, it.people.edit(issue, { description: ours.replace('One', 'Two') }, hub))
    await it.people.deliver(it.target, it.people.edit(issue, { description: `Also this. ${ours}` }, hub))
    await it.people.deliver(it.target, it.people.edit(issue, { description: ours }, ann))
    expect(it.issues().map(({ changed, own }) => [changed, own])).toEqual([
      [['section'], true],
      [['section'], false],
      [['body', 'section'], false],
      [['body'], false],
    ])
  })
  test('that pastes the section of another issue is a change of the text', async () => {
    const issue = it.people.create({ body: 'Before.' })
    const pasted = `Before.\n\n${section('11111111-1111-4111-8111-111111111111')}`
    await it.people.deliver(it.target, it.people.edit(issue, { description: pasted }, fake.state.hub))
    expect(it.issues()).toMatchObject([{ changed: ['body'], own: false }])
  })
  test('says when it was created, moved, put into the trash and taken out again', async () => {
    const { ann } = fake.state
    const issue = it.people.create({})
    await it.people.deliver(it.target, it.people.issueEvent(issue, 'create', {}, ann))
    it.people.move(issue)
    await it.people.deliver(it.target, it.people.issueEvent(issue, 'update', { teamId: 'x' }, ann))
    await it.people.deliver(it.target, it.people.edit(issue, { archivedAt: '2026-11-21T00:00:00Z', trashed: true }))
    await it.people.deliver(it.target, it.people.edit(issue, { archivedAt: null, trashed: null }))
    await it.people.deliver(it.target, it.people.issueEvent(issue, 'remove', {}, ann))
    expect(it.issues().map(({ change, key }) => `${change} ${key}`)).toEqual([
      'created ENG-1',
      'moved OPS-1',
      'deleted OPS-1',
      'restored OPS-1',
      'deleted OPS-1',
    ])
  })
  test('that names former values which still hold changed in the others alone', async () => {
    const issue = it.people.create({ title: 'Now', body: 'Text.' })
    const from = { title: 'Before', description: 'Text.', archivedAt: null, teamId: issue.teamId, trashed: null }
    await it.people.deliver(it.target, it.people.issueEvent(issue, 'update', from, fake.state.ann))
    expect(it.issues()).toMatchObject([{ change: 'updated', changed: ['title'] }])
  })
  test('that concerns nobody, such as its place in a list, is left alone', async () => {
    const issue = it.people.create({})
    await it.people.deliver(
      it.target,
      it.people.issueEvent(issue, 'update', { sortOrder: 1, boardOrder: 2 }, fake.state.ann),
    )
    expect(it.published).toEqual([])
  })
  test('that arrives behind a later one carries its own time, by which the later one stands', async () => {
    const issue = it.people.create({})
    const older = it.people.edit(issue, { title: 'First' })
    const olderText = structuredClone(older)
    const newer = it.people.edit(issue, { title: 'Second' })
    await it.people.deliver(it.target, newer)
    await it.people.deliver(it.target, olderText)
    const [a, b] = it.issues()
    expect(a?.atMs).toBeGreaterThan(b?.atMs ?? Number.NaN)
  })
  test('in a project of Linear that is joined to something is told for that project', async () => {
    await open({ bound: true })
    const issue = it.people.create({})
    issue.projectId = fake.state.projects[0]?.id ?? null
    await it.people.deliver(it.target, it.people.edit(issue, { title: 'New' }))
    expect(it.issues()[0]?.project).toBe('project/a1b2c3d4e5f6')
  })
})
test.each([
  ['IssueLabel', 'update', 'label'],
  ['IssueLabel', 'remove', 'label'],
  ['Project', 'update', 'project'],
])('%s %s has the issues asked for that carry it', async (type, action, kind) => {
  const id = '33333333-3333-4333-8333-333333333333'
  const data = { id, name: 'renamed', updatedAt: '2026-11-21T10:00:00.000Z' }
  await it.people.deliver(it.target, { type, action, data, updatedFrom: { name: 'needs-criteria' } })
  expect(it.published).toMatchObject([{ name: 'linear.group-changed', payload: { kind, id } }])
})

test('a deleted attachment of the hub has its issue looked at; of anybody else it is nothing', async () => {
  const issue = it.people.create({})
  const { idFor } = await import('./mark.ts')
  const data = (id: string) => ({ id, issueId: issue.id, updatedAt: '2026-11-21T10:00:00.000Z' })
  for (const id of [idFor('proof'), '44444444-4444-4444-8444-444444444444'])
    await it.people.deliver(it.target, { type: 'Attachment', action: 'remove', data: data(id) })
  expect(it.published).toMatchObject([{ name: 'linear.group-changed', payload: { kind: 'issue', id: issue.id } }])
})
describe('an agent session', () => {
  test('gets its thought before the work, in one lane', async () => {
    const issue = it.people.create({ title: 'Refunds', body: 'Money back.' })
    const { session } = await it.people.openSession(it.target, issue, { prompt: '@hub pay faster' })
    const [thought] = it.published
    const [call] = it.calls
    expect(thought).toMatchObject({ name: 'linear.session-opened', payload: { about: 'ENG-1' } })
    expect(call?.place.thread).toBe(`session:${session.id}`)
    expect(call?.lane).toBe(thought?.origin.lane)
  })
  test('delegated without a word has its issue read first', async () => {
    const issue = it.people.create({ title: 'Refunds', body: 'Money back.' })
    const { session } = await it.people.openSession(it.target, issue, {})
    expect(it.published.map(({ name }) => name)).toEqual(['linear.session-opened', 'linear.story-asked'])
    expect(it.published[1]?.payload).toMatchObject({ issueId: issue.id, thread: `session:${session.id}` })
    expect(it.calls).toEqual([])
  })
  test.each([
    ['@hub pay with a saved card', 'story pay with a saved card'],
    ['[@Hub](https://linear.app/acme/profiles/hub): pay faster', 'story pay faster'],
    ['https://linear.app/acme/profiles/hub /hub help', 'hub help'],
  ])('%s runs %s', async (prompt, input) => {
    await it.people.openSession(it.target, it.people.create({}), { prompt })
    expect(it.calls[0]?.input).toBe(input)
  })
  test('is continued by what is said in it, and stopped outside of the lane in which the work runs', async () => {
    const { session } = await it.people.openSession(it.target, it.people.create({}), {})
    await it.people.prompt(it.target, session, { body: 'add a criterion for refunds' })
    await it.people.prompt(it.target, session, { body: 'Stop', signal: 'stop' })
    expect(it.calls.map(({ input }) => input).at(-1)).toBe('add a criterion for refunds')
    const stop = it.published.at(-1)
    expect(stop).toMatchObject({ name: 'linear.session-stopped', payload: { by: 'Ann' } })
    expect(stop?.origin.lane).toBeUndefined()
    expect(it.calls).toHaveLength(1)
  })
})

describe('a delivery', () => {
  test('that comes again, by whatever way, has no second effect', async () => {
    const issue = it.people.create({})
    const { comment } = await it.people.say(it.target, issue, { body: '/hub help', deliveryId: 'one' })
    const event = it.people.commentEvent(comment, 'create', fake.state.ann)
    for (const deliveryId of ['one', 'another']) await it.people.deliver(it.target, event, { deliveryId })
    // Signed anew by a retry, and recorded and played back with another id.
    await it.people.deliver(it.target, event, { atMs: Date.now() - HOUR_MS })
    expect(it.calls).toHaveLength(1)
    expect(it.issues()).toHaveLength(1)
  })
  test.each([60_000, HOUR_MS, 7 * HOUR_MS + 60_000])('that Linear tries again after %i ms is taken', async (age) => {
    const said = { body: '/hub help', atMs: Date.now() - age }
    expect((await it.people.say(it.target, it.people.create({}), said)).status).toBe(200)
    expect(it.calls).toHaveLength(1)
  })
  test.each<[string, Parameters<typeof it.people.say>[2]]>([
    ['older than the last retry', { body: '/hub help', atMs: Date.now() - 9 * HOUR_MS }],
    ['from the future', { body: '/hub help', atMs: Date.now() + 5 * 60_000 }],
    ['signed by somebody else', { body: '/hub help', secret: 'another secret of the webhook' }],
    ['signed with no secret', { body: '/hub help', secret: '' }],
  ])('%s is refused', async (_what, said) => {
    expect((await it.people.say(it.target, it.people.create({}), said)).status).toBe(401)
    expect([it.calls, it.published]).toEqual([[], []])
  })
  test('without a time in what was signed is refused, whatever the header says', async () => {
    const { signLinear } = await import('../../test/fakes/linear/sign.ts')
    const body = JSON.stringify({ type: 'Issue', action: 'create', organizationId: fake.state.organization.id })
    const headers = { 'linear-timestamp': String(Date.now()), ...signLinear(body, fake.webhookSecret) }
    expect((await it.target({ method: 'POST', headers, body })).status).toBe(401)
    expect((await it.target({ method: 'POST', headers: {}, body })).status).toBe(401)
  })
  test('of a workspace that the key does not open is acknowledged and left alone', async () => {
    const said = { body: '/hub help', organizationId: '0b3f1c1e-0000-4000-8000-000000000000' }
    expect((await it.people.say(it.target, it.people.create({}), said)).status).toBe(200)
    expect([it.calls, it.published]).toEqual([[], []])
  })
  test.each(['Reaction', 'Cycle', 'AppUserNotification', 'an event of next year'])(
    'of %s is acknowledged',
    async (type) => {
      expect((await it.people.deliver(it.target, { type, action: 'create', data: { id: 1 } })).status).toBe(200)
      expect([it.calls, it.published]).toEqual([[], []])
    },
  )
  test('is not acknowledged while it cannot be stored, so that Linear sends it again', async () => {
    await open({
      answer: async () => {
        throw new HubError('UNAVAILABLE', 'the database is away')
      },
    })
    expect((await it.people.say(it.target, it.people.create({}), { body: '/hub help' })).status).toBe(503)
  })
  test('that can never be stored is', async () => {
    await open({
      answer: async () => {
        throw new HubError('TOO_LARGE', 'too long')
      },
    })
    expect((await it.people.say(it.target, it.people.create({}), { body: '/story x' })).status).toBe(200)
  })
})
