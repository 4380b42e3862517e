import { hash } from 'node:crypto'
import { unifiedHunks } from './hunks.ts'

export type Mode = '100644' | '100755' | '120000' | '160000'
export interface Entry {
  readonly mode: Mode
  readonly sha: string
}
export interface Person {
  readonly name: string
  readonly email: string
}
export interface Commit {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly author: Person
  readonly atMs: number
}
/** As GitHub lists it in a comparison. */
export interface FileChange {
  readonly filename: string
  readonly previous_filename?: string
  readonly status: 'added' | 'modified' | 'removed' | 'renamed'
  readonly sha: string
  readonly additions: number
  readonly deletions: number
  readonly changes: number
  readonly patch?: string
}
export type Git = ReturnType<typeof createGit>
type Folder = ReadonlyMap<string, Entry | { readonly mode: '040000'; readonly sha: string }>

const EMPTY_FOLDER: Folder = new Map()
const encoder = new TextEncoder()
const inOrder = (flat: ReadonlyMap<string, Entry>) =>
  new Map([...flat].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))))

/** Objects with Git's own ids, in memory, so that what is read can be compared with a real clone. */
export function createGit() {
  const blobs = new Map<string, Buffer>()
  const folders = new Map<string, Folder>()
  const flats = new Map<string, ReadonlyMap<string, Entry>>()
  const commits = new Map<string, Commit>()
  /** 'heads/main' → commit */
  const refs = new Map<string, string>()

  const idOf = (kind: string, bytes: Uint8Array) =>
    hash('sha1', Buffer.concat([Buffer.from(`${kind} ${bytes.byteLength}\0`), bytes]))
  const writeBlob = (content: string | Uint8Array): string => {
    const bytes = Buffer.from(typeof content === 'string' ? encoder.encode(content) : content)
    const sha = idOf('blob', bytes)
    blobs.set(sha, bytes)
    return sha
  }
  const writeFolder = (folder: Folder): string => {
    const key = ([name, { mode }]: [string, { mode: string }]) => Buffer.from(mode === '040000' ? `${name}/` : name)
    const sorted = [...folder].sort((a, b) => Buffer.compare(key(a), key(b)))
    const bytes = Buffer.concat(
      sorted.flatMap(([name, { mode, sha }]) => [
        Buffer.from(`${mode.replace(/^0/, '')} ${name}\0`),
        Buffer.from(sha, 'hex'),
      ]),
    )
    const sha = idOf('tree', bytes)
    folders.set(sha, new Map(sorted))
    return sha
  }
  const writeTree = (flat: ReadonlyMap<string, Entry>): string => {
    const here = new Map<string, Entry | { mode: '040000'; sha: string }>()
    const below = new Map<string, Map<string, Entry>>()
    for (const [path, entry] of flat) {
      const cut = path.indexOf('/')
      if (cut < 0) here.set(path, entry)
      else {
        const name = path.slice(0, cut)
        const inner = below.get(name) ?? new Map<string, Entry>()
        below.set(name, inner.set(path.slice(cut + 1), entry))
      }
    }
    for (const [name, inner] of below) here.set(name, { mode: '040000', sha: writeTree(inner) })
    const sha = writeFolder(here)
    flats.set(sha, inOrder(flat))
    return sha
  }
  const flat = (tree: string): ReadonlyMap<string, Entry> => {
    const known = flats.get(tree)
    if (known) return known
    const made = new Map<string, Entry>()
    for (const [name, entry] of folders.get(tree) ?? EMPTY_FOLDER)
      if (entry.mode === '040000') for (const [path, one] of flat(entry.sha)) made.set(`${name}/${path}`, one)
      else made.set(name, entry)
    const sorted = inOrder(made)
    flats.set(tree, sorted)
    return sorted
  }
  const writeCommit = (made: Omit<Commit, 'sha'>): string => {
    const seconds = Math.floor(made.atMs / 1_000)
    const who = `${made.author.name} <${made.author.email}> ${seconds} +0000`
    const parents = made.parents.map((parent) => `parent ${parent}\n`).join('')
    const sha = idOf(
      'commit',
      Buffer.from(`tree ${made.tree}\n${parents}author ${who}\ncommitter ${who}\n\n${made.message}\n`),
    )
    commits.set(sha, { ...made, sha })
    return sha
  }
  const resolve = (ref: string): string | null =>
    refs.get(ref.replace(/^refs\//, '')) ??
    refs.get(`heads/${ref}`) ??
    refs.get(`tags/${ref}`) ??
    (commits.has(ref) ? ref : null)
  const ancestors = (sha: string): ReadonlySet<string> => {
    const seen = new Set<string>()
    const open = [sha]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      open.push(...(commits.get(next)?.parents ?? []))
    }
    return seen
  }
  const changes = (before: string, after: string): FileChange[] => {
    const [a, b] = [flat(before), flat(after)]
    const removed = [...a].filter(([path]) => !b.has(path))
    const found: FileChange[] = []
    for (const [path, entry] of b) {
      const old = a.get(path)
      if (old?.sha === entry.sha) continue
      const from = old ? -1 : removed.findIndex(([, one]) => one.sha === entry.sha)
      const [previous] = from < 0 ? [] : (removed.splice(from, 1)[0] ?? [])
      found.push(change(old?.sha ?? null, entry.sha, path, previous))
    }
    for (const [path, { sha }] of removed) found.push(change(sha, null, path))
    return found.sort((x, y) => (x.filename < y.filename ? -1 : 1))
  }
  const change = (from: string | null, to: string | null, filename: string, previous?: string): FileChange => {
    if (previous !== undefined)
      return {
        filename,
        previous_filename: previous,
        status: 'renamed',
        sha: to ?? '',
        additions: 0,
        deletions: 0,
        changes: 0,
      }
    const [before, after] = [from, to].map((sha) => (sha === null ? Buffer.alloc(0) : (blobs.get(sha) ?? null)))
    const status = from === null ? 'added' : to === null ? 'removed' : 'modified'
    const text =
      before && after && !before.includes(0) && !after.includes(0)
        ? unifiedHunks(before.toString('utf8'), after.toString('utf8'))
        : null
    const [additions, deletions] = [text?.added ?? 0, text?.removed ?? 0]
    const counted = { filename, status, sha: to ?? from ?? '', additions, deletions, changes: additions + deletions }
    return text === null || text.patch === '' ? { ...counted, status } : { ...counted, status, patch: text.patch }
  }
  return {
    blobs,
    folders,
    commits,
    refs,
    writeBlob,
    writeTree,
    flat,
    writeCommit,
    resolve,
    ancestors,
    changes,
    treeOf: (commit: string) => commits.get(commit)?.tree ?? null,
    /** Newest commit that both contain. */
    mergeBase(a: string, b: string): string | null {
      const ours = ancestors(a)
      const shared = [...ancestors(b)].filter((sha) => ours.has(sha))
      const above = new Set(shared.flatMap((sha) => [...ancestors(sha)].filter((one) => one !== sha)))
      return shared.find((sha) => !above.has(sha)) ?? null
    },
    /** Commits of `head` that `base` does not contain, oldest first. */
    between(base: string | null, head: string): Commit[] {
      const known = base === null ? new Set<string>() : ancestors(base)
      const found: Commit[] = []
      const visit = (sha: string) => {
        if (known.has(sha) || found.some((one) => one.sha === sha)) return
        const commit = commits.get(sha)
        if (!commit) return
        for (const parent of commit.parents) visit(parent)
        found.push(commit)
      }
      visit(head)
      return found
    },
  }
}
