import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { KeyValue, ProposalWrite } from '#contract'
import { type GitHubFake, REPO, startGitHubFake, TOKEN_USER } from '../../test/fakes/github/index.ts'
import { createClient, type GitHubClient } from './client.ts'
import { config } from './config.ts'
import { createIdentity } from './identity.ts'
import { keyMark } from './mark.ts'
import { createRepositories } from './repositories.ts'

const signal = AbortSignal.timeout(120_000)
const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('utf8'))

let fake: GitHubFake
let client: GitHubClient
let port: ReturnType<typeof createRepositories>
let nowMs: number
let kept: Map<string, unknown>

const kv = (): KeyValue => ({
  get: async (key) => kept.get(key),
  set: async (key, value) => void kept.set(key, value),
  add: async (key, value) => !kept.has(key) && kept.set(key, value) === kept,
  delete: async (key) => void kept.delete(key),
})
function open(more: Record<string, string>) {
  client?.close()
  const given = { webhookSecret: fake.webhookSecret, apiUrl: fake.apiUrl, ...more }
  client = createClient(config.parse(given), () => nowMs)
  port = createRepositories(client, createIdentity(client), kv())
}
const asApp = () => open({ appId: fake.app.id, privateKey: fake.app.privateKey })
beforeEach(async () => {
  nowMs = Date.now()
  kept = new Map()
  fake = await startGitHubFake({ now: () => nowMs })
  open({ token: fake.token })
})
afterEach(async () => {
  client.close()
  await fake.close()
})
const asked = (method: string, path: RegExp) =>
  fake.requests.filter((one) => one.method === method && path.test(one.path)).length
const write = (baseSha: string, more: Partial<ProposalWrite> = {}): ProposalWrite => ({
  repository: REPO,
  base: 'main',
  baseSha,
  branch: 'autodevhub/docs-main',
  title: 'Documentation follows the code',
  body: 'One section changed.',
  message: 'Update the documentation',
  files: [{ path: 'README.md', text: '# App 2\n' }],
  ...more,
})
const branch = () => fake.repository().git.refs.get('heads/autodevhub/docs-main') ?? ''
const writes = () => fake.requests.filter(({ method }) => method !== 'GET').length

describe('reading', () => {
  test('a repository, and what there is none of', async () => {
    fake.push('main', { 'README.md': '# App\n' })
    expect(await port.info('Octo/App', signal)).toEqual({
      repository: REPO,
      url: `https://github.com/${REPO}`,
      defaultBranch: 'main',
      private: true,
      mayWrite: true,
    })
    expect(await port.info('octo/none', signal)).toBeNull()
    await expect(port.info('../etc', signal)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    fake.permissions.contents = 'read'
    expect(await port.info(REPO, signal)).toMatchObject({ mayWrite: false })
  })
  test('a branch, a tag, a commit, a name with a slash, and none', async () => {
    const { sha } = fake.push('main', { a: '1' })
    fake.repository().git.refs.set('tags/v1', sha)
    fake.repository().git.refs.set('heads/team/topic', sha)
    for (const ref of ['main', 'v1', 'team/topic', sha]) expect(await port.resolve(REPO, ref, signal)).toBe(sha)
    expect(await port.resolve(REPO, 'gone', signal)).toBeNull()
    expect(await port.resolve(REPO, 'f'.repeat(40), signal)).toBeNull()
  })
  test('what was asked before is asked with its ETag and costs nothing', async () => {
    fake.push('main', { a: '1' })
    await port.resolve(REPO, 'main', signal)
    const left = fake.rate.remaining
    const { sha } = fake.push('main', { a: '2' })
    expect(await port.resolve(REPO, 'main', signal)).toBe(sha)
    expect(fake.rate.remaining).toBe(left - 1)
    for (let i = 0; i < 3; i++) expect(await port.resolve(REPO, 'main', signal)).toBe(sha)
    expect(fake.rate.remaining).toBe(left - 1)
    expect(fake.requests.filter(({ status }) => status === 304)).toHaveLength(3)
  })
  test('a tree is listed once, and says what is no file', async () => {
    const submodule = 'c'.repeat(40)
    const { sha } = fake.push('main', {
      'docs/guide.md': 'é',
      'out.md': { link: '../../etc/passwd' },
      vendor: { submodule },
    })
    const { entries, truncated } = await port.tree(REPO, sha, signal)
    expect(truncated).toBe(false)
    expect(entries.map(({ path, kind, sizeBytes }) => [path, kind, sizeBytes])).toEqual([
      ['docs/guide.md', 'file', 2],
      ['out.md', 'link', 16],
      ['vendor', 'submodule', 0],
    ])
    await port.tree(REPO, sha, signal)
    expect(asked('GET', /git\/trees/)).toBe(1)
  })
  test('a file byte for byte, once; never through a link, a submodule or out of the tree', async () => {
    const bytes = Uint8Array.from([0xff, 0xfe, 0, 13, 10])
    const { sha } = fake.push('main', {
      'a/b/c.bin': bytes,
      link: { link: 'a/b/c.bin' },
      sub: { submodule: 'c'.repeat(40) },
    })
    expect(await port.file(REPO, 'main', 'a/b/c.bin', 100, signal)).toEqual(bytes)
    expect(await port.file(REPO, sha, 'a/b/c.bin', 100, signal)).toEqual(bytes)
    expect(asked('GET', /git\/blobs/)).toBe(1)
    for (const path of ['link', 'sub', 'a/b', 'a/none', '../a/b/c.bin', '/a/b/c.bin', 'a//b/c.bin', ''])
      expect(await port.file(REPO, sha, path, 100, signal), path).toBeNull()
    expect(await port.file(REPO, sha, 'a/b/c.bin', 4, signal)).toBeNull()
    expect(await port.file(REPO, 'gone', 'a/b/c.bin', 100, signal)).toBeNull()
  })
  test('files that are wanted together come together, byte for byte', async () => {
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`docs/${i}.md`, `# ${i}\r\né`]))
    const odd = { 'docs/nul.md': Uint8Array.from([1, 0, 2]), 'docs/latin.md': Uint8Array.from([0xe9, 0x20]) }
    const { sha } = fake.push('main', { ...many, ...odd, 'docs/large.md': 'x'.repeat(300_000) })
    const { entries } = await port.tree(REPO, sha, signal)
    const read = await Promise.all(entries.map((entry) => port.blob(REPO, entry, 1_000_000, signal)))
    for (const [i, { path, blob }] of entries.entries())
      expect(Buffer.from(read[i] ?? []).equals(fake.repository().git.blobs.get(blob) ?? Buffer.of(1)), path).toBe(true)
    expect(asked('POST', /^\/graphql$/)).toBe(3)
    // What is no text, or too much of it, comes by itself.
    expect(asked('GET', /git\/blobs/)).toBe(3)
    await Promise.all(entries.slice(0, 50).map((entry) => port.blob(REPO, entry, 1_000_000, signal)))
    expect(asked('POST', /^\/graphql$/)).toBe(3)
  })
  test('where GraphQL is refused they come one by one', async () => {
    fake.faults.add({ kind: 'refuse', status: 404, message: 'Not Found' }, 100, /graphql$/)
    const { sha } = fake.push('main', { a: '1', b: '2', c: '3', d: '4' })
    const { entries } = await port.tree(REPO, sha, signal)
    for (const two of [entries.slice(0, 2), entries.slice(2)])
      await Promise.all(two.map((entry) => port.blob(REPO, entry, 100, signal)))
    expect([asked('POST', /graphql/), asked('GET', /git\/blobs/)]).toEqual([1, 4])
  })
  test('a request to wait stops them all', async () => {
    fake.faults.add({ kind: 'rate-limited', retryAfterSeconds: 9 }, 1, /graphql$/)
    const { sha } = fake.push('main', { a: '1', b: '2' })
    const { entries } = await port.tree(REPO, sha, signal)
    const read = await Promise.allSettled(entries.map((entry) => port.blob(REPO, entry, 100, signal)))
    expect(read).toMatchObject([{ reason: { code: 'RATE_LIMITED' } }, { reason: { retry: { afterMs: 9_000 } } }])
    expect(asked('GET', /git\/blobs/)).toBe(0)
  })
  test('a comparison with hunks, a rename, and a history that was replaced', async () => {
    const first = fake.push('main', { 'old.md': 'same\n', 'a.md': '1\n' })
    const second = fake.push('main', { 'old.md': null, 'new.md': 'same\n', 'a.md': '2\n' }, 'Rename')
    const found = await port.compare(REPO, first.sha, second.sha, signal)
    expect(found).toMatchObject({
      relation: 'ahead',
      truncated: false,
      commits: [{ message: 'Rename', author: 'ann', parents: [first.sha] }],
    })
    expect(found.files).toEqual([
      { path: 'a.md', previousPath: null, change: 'modified', patch: '@@ -1,1 +1,1 @@\n-1\n+2', added: 1, removed: 1 },
      { path: 'new.md', previousPath: 'old.md', change: 'renamed', patch: null, added: 0, removed: 0 },
    ])
    const third = fake.push('main', { 'a.md': '3\n' }, 'Again', { onto: first.sha })
    expect(await port.compare(REPO, second.sha, third.sha, signal)).toMatchObject({ relation: 'diverged' })
  })
  test('the commits of one file, newest first', async () => {
    const first = fake.push('main', { 'a.md': '1\n' }, 'Begin')
    fake.push('main', { 'b.md': '1\n' }, 'Elsewhere')
    const third = fake.push('main', { 'a.md': '2\n' }, 'Go on')
    const found = await port.history(REPO, { ref: 'main', path: 'a.md', limit: 10 }, signal)
    expect(found.map(({ sha, message, author }) => [sha, message, author])).toEqual([
      [third.sha, 'Go on', 'ann'],
      [first.sha, 'Begin', 'ann'],
    ])
    expect(found.every(({ atMs }) => atMs > 0)).toBe(true)
    expect(await port.history(REPO, { ref: 'main', path: 'a.md', limit: 1 }, signal)).toHaveLength(1)
  })
  test('more files than GitHub lists are found in the trees', async () => {
    const many = (text: string) =>
      Object.fromEntries(Array.from({ length: 420 }, (_, i) => [`f/${1_000 + i}.ts`, text]))
    const first = fake.push('main', { ...many('1'), 'gone.md': 'x' })
    const second = fake.push('main', { ...many('2'), 'gone.md': null })
    const { files, truncated } = await port.compare(REPO, first.sha, second.sha, signal)
    expect([files.length, truncated]).toEqual([421, false])
    expect(new Set(files.map(({ path }) => path)).size).toBe(421)
    expect(files.find(({ path }) => path === 'gone.md')).toMatchObject({ change: 'removed' })
    expect(files.filter(({ patch }) => patch === null)).toHaveLength(121)
  })
  test('a repository that was renamed is named as that, not read from elsewhere', async () => {
    fake.faults.add({ kind: 'refuse', status: 301, message: 'Moved Permanently' }, 1, /^GET \/repos\/octo\/app$/)
    expect(await port.info(REPO, signal)).toBeNull()
  })
})

describe('proposing', () => {
  test('commits on its own branch and opens one pull request; again it changes nothing', async () => {
    const { sha } = fake.push('main', { 'README.md': '# App\n', 'run.sh': 'x', 'old.md': 'o' })
    const files = [
      { path: 'README.md', text: '# App 2\n' },
      { path: 'docs/new.md', text: 'New\n' },
      { path: 'old.md', text: null },
    ]
    const made = await port.propose(write(sha, { files }), signal)
    expect(made).toEqual({
      number: 1,
      url: `https://github.com/${REPO}/pull/1`,
      state: 'open',
      branch: 'autodevhub/docs-main',
      headSha: branch(),
      changed: true,
    })
    expect(fake.repository().pull(1)).toMatchObject({ base: 'main', user: TOKEN_USER })
    expect((await port.tree(REPO, branch(), signal)).entries.map(({ path }) => path)).toEqual([
      'README.md',
      'docs/new.md',
      'run.sh',
    ])
    expect(text(await port.file(REPO, branch(), 'README.md', 100, signal))).toBe('# App 2\n')
    const before = writes()
    expect(await port.propose(write(sha, { files }), signal)).toEqual({ ...made, changed: false })
    expect(writes()).toBe(before)
    expect(fake.problems).toEqual([])
    expect(await port.proposal(REPO, 'autodevhub/docs-main', signal)).toMatchObject({ number: 1, state: 'open' })
  })
  test('other edits replace the commit, from the new state of the base, in the same pull request', async () => {
    const first = fake.push('main', { 'README.md': '# App\n', 'a.ts': '1' })
    await port.propose(write(first.sha), signal)
    const second = fake.push('main', { 'a.ts': '2' })
    const again = await port.propose(write(second.sha), signal)
    expect(again).toMatchObject({ number: 1, changed: false })
    const files = [{ path: 'README.md', text: '# App 3\n' }]
    expect(await port.propose(write(second.sha, { files, body: 'Two.' }), signal)).toMatchObject({
      number: 1,
      changed: true,
      headSha: branch(),
    })
    expect(fake.repository().git.commits.get(branch())?.parents).toEqual([second.sha])
    expect(fake.repository().pull(1).body).toMatch(/^Two\./)
    expect(fake.repository().state.pulls).toHaveLength(1)
  })
  test.each(['POST .*/pulls$', 'POST .*/git/refs$', 'POST .*/git/trees$', 'POST .*/git/commits$'])(
    'an answer of %s that was lost is settled by looking',
    async (on) => {
      const { sha } = fake.push('main', { 'README.md': '# App\n' })
      fake.faults.add({ kind: 'cut', commit: true }, 1, new RegExp(on))
      await port.propose(write(sha), signal).catch(() => port.propose(write(sha), signal))
      expect(fake.repository().state.pulls).toHaveLength(1)
      expect(text(await port.file(REPO, branch(), 'README.md', 100, signal))).toBe('# App 2\n')
    },
  )
  test('an answer that was lost on the way there is a reason to try again', async () => {
    const { sha } = fake.push('main', { 'README.md': '# App\n' })
    fake.faults.add({ kind: 'cut', commit: false }, 1, /POST .*\/pulls$/)
    await expect(port.propose(write(sha), signal)).rejects.toMatchObject({ code: 'UNAVAILABLE', retry: 'backoff' })
    expect(await port.propose(write(sha), signal)).toMatchObject({ number: 1, changed: true })
  })
  test('what it quotes calls nobody and closes no issue, in text, in the commit and in an issue', async () => {
    const { sha } = fake.push('main', { 'README.md': '# App\n' })
    const quoted = 'Says @ann: fixes #1. `@octokit/rest` stays.'
    const shown = 'Says @\u200bann: fixes\u200b #1. `@octokit/rest` stays.'
    await port.propose(write(sha, { body: quoted, message: quoted }), signal)
    await port.issue({ repository: REPO, key: 'k', title: 't', body: quoted }, signal)
    const { pulls, issues, git } = fake.repository().state
    for (const text of [pulls[0]?.body, issues[0]?.body, git.commits.get(branch())?.message])
      expect(text?.split('\n')[0]).toBe(shown)
    expect(await port.propose(write(sha, { body: quoted, message: quoted }), signal)).toMatchObject({ changed: false })
  })
  test('nothing to change is no write', async () => {
    const { sha } = fake.push('main', { 'README.md': '# App 2\n' })
    await expect(port.propose(write(sha), signal)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    expect(writes()).toBe(0)
  })
  test('a file that can be run stays one, and a link is not written through', async () => {
    const { git } = fake.repository()
    const blob = git.writeBlob('x')
    const tree = git.writeTree(new Map([['run.sh', { mode: '100755' as const, sha: blob }]]))
    const author = { name: 'ann', email: 'ann@example.com' }
    const sha = git.writeCommit({ tree, parents: [], message: 'Begin', author, atMs: nowMs })
    fake.repository().move('main', sha)
    await port.propose(write(sha, { files: [{ path: 'run.sh', text: 'y' }] }), signal)
    expect(git.flat(git.treeOf(branch()) ?? '').get('run.sh')?.mode).toBe('100755')
    const linked = fake.push('main', { 'out.md': { link: '/etc/passwd' } })
    await expect(
      port.propose(write(linked.sha, { files: [{ path: 'out.md', text: 'y' }] }), signal),
    ).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })
  test('in a repository with more files than GitHub lists, each file is looked at by itself', async () => {
    fake.lists.tree = 4
    const { sha } = fake.push('main', { 'a.md': 'a', 'b.md': 'b', 'docs/y.md': 'y', 'docs/z.md': 'z', 'z.md': 'same' })
    expect(await port.tree(REPO, sha, signal)).toMatchObject({ truncated: true })
    const files = [
      { path: 'docs/z.md', text: null },
      { path: 'z.md', text: 'same' },
      { path: 'new.md', text: 'new' },
    ]
    await port.propose(write(sha, { files }), signal)
    expect([
      ...fake
        .repository()
        .git.flat(fake.repository().git.treeOf(branch()) ?? '')
        .keys(),
    ]).toEqual(['a.md', 'b.md', 'docs/y.md', 'new.md', 'z.md'])
    fake.lists.tree = 1
    await expect(port.file(REPO, branch(), 'z.md', 10, signal)).rejects.toMatchObject({ code: 'TOO_LARGE' })
  })
  test.each(['../x', '/x', 'a/../x', '.git/config', 'a/.GIT/x', 'a\\b', ''])('the path %o is refused', async (path) => {
    const { sha } = fake.push('main', { a: '1' })
    await expect(port.propose(write(sha, { files: [{ path, text: 'x' }] }), signal)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    })
    expect(writes()).toBe(0)
  })
  test.each(['main', 'a..b', '-x', 'a b', 'x.lock', 'refs/'])('the branch %o is refused', async (name) => {
    const { sha } = fake.push('main', { a: '1' })
    await expect(port.propose(write(sha, { branch: name }), signal)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })
  test('a base that moved elsewhere is no hindrance; one that changed the same file, or was rewritten, is', async () => {
    const first = fake.push('main', { 'README.md': '# App\n', 'a.ts': '1' })
    fake.push('main', { 'a.ts': '2' })
    expect(await port.propose(write(first.sha), signal)).toMatchObject({ changed: true })
    fake.push('main', { 'README.md': '# Theirs\n' })
    await expect(port.propose(write(first.sha), signal)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/README\.md was changed on main .* run it again/),
    })
    const forced = fake.push('main', { 'b.ts': '1' }, 'Rewrite', { onto: null })
    await expect(port.propose(write(first.sha), signal)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    fake.push('main', { 'b.ts': '2' }, 'Rewrite again', { onto: forced.sha })
    fake.push('main', { 'c.ts': '2' }, 'And again', { onto: forced.sha })
    const gone = fake.push('side', { 'd.ts': '2' }, 'Side', { onto: first.sha })
    fake.repository().move('main', first.sha)
    await expect(port.propose(write(gone.sha), signal)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('rewritten'),
    })
  })
  test('a base that was deleted is named', async () => {
    const { sha } = fake.push('main', { 'README.md': '# App\n' })
    fake.repository().move('main', null)
    await expect(port.propose(write(sha), signal)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('main'),
    })
  })
  test('what somebody pushed to the hub’s branch stays', async () => {
    const { sha } = fake.push('main', { 'README.md': '# App\n' })
    await port.propose(write(sha), signal)
    const theirs = fake.push('autodevhub/docs-main', { 'README.md': '# By hand\n' })
    await expect(
      port.propose(write(sha, { files: [{ path: 'README.md', text: '# 3' }] }), signal),
    ).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(/somebody else pushed/) })
    expect(branch()).toBe(theirs.sha)
  })
  test('so does what somebody pushes there while the hub writes', async () => {
    const { sha } = fake.push('main', { 'README.md': '# App\n' })
    await port.propose(write(sha), signal)
    const theirs: string[] = []
    const watched: GitHubClient = {
      ...client,
      async call(asked) {
        const done = await client.call(asked)
        if (asked.route.startsWith('POST') && asked.route.endsWith('/git/commits'))
          theirs.push(fake.push('autodevhub/docs-main', { 'README.md': '# By hand\n' }).sha)
        return done
      },
    }
    const busy = createRepositories(watched, createIdentity(client), kv())
    await expect(
      busy.propose(write(sha, { files: [{ path: 'README.md', text: '# 3' }] }), signal),
    ).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('meanwhile; run it again') })
    expect([branch()]).toEqual(theirs)
  })
  test('a protected branch says what cures it', async () => {
    const { sha } = fake.push('main', { 'README.md': '# App\n' })
    fake.repository().state.protected.add('autodevhub/docs-main')
    await expect(port.propose(write(sha), signal)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/protected; let the account of the hub push/),
    })
    expect(fake.repository().state.pulls).toEqual([])
  })
  test('a closed pull request is told apart from a merged one', async () => {
    const { sha } = fake.push('main', { 'README.md': '# App\n' })
    await port.propose(write(sha), signal)
    fake.repository().closePull(1)
    expect(await port.proposal(REPO, 'autodevhub/docs-main', signal)).toMatchObject({ state: 'closed' })
    expect(await port.propose(write(sha), signal)).toMatchObject({ number: 2, changed: true })
    fake.repository().mergePull(2)
    expect(await port.proposal(REPO, 'autodevhub/docs-main', signal)).toMatchObject({ number: 2, state: 'merged' })
    const next = fake.push('main', { 'x.ts': '1' })
    expect(await port.propose(write(next.sha, { files: [{ path: 'README.md', text: '# 4' }] }), signal)).toMatchObject({
      number: 3,
    })
  })
  test('a fork with a branch of the same name is not taken for ours, and gets no writes', async () => {
    const { sha } = fake.push('main', { 'README.md': '# App\n' })
    const fork = { branch: 'autodevhub/docs-main', from: 'octo/fork', sha }
    const { number } = fake.repository().openPull(fork)
    expect(await port.proposal(REPO, 'autodevhub/docs-main', signal)).toBeNull()
    expect(await port.propose(write(sha), signal)).toMatchObject({ number: number + 1 })
    expect(fake.requests.filter(({ path }) => path.includes('octo/fork'))).toEqual([])
    expect(fake.repository().pull(number)).toMatchObject({ headSha: sha, body: null })
  })
  test.each([
    ['contents', 'contents=write'],
    ['pull_requests', 'pull_requests=write'],
  ] as const)('a token without %s is told which permission it lacks', async (permission, named) => {
    const { sha } = fake.push('main', { 'README.md': '# App\n' })
    fake.permissions[permission] = 'read'
    await expect(port.propose(write(sha), signal)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining(named),
    })
  })
})

describe('an issue', () => {
  const issue = { repository: REPO, key: 'drift main', title: 'Documentation drifted', body: 'README.md:3 names it.' }
  test('is made once for its key, updated while it is open, and left alone when somebody closed it', async () => {
    const made = await port.issue(issue, signal)
    expect(made).toMatchObject({ number: 1, state: 'open' })
    expect(await port.issue(issue, signal)).toEqual(made)
    expect(writes()).toBe(1)
    await port.issue({ ...issue, body: 'README.md:4 too.' }, signal)
    expect(fake.repository().state.issues[0]?.body).toMatch(/^README\.md:4 too\./)
    fake.repository().closeIssue(1)
    expect(await port.issue({ ...issue, body: 'Once more' }, signal)).toEqual({ ...made, state: 'closed' })
    expect(fake.repository().state.issues).toHaveLength(1)
    expect(fake.repository().state.issues[0]?.body).toMatch(/^README\.md:4 too\./)
  })
  test('is found by its mark when the answer, and all that was kept, is lost', async () => {
    fake.faults.add({ kind: 'cut', commit: true }, 1, /POST .*\/issues$/)
    expect(await port.issue(issue, signal)).toMatchObject({ number: 1 })
    kept.clear()
    expect(await port.issue(issue, signal)).toMatchObject({ number: 1 })
    expect(fake.repository().state.issues).toHaveLength(1)
  })
  test('of somebody who pasted our mark is not ours', async () => {
    const people = fake.repository()
    people.state.issues.push({
      number: 1,
      title: 'Mine',
      body: keyMark('issue', issue.key),
      state: 'open',
      user: { id: 1, login: 'mallory', type: 'User' },
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    })
    expect(await port.issue(issue, signal)).toMatchObject({ number: 2 })
    expect(people.state.issues[0]?.title).toBe('Mine')
  })
})

describe('a check', () => {
  const check = { repository: REPO, name: 'AutoDevHub / documentation', title: 'All true', summary: 'Nothing drifted.' }
  test('is one check run for an app, updated as it goes on', async () => {
    asApp()
    const { sha } = fake.push('main', { a: '1' })
    await port.check({ ...check, sha, state: 'running' }, signal)
    const { url } = await port.check(
      { ...check, sha, state: 'failure', detailsUrl: 'https://hub.example.com/x' },
      signal,
    )
    expect(url).toMatch(/\/runs\/\d+$/)
    expect(fake.repository().state.checks).toMatchObject([
      { name: check.name, status: 'completed', conclusion: 'failure', output: { title: 'All true' } },
    ])
    fake.faults.add({ kind: 'cut', commit: true }, 1, /POST .*\/check-runs$/)
    const other = { ...check, name: 'AutoDevHub / gate', sha, state: 'waiting' as const }
    await expect(port.check(other, signal)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await port.check(other, signal)
    expect(fake.repository().state.checks.map(({ status }) => status)).toEqual(['completed', 'queued'])
    expect(fake.problems).toEqual([])
  })
  test('is a commit status for a token, written again only when it changed', async () => {
    const { sha } = fake.push('main', { a: '1' })
    for (const state of ['running', 'running', 'success'] as const)
      await port.check({ ...check, title: 'x'.repeat(300), sha, state }, signal)
    expect(fake.repository().state.statuses.map((one) => [one.state, one.context])).toEqual([
      ['pending', check.name],
      ['success', check.name],
    ])
    expect(fake.problems).toEqual([])
  })
  test('is refused to the pull request of a fork', async () => {
    fake.push('main', { a: '1' })
    const { sha } = fake.push('side', { a: '2' })
    fake.repository().openPull({ branch: 'side', from: 'stranger/app', sha })
    const before = writes()
    await expect(port.check({ ...check, sha, state: 'success' }, signal)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(writes()).toBe(before)
  })
})

describe('limits', () => {
  test('the eighty-first write of a minute waits without asking GitHub', async () => {
    const { sha } = fake.push('main', { a: '1' })
    const check = { repository: REPO, sha, title: 't', summary: '', state: 'success' as const }
    for (let i = 0; i < 80; i++) await port.check({ ...check, name: `check ${i}` }, signal)
    const before = fake.requests.length
    const error = await port.check({ ...check, name: 'one more' }, signal).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retry: { afterMs: 60_000 } })
    expect(fake.requests.slice(before).map(({ method }) => method)).not.toContain('POST')
    nowMs += 60_001
    await port.check({ ...check, name: 'one more' }, signal)
    expect(fake.repository().state.statuses).toHaveLength(81)
    expect(fake.requests.filter(({ status }) => status === 403)).toEqual([])
  })
  test('after a request to wait nothing goes out until it is over', async () => {
    fake.push('main', { a: '1' })
    fake.faults.add({ kind: 'rate-limited', retryAfterSeconds: 30 }, 1, /^GET/)
    await expect(port.info(REPO, signal)).rejects.toMatchObject({ code: 'RATE_LIMITED', retry: { afterMs: 30_000 } })
    const before = fake.requests.length
    await expect(port.resolve(REPO, 'main', signal)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(fake.requests).toHaveLength(before)
    nowMs += 30_000
    expect(await port.resolve(REPO, 'main', signal)).toMatch(/^[0-9a-f]{40}$/)
  })
  test('an hour that is used up is waited for', async () => {
    fake.push('main', { a: '1' })
    fake.rate.remaining = 1
    fake.rate.resetAtMs = nowMs + 90_000
    expect(await port.info(REPO, signal)).not.toBeNull()
    const error = await port.info(REPO, signal).catch((e: { retry: { afterMs: number } }) => e)
    expect(error).toMatchObject({ code: 'RATE_LIMITED' })
    expect(fake.requests).toHaveLength(1)
  })
})
