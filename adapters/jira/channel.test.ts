import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Channel, Delivery, Message, Place } from '#contract'
import { channelContract, type Fault } from '../../test/contract/channel.ts'
import { ANN, checkAdf, type FakeIssue, type JiraFake, type JiraFault, readAdf } from '../../test/fakes/jira/index.ts'
import { openJira } from '../../test/fakes/jira/ports.ts'
import { createChannel } from './channel.ts'
import { jira } from './index.ts'
import { deliveryMark } from './mark.ts'
import { placeOf } from './place.ts'
import type { CommentBody } from './render.ts'

const FAULTS: Readonly<Record<Exclude<Fault, 'unreachable'>, JiraFault>> = {
  'rate-limited': { kind: 'rate-limited', retryAfterSeconds: 7 },
  unauthenticated: { kind: 'refuse', status: 401 },
  'error-after-commit': { kind: 'status', status: 502, commit: true },
  'cut-after-commit': { kind: 'cut', commit: true },
  'cut-before-commit': { kind: 'cut', commit: false },
  slow: { kind: 'slow', ms: 60_000 },
}
const signal = AbortSignal.timeout(120_000)

async function open() {
  const rig = await openJira()
  const issue = rig.fake.world.create(ANN, { project: 'PAY', summary: 'Saved cards' })
  return { ...rig, issue, place: placeOf(rig.workspace, issue.id, null) }
}
/** The number of an ordered list is shown by Jira, not sent. */
const wordsOf = (native: CommentBody) => (native.kind === 'file' ? native.text : readAdf(native.body).words)

channelContract({
  plugin: jira,
  async open() {
    const { fake, client, place, close } = await open()
    return {
      channel: createChannel(client),
      place,
      accounts: { known: ANN.accountId, unknown: 'nobody' },
      secrets: [fake.apiToken],
      shown: async () => fake.comments().map(({ id, body, edited }) => ({ id, text: readAdf(body).words, edited })),
      fault: async (fault) => (fault === 'unreachable' ? fake.goAway() : fake.faults.add(FAULTS[fault])),
      words: wordsOf,
      problems: (native) => (native.kind === 'file' ? [] : checkAdf(native.body)),
      mentions: (native) => (native.kind === 'file' ? [] : readAdf(native.body).mentions),
      links: (native) => (native.kind === 'file' ? [] : readAdf(native.body).links),
      close,
    }
  },
})

describe('Jira in particular', () => {
  let fake: JiraFake
  let issue: FakeIssue
  let place: Place
  let channel: Channel<CommentBody>
  let close: () => Promise<void>
  beforeEach(async () => {
    const opened = await open()
    ;({ fake, issue, place, close } = opened)
    channel = createChannel(opened.client)
  })
  afterEach(async () => {
    expect(fake.problems).toEqual([])
    await close()
  })
  const post = (message: Message, key = 'delivery-1', to: Place = place): Delivery => ({ key, message, op: 'post', to })

  test('a comment carries its mark as a property, and customers of a service project do not see it', async () => {
    await channel.deliver(post({ text: 'Hello' }), signal)
    const [made] = fake.comments()
    expect(Object.fromEntries(made?.properties ?? [])).toEqual({
      'autodevhub.delivery': { mark: deliveryMark('delivery-1') },
      'sd.public.comment': { internal: true },
    })
    expect(readAdf(made?.body).words.trim()).toBe('Hello')
  })
  test('a comment for a role is answered to that role alone, and stays so when it is edited', async () => {
    const to = placeOf(place.workspace, issue.id, { type: 'role', id: 'Developers & leads' })
    expect(to.visibility).toBe('private')
    const posted = await channel.deliver(post({ text: 'Hello' }, 'k', to), signal)
    expect(fake.comments()[0]?.visibility).toEqual({ type: 'role', identifier: 'Developers & leads' })
    expect(channel.limits(post({ text: 'x' }, 'k', to)).map(({ key }) => key)).toContain(
      `${to.workspace}:issue:${issue.id}`,
    )
    await channel.deliver({ key: 'k2', message: { text: 'Bye' }, op: 'update', to: posted }, signal)
    expect(readAdf(fake.comments()[0]?.body).words.trim()).toBe('Bye')
  })
  test('a long file is attached, and found by its name', async () => {
    const text = 'long words, and many of them\n'.repeat(2_000)
    const message: Message = {
      text: 'story.md',
      blocks: [{ kind: 'file', name: 'story.md', mediaType: 'text/markdown', text }],
    }
    expect(await channel.find(post(message), Date.now(), signal)).toBeNull()
    const posted = await channel.deliver(post(message), signal)
    expect(issue.attachments).toEqual([
      expect.objectContaining({ filename: expect.stringMatching(/^story-\w{12}\.md$/), text }),
    ])
    expect(await channel.find(post(message), Date.now(), signal)).toEqual(posted)
    await expect(channel.deliver({ key: 'k', message, op: 'update', to: posted }, signal)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    })
  })
  test('looks through all pages', async () => {
    const posted = await channel.deliver(post({ text: 'x' }), signal)
    for (let i = 0; i < 250; i += 1) fake.world.comment(ANN, issue, { version: 1, type: 'doc', content: [] })
    expect(await channel.find(post({ text: 'x' }), Date.now(), signal)).toEqual(posted)
    expect(await channel.find(post({ text: 'x' }, 'other'), Date.now(), signal)).toBeNull()
  })
  test('a limit of one issue closes that issue alone', async () => {
    fake.faults.add({ kind: 'rate-limited', retryAfterSeconds: 2, reason: 'jira-per-issue-on-write' })
    await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retry: { afterMs: 2_000 },
      scope: `${place.workspace}:issue:${issue.id}`,
    })
  })
  test('after the points of the hour are spent nothing more is sent until they come back', async () => {
    fake.faults.add({ kind: 'rate-limited', retryAfterSeconds: 600, reason: 'jira-quota-tenant-based' })
    const before = fake.requests.length
    for (let i = 0; i < 3; i += 1)
      await expect(channel.deliver(post({ text: 'x' }, `k${i}`), signal)).rejects.toMatchObject({
        code: 'RATE_LIMITED',
      })
    expect(fake.requests.length - before).toBe(1)
  })
  test('an edit of a comment that somebody deleted says so', async () => {
    const edit: Delivery = { key: 'k', message: { text: 'x' }, op: 'update', to: { ...place, message: '99' } }
    await expect(channel.deliver(edit, signal)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
  test('a missing permission is named', async () => {
    const locked = fake.world.create(ANN, { project: 'OPS' })
    await expect(
      channel.deliver(post({ text: 'x' }, 'k', placeOf(place.workspace, locked.id, null)), signal),
    ).rejects.toThrow(/lacks the permission Add Comments/)
  })
  test.each(['PAY', '../etc', '10001/owner:x', 'PAY-1/role:'])('%s is no place', async (where) => {
    await expect(channel.deliver(post({ text: 'x' }, 'k', { ...place, channel: where }), signal)).rejects.toMatchObject(
      {
        code: 'INPUT_INVALID',
      },
    )
    expect(fake.comments()).toEqual([])
  })
})
