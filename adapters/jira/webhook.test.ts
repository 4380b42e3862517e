import { existsSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { type CommandCall, type Hub, HubError, type IssueChanged, type Origin } from '#contract'
import { ANN, BEN, BOT, type FakeEvent, type FakeIssue, type Target } from '../../test/fakes/jira/index.ts'
import { openJira } from '../../test/fakes/jira/ports.ts'
import { signJira } from '../../test/fakes/jira/sign.ts'
import { createChannel } from './channel.ts'
import { config, type JiraConfig } from './config.ts'
import { fromMarkdown } from './from-markdown.ts'
import { createGatheredRead } from './gathered.ts'
import { createInbound } from './inbound.ts'
import { createOwn } from './own.ts'
import { placeOf } from './place.ts'
import { createSeen } from './seen.ts'
import { verifyJira } from './verify.ts'
import { createRoutes } from './webhook.ts'

const NAMES = ['story', 'story show', 'hub help']
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const signal = AbortSignal.timeout(60_000)

async function rig(answer: () => Promise<unknown> = async () => undefined) {
  const { fake, settings, client, workspace, kv, tracker, close } = await openJira()
  const calls: CommandCall[] = []
  const events: { readonly payload: IssueChanged; readonly origin: Origin }[] = []
  const known = new Set<string>()
  const once = (id: string) => {
    const status = known.has(id) ? ('duplicate' as const) : ('queued' as const)
    known.add(id)
    return { status, id, announce: null }
  }
  const hub = {
    config: settings,
    log: SILENT,
    catalog: {
      match: (line: string) => (NAMES.some((name) => line === name || line.startsWith(`${name} `)) ? {} : null),
    },
    async command(call: CommandCall) {
      await answer()
      const receipt = once(call.deliveryId)
      if (receipt.status === 'queued') calls.push(call)
      return receipt
    },
    async publish(_event: unknown, payload: IssueChanged, origin: Origin) {
      await answer()
      const receipt = once(origin.deliveryId)
      if (receipt.status === 'queued') events.push({ payload, origin })
      return receipt
    },
  } as unknown as Hub<JiraConfig>
  const seen = createSeen(kv)
  const inbound = createInbound({
    hub,
    workspace,
    own: createOwn(client, createGatheredRead(client)),
    seen,
    isBound: async () => false,
    isOurHook: async () => true,
    lookAt: async () => undefined,
    aboutIssue: async () => 'Saved cards\n\nShoppers type their card each time.',
    now: Date.now,
  })
  const routes = createRoutes(hub, inbound)
  const target: Target = async (request) => routes.fetch(new Request('http://hub.test/', request))
  const issue = fake.world.create(ANN, { project: 'PAY', summary: 'Saved cards' })
  const latest = (): FakeEvent => {
    const event = fake.world.events.at(-1)
    if (!event) throw new Error('nothing happened')
    return event
  }
  return {
    fake,
    calls,
    events,
    target,
    routes,
    tracker,
    workspace,
    issue,
    seen,
    channel: createChannel(client),
    latest,
    tell: (more?: Parameters<typeof fake.deliver>[2]) => fake.deliver(target, latest(), more),
    close,
  }
}
type Rig = Awaited<ReturnType<typeof rig>>
let rigs: Rig[] = []
const open = async (...args: Parameters<typeof rig>) => {
  const made = await rig(...args)
  rigs.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(rigs.map((one) => one.close()))
  rigs = []
})

describe('the signature', () => {
  const body = Buffer.from('{"webhookEvent":"jira:issue_created"}')
  const secret = "It's a Secret to Everybody"
  const headers = (signed: Record<string, string>) => new Headers(signed)
  test('of Jira’s own example holds', () => {
    const signed = headers({
      'x-hub-signature': 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9',
    })
    expect(verifyJira(Buffer.from('Hello World!'), signed, secret)).toBe(true)
    expect(verifyJira(Buffer.from('Hello World?'), signed, secret)).toBe(false)
  })
  const vector = new URL('../../../shared/data/jira/x-hub-signature-vector.json', import.meta.url)
  test.skipIf(!existsSync(vector))('of the documented vector holds (skipped without ../shared/data)', () => {
    const given = JSON.parse(readFileSync(vector, 'utf8')) as Record<string, string>
    const signed = headers({ 'x-hub-signature': given['X-Hub-Signature'] ?? '' })
    expect(verifyJira(Buffer.from(given.payload ?? ''), signed, given.secret ?? '')).toBe(true)
  })
  test.each(['md5', 'sha1'] as const)(
    'made with %s is refused although it is right: nobody chooses a weaker one',
    (method) => {
      expect(verifyJira(body, headers(signJira(body, secret, method)), secret)).toBe(false)
    },
  )
  test('over an empty secret is refused: anybody could make it', () => {
    expect(verifyJira(body, headers(signJira(body, '')), '')).toBe(false)
    expect(
      config.safeParse({ baseUrl: 'https://a.test', email: 'a@b.cc', apiToken: 't', webhookSecret: '' }).success,
    ).toBe(false)
  })
  test.each(['', 'sha256=', 'sha256=zz', `SHA256=${'0'.repeat(64)}`, `sha256=${'0'.repeat(63)}`])(
    '“%s” is none',
    (value) => {
      expect(verifyJira(body, headers({ 'x-hub-signature': value }), secret)).toBe(false)
    },
  )
  test('is not replaced by a token that nobody here can check', async () => {
    const it = await open()
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const none = `${part({ alg: 'none', typ: 'JWT' })}.${part({ iss: 'jira', qsh: 'x', exp: 4_000_000_000 })}.`
    for (const authorization of [`JWT ${none}`, `Bearer ${none}`])
      for (const target of ['http://hub.test/', `http://hub.test/?jwt=${none}`]) {
        const sent = { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: '{}' }
        expect((await it.routes.fetch(new Request(target, sent))).status).toBe(401)
      }
  })
  test('is checked before anything is parsed', async () => {
    const it = await open()
    const answer = await it.target({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"not json',
    })
    expect(answer.status).toBe(401)
  })
})

describe('a comment', () => {
  test('that begins with a command is one, and is answered where it stands', async () => {
    const it = await open()
    expect(
      (await it.fake.say(it.target, it.issue, '/story As a shopper I want\r\nto pay with a \\[saved\\] card')).status,
    ).toBe(200)
    expect(it.calls).toEqual([
      {
        workspace: it.workspace,
        deliveryId: `${it.latest().identifier}:command`,
        actor: { plugin: 'jira', id: ANN.accountId },
        actorName: 'Ann Example',
        place: { plugin: 'jira', workspace: it.workspace, channel: it.issue.id, visibility: 'team' },
        lane: `${it.workspace}|${it.issue.id}`,
        input: 'story As a shopper I want\nto pay with a [saved] card',
      },
    ])
    expect(it.events.map(({ payload }) => payload.change)).toEqual(['commented'])
  })
  test('/story alone means the issue it stands under', async () => {
    const it = await open()
    await it.fake.say(it.target, it.issue, '/story')
    expect(it.calls[0]?.input).toBe('story Saved cards\n\nShoppers type their card each time.')
  })
  test('for a group is answered to that group', async () => {
    const it = await open()
    await it.fake.say(it.target, it.issue, '/hub help', ANN, { type: 'role', value: 'Leads', identifier: 'Leads' })
    expect(it.calls[0]?.place).toEqual(placeOf(it.workspace, it.issue.id, { type: 'role', id: 'Leads' }))
  })
  test('delivered again has no second effect', async () => {
    const it = await open()
    await it.fake.say(it.target, it.issue, '/hub help')
    for (const retry of [1, 2, 3]) await it.tell({ retry })
    expect([it.calls.length, it.events.length]).toEqual([1, 1])
  })
  test.each<[string, string, typeof ANN]>([
    ['without a command', 'Looks good to me', ANN],
    ['with the command of another bot', '/lgtm', ANN],
    ['that quotes one', '{quote}/story x{quote}', ANN],
    ['of an app', '/hub help', { ...BEN, accountType: 'app' }],
    ['of a customer', '/hub help', { ...BEN, accountType: 'customer' }],
  ])('%s runs nothing', async (_what, body, by) => {
    const it = await open()
    expect((await it.fake.say(it.target, it.issue, body, by)).status).toBe(200)
    expect(it.calls).toEqual([])
  })
  test('of ours is known, also when it prints a command', async () => {
    const it = await open()
    const to = placeOf(it.workspace, it.issue.id, null)
    await it.channel.deliver({ key: 'k', op: 'post', to, message: { text: '/story approve ST-1' } }, signal)
    await it.tell()
    expect(it.calls).toEqual([])
    expect(it.events.map(({ payload }) => payload.own)).toEqual([true])
  })
  test('that somebody types with the hub’s own account is theirs', async () => {
    const it = await open()
    await it.fake.say(it.target, it.issue, '/hub help', BOT)
    expect(it.calls.map(({ input }) => input)).toEqual(['hub help'])
    expect(it.events.map(({ payload }) => payload.own)).toEqual([false])
  })
})

describe('a change', () => {
  const rung = (it: Rig) => it.events.map(({ payload }) => payload)
  test('is told with what changed, by whom and when, in the lane of its issue', async () => {
    const it = await open()
    it.fake.world.edit(ANN, it.issue, { summary: 'Stored cards', labels: ['x'], status: 'In Progress' })
    await it.tell()
    expect(it.events).toEqual([
      {
        payload: {
          plugin: 'jira',
          issueId: it.issue.id,
          key: it.issue.key,
          project: 'PAY',
          change: 'updated',
          atMs: it.issue.updatedMs,
          changed: ['title', 'labels', 'status'],
          own: false,
          recovered: false,
        },
        origin: {
          workspace: it.workspace,
          deliveryId: it.latest().identifier,
          lane: `${it.workspace}|${it.issue.id}`,
          actor: { plugin: 'jira', id: ANN.accountId },
        },
      },
    ])
  })
  test.each<[string, (it: Rig, issue: FakeIssue) => void, Partial<IssueChanged>]>([
    ['created', (it) => void it.fake.world.create(BEN, { project: 'PAY' }), { change: 'created' }],
    ['moved', (it, issue) => it.fake.world.move(BEN, issue, 'NEW'), { change: 'moved', project: 'NEW', key: 'NEW-1' }],
    ['deleted', (it, issue) => it.fake.world.remove(BEN, issue), { change: 'deleted', project: 'PAY' }],
  ])('%s', async (_what, act, expected) => {
    const it = await open()
    act(it, it.issue)
    await it.tell()
    expect(rung(it)).toEqual([expect.objectContaining({ ...expected, own: false })])
  })
  test('of ours is known by the account and by the proof', async () => {
    const it = await open()
    const section = { storyRef: 'ST-1', criteria: [{ id: 'AC-1', title: 'Pays', lines: [] }], notes: [] }
    for (const place of [
      { kind: 'description' },
      { kind: 'field', field: 'Acceptance criteria' },
      { kind: 'comment' },
    ] as const) {
      const issue = it.fake.world.create(ANN, { project: 'PAY', description: fromMarkdown('Before.') })
      const found = await it.tracker.get(it.workspace, issue.id, place, signal)
      if (!found) throw new Error('not found')
      await it.tracker.write(found, { ...section, place }, signal)
      await it.tell()
      expect(rung(it).at(-1), place.kind).toMatchObject({ issueId: issue.id, own: true })
    }
    await it.tracker.create({ workspace: it.workspace, project: 'PAY', title: 'New', body: '', key: 'k' }, signal)
    await it.tell()
    expect(rung(it).at(-1)).toMatchObject({ change: 'created', own: true })
  })
  test('by somebody who shares the hub’s account is still seen', async () => {
    const it = await open()
    const place = { kind: 'description' } as const
    const found = await it.tracker.get(it.workspace, it.issue.id, place, signal)
    if (!found) throw new Error('not found')
    await it.tracker.write(found, { storyRef: 'ST-1', criteria: [], notes: [], place }, signal)
    it.fake.world.edit(BOT, it.issue, { summary: 'By hand' })
    await it.tell()
    const written = JSON.stringify(it.issue.description)
    it.fake.world.edit(BOT, it.issue, {
      description: JSON.parse(
        written.replace('"content":[', '"content":[{"type":"paragraph","content":[{"type":"text","text":"x"}]},'),
      ),
    })
    await it.tell()
    expect(rung(it).map(({ own }) => own)).toEqual([false, false])
  })
  test('of the criteria in a comment of the hub is a change of the section, whoever makes it', async () => {
    const it = await open()
    const place = { kind: 'comment' } as const
    const found = await it.tracker.get(it.workspace, it.issue.id, place, signal)
    if (!found) throw new Error('not found')
    const criteria = [{ id: 'AC-1', title: 'Pays', lines: [] }]
    await it.tracker.write(found, { storyRef: 'ST-1', criteria, notes: [], place }, signal)
    const [comment] = it.fake.comments(it.issue.id)
    if (!comment) throw new Error('no comment')
    it.fake.world.editComment(
      ANN,
      it.issue,
      comment,
      JSON.parse(JSON.stringify(comment.body).replace('Pays', 'Pays soon')),
    )
    await it.tell()
    it.fake.world.removeComment(ANN, it.issue, comment)
    await it.tell()
    const words = it.fake.world.comment(ANN, it.issue, fromMarkdown('Just words'))
    it.fake.world.editComment(ANN, it.issue, words, fromMarkdown('Other words'))
    await it.tell()
    expect(rung(it).map(({ change, changed, own }) => [change, changed, own])).toEqual([
      ['updated', ['section'], false],
      ['updated', ['section'], false],
      ['commented', [], false],
    ])
  })
  test('is still told while Jira cannot say whose it was', async () => {
    const it = await open()
    it.fake.world.edit(BOT, it.issue, { summary: 'x' })
    await it.fake.goAway()
    expect((await it.tell()).status).toBe(200)
    expect(rung(it)).toEqual([expect.objectContaining({ own: false })])
  })
  test('that arrives behind a later one carries its own time, and leaves what was seen alone', async () => {
    const it = await open()
    it.fake.world.edit(ANN, it.issue, { summary: 'first' })
    const earlier = it.latest()
    it.fake.world.edit(ANN, it.issue, { summary: 'second' })
    await it.tell()
    const seenMs = await it.seen.untilMs(it.issue.id)
    await it.fake.deliver(it.target, earlier)
    const [second, first] = rung(it)
    expect(first?.atMs).toBeLessThan(second?.atMs ?? 0)
    expect(await it.seen.untilMs(it.issue.id)).toBe(seenMs)
  })
})

test('a comment hides nothing that was changed before it from the sweep', async () => {
  const it = await open()
  await it.fake.say(it.target, it.issue, 'Just words')
  expect(await it.seen.untilMs(it.issue.id)).toBe(0)
  expect(await it.seen.commentedMs(it.issue.id)).toBeGreaterThan(0)
})
test('a clock of Jira’s that is ahead hides nothing from the sweep', async () => {
  const it = await open()
  const { payload, identifier } = it.latest()
  const ahead = { identifier, payload: { ...payload, timestamp: Date.now() + 7 * 24 * 3_600_000 } }
  expect((await it.fake.deliver(it.target, ahead)).status).toBe(200)
  expect(it.events).toHaveLength(1)
  expect(await it.seen.untilMs(it.issue.id)).toBeLessThanOrEqual(Date.now())
})

describe('a delivery', () => {
  test('is not acknowledged while it cannot be stored, so that Jira tries again', async () => {
    const it = await open(async () => {
      throw new HubError('UNAVAILABLE', 'the database is away')
    })
    expect((await it.fake.say(it.target, it.issue, '/hub help')).status).toBe(503)
  })
  test('with a command that can never be stored is, and the change is told', async () => {
    let first = true
    const it = await open(async () => {
      if (first) {
        first = false
        throw new HubError('TOO_LARGE', 'too long')
      }
    })
    expect((await it.fake.say(it.target, it.issue, '/story x')).status).toBe(200)
    expect(it.events).toHaveLength(1)
  })
  test('older than a day is left alone', async () => {
    const it = await open()
    const { payload, identifier } = it.latest()
    const old = { identifier, payload: { ...payload, timestamp: Date.now() - 25 * 3_600_000 } }
    expect((await it.fake.deliver(it.target, old)).status).toBe(200)
    expect(it.events).toEqual([])
  })
  test.each<[string, Record<string, unknown>]>([
    ['an event of next year', { webhookEvent: 'board_painted', timestamp: Date.now(), issue: { id: '1', key: 'A-1' } }],
    [
      'a comment without its issue',
      { webhookEvent: 'comment_created', timestamp: Date.now(), comment: { id: '1', body: '/story x' } },
    ],
    ['nothing', {}],
    ['another shape', { webhookEvent: 7, timestamp: 'soon', issue: [] }],
  ])('with %s is acknowledged', async (_what, payload) => {
    const it = await open()
    expect((await it.fake.deliver(it.target, { identifier: 'wh-strange-1', payload })).status).toBe(200)
    expect([it.calls, it.events]).toEqual([[], []])
  })
})
