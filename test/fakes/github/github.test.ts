import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GitHubFake, REPO, startGitHubFake } from './index.ts'
import { hasSchema } from './schema.ts'

let fake: GitHubFake
beforeEach(async () => {
  fake = await startGitHubFake()
})
afterEach(() => fake.close())

const ask = async (method: string, path: string, body?: object) => {
  const answer = await fetch(`${fake.apiUrl}/repos/${REPO}${path}`, {
    method,
    headers: { authorization: `Bearer ${fake.token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
}

test('has Git’s own ids, so that what is read fits a real clone', async () => {
  const { sha } = fake.push('main', { 'a.txt': 'hello\n', 'a/b': 'x' })
  const { body } = await ask('GET', `/git/trees/${sha}?recursive=1`)
  expect(body).toMatchObject({ sha: 'f54efa2516b690b89ba85e9cd79076ffa8eea611', truncated: false })
  expect(body.tree[0]).toEqual({
    path: 'a.txt',
    mode: '100644',
    type: 'blob',
    sha: 'ce013625030ba8dba906f756967f9e9ca394464a',
    size: 6,
  })
})
test('a push is a signed webhook that names its commits', async () => {
  const first = fake.push('main', { 'README.md': '# App\n' }, 'Begin')
  const second = fake.push('main', { 'README.md': '# Application\n', 'old.md': null }, 'Rename it')
  expect(second.headers['x-hub-signature-256']).toMatch(/^sha256=[0-9a-f]{64}$/)
  expect(second.payload).toMatchObject({
    ref: 'refs/heads/main',
    before: first.sha,
    after: second.sha,
    forced: false,
    commits: [{ id: second.sha, message: 'Rename it' }],
  })
  const { body } = await ask('GET', `/compare/${first.sha}...${second.sha}`)
  expect(body).toMatchObject({ status: 'ahead', ahead_by: 1 })
  expect(body.files).toEqual([
    expect.objectContaining({ status: 'modified', patch: '@@ -1,1 +1,1 @@\n-# App\n+# Application' }),
  ])
})
test('history that was replaced diverges, and the webhook says that it was forced', async () => {
  const first = fake.push('main', { 'a.md': '1' })
  const second = fake.push('main', { 'a.md': '2' })
  const third = fake.push('main', { 'a.md': '3' }, 'Again', { onto: first.sha })
  expect(third.payload).toMatchObject({ before: second.sha, forced: true })
  expect((await ask('GET', `/compare/${second.sha}...${third.sha}`)).body.status).toBe('diverged')
})
test('keeps what a run uploaded until its day, for whoever may read it', async () => {
  const people = fake.repository()
  const { id } = people.run({ name: 'CI' })
  for (let n = 0; n < 32; n++) people.upload(id, `part-${n}`)
  people.upload(id, 'old', { expiresAtMs: Date.now() - 1 })
  const path = `/actions/runs/${id}/artifacts`
  const first = await ask('GET', path)
  expect(first.body.total_count).toBe(33)
  expect(first.body.artifacts).toHaveLength(30)
  const last = await ask('GET', `${path}?page=2`)
  expect(last.body.artifacts.map(({ name }: { name: string }) => name)).toEqual(['part-30', 'part-31', 'old'])
  expect(last.body.artifacts.map(({ expired }: { expired: boolean }) => expired)).toEqual([false, false, true])
  expect((await ask('GET', `${path}?name=old`)).body).toMatchObject({ total_count: 1, artifacts: [{ name: 'old' }] })
  expect((await ask('GET', '/actions/runs/1/artifacts')).status).toBe(404)
  expect((await fetch(`${fake.apiUrl}/repos/${REPO}${path}`)).status).toBe(401)
  fake.permissions.actions = 'none'
  expect((await ask('GET', path)).status).toBe(403)
})
test('refuses what GitHub refuses', async () => {
  const { sha } = fake.push('main', { 'a.md': '1' })
  fake.repository().state.protected.add('main')
  expect(await ask('PATCH', '/git/refs/heads/main', { sha, force: true })).toMatchObject({ status: 422 })
  expect(await ask('POST', '/git/refs', { ref: 'refs/heads/main', sha })).toMatchObject({ status: 422 })
  expect(await ask('POST', '/git/trees', { tree: [{ path: '../a', mode: '100644', content: '' }] })).toMatchObject({
    status: 422,
  })
  expect(await ask('POST', '/pulls', { title: 'x', head: 'nowhere', base: 'main' })).toMatchObject({ status: 422 })
  expect(await ask('POST', '/check-runs', { name: 'x', head_sha: sha })).toMatchObject({
    status: 403,
    body: { message: 'You must authenticate via a GitHub App.' },
  })
  fake.permissions.contents = 'read'
  expect(await ask('POST', '/git/refs', { ref: 'refs/heads/x', sha })).toMatchObject({ status: 403 })
  fake.rate.remaining = 0
  expect(await ask('GET', '')).toMatchObject({ status: 403 })
})
test('eighty writes a minute, and not one more', async () => {
  const { sha } = fake.push('main', { 'a.md': '1' })
  const statuses = []
  for (let i = 0; i < 81; i++)
    statuses.push((await ask('POST', `/statuses/${sha}`, { state: 'success', context: `c${i}` })).status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(80)
  expect(statuses.at(-1)).toBe(403)
})
test('an event that nobody took stands in the list as failed', async () => {
  const webhook = fake.push('main', { 'a.md': '1' })
  expect((await ask('GET', '/hooks/55001/deliveries')).body).toMatchObject([
    { guid: webhook.deliveryId, event: 'push', status_code: 0 },
  ])
  await fake.send(async () => new Response(''), webhook)
  const { body } = await ask('GET', '/hooks/55001/deliveries')
  expect(body).toMatchObject([{ status_code: 200, status: 'OK' }])
  expect((await ask('GET', `/hooks/55001/deliveries/${body[0].id}`)).body.request.payload).toEqual(webhook.payload)
})
test('a merge puts the commits of the pull request on its base', async () => {
  fake.push('main', { 'a.md': '1' })
  fake.push('topic', { 'b.md': '2' })
  const { number } = fake.repository().openPull({ branch: 'topic' })
  const [push, closed] = fake.repository().mergePull(number)
  expect(push.payload).toMatchObject({ ref: 'refs/heads/main' })
  expect(closed.payload).toMatchObject({ action: 'closed', pull_request: { merged: true, merge_commit_sha: push.sha } })
  expect((await ask('GET', `/git/trees/${push.sha}`)).body.tree.map((one: { path: string }) => one.path)).toEqual([
    'a.md',
    'b.md',
  ])
})
if (!hasSchema) console.warn('skipped: GitHub’s own description of its API is not at hand')

test.skipIf(!hasSchema)('what breaks GitHub’s own description is refused and noted', async () => {
  const { sha } = fake.push('main', { a: '1' })
  const wrong = [
    await ask('POST', `/statuses/${sha}`, { state: 'great' }),
    await ask('POST', '/git/refs', { ref: 'refs/heads/x' }),
    await ask('POST', '/git/trees', { tree: [{ path: 'a', mode: '777', content: '' }] }),
    await ask('POST', '/actions/workflows/x.yml/dispatches', { inputs: {} }),
  ]
  expect(wrong.map(({ status }) => status)).toEqual([422, 422, 422, 422])
  expect(fake.problems).toHaveLength(4)
})
