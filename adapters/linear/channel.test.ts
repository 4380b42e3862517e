import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Channel, Delivery, Hub, KeyValue, Message, Place } from '#contract'
import { channelContract, type Fault } from '../../test/contract/channel.ts'
import {
  checkComment,
  type LinearFake,
  type LinearFault,
  readComment,
  startLinearFake,
} from '../../test/fakes/linear/index.ts'
import { memoryKv, SILENT } from '../../test/fakes/linear/kv.ts'
import type { FakeIssue } from '../../test/fakes/linear/state.ts'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { config, type LinearConfig } from './config.ts'
import { linear } from './index.ts'
import { isOwnId } from './mark.ts'
import { commentPlace, sessionPlace } from './place.ts'
import { createPlans } from './plan.ts'
import { profileOf } from './profile.ts'
import type { CommentBody } from './render.ts'
import { createSessions } from './sessions.ts'
import { createThreads } from './threads.ts'

const FAULTS: Readonly<Record<Exclude<Fault, 'unreachable'>, LinearFault>> = {
  'rate-limited': { kind: 'rate-limited', resetInMs: 7_000 },
  unauthenticated: { kind: 'refuse', status: 401, code: 'AUTHENTICATION_ERROR', message: 'not authenticated' },
  'error-after-commit': { kind: 'status', status: 502, commit: true },
  'cut-after-commit': { kind: 'cut', commit: true },
  'cut-before-commit': { kind: 'cut', commit: false },
  slow: { kind: 'slow', ms: 60_000 },
}
const signal = AbortSignal.timeout(120_000)

async function rig() {
  const fake = await startLinearFake()
  const client = createClient(
    config.parse({ apiKey: fake.apiKey, webhookSecret: fake.webhookSecret, apiUrl: fake.apiUrl }),
  )
  const kv = memoryKv()
  const threads = createThreads(kv, client)
  const sessions = createSessions({ kv } as unknown as Hub<LinearConfig>, client, createPlans(client, SILENT), kv)
  const issue = fake.people.create({ title: 'Saved cards' })
  const place = commentPlace(fake.state.organization.id, issue.id, undefined)
  return { fake, channel: createChannel(client, sessions, threads), place, issue, kv, threads, sessions }
}

channelContract({
  plugin: linear,
  async open() {
    const { fake, channel, place } = await rig()
    return {
      channel,
      place,
      accounts: { known: fake.state.ann.id, unknown: '00000000-0000-4000-8000-000000000000' },
      secrets: [fake.apiKey, fake.webhookSecret],
      shown: async () => fake.shown().map(({ id, body, edited }) => ({ id, text: readComment(body).words, edited })),
      fault: async (fault) => (fault === 'unreachable' ? fake.goAway() : fake.faults.add(FAULTS[fault])),
      words: ({ body }) => readComment(body).words,
      problems: ({ body }) => checkComment(body),
      mentions: ({ body }) => readComment(body).mentions,
      links: ({ body }) => readComment(body).links,
      close: () => fake.close(),
    }
  },
})

describe('Linear in particular', () => {
  let fake: LinearFake
  let channel: Channel<CommentBody>
  let place: Place
  let threads: Awaited<ReturnType<typeof rig>>['threads']
  let kv: KeyValue
  let issue: FakeIssue
  beforeEach(async () => {
    ;({ fake, channel, place, threads, kv, issue } = await rig())
  })
  afterEach(async () => {
    expect(fake.problems).toEqual([])
    await fake.close()
  })
  const post = (message: Message, key = 'delivery-1', to: Place = place): Delivery => ({ key, message, op: 'post', to })

  test('a comment carries an id that the hub chose, and is found by it', async () => {
    const posted = await channel.deliver(post({ text: 'Hello' }), signal)
    expect(isOwnId(posted.message)).toBe(true)
    expect(await channel.find(post({ text: 'Hello' }), 0, signal)).toEqual(posted)
    expect(await channel.find(post({ text: 'Hello' }, 'another'), 0, signal)).toBeNull()
  })
  test('an answer stands in the thread of what it answers', async () => {
    const comment = fake.people.comment(issue, { body: '/story x' })
    await channel.deliver(post({ text: 'Done' }, 'k', { ...place, thread: comment.id }), signal)
    expect(fake.shown().at(-1)?.parentId).toBe(comment.id)
  })
  test('an answer to a comment in a synced thread stands beside it: in Slack the hub posts by itself', async () => {
    const { id } = fake.people.comment(issue, { body: '/story x' })
    fake.state.slackThreads.add(id)
    const posted = await channel.deliver(post({ text: 'Done' }, 'k', { ...place, thread: id }), signal)
    expect(fake.state.slackPosts).toEqual([])
    expect(fake.shown().at(-1)).toMatchObject({ id: posted.message, parentId: null })
    expect(posted.thread).toBeUndefined()
  })
  test('an answer to a comment that somebody deleted stands on its own', async () => {
    const gone = { ...place, thread: '55555555-5555-4555-8555-555555555555' }
    await channel.deliver(post({ text: 'Done' }, 'k', gone), signal)
    expect(fake.shown().at(-1)?.parentId).toBeNull()
  })
  test('a question is waited for in its thread', async () => {
    const { id } = fake.people.comment(issue, { body: '/story show' })
    const thread = { ...place, thread: id }
    await channel.deliver(post({ text: 'Which one?', asks: true }, 'k', thread), signal)
    expect(await threads.waitsFor(thread)).toBe(true)
    expect(await threads.waitsFor({ ...place, thread: 'another' })).toBe(false)
    await channel.deliver(post({ text: 'ST-1 …' }, 'l', thread), signal)
    expect(await threads.waitsFor(thread)).toBe(false)
  })
  test('an edit of a comment that somebody deleted says so', async () => {
    const gone = { ...place, message: '11111111-1111-4111-8111-111111111111' }
    await expect(
      channel.deliver({ key: 'k', message: { text: 'x' }, op: 'update', to: gone }, signal),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
  test.each(['ENG-1', '', '../x'])('%j is no place', async (where) => {
    await expect(channel.deliver(post({ text: 'x' }, 'k', { ...place, channel: where }), signal)).rejects.toMatchObject(
      {
        code: 'INPUT_INVALID',
      },
    )
  })
  test('in an agent session progress is a thought, a question an elicitation and the rest a response', async () => {
    fake.state.sessions.push({ id: '22222222-2222-4222-8222-222222222222', issueId: place.channel })
    const session = sessionPlace(fake.state.organization.id, place.channel, '22222222-2222-4222-8222-222222222222')
    const progress: Message = { text: 'Drafting', blocks: [{ kind: 'progress', label: 'Drafting', done: 1, total: 2 }] }
    const posted = await channel.deliver(post(progress, 'a', session), signal)
    await channel.deliver({ key: 'b', message: { text: 'Which one?', asks: true }, op: 'post', to: session }, signal)
    const done: Delivery = { key: 'c', message: { text: 'Done' }, op: 'update', to: posted }
    expect(await channel.deliver(done, signal)).toEqual(posted)
    await channel.deliver(done, signal)
    expect(fake.state.activities.map(({ content, ephemeral }) => [content.type, ephemeral])).toEqual([
      ['thought', true],
      ['elicitation', false],
      ['response', false],
    ])
    await expect.poll(() => fake.state.plans.at(-1)?.map(({ status }) => status)).toEqual(Array(3).fill('completed'))
    await kv.set('stopped:22222222-2222-4222-8222-222222222222', true)
    await expect(channel.deliver(post({ text: 'More' }, 'd', session), signal)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      retry: 'never',
    })
    expect(fake.state.activities).toHaveLength(3)
  })
  test('a request to wait says until when', async () => {
    fake.faults.add({ kind: 'rate-limited', resetInMs: 90_000 })
    const error = await channel.deliver(post({ text: 'x' }), signal).catch((e: { retry: { afterMs: number } }) => e)
    expect('retry' in error ? error.retry.afterMs : 0).toBeGreaterThan(85_000)
  })
  test('a missing permission is named', async () => {
    fake.faults.add({ kind: 'refuse', status: 200, code: 'FORBIDDEN', message: 'Missing scope comments:create' })
    await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toThrow(/comments:create.*write access/)
  })
  test('a person is known by name, with an address where Linear shows one, and an app has none', async () => {
    const { ann, bob, hub } = fake.state
    bob.email = null
    expect(await channel.profile('linear:o', ann.id)).toEqual({
      name: 'Ann',
      isBot: false,
      isMember: true,
      email: 'ann@example.com',
    })
    expect(await channel.profile('linear:o', bob.id)).toEqual({ name: 'Bob', isBot: false, isMember: true })
    expect(await channel.profile('linear:o', hub.id)).toEqual({ name: 'Hub', isBot: true, isMember: false })
    expect(await channel.profile('linear:o', '33333333-3333-4333-8333-333333333333')).toBeNull()
    const { ann: known } = fake.state
    const user = { ...known, displayName: known.name, email: known.email }
    for (const outside of [{ guest: true }, { active: false }, { guest: undefined }])
      expect(profileOf({ ...user, ...outside })).toMatchObject({ isMember: false })
  })
})
