import { afterEach, describe, expect, test } from 'vitest'
import type { CommandCall, Hub, IssueChanged, Message } from '#contract'
import { openDataCenter } from '../../../test/fakes/jira/data-center-ports.ts'
import { keyOf } from '../../../test/fakes/jira/data-center-routes.ts'
import { ANN, BEN, BOT, FIELD, LINE_FIELD, type Target } from '../../../test/fakes/jira/index.ts'
import { signJira } from '../../../test/fakes/jira/sign.ts'
import { memoryKv } from '../../../test/support/kv.ts'
import { createChannel } from '../channel.ts'
import type { JiraConfig } from '../config.ts'
import { createEdition } from '../edition.ts'
import { createFields } from '../fields.ts'
import { createGatheredRead } from '../gathered.ts'
import { ensureHook } from '../hooks.ts'
import { createInbound } from '../inbound.ts'
import { createOwn } from '../own.ts'
import { histories } from '../payloads.ts'
import { placeOf } from '../place.ts'
import { createSeen } from '../seen.ts'
import { createRoutes } from '../webhook.ts'
import { addressOf } from './address.ts'
import { fromDataCenter } from './deliveries.ts'
import { createDataCenterHooks } from './hooks.ts'

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const { signal } = new AbortController()

async function open(version: string) {
  const { fake, settings, client, workspace, tracker, close } = await openDataCenter({ version })
  const calls: CommandCall[] = []
  const events: IssueChanged[] = []
  const looked: string[] = []
  const hub = {
    config: settings,
    log: SILENT,
    catalog: { match: (line: string) => (line.startsWith('story') ? {} : null) },
    command: async (call: CommandCall) => void calls.push(call),
    publish: async (_event: unknown, payload: IssueChanged) => {
      events.push(payload)
      return { status: 'queued' }
    },
  } as unknown as Hub<JiraConfig>
  const inbound = createInbound({
    hub,
    workspace,
    own: createOwn(client, createGatheredRead(client)),
    seen: createSeen(memoryKv(Date.now)),
    isBound: async () => false,
    isOurHook: async () => true,
    async lookAt({ changelog }) {
      for (const { fieldId } of changelog?.items ?? []) looked.push(`${changelog?.id}: ${fieldId}`)
    },
    aboutIssue: async () => 'Saved cards',
    now: Date.now,
  })
  const edition = createEdition(client, 'data-center')
  const routes = createRoutes(hub, fromDataCenter(inbound, client, createFields(client)), Date.now, edition)
  const at =
    (url: string): Target =>
    async (request) =>
      routes.fetch(new Request(url.replace('/hooks/jira', '/'), request))
  const issue = fake.world.create(ANN, { project: 'PAY', summary: 'Saved cards', description: 'Text' })
  const address = addressOf('https://hub.test', fake.webhookSecret, edition.signs() ?? version.startsWith('10'))
  const latest = () => {
    const event = fake.world.events.at(-1)
    if (!event) throw new Error('nothing happened')
    return event
  }
  const made = {
    fake,
    calls,
    events,
    looked,
    edition,
    issue,
    address,
    tracker,
    workspace,
    client,
    settings,
    channel: createChannel(client),
    tell: (url = address, headers: Readonly<Record<string, string>> = {}) => fake.deliver(at(url), latest(), headers),
    close,
  }
  rigs.push(made)
  return made
}
let rigs: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(rigs.map((one) => one.close()))
  rigs = []
})

describe('a delivery is believed', () => {
  test('by its signature alone since Jira 10, and not before the site has said its version', async () => {
    const { edition, tell, fake, events } = await open('10.3.2')
    expect(await tell()).toEqual([{ status: 401, text: '' }])
    await edition.check(signal)
    expect(await tell()).toEqual([{ status: 200, text: '' }])
    const proven = addressOf('https://hub.test', fake.webhookSecret, false)
    for (const header of [
      '',
      'sha256=',
      `sha256=${'0'.repeat(64)}`,
      signJira('{}', fake.webhookSecret, 'md5')['x-hub-signature'] ?? '',
    ])
      expect(await tell(proven, { 'x-hub-signature': header })).toEqual([{ status: 401, text: '' }])
    expect(events).toHaveLength(1)
  })
  test('by its address before that, and by no other', async () => {
    const { edition, tell, address, fake, events } = await open('9.12.15')
    expect(await tell()).toEqual([{ status: 401, text: '' }])
    await edition.check(signal)
    expect(await tell()).toEqual([{ status: 200, text: '' }])
    const wrong = [
      'https://hub.test/hooks/jira',
      'https://hub.test/hooks/jira?proof=',
      `https://hub.test/hooks/jira?proof=${fake.webhookSecret}`,
      `${address}0`,
      address.slice(0, -1),
      `${address}&proof=x`,
    ]
    for (const url of wrong) expect(await tell(url)).toEqual([{ status: 401, text: '' }])
    // Whoever claims a signature must have a good one.
    expect(await tell(address, { 'x-hub-signature': `sha256=${'0'.repeat(64)}` })).toEqual([{ status: 401, text: '' }])
    expect(events).toHaveLength(1)
    expect(address).not.toContain(encodeURIComponent(fake.webhookSecret))
  })
})
test('a command in a comment, which comes without its issue and twice, runs once, in the name of whoever wrote it', async () => {
  const { edition, tell, fake, calls, events, issue, workspace } = await open('9.12.15')
  await edition.check(signal)
  fake.world.comment(ANN, issue, '/story As [~ben] I pay with \\[saved\\] cards', {
    visibility: { type: 'role', value: 'Developers' },
  })
  expect((await tell()).map(({ status }) => status)).toEqual([200, 200])
  expect(calls).toHaveLength(1)
  expect(calls[0]).toMatchObject({
    actor: { plugin: 'jira', id: keyOf(ANN) },
    input: 'story As @ben I pay with [saved] cards',
    place: placeOf(workspace, issue.id, { type: 'role', id: 'Developers' }),
  })
  expect(events).toMatchObject([{ change: 'commented', issueId: issue.id, key: 'PAY-1', project: 'PAY', own: false }])
})
test('a customer of a service project gives no commands, nor does somebody who cannot be told', async () => {
  const { edition, tell, fake, calls, issue } = await open('10.3.2')
  await edition.check(signal)
  fake.customers.add(BEN.accountId)
  fake.world.comment(BEN, issue, '/story free cards')
  await tell()
  fake.world.comment({ ...BEN, accountId: '5b10aaaaaaaaaaaaaaaa1111' }, issue, '/story free cards')
  await tell()
  expect(calls).toEqual([])
})
test('a field of criteria is known by its name, and other fields are no section', async () => {
  const { edition, tell, fake, events, issue } = await open('10.3.2')
  await edition.check(signal)
  fake.world.edit(ANN, issue, { fields: { [FIELD.id]: '* one' } })
  await tell()
  fake.world.edit(ANN, issue, { fields: { [LINE_FIELD.id]: 'Acme' } })
  await tell()
  expect(events.map(({ changed }) => changed)).toEqual([['section'], [LINE_FIELD.id]])
})
test('what the hub wrote is its own, whatever white space it took; what somebody else does with its account is not', async () => {
  const { edition, tell, fake, events, issue, tracker, workspace } = await open('10.3.2')
  await edition.check(signal)
  for (const place of [{ kind: 'description' }, { kind: 'field', field: FIELD.name }, { kind: 'comment' }] as const) {
    const issue = fake.world.create(ANN, { project: 'PAY', description: `Text of ${place.kind}\r\n` })
    const found = await tracker.get(workspace, issue.id, place, signal)
    if (!found) throw new Error('gone')
    const criteria = [{ id: 'AC-1', title: 'Pay [~ann]', lines: ['Given a card'] }]
    await tracker.write(found, { storyRef: 'ST-1', criteria, notes: ['assumed: *one*'], place }, signal)
    await tell()
    expect(events.at(-1)?.own, place.kind).toBe(true)
  }
  fake.world.edit(BOT, issue, { description: 'Somebody wrote this' })
  await tell()
  expect(events.at(-1)?.own).toBe(false)
  expect(fake.problems).toEqual([])
})
test('an edit that a write met can be found in the history: fields by id, people by key', async () => {
  const { edition, tell, fake, looked, issue, client } = await open('9.12.15')
  await edition.check(signal)
  fake.world.edit(ANN, issue, { description: 'Text, reworded' })
  await tell()
  expect(looked).toEqual([`${issue.history[0]?.id}: description`])
  const query = { fields: 'updated', expand: 'changelog' }
  const path = `/rest/api/3/issue/${issue.id}`
  const found = histories.parse(await client.call({ method: 'GET', path, query, what: 'history' }))
  expect(found.changelog.histories).toMatchObject([
    { author: { accountId: keyOf(ANN) }, items: [{ fieldId: 'description', fromString: 'Text' }] },
  ])
})
test.each(['9.12.15', '10.3.2'])('the webhook is registered and found again (Jira %s)', async (version) => {
  const { edition, fake, client, settings, address } = await open(version)
  await edition.check(signal)
  const signs = edition.signs() ?? true
  const config = { ...settings, publicUrl: 'https://hub.test' }
  const hooks = createDataCenterHooks(client, config, signs)
  expect(await ensureHook(hooks, config, SILENT, signal)).toBeNull()
  expect(await hooks.ensure(signal)).toBe('adopted')
  expect(fake.hooks).toEqual([{ id: 1, name: 'AutoDevHub', url: address, secret: signs ? fake.webhookSecret : null }])
  expect(fake.problems).toEqual([])
})
test('comments are markup of ours alone: nobody is mentioned, nothing is opened, and a lost answer is looked for', async () => {
  const { fake, channel, issue, workspace, client } = await open('10.3.2')
  const message: Message = {
    text: 'x',
    blocks: [
      { kind: 'heading', text: 'Story [~ann]' },
      { kind: 'text', markdown: 'Pay **now** {panel} !x.png! [docs](https://docs.test/a|b)' },
      { kind: 'code', text: 'a {code} b' },
      { kind: 'actions', items: [{ kind: 'button', id: 'a', label: 'Approve', run: 'story approve ST-1' }] },
    ],
  } as Message
  const to = placeOf(workspace, issue.id, { type: 'group', id: 'jira users' })
  const delivery = { op: 'post', key: 'k-1', message, to } as Parameters<typeof channel.deliver>[0]
  const posted = await channel.deliver(delivery, signal)
  const [comment] = fake.comments()
  expect(comment?.body).toBe(
    'h3. Story \\[\\~ann\\]\n\nPay *now* \\{panel\\} \\!x.png\\! [docs|https://docs.test/a%7Cb]\n\n{noformat}\na {code} b\n{noformat}\n\n* Approve: {{/story approve ST\\-1}}',
  )
  expect(comment?.visibility).toEqual({ type: 'group', value: 'jira users' })
  expect(await channel.find(delivery, Date.now() - 1_000, signal)).toEqual(posted)
  expect(fake.problems).toEqual([])
  // Signs that are written as two are counted as two.
  const parts = channel.split({ text: '[x] '.repeat(7_000) })
  expect(parts.length).toBeGreaterThan(1)
  for (const part of parts) {
    const native = channel.render(part)
    expect(native.kind === 'comment' && client.format.size(native.body)).toBeLessThanOrEqual(32_767)
  }
})
