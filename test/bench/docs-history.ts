/**
 * Plays the history of a local repository through the documentation engine, push by push, without a model, and shows what was told and what was
 * silent and why: `node test/bench/docs-history.ts <folder> [commits per push] [question…]`.
 */
import { execFileSync } from 'node:child_process'
import type { ChangedFile, Comparison, Repositories, TreeEntry } from '../../core/contract/index.ts'
import { docsDesk } from '../fakes/docs-desk.ts'
import { unifiedHunks } from '../fakes/github/hunks.ts'
import { openTestStore } from '../fakes/story-desk.ts'

const [folder = '.', every = '5', ...questions] = process.argv.slice(2)
const bytes = (...args: string[]): Buffer =>
  execFileSync('git', ['-C', folder, ...args], { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] })
const git = (...args: string[]): string => bytes(...args).toString()
const commits = git('log', '--reverse', '--first-parent', '--format=%H').trim().split('\n')
const pushes = commits.filter((_, i) => i % Number(every) === 0 || i === commits.length - 1)
let head = pushes[0] ?? ''
const blobs = new Map<string, Buffer>()

function entriesOf(sha: string): TreeEntry[] {
  return git('ls-tree', '-r', '-l', '-z', sha)
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const [meta = '', path = ''] = line.split('\t')
      const [mode, , blob = '', size] = meta.split(/\s+/)
      const kind = mode === '120000' ? 'link' : mode === '160000' ? 'submodule' : 'file'
      return { path, kind, blob, sizeBytes: Number(size) || 0 }
    })
}
function changesBetween(base: string, to: string): ChangedFile[] {
  const parts = git('diff', '-M', '--no-color', base, to)
    .split(/^diff --git /m)
    .slice(1)
  return parts.map((part) => {
    const [, from = '', path = ''] = /^a\/(.*?) b\/(.*)$/m.exec(part) ?? []
    const at = part.indexOf('\n@@')
    const change = /^new file/m.test(part)
      ? 'added'
      : /^deleted file/m.test(part)
        ? 'removed'
        : from === path
          ? 'modified'
          : 'renamed'
    const patch = at < 0 ? null : part.slice(at + 1)
    return { path, previousPath: change === 'renamed' ? from : null, change, patch, added: 0, removed: 0 }
  })
}
function commitsOf(...range: readonly string[]): Comparison['commits'] {
  return git('log', '--reverse', '--topo-order', '--format=%H%x1f%P%x1f%an%x1f%B%x1e', ...range)
    .split('\x1e')
    .map((one) => one.trimStart())
    .filter((one) => one !== '')
    .map((one) => {
      const [sha = '', parents = '', author = '', message = ''] = one.split('\x1f')
      return { sha, message: message.trim(), author, parents: parents.split(' ').filter(Boolean) }
    })
}
const fileAt = (ref: string, path: string): Buffer | null =>
  entriesOf(ref).some((entry) => entry.path === path) ? bytes('show', `${ref}:${path}`) : null
/** What a message says, without its addresses. */
const readable = (text: string) => text.replace(/\(https:[^()\s]*\)/g, '')
const url = 'https://code.test/octo/shop'
let proposed = ''
const port: Repositories = {
  title: 'git',
  info: async (repository) => ({ repository, url, defaultBranch: 'main', private: false, mayWrite: true }),
  async resolve(_, ref) {
    if (ref === 'main') return head
    try {
      return git('rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`).trim()
    } catch {
      return null
    }
  },
  tree: async (_, sha) => ({ truncated: false, entries: entriesOf(sha) }),
  async blob(_, { blob }) {
    const known = blobs.get(blob) ?? bytes('cat-file', 'blob', blob)
    blobs.set(blob, known)
    return known
  },
  file: async (_, ref, path) => fileAt(ref, path),
  compare: async (_, base, to) => ({
    relation: 'ahead',
    commits: commitsOf(`${base}..${to}`),
    truncated: false,
    files: changesBetween(base, to),
  }),
  history: async (_, { ref, path, limit }) =>
    commitsOf('-n', String(limit), ref === 'main' ? head : ref, '--', path)
      .toReversed()
      .map(({ sha, message, author }) => ({ sha, message, author, atMs: 0 })),
  async issue({ key, body }) {
    console.log(`\n--- issue ${key}\n${readable(body)}\n---`)
    return { number: 1, url: `${url}/issues/1`, state: 'open' }
  },
  proposal: async () => null,
  async propose({ title, body, files, baseSha, branch }) {
    const diffs = files.map(({ path, text }) => {
      const before = fileAt(baseSha, path)?.toString() ?? ''
      return `${path}\n${unifiedHunks(before, text ?? '').patch}`
    })
    const now = `${title}\n\n${readable(body)}\n\n${readable(diffs.join('\n'))}`
    console.log(`\n--- pull request from ${branch}: ${now === proposed ? 'as before' : now}\n---`)
    const changed = now !== proposed
    proposed = now
    return { number: 2, url: `${url}/pull/2`, state: 'open', branch, headSha: baseSha, changed }
  },
  check: async () => ({ url: null }),
}

const store = await openTestStore()
const desk = docsDesk({ store, workspace: 'history:1', port })
desk.bind()
console.log((await desk.run('docs sync')).text)
for (const [i, after] of pushes.entries()) {
  const before = pushes[i - 1]
  if (before === undefined) continue
  head = after
  await desk.push({ before, after })
  const last = /last push: (.*)/.exec((await desk.run('docs status')).text)?.[1] ?? ''
  console.log(`${git('log', '-1', '--format=%h %s', after).trim().slice(0, 80)}\n    ${last.slice(0, 200)}`)
}
for (const question of questions) console.log(`\n> ${question}\n${(await desk.run(`docs ask ${question}`)).text}`)
await store.close()
