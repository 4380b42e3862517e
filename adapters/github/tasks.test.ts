import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Bindings, Context, KeyValue } from '#contract'
import { ANN, type GitHubFake, REPO, startGitHubFake, TOKEN_USER } from '../../test/fakes/github/index.ts'
import { createActions, logTail } from './actions.ts'
import { createArtifacts } from './artifacts.ts'
import { createClient, type GitHubClient } from './client.ts'
import { config } from './config.ts'
import { createIdentity } from './identity.ts'
import { createRepositories } from './repositories.ts'
import { createScope } from './scope.ts'
import { createTasks } from './tasks.ts'

const WORKSPACE = 'slack:T1'
let fake: GitHubFake
let client: GitHubClient
let kept: Map<string, unknown>
let run: (task: string, input: unknown, jobId?: string, workspace?: string) => Promise<unknown>
let audited: string[]
let warned: string[]
/** Hub and GitHub agree on the time until one of them is put back. */
let clock: { hubMs: number; githubMs: number }

beforeEach(async () => {
  clock = { hubMs: 0, githubMs: 0 }
  fake = await startGitHubFake({ now: () => Date.now() + clock.githubMs })
  fake.push('main', { 'README.md': '# App\n' })
  fake.repository().state.workflows.push(
    {
      id: 9,
      path: '.github/workflows/deploy.yml',
      name: 'Deploy',
      inputs: ['env', 'id'],
      showsInputs: true,
      tellsRun: true,
    },
    {
      id: 10,
      path: '.github/workflows/old.yml',
      name: 'Old',
      inputs: ['env', 'id'],
      showsInputs: true,
      tellsRun: false,
    },
  )
  kept = new Map()
  audited = []
  warned = []
  const silent = () => undefined
  const log = {
    debug: silent,
    info: silent,
    error: silent,
    warn: (about: object) => void warned.push(JSON.stringify(about)),
  }
  const kv: KeyValue = {
    get: async (key) => kept.get(key),
    set: async (key, value) => void kept.set(key, value),
    add: async (key, value) => !kept.has(key) && kept.set(key, value) === kept,
    delete: async (key) => void kept.delete(key),
  }
  client = createClient(config.parse({ webhookSecret: fake.webhookSecret, apiUrl: fake.apiUrl, token: fake.token }))
  const identity = createIdentity(client)
  const bindings = {
    list: async (workspace: string) => (workspace === WORKSPACE ? [{ target: REPO }] : []),
  } as unknown as Bindings
  const tasks = createTasks({
    client,
    host: createRepositories(client, identity, kv),
    actions: createActions(client, identity, kv, [10, 10, 10], () => Date.now() + clock.hubMs),
    artifacts: createArtifacts(client, 'https://api.github.com', log),
    scope: createScope(client, () => bindings),
  })
  run = async (name, input, jobId = 'job-1', workspace = WORKSPACE) => {
    const task = tasks.find((one) => one.name === name)
    const ctx = {
      jobId,
      workspace,
      signal: AbortSignal.timeout(60_000),
      audit: async (action: string) => void audited.push(action),
    } as unknown as Context
    return task?.run(input, ctx)
  }
})
afterEach(async () => {
  client.close()
  await fake.close()
})
const runs = () => fake.repository().state.runs
const deploy = { repository: REPO, workflow: 'deploy.yml', inputs: { env: 'staging' } }

describe('github.dispatch', () => {
  test('starts the workflow on the default branch and names its run', async () => {
    const made = await run('github.dispatch', deploy)
    expect(made).toEqual({
      runId: String(runs()[0]?.id),
      url: `https://github.com/${REPO}/actions/runs/${runs()[0]?.id}`,
      correlationId: expect.stringMatching(/^hub-[0-9a-f]{12}$/),
    })
    expect(runs()).toMatchObject([{ head_branch: 'main', event: 'workflow_dispatch', inputs: { env: 'staging' } }])
    expect(audited).toEqual(['github.dispatch'])
    expect(fake.problems).toEqual([])
  })
  test('the same job again starts no second run, another job does', async () => {
    const first = await run('github.dispatch', deploy)
    expect(await run('github.dispatch', deploy)).toEqual(first)
    expect(runs()).toHaveLength(1)
    expect(await run('github.dispatch', deploy, 'job-2')).not.toEqual(first)
    expect(runs()).toHaveLength(2)
  })
  test.each([
    ['by the id that run-name shows', { correlationInput: 'id' }],
    ['by who started what and when', {}],
  ])('a run that GitHub does not name is found %s', async (_how, more) => {
    // Somebody starts the same at the same time.
    fake.repository().run({ name: 'Old', path: '.github/workflows/old.yml', event: 'workflow_dispatch', by: ANN.login })
    const old = { ...deploy, workflow: 'old.yml', ...more }
    const [one, two] = await Promise.all([run('github.dispatch', old, 'job-1'), run('github.dispatch', old, 'job-2')])
    const ids = [one, two].map((made) => (made as { runId: string }).runId)
    expect(new Set(ids)).toEqual(
      new Set(
        runs()
          .slice(1)
          .map(({ id }) => String(id)),
      ),
    )
    expect(runs()).toHaveLength(3)
  })
  test.each([true, false])('an answer that was lost (arrived: %s) starts it once all the same', async (commit) => {
    fake.faults.add({ kind: 'cut', commit }, 1, /dispatches$/)
    const again = () => run('github.dispatch', { ...deploy, correlationInput: 'id' })
    const made = await again().catch(async (error: unknown) => {
      expect(error).toMatchObject({ code: 'OUTCOME_UNKNOWN', retry: 'backoff' })
      // It may still be on its way.
      await expect(again()).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
      expect(runs()).toEqual([])
      clock.hubMs += 3 * 60_000
      return again()
    })
    expect(runs()).toHaveLength(1)
    expect(made).toMatchObject({ runId: String(runs()[0]?.id) })
  })
  test.each([{ correlationInput: 'id' }, {}])(
    'a run that is listed late (%o) was started once all the same',
    async (more) => {
      const again = () => run('github.dispatch', { ...deploy, workflow: 'old.yml', ...more })
      // Not listed among those of this hour.
      clock.githubMs = -60 * 60_000
      for (let attempt = 0; attempt < 3; attempt++) {
        await expect(again()).rejects.toMatchObject({
          code: 'OUTCOME_UNKNOWN',
          message: expect.stringContaining('octo/app/actions/workflows/old.yml before you start it again'),
        })
        clock.hubMs += 10 * 60_000
      }
      expect(runs()).toHaveLength(1)
      for (const one of runs()) Object.assign(one, { createdAtMs: Date.now() })
      expect(await again()).toMatchObject({ runId: String(runs()[0]?.id) })
      expect(await again()).toMatchObject({ runId: String(runs()[0]?.id) })
      expect(runs()).toHaveLength(1)
    },
  )
  test.each([
    [{ ref: 'pull/3/head' }, 'INPUT_INVALID'],
    [{ ref: 'refs/pull/3/merge' }, 'INPUT_INVALID'],
    [{ workflow: '../x.yml' }, 'INPUT_INVALID'],
    [{ workflow: 'none.yml' }, 'NOT_FOUND'],
    [{ inputs: { unknown: 'x' } }, 'INPUT_INVALID'],
  ])('%o is refused and starts nothing', async (more, code) => {
    await expect(run('github.dispatch', { ...deploy, ...more })).rejects.toMatchObject({ code })
    expect(runs()).toEqual([])
  })
  test('what GitHub has against the inputs is passed on', async () => {
    await expect(run('github.dispatch', { ...deploy, inputs: { unknown: 'x' } })).rejects.toThrow(/Unexpected inputs/)
  })
  test('a missing permission is named', async () => {
    fake.permissions.actions = 'read'
    await expect(run('github.dispatch', deploy)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('actions=write'),
    })
  })
})

describe('a workspace reaches', () => {
  const read = (repository: string, workspace: string) =>
    run('github.run', { repository, runId: '1' }, 'job-1', workspace)
  test('what was bound in it, whatever its letters, and what is its own on GitHub', async () => {
    const { id } = fake.repository().run({ name: 'CI' })
    const asked = { repository: 'Octo/App', runId: String(id) }
    expect(await run('github.run', asked)).toMatchObject({ name: 'CI' })
    expect(await run('github.run', asked, 'job-1', 'github:9919')).toMatchObject({ name: 'CI' })
  })
  test('nothing of others, although the token sees it', async () => {
    fake.repository('octo/secret').push('main', { a: '1' })
    for (const [repository, workspace] of [
      ['octo/secret', WORKSPACE],
      [REPO, 'slack:T2'],
      [REPO, 'github:1'],
    ] as const)
      await expect(read(repository, workspace)).rejects.toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringContaining('/hub bind repository'),
      })
  })
})

describe('github.run', () => {
  test('tells a run from queued to done', async () => {
    const { id } = fake.repository().run({ name: 'CI' })
    const read = () => run('github.run', { repository: REPO, runId: String(id) })
    expect(await read()).toMatchObject({ state: 'queued', conclusion: null, failedJobs: [], log: null })
    fake.repository().run({ id, name: 'CI', status: 'in_progress' })
    expect(await read()).toMatchObject({ state: 'running' })
    fake.repository().run({ id, name: 'CI', status: 'completed', conclusion: 'success' })
    expect(await read()).toMatchObject({ state: 'done', conclusion: 'success', log: null })
  })
  test('names the jobs that failed and shows the end of the log, fetched without our token', async () => {
    const log = ['setup', 'compile', '##[error]Process completed with exit code 1.', 'Cleaning up'].map(
      (line, i) => `2026-11-21T08:00:0${i}.0000000Z ${line}`,
    )
    const jobs = [
      { id: 1, name: 'lint', conclusion: 'success', log: '' },
      { id: 2, name: 'test', conclusion: 'failure', log: log.join('\n') },
    ]
    const { id } = fake.repository().run({ name: 'CI', status: 'completed', conclusion: 'failure', jobs })
    expect(await run('github.run', { repository: REPO, runId: String(id) })).toEqual({
      state: 'done',
      conclusion: 'failure',
      name: 'CI',
      url: `https://github.com/${REPO}/actions/runs/${id}`,
      failedJobs: ['test'],
      log: 'setup\ncompile\nError: Process completed with exit code 1.',
      artifacts: [],
      artifactCount: 0,
    })
    fake.faults.add({ kind: 'refuse', status: 410, message: 'Gone' }, 1, /logs/)
    expect(await run('github.run', { repository: REPO, runId: String(id) })).toMatchObject({
      failedJobs: ['test'],
      log: null,
    })
  })
  test('a long log ends where the error is, without colours', () => {
    const lines = Array.from({ length: 500 }, (_, i) => `line ${i}`)
    const tail = logTail([...lines, '\u001b[31mbroken\u001b[0m', '##[error]No', '##[endgroup]', 'after'].join('\r\n'))
    expect(tail.split('\n')).toHaveLength(40)
    expect(tail).toMatch(/^line 462\n[\s\S]*\nline 499\nbroken\nError: No$/)
    expect(logTail('')).toBe('')
  })
})

describe('what a run left behind', () => {
  const done = () => fake.repository().run({ name: 'CI', status: 'completed', conclusion: 'success' }).id
  const ask = (id: number, task = 'github.run') => run(task, { repository: REPO, runId: String(id) })
  const names = (found: unknown) => (found as { artifacts: { name: string }[] }).artifacts.map(({ name }) => name)
  const lists = () => fake.requests.filter(({ path }) => path.endsWith('/artifacts'))

  test('is told with its size, its page, its digest and its end', async () => {
    const id = done()
    const expiresAtMs = Date.parse('2050-01-02T03:04:05Z')
    const web = fake.repository().upload(id, 'web-dist', { sizeBytes: 4_200_000, expiresAtMs })
    const old = fake.repository().upload(id, 'logs', { expiresAtMs: Date.now() - 1_000, digest: null })
    const page = `https://github.com/${REPO}/actions/runs/${id}`
    const both = {
      artifactCount: 2,
      artifacts: [
        {
          name: 'web-dist',
          sizeBytes: 4_200_000,
          url: `${page}/artifacts/${web.id}`,
          runUrl: page,
          digest: web.digest,
          expiresAt: '2050-01-02T03:04:05Z',
          expired: false,
        },
        expect.objectContaining({ name: 'logs', url: `${page}/artifacts/${old.id}`, digest: null, expired: true }),
      ],
    }
    expect(await ask(id)).toMatchObject(both)
    expect(await ask(id, 'github.artifacts')).toEqual(both)
    expect(fake.problems).toEqual([])
  })
  test('is asked for once a run has begun, by pages, and again only with its ETag', async () => {
    const { id } = fake.repository().run({ name: 'CI' })
    expect(await ask(id)).toMatchObject({ state: 'queued', artifacts: [] })
    expect(lists()).toEqual([])
    fake.repository().run({ id, name: 'CI', status: 'in_progress' })
    for (let n = 0; n < 130; n++) fake.repository().upload(id, `part-${n}`)
    const first = await ask(id)
    expect(names(first)).toHaveLength(130)
    expect(first).toMatchObject({ artifactCount: 130 })
    expect(lists().map(({ status }) => status)).toEqual([200, 200])
    expect(names(await ask(id))).toHaveLength(130)
    expect(lists().map(({ status }) => status)).toEqual([200, 200, 304, 304])
  })
  test('beyond two hundred is counted, and what a second attempt left again stands once', async () => {
    const id = done()
    for (let n = 0; n < 250; n++) fake.repository().upload(id, `part-${n}`)
    expect(await ask(id, 'github.artifacts')).toMatchObject({ artifactCount: 250 })
    expect(lists()).toHaveLength(2)
    const again = done()
    fake.repository().upload(again, 'report', { sizeBytes: 1 })
    fake.repository().upload(again, 'report', { sizeBytes: 2 })
    expect(await ask(again)).toMatchObject({ artifactCount: 1, artifacts: [{ name: 'report', sizeBytes: 2 }] })
  })
  test('stays away where the token may not read it, which is named once, and where GitHub is away', async () => {
    const id = done()
    fake.repository().upload(id, 'web-dist')
    const refused = {
      kind: 'refuse',
      status: 403,
      message: 'Resource not accessible by personal access token',
      headers: { 'x-accepted-github-permissions': 'actions=read' },
    } as const
    fake.faults.add(refused, 2, /artifacts$/)
    expect(await ask(id)).toMatchObject({ conclusion: 'success', artifacts: [], artifactCount: 0 })
    expect(await ask(id)).toMatchObject({ conclusion: 'success', artifacts: [] })
    expect(warned).toEqual([expect.stringContaining('actions=read')])
    fake.faults.add({ kind: 'status', status: 502, commit: false }, 2, /artifacts$/)
    expect(await ask(id)).toMatchObject({ conclusion: 'success', artifacts: [] })
    await expect(ask(id, 'github.artifacts')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(names(await ask(id))).toEqual(['web-dist'])
    // With neither, the run itself is what cannot be read.
    fake.permissions.actions = 'none'
    await expect(ask(id)).rejects.toMatchObject({ message: expect.stringContaining('actions=read') })
    expect(await ask(id, 'github.artifacts')).toMatchObject({ artifacts: [] })
  })
  test.each([
    ['https://ghe.example.com/api/v3', 'https://ghe.example.com'],
    ['https://api.acme.ghe.com', 'https://acme.ghe.com'],
    ['http://127.0.0.1:9', 'https://github.com'],
  ])('with %s lies on %s', async (apiUrl, page) => {
    const wire = { id: 5, name: 'a', size_in_bytes: 1, expired: false }
    const answers = { ...client, read: async () => ({ total_count: 1, artifacts: [wire] }) }
    const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
    const found = await createArtifacts(answers, apiUrl, log).list(REPO, '7', AbortSignal.timeout(1_000))
    expect(found.artifacts[0]?.url).toBe(`${page}/${REPO}/actions/runs/7/artifacts/5`)
  })
})

describe('github.check and github.comment', () => {
  test('write beside a commit', async () => {
    const sha = fake.repository().git.refs.get('heads/main')
    await run('github.check', { repository: REPO, sha, name: 'gate', state: 'waiting', title: 'Waits for a person' })
    expect(fake.repository().state.statuses).toMatchObject([{ context: 'gate', state: 'pending' }])
  })
  test('one comment for a key, edited from then on, found again when the answer was lost', async () => {
    const comment = { repository: REPO, number: 3, key: 'deploy', body: 'Deploying, says @ann in #4' }
    fake.repository().state.issues.push({
      number: 3,
      title: 'Three',
      body: '',
      state: 'open',
      user: ANN,
      createdAtMs: 0,
      updatedAtMs: 0,
    })
    fake.faults.add({ kind: 'cut', commit: true })
    const made = await run('github.comment', comment)
    expect(made).toMatchObject({ changed: true })
    expect(await run('github.comment', comment)).toMatchObject({ changed: false })
    expect(await run('github.comment', { ...comment, body: 'Deployed' })).toMatchObject({ changed: true })
    await run('github.comment', { ...comment, key: 'other' })
    expect(fake.comments.map(({ body, by }) => [body.split('\n')[0], by])).toEqual([
      ['Deployed', TOKEN_USER.login],
      ['Deploying, says @\u200bann in #4', TOKEN_USER.login],
    ])
  })
  test('nothing on the pull request of a fork', async () => {
    const { number } = fake.repository().openPull({ branch: 'x', from: 'stranger/app', sha: 'a'.repeat(40) })
    await expect(run('github.comment', { repository: REPO, number, key: 'k', body: 'Hello' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('fork'),
    })
    expect(fake.comments).toEqual([])
  })
})
