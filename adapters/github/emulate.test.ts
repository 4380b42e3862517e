import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KeyValue } from '#contract'
import { type Emulator, hasEmulate, startEmulator } from '../../test/support/emulate.ts'
import { createBinder } from './binder.ts'
import { createClient, type GitHubClient } from './client.ts'
import { config } from './config.ts'
import { readEvent } from './events.ts'
import { createIdentity } from './identity.ts'
import { createRepositories } from './repositories.ts'
import { verifyGitHub } from './verify.ts'

const TOKEN = 'gho_emulated0123456789'
const SECRET = 'a secret of sixteen or more'
const REPO = 'octocat/app'
const signal = AbortSignal.timeout(60_000)
const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('utf8'))

describe.skipIf(!hasEmulate)('the code host against a GitHub of others', () => {
  let github: Emulator
  let client: GitHubClient
  let port: ReturnType<typeof createRepositories>
  let base: string
  const heard: { readonly event: string; readonly isSigned: boolean; readonly body: unknown }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks)
      const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      const isSigned = verifyGitHub(raw, headers, SECRET)
      heard.push({ event: headers.get('x-github-event') ?? '', isSigned, body: JSON.parse(raw.toString('utf8')) })
      response.end()
    })
  })
  const api = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${github.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    github = await startEmulator('github', {
      tokens: { [TOKEN]: { login: 'octocat', scopes: ['repo'] } },
      github: {
        users: [{ login: 'octocat', name: 'The Octocat', email: 'octocat@github.com' }],
        repos: [{ owner: 'octocat', name: 'app', auto_init: true }],
      },
    })
    client = createClient(config.parse({ webhookSecret: SECRET, token: TOKEN, apiUrl: github.url }))
    const kept = new Map<string, unknown>()
    const kv: KeyValue = {
      get: async (key) => kept.get(key),
      set: async (key, value) => void kept.set(key, value),
      add: async (key, value) => !kept.has(key) && kept.set(key, value) === kept,
      delete: async (key) => void kept.delete(key),
    }
    port = createRepositories(client, createIdentity(client), kv)
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const hook = { config: { url, content_type: 'json', secret: SECRET }, events: ['*'] }
    expect(await api('POST', `/repos/${REPO}/hooks`, hook)).toMatchObject({ status: 201 })
    await api('PUT', `/repos/${REPO}/contents/docs/guide.md`, {
      message: 'Add the guide',
      content: Buffer.from('# Guide\n\nCall it.\n').toString('base64'),
    })
    base = (await port.resolve(REPO, 'main', signal)) ?? ''
  })
  afterAll(async () => {
    client?.close()
    await github?.close()
    await new Promise((resolve) => server.close(resolve))
  })

  test('reads what is there and says what is not', async () => {
    expect(await port.info(REPO, signal)).toMatchObject({ repository: REPO, defaultBranch: 'main', mayWrite: true })
    expect(await port.info('octocat/none', signal)).toBeNull()
    expect(base).toMatch(/^[0-9a-f]{40}$/)
    expect(await port.resolve(REPO, 'gone', signal)).toBeNull()
    const { entries } = await port.tree(REPO, base, signal)
    expect(entries.map(({ path }) => path)).toContain('docs/guide.md')
    expect(text(await port.file(REPO, 'main', 'docs/guide.md', 1_000, signal))).toBe('# Guide\n\nCall it.\n')
    expect(await port.file(REPO, base, 'docs/none.md', 1_000, signal)).toBeNull()
  })
  test('opens one pull request, updates it, and tells what differs', async () => {
    const write = {
      repository: REPO,
      base: 'main',
      baseSha: base,
      branch: 'autodevhub/docs-main',
      title: 'Documentation follows the code',
      body: 'One section.',
      message: 'Update the documentation',
      files: [{ path: 'docs/guide.md', text: '# Guide\n\nCall it twice.\n' }],
    }
    const made = await port.propose(write, signal)
    expect(made).toMatchObject({ state: 'open', changed: true, branch: write.branch })
    expect(await port.propose(write, signal)).toMatchObject({ number: made.number, changed: false })
    const files = [{ path: 'docs/guide.md', text: '# Guide\n\nCall it three times.\n' }]
    const again = await port.propose({ ...write, files, body: 'Another.' }, signal)
    expect(again).toMatchObject({ number: made.number, changed: true })
    expect(again.headSha).not.toBe(made.headSha)
    // Its pull requests do not follow their branch when that is set anew, as GitHub's do a moment later.
    expect(await port.proposal(REPO, write.branch, signal)).toMatchObject({ number: made.number, state: 'open' })
    expect(await port.compare(REPO, base, again.headSha, signal)).toMatchObject({
      relation: 'ahead',
      files: [{ path: 'docs/guide.md', change: 'modified', added: 1, removed: 1 }],
    })
  })
  test('makes one issue for a key, one comment for a key', async () => {
    const issue = { repository: REPO, key: 'drift', title: 'Behind', body: 'README.md:3' }
    const made = await port.issue(issue, signal)
    expect(await port.issue({ ...issue, body: 'README.md:4' }, signal)).toEqual(made)
    const comment = { repository: REPO, number: made.number, key: 'k', body: 'Seen' }
    const said = await port.comment(comment, signal)
    expect(await port.comment({ ...comment, body: 'Done' }, signal)).toMatchObject({ id: said.id, changed: true })
  })
  test('knows who administers it', async () => {
    const { body } = await api('GET', '/user')
    const accounts = [{ plugin: 'github', id: String(body.id) }]
    const proof = await createBinder(client).checkBinding({ workspace: 'slack:T1', target: REPO, accounts }, signal)
    expect(proof).toMatchObject({ target: REPO, missing: [] })
  })
  test('verifies and reads what it delivers', async () => {
    await expect.poll(() => heard.map(({ event }) => event)).toContain('pull_request')
    expect(heard.filter(({ isSigned }) => !isSigned)).toEqual([])
    const pull = heard.find(({ event }) => event === 'pull_request')
    expect(readEvent('pull_request', pull?.body, 0)).toMatchObject({
      kind: 'pull request',
      markedBy: 'octocat',
      payload: { repository: REPO, change: 'opened', head: { branch: 'autodevhub/docs-main', fork: false } },
    })
  })
})
