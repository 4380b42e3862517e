import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Channel, Delivery, Message, Place, Posted } from '#contract'
import { channelContract, type Fault } from '../../test/contract/channel.ts'
import {
  ANN,
  checkComment,
  type GitHubFake,
  type GitHubFault,
  OWNER,
  REPO,
  readComment,
  startGitHubFake,
} from '../../test/fakes/github/index.ts'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { config } from './config.ts'
import { github } from './index.ts'
import { markOf } from './mark.ts'
import { profileOf } from './profile.ts'
import type { CommentBody } from './render.ts'

const FAULTS: Readonly<Record<Exclude<Fault, 'unreachable'>, GitHubFault>> = {
  'rate-limited': { kind: 'rate-limited', retryAfterSeconds: 7 },
  unauthenticated: { kind: 'refuse', status: 401, message: 'Bad credentials' },
  'error-after-commit': { kind: 'status', status: 502, commit: true },
  'cut-after-commit': { kind: 'cut', commit: true },
  'cut-before-commit': { kind: 'cut', commit: false },
  slow: { kind: 'slow', ms: 60_000 },
}
const issue: Place = { plugin: 'github', workspace: 'github:9919', channel: `${REPO}#7`, visibility: 'team' }
const signal = AbortSignal.timeout(120_000)
const configOf = (fake: GitHubFake, more: Record<string, string> = { token: fake.token }) =>
  config.parse({ webhookSecret: fake.webhookSecret, apiUrl: fake.apiUrl, ...more })

channelContract({
  plugin: github,
  async open() {
    const fake = await startGitHubFake()
    const client = createClient(configOf(fake))
    return {
      channel: createChannel(client, 'https://api.github.com'),
      place: issue,
      accounts: { known: String(ANN.id), unknown: '1' },
      secrets: [fake.token],
      shown: async () =>
        fake.shown().map(({ id, body, edited }) => ({ id: String(id), text: readComment(body).words, edited })),
      fault: async (fault) => (fault === 'unreachable' ? fake.goAway() : fake.faults.add(FAULTS[fault])),
      words: ({ body }) => readComment(body).words,
      problems: ({ body }) => checkComment(`${body}\n\n${markOf('x')}`),
      mentions: ({ body }) => readComment(body).mentions,
      links: ({ body }) => readComment(body).links,
      async close() {
        client.close()
        await fake.close()
      },
    }
  },
})

describe('GitHub in particular', () => {
  let fake: GitHubFake
  let channel: Channel<CommentBody>
  let close: () => void
  beforeEach(async () => {
    fake = await startGitHubFake()
    const client = createClient(configOf(fake))
    channel = createChannel(client, 'https://api.github.com')
    close = () => client.close()
  })
  afterEach(async () => {
    close()
    await fake.close()
  })
  const post = (message: Message, key = 'delivery-1', to: Place = issue): Delivery => ({ key, message, op: 'post', to })

  test('a comment carries a mark that no reader sees', async () => {
    const posted = await channel.deliver(post({ text: 'Hello' }), signal)
    expect(posted).toEqual({ ...issue, message: String(fake.comments[0]?.id) })
    expect(fake.comments[0]?.body).toBe(`Hello\n\n${markOf('delivery-1')}`)
    expect(readComment(fake.comments[0]?.body ?? '').words.trim()).toBe('Hello')
  })
  test('an edit keeps its place and can be repeated', async () => {
    const posted = await channel.deliver(post({ text: 'Drafting' }), signal)
    const edit: Delivery = { key: 'delivery-2', message: { text: 'Done' }, op: 'update', to: posted }
    await channel.deliver(edit, signal)
    await channel.deliver(edit, signal)
    expect(fake.shown().map(({ body }) => readComment(body).words.trim())).toEqual(['Done'])
  })
  test('an edit of a comment that somebody deleted says so', async () => {
    const gone: Posted = { ...issue, message: '99' }
    await expect(
      channel.deliver({ key: 'k', message: { text: 'x' }, op: 'update', to: gone }, signal),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
  test('looks through all pages, and not at what was there before', async () => {
    fake.comments.push({
      id: 1,
      on: `${REPO}#7`,
      body: `old ${markOf('delivery-1')}`,
      edited: false,
      updatedAtMs: Date.now() - 3_600_000,
    })
    for (let i = 0; i < 150; i++)
      fake.comments.push({ id: 10 + i, on: `${REPO}#7`, body: 'talk', edited: false, updatedAtMs: Date.now() })
    expect(await channel.find(post({ text: 'x' }), Date.now(), signal)).toBeNull()
    const posted = await channel.deliver(post({ text: 'x' }), signal)
    expect(await channel.find(post({ text: 'x' }), Date.now(), signal)).toEqual(posted)
  })
  test.each([
    [{ status: 403, message: 'You have exceeded a secondary rate limit', headers: {} }, 60_000],
    [{ status: 429, message: 'slow down', headers: { 'retry-after': '12' } }, 12_000],
  ])('%o is a request to wait', async (refused, afterMs) => {
    fake.faults.add({ kind: 'refuse', ...refused })
    await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retry: { afterMs },
      scope: 'github:9919:content',
    })
  })
  test('an empty budget waits until GitHub fills it again', async () => {
    const reset = Math.ceil(Date.now() / 1_000) + 90
    fake.faults.add({
      kind: 'refuse',
      status: 403,
      message: 'API rate limit exceeded',
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
    })
    const error = await channel.deliver(post({ text: 'x' }), signal).catch((e: { retry: { afterMs: number } }) => e)
    expect('retry' in error ? error.retry.afterMs : 0).toBeGreaterThan(85_000)
  })
  test('a missing permission is named', async () => {
    fake.faults.add({
      kind: 'refuse',
      status: 403,
      message: 'Resource not accessible',
      headers: { 'x-accepted-github-permissions': 'issues=write' },
    })
    await expect(channel.deliver(post({ text: 'x' }), signal)).rejects.toThrow(/it needs issues=write/)
  })
  test.each(['octo/app', 'octo#7', '../etc#7', 'octo/app#x'])('%s is no place', async (where) => {
    await expect(channel.deliver(post({ text: 'x' }, 'k', { ...issue, channel: where }), signal)).rejects.toMatchObject(
      { code: 'INPUT_INVALID' },
    )
    expect(fake.comments).toEqual([])
  })
})

describe('a profile', () => {
  const API = 'https://api.github.com'
  const user = { login: 'octocat', name: null, type: 'User', email: 'octo@example.com', suspended_at: null }
  test('has the address its owner made public, which GitHub has verified', () => {
    expect(profileOf(user, API)).toEqual({ name: 'octocat', isBot: false, isMember: true, email: 'octo@example.com' })
    expect(profileOf({ ...user, email: null }, API)).toEqual({ name: 'octocat', isBot: false, isMember: true })
  })
  test.each<[string, object, string]>([
    ['managed by an enterprise', { login: 'octo_acme' }, API],
    ['of GitHub Enterprise Server', {}, 'https://github.acme.test/api/v3'],
    ['of an enterprise with a host of its own', {}, 'https://api.acme.ghe.com'],
    ['of a bot', { type: 'Bot' }, API],
    ['of an organization', { type: 'Organization' }, API],
  ])('the address of an account %s is not one', (_what, more, apiUrl) => {
    expect(profileOf({ ...user, ...more }, apiUrl)).not.toHaveProperty('email')
  })
  test('who is suspended is no member', () => {
    expect(profileOf({ ...user, suspended_at: '2026-01-05T00:00:00Z' }, API)).toMatchObject({ isMember: false })
    expect(profileOf({ login: '' }, API)).toBeNull()
  })
})

describe('as an app', () => {
  test('it gets one token for all requests, renews it before it ends, and proves itself with its key', async () => {
    let nowMs = Date.now()
    const fake = await startGitHubFake({ now: () => nowMs })
    const client = createClient(
      configOf(fake, { appId: fake.app.id, privateKey: fake.app.privateKey.replaceAll('\n', '\\n') }),
      () => nowMs,
    )
    const channel = createChannel(client, 'https://api.github.com')
    const send = (key: string) => channel.deliver({ key, message: { text: key }, op: 'post', to: issue }, signal)
    await Promise.all(['a', 'b', 'c'].map(send))
    expect(fake.app.made()).toBe(1)
    nowMs += 56 * 60_000
    await send('d')
    expect(fake.app.made()).toBe(2)
    expect(fake.comments).toHaveLength(4)
    // People are asked about in the name of an installation: GitHub tells the app itself nothing of them.
    expect(await channel.profile(`github:${OWNER.id}`, String(ANN.id))).toMatchObject({ name: 'Ann Example' })
    expect(await channel.profile('github:1', String(ANN.id))).toBeNull()
    expect(fake.app.made()).toBe(2)
    // Taken away and installed again it has another number: the first request that is refused finds out.
    nowMs += 2 * 60_000
    fake.app.reinstall()
    await expect(send('e')).rejects.toMatchObject({ code: 'UNAVAILABLE', retry: 'backoff' })
    await send('e')
    expect(fake.comments).toHaveLength(5)
    expect(await channel.profile(`github:${OWNER.id}`, String(ANN.id))).toMatchObject({ name: 'Ann Example' })
    expect(fake.app.made()).toBe(1)
    client.close()
    await fake.close()
  })
  test('a key that is none is a fault of the configuration', async () => {
    const given = {
      webhookSecret: 'x'.repeat(16),
      appId: '1',
      privateKey: `-----BEGIN ${'PRIVATE KEY'}-----\nnonsense`,
    }
    expect(() => createClient(config.parse(given))).toThrow(/GITHUB_PRIVATE_KEY/)
  })
})
