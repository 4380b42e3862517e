import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommandCall, Hub, Origin } from '#contract'
import { BOT, type GitHubFake, REPO, startGitHubFake, TOKEN_USER, type Webhook } from '../../test/fakes/github/index.ts'
import { createClient, type GitHubClient } from './client.ts'
import { config, type GitHubConfig } from './config.ts'
import { createIdentity } from './identity.ts'
import { createInbound } from './inbound.ts'
import { createRepositories } from './repositories.ts'
import { createRoutes } from './webhook.ts'

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const signal = AbortSignal.timeout(120_000)

interface Published {
  readonly name: string
  readonly payload: Record<string, unknown>
  readonly origin: Origin
}
let fake: GitHubFake
let client: GitHubClient
let published: Published[]
let calls: CommandCall[]
let routes: ReturnType<typeof createRoutes>

function open(more: Record<string, string>) {
  client?.close()
  client = createClient(config.parse({ webhookSecret: fake.webhookSecret, apiUrl: fake.apiUrl, ...more }))
  const hub = {
    config: { webhookSecret: fake.webhookSecret },
    log: SILENT,
    catalog: { match: (line: string) => (line.startsWith('story') ? {} : null) },
    command: async (call: CommandCall) => {
      calls.push(call)
      return { status: 'queued', id: 'job', announce: null }
    },
    publish: async (event: { name: string }, payload: Record<string, unknown>, origin: Origin) => {
      published.push({ name: event.name, payload, origin })
      return { status: 'queued', id: 'event', announce: null }
    },
  } as unknown as Hub<GitHubConfig>
  routes = createRoutes(hub, createInbound(hub, { seen: () => undefined }, createIdentity(client)), {
    heard: () => undefined,
  })
}
const send = (webhook: Webhook) =>
  fake.send(async (request) => routes.fetch(new Request('http://hub.test/', request)), webhook)
const told = async (webhook: Webhook): Promise<Record<string, unknown>> => {
  const before = published.length
  expect(await send(webhook)).toMatchObject({ status: 200 })
  expect(published).toHaveLength(before + 1)
  return published.at(-1)?.payload ?? {}
}
const nothing = async (webhook: Webhook) => {
  const before = published.length
  expect(await send(webhook)).toMatchObject({ status: 200 })
  expect(published).toHaveLength(before)
}
beforeEach(async () => {
  fake = await startGitHubFake()
  published = []
  calls = []
  open({ token: fake.token })
})
afterEach(async () => {
  client.close()
  await fake.close()
})

describe('a push', () => {
  test('is told with its branch, both ends and its commits, in the lane of its branch', async () => {
    const first = fake.push('main', { a: '1' })
    const second = fake.push('main', { a: '2' }, 'Change a\n\nAt length.', { deliveryId: 'guid-push-1' })
    await send(first)
    expect(await told(second)).toEqual({
      plugin: 'github',
      repository: REPO,
      url: `https://github.com/${REPO}`,
      branch: 'main',
      defaultBranch: 'main',
      before: first.sha,
      after: second.sha,
      forced: false,
      own: false,
      author: { id: '583231', name: 'ann' },
      commits: [{ sha: second.sha, message: 'Change a', author: 'ann' }],
      atMs: expect.any(Number),
    })
    expect(published.at(-1)).toMatchObject({
      name: 'git.pushed',
      origin: { workspace: 'github:9919', deliveryId: 'guid-push-1:event', lane: `github:9919|${REPO} @main` },
    })
    expect(published[0]?.payload).toMatchObject({ before: null, after: first.sha })
  })
  test('by force says so', async () => {
    const first = fake.push('main', { a: '1' })
    fake.push('main', { a: '2' })
    expect(await told(fake.push('main', { a: '3' }, 'Again', { onto: first.sha }))).toMatchObject({ forced: true })
  })
  test('that deletes a branch has nothing behind it', async () => {
    fake.push('main', { a: '1' })
    const { sha } = fake.push('topic', { a: '2' })
    expect(await told(fake.repository().move('topic', null))).toMatchObject({
      branch: 'topic',
      before: sha,
      after: null,
      commits: [],
    })
  })
  test('of hundreds of commits names the newest fifty', async () => {
    for (let i = 0; i < 60; i++) fake.push('topic', { a: String(i) }, `Commit ${i}`)
    const { sha } = fake.push('topic', { a: 'end' }, 'Last')
    fake.repository().git.refs.delete('heads/topic')
    const { commits } = await told(fake.repository().move('topic', sha))
    expect(commits).toHaveLength(50)
    expect((commits as { message: string }[]).at(-1)?.message).toBe('Last')
  })
  test('of a tag is no push to a branch', async () => {
    const push = fake.push('main', { a: '1' })
    const tagged = { ...push.payload, ref: 'refs/tags/v1' }
    await fake.deliver(async (request) => routes.fetch(new Request('http://hub.test/', request)), 'push', tagged)
    expect(published).toEqual([])
  })
})

describe('the hub’s own push is marked, so that it starts nothing', () => {
  const propose = async () => {
    const { sha } = fake.push('main', { 'README.md': '# App\n' })
    const kv = { get: async () => null, set: async () => {}, add: async () => true, delete: async () => {} }
    await createRepositories(client, createIdentity(client), kv).propose(
      {
        repository: REPO,
        base: 'main',
        baseSha: sha,
        branch: 'autodevhub/docs-main',
        title: 'Docs',
        body: 'x',
        message: 'Docs',
        files: [{ path: 'README.md', text: '# App 2\n' }],
      },
      signal,
    )
    return fake.attempts.map(({ webhook }) => webhook).slice(1)
  }
  test.each(['token', 'app'])('with a %s: push and pull request', async (kind) => {
    if (kind === 'app') open({ appId: fake.app.id, privateKey: fake.app.privateKey })
    const sent = await propose()
    expect(sent.map(({ event }) => event)).toEqual(['push', 'pull_request'])
    for (const webhook of sent) expect(await told(webhook)).toMatchObject({ own: true })
    const login = kind === 'app' ? BOT.login : TOKEN_USER.login
    expect(published.map(({ payload }) => payload.author)).toMatchObject([{ name: login }, { name: login }])
  })
  test('somebody else who pushes the same commit is not the hub', async () => {
    await propose()
    const { git } = fake.repository()
    const ours = git.refs.get('heads/autodevhub/docs-main') ?? ''
    fake.repository().move('autodevhub/docs-main', null)
    expect(await told(fake.repository().move('autodevhub/docs-main', ours))).toMatchObject({ own: false })
  })
  test('the hub’s account without the hub’s mark is a person who borrowed it', async () => {
    expect(await told(fake.push('main', { a: '1' }, 'By hand', { by: TOKEN_USER }))).toMatchObject({ own: false })
  })
  test('a mark on other content, or on another branch, is no mark', async () => {
    await propose()
    const { git } = fake.repository()
    const { message = '' } = git.commits.get(git.refs.get('heads/autodevhub/docs-main') ?? '') ?? {}
    expect(message).toContain('AutoDevHub-Change: ')
    expect(await told(fake.push('main', { 'README.md': '# App 2\n' }, message, { by: TOKEN_USER }))).toMatchObject({
      own: false,
    })
    expect(await told(fake.push('autodevhub/docs-main', { x: '1' }, message, { by: TOKEN_USER }))).toMatchObject({
      own: false,
    })
  })
  test('while GitHub does not tell who the hub is, the mark decides', async () => {
    const [push] = await propose()
    open({ token: fake.token })
    fake.faults.add({ kind: 'status', status: 500, commit: false }, 1, /^GET \/user$/)
    if (push) expect(await told(push)).toMatchObject({ own: true })
  })
})

describe('a pull request', () => {
  const opened = () => {
    fake.push('main', { a: '1' })
    fake.push('topic', { a: '2' })
    return fake.repository().openPull({ branch: 'topic', title: 'Two' })
  }
  test('is told when it is opened, merged, closed and reopened', async () => {
    const it = opened()
    const { head } = (await told(it)) as { head: object }
    expect(head).toEqual({ branch: 'topic', sha: expect.stringMatching(/^[0-9a-f]{40}$/), fork: false })
    expect(published.at(-1)).toMatchObject({
      name: 'git.pull-request',
      payload: { number: it.number, title: 'Two', change: 'opened', base: 'main', mergeCommit: null, own: false },
    })
    expect(await told(fake.repository().closePull(it.number))).toMatchObject({ change: 'closed', mergeCommit: null })
    expect(await told(fake.repository().reopenPull(it.number))).toMatchObject({ change: 'reopened' })
    const [push, merged] = fake.repository().mergePull(it.number)
    expect(await told(merged)).toMatchObject({ change: 'merged', mergeCommit: push.sha })
  })
  test('that comes from a fork is marked as that, even when the fork is gone', async () => {
    fake.push('main', { a: '1' })
    const it = fake.repository().openPull({ branch: 'topic', from: 'stranger/app', sha: 'a'.repeat(40) })
    expect(await told(it)).toMatchObject({ head: { fork: true }, own: false })
    const pull = it.payload.pull_request as { head: object }
    const gone = { ...it.payload, pull_request: { ...pull, head: { ...pull.head, repo: null } } }
    await fake.deliver(async (r) => routes.fetch(new Request('http://hub.test/', r)), 'pull_request', gone)
    expect(published.at(-1)?.payload).toMatchObject({ head: { fork: true } })
  })
  test('whose text or labels alone changed is no news', async () => {
    const it = opened()
    await nothing(fake.repository().pullEvent(fake.repository().pull(it.number), 'labeled', TOKEN_USER))
    await nothing(fake.repository().pullEvent(fake.repository().pull(it.number), 'edited', TOKEN_USER))
    expect(
      await told(fake.repository().pullEvent(fake.repository().pull(it.number), 'synchronize', TOKEN_USER)),
    ).toMatchObject({ change: 'updated' })
  })
  test('may begin with a command and is told as well, in one delivery with two ids', async () => {
    fake.push('main', { a: '1' })
    fake.push('topic', { a: '2' })
    const it = fake.repository().openPull({ branch: 'topic', body: '/story Pay with a saved card' })
    await told(it)
    expect(calls.map(({ deliveryId }) => deliveryId)).toEqual([it.deliveryId])
    expect(published.map(({ origin }) => origin.deliveryId)).toEqual([`${it.deliveryId}:event`])
  })
})

test.each([
  ['privatized', true],
  ['publicized', false],
])('a repository that is %s is told of', async (action, isPrivate) => {
  const repository = {
    full_name: REPO,
    html_url: `https://github.com/${REPO}`,
    owner: { id: 9_919 },
    private: isPrivate,
  }
  const target = async (request: RequestInit) => routes.fetch(new Request('http://hub.test/', request))
  expect(await fake.deliver(target, 'repository', { action, repository })).toMatchObject({ status: 200 })
  expect(await fake.deliver(target, 'repository', { action: 'renamed', repository })).toMatchObject({ status: 200 })
  expect(published).toMatchObject([
    { name: 'git.visibility', payload: { repository: REPO, private: isPrivate }, origin: { workspace: 'github:9919' } },
  ])
})
describe('a run', () => {
  test('is told in each of its states', async () => {
    fake.push('main', { a: '1' })
    const people = fake.repository()
    const { id, ...queued } = people.run({ name: 'CI' })
    expect(await told({ ...queued })).toMatchObject({
      runId: String(id),
      name: 'CI',
      path: '.github/workflows/ci.yml',
      branch: 'main',
      event: 'push',
      state: 'queued',
      conclusion: null,
      attempt: 1,
      runUrl: `https://github.com/${REPO}/actions/runs/${id}`,
    })
    expect(await told(people.run({ id, name: 'CI', status: 'in_progress' }))).toMatchObject({ state: 'running' })
    expect(await told(people.run({ name: '', path: '.github/workflows/x.yml' }))).toMatchObject({
      name: '.github/workflows/x.yml',
    })
    for (const [given, conclusion] of [
      ['failure', 'failure'],
      ['timed_out', 'failure'],
      ['cancelled', 'cancelled'],
      ['neutral', 'other'],
    ])
      expect(
        await told(people.run({ id, name: 'CI', status: 'completed', conclusion: given ?? null, attempt: 2 })),
      ).toMatchObject({ state: 'done', conclusion, attempt: 2 })
  })
  test.each([
    ['another app', { app: { slug: 'circleci' } }, 1],
    ['a job of a workflow, which its run tells', { app: { slug: 'github-actions' } }, 0],
    ['a person who wants it again', { app: { slug: 'circleci' }, action: 'rerequested' }, 0],
    ['the hub itself', { app: { slug: 'autodevhub' }, external_id: 'autodevhub:documentation' }, 0],
  ])('a check of %s', async (_who, more, times) => {
    const check = {
      id: 5,
      name: 'build',
      head_sha: 'a'.repeat(40),
      status: 'completed',
      conclusion: 'success',
      ...more,
    }
    const { payload } = fake.push('main', { a: '1' })
    const body = {
      action: 'completed',
      ...more,
      check_run: check,
      repository: payload.repository,
      sender: payload.sender,
    }
    await fake.deliver(async (r) => routes.fetch(new Request('http://hub.test/', r)), 'check_run', body)
    expect(published).toHaveLength(times)
    if (times > 0)
      expect(published[0]?.payload).toMatchObject({ runId: 'check-5', state: 'done', conclusion: 'success' })
  })
})

describe('a deployment', () => {
  test('is told when it is made and with each state, under one id', async () => {
    fake.push('main', { a: '1' })
    const made = { id: 77, environment: 'staging', payload: { service: 'checkout', rolls_back: 70 } }
    expect(await told(fake.repository().deployment(made))).toMatchObject({
      source: 'github',
      deploymentId: '77',
      service: 'checkout',
      environment: 'staging',
      state: 'queued',
      ref: 'main',
      repository: REPO,
      by: 'ann',
      rollsBack: '70',
      environmentUrl: null,
    })
    for (const [given, state] of [
      ['in_progress', 'running'],
      ['success', 'succeeded'],
      ['error', 'failed'],
      ['inactive', 'inactive'],
      ['waiting', 'queued'],
    ])
      expect(await told(fake.repository().deployment({ ...made, state: given ?? '' }))).toMatchObject({
        deploymentId: '77',
        state,
        environmentUrl: 'https://staging.example.com',
      })
  })
  test('that names no service is one of its repository, and its payload may be text', async () => {
    fake.push('main', { a: '1' })
    expect(await told(fake.repository().deployment({ id: 1 }))).toMatchObject({ service: 'app', rollsBack: null })
    expect(await told(fake.repository().deployment({ id: 2, payload: '{"service":"web"}' }))).toMatchObject({
      service: 'web',
    })
    expect(await told(fake.repository().deployment({ id: 3, payload: 'not JSON' }))).toMatchObject({ service: 'app' })
  })
})

/** Real payloads that people gave to Octokit; the package is not needed to run the hub. */
interface Example {
  readonly name: string
  readonly examples: readonly Record<string, unknown>[]
}
function examples(): readonly Example[] | null {
  const shared = new URL('../../../shared/data/github/webhooks-examples.json', import.meta.url)
  if (existsSync(shared)) return JSON.parse(readFileSync(shared, 'utf8')) as readonly Example[]
  try {
    return createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Example[]
  } catch {
    return null
  }
}
const real = examples()
if (real === null) console.warn('skipped: the payloads of @octokit/webhooks-examples are not installed')

describe.skipIf(real === null)('every real payload is acknowledged', () => {
  test.each((real ?? []).map((one) => [one.name, one] as const))('%s', async (name, one) => {
    for (const example of one.examples) {
      const answer = await fake.deliver(
        async (request) => routes.fetch(new Request('http://hub.test/', request)),
        name,
        example,
      )
      expect(answer, JSON.stringify(example).slice(0, 300)).toEqual({ status: 200, text: '' })
    }
    const read = ['push', 'pull_request', 'workflow_run', 'deployment', 'deployment_status', 'check_run']
    if (read.includes(name)) expect(published.length, name).toBeGreaterThan(0)
  })
})
