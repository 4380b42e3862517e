/**
 * Plays the history of a local repository through the documentation engine, push by push, without a model, and shows what was told and what was
 * silent and why: `node test/bench/docs-history.ts <folder> [commits per push] [question…]`.
 */
import { execFileSync } from 'node:child_process'
import type { ChangedFile, Repositories, TreeEntry } from '../../core/contract/index.ts'
import { docsDesk } from '../fakes/docs-desk.ts'
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
const unused = async (): Promise<never> => {
  throw new Error('nothing is written without a model')
}
const url = 'https://code.test/octo/shop'
const port: Repositories = {
  title: 'git',
  info: async (repository) => ({ repository, url, defaultBranch: 'main', private: false, mayWrite: true }),
  resolve: async () => head,
  tree: async (_, sha) => ({ truncated: false, entries: entriesOf(sha) }),
  async blob(_, { blob }) {
    const known = blobs.get(blob) ?? bytes('cat-file', 'blob', blob)
    blobs.set(blob, known)
    return known
  },
  async file(_, ref, path) {
    return entriesOf(ref).some((entry) => entry.path === path) ? bytes('show', `${ref}:${path}`) : null
  },
  compare: async (_, base, to) => ({
    relation: 'ahead',
    commits: [],
    truncated: false,
    files: changesBetween(base, to),
  }),
  async issue({ key, body }) {
    console.log(`\n--- ${key}\n${body.replace(/\(https:\S+\)/g, '')}\n---`)
    return { number: 1, url: `${url}/issues/1`, state: 'open' }
  },
  history: unused,
  proposal: async () => null,
  propose: unused,
  check: unused,
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
