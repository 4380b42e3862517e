import { createHash } from 'node:crypto'
import {
  type ChangedFile,
  type Comparison,
  type FileCommit,
  HubError,
  type Proposal,
  type ProposalWrite,
  type Repositories,
  type TreeEntry,
} from '#contract'
import { unifiedHunks } from './github/hunks.ts'

export type Files = Readonly<Record<string, string | Uint8Array | { readonly kind: 'link' | 'submodule' }>>
interface Commit {
  readonly sha: string
  readonly parent: string | null
  readonly files: Files
  readonly message: string
}
export interface Issue {
  readonly number: number
  readonly key: string
  title: string
  body: string
  state: 'open' | 'closed'
  writes: number
}
/** Code host in memory behind the port itself: one repository, one branch, commits as whole trees. */
export function memoryRepositories(
  options: { readonly repository?: string; readonly private?: boolean; readonly mayWrite?: boolean } = {},
) {
  const repository = options.repository ?? 'octo/shop'
  const commits = new Map<string, Commit>()
  const issues: Issue[] = []
  const proposals: (Proposal & { write: ProposalWrite })[] = []
  const reads = { blobs: 0, files: 0, trees: 0 }
  let head: Commit | null = null
  let isPrivate = options.private ?? false
  const sha1 = (text: string | Uint8Array) => createHash('sha1').update(text).digest('hex')
  const bytesOf = (content: Files[string]) =>
    typeof content === 'string'
      ? Buffer.from(content)
      : content instanceof Uint8Array
        ? content
        : Buffer.from('elsewhere')
  const entriesOf = (commit: Commit): TreeEntry[] =>
    Object.entries(commit.files).map(([path, content]) => ({
      path,
      kind: typeof content === 'object' && 'kind' in content ? content.kind : 'file',
      blob: sha1(bytesOf(content)),
      sizeBytes: bytesOf(content).byteLength,
    }))
  const pageUrl = (kind: string, number: number) => `https://code.test/${repository}/${kind}/${number}`
  const tags = new Map<string, string>()
  const at = (ref: string): Commit | null => (ref === 'main' ? head : (commits.get(tags.get(ref) ?? ref) ?? null))
  const missing = (what: string) => new HubError('NOT_FOUND', `${what} does not exist`)

  const port: Repositories = {
    title: 'Memory',
    info: async (name) =>
      name === repository
        ? {
            repository,
            url: `https://code.test/${repository}`,
            defaultBranch: 'main',
            private: isPrivate,
            mayWrite: options.mayWrite ?? true,
          }
        : null,
    resolve: async (_, ref) => at(ref)?.sha ?? null,
    async tree(_, sha) {
      reads.trees += 1
      const commit = at(sha)
      if (!commit) throw missing(sha)
      return { entries: entriesOf(commit), truncated: false }
    },
    async blob(_, entry, maxBytes) {
      reads.blobs += 1
      for (const commit of commits.values())
        for (const content of Object.values(commit.files))
          if (sha1(bytesOf(content)) === entry.blob) {
            const bytes = bytesOf(content)
            return bytes.byteLength > maxBytes ? null : bytes
          }
      throw missing(entry.blob)
    },
    async file(_, ref, path, maxBytes) {
      reads.files += 1
      const content = at(ref)?.files[path]
      if (content === undefined || (typeof content === 'object' && 'kind' in content)) return null
      const bytes = bytesOf(content)
      return bytes.byteLength > maxBytes ? null : bytes
    },
    async compare(_, base, to) {
      const [from, until] = [at(base), at(to)]
      if (!from || !until) throw missing(base)
      let relation: 'ahead' | 'diverged' | 'identical' = from.sha === until.sha ? 'identical' : 'diverged'
      const line: Comparison['commits'][number][] = []
      for (let one: Commit | null = until; one; one = one.parent === null ? null : at(one.parent)) {
        if (one.sha === from.sha && one !== until) relation = 'ahead'
        if (one.sha === from.sha) break
        const parents = one.parent === null ? [] : [one.parent]
        line.unshift({ sha: one.sha, message: one.message, author: 'ann', parents })
      }
      return { relation, commits: line, files: changedFiles(from.files, until.files), truncated: false }
    },
    async history(_, { ref, path, limit }) {
      const found: FileCommit[] = []
      for (let one = at(ref); one; one = one.parent === null ? null : at(one.parent)) {
        const before = one.parent === null ? undefined : at(one.parent)?.files[path]
        if (one.files[path] !== before) found.push({ sha: one.sha, message: one.message, author: 'ann', atMs: 0 })
      }
      return found.slice(0, limit)
    },
    async proposal(_, branch) {
      return proposals.findLast((one) => one.branch === branch) ?? null
    },
    async propose(write) {
      const open = proposals.find((one) => one.branch === write.branch && one.state === 'open')
      const headSha = sha1(JSON.stringify([write.baseSha, write.files]))
      if (open) {
        const changed = open.headSha !== headSha || open.write.body !== write.body
        Object.assign(open, { headSha, write })
        return { ...open, changed }
      }
      const number = issues.length + proposals.length + 1
      const made = {
        number,
        url: pageUrl('pull', number),
        state: 'open' as const,
        branch: write.branch,
        headSha,
        write,
      }
      proposals.push(made)
      return { ...made, changed: true }
    },
    async issue({ key, title, body }) {
      const known = issues.find((one) => one.key === key)
      if (known) {
        if (known.state === 'open') Object.assign(known, { title, body, writes: known.writes + 1 })
        return { number: known.number, url: pageUrl('issues', known.number), state: known.state }
      }
      const number = issues.length + proposals.length + 1
      issues.push({ number, key, title, body, state: 'open', writes: 1 })
      return { number, url: pageUrl('issues', number), state: 'open' }
    },
    check: async () => ({ url: null }),
  }
  return {
    port,
    repository,
    issues,
    proposals,
    reads,
    /** A commit on the default branch: `changes` over what was there before; null removes a file. */
    commit(
      changes: Readonly<Record<string, Files[string] | null>>,
      from: { readonly force?: boolean; readonly message?: string } = {},
    ): string {
      const files: Record<string, Files[string]> = from.force ? {} : { ...head?.files }
      for (const [path, content] of Object.entries(changes))
        if (content === null) delete files[path]
        else files[path] = content
      const parent = from.force ? null : (head?.sha ?? null)
      const sha = sha1(JSON.stringify([parent, entriesOf({ sha: '', parent, files, message: '' }), commits.size]))
      head = { sha, parent, files, message: from.message ?? 'Change' }
      commits.set(sha, head)
      return sha
    },
    setPrivate(to: boolean) {
      isPrivate = to
    },
    tag: (name: string, sha: string) => void tags.set(name, sha),
    forget(sha: string) {
      commits.delete(sha)
    },
    close(number: number) {
      for (const one of [...issues, ...proposals]) if (one.number === number) Object.assign(one, { state: 'closed' })
    },
  }
}

function changedFiles(before: Files, after: Files): ChangedFile[] {
  const text = (content: Files[string] | undefined): string | null => (typeof content === 'string' ? content : null)
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  const changed = paths.filter((path) => JSON.stringify(before[path]) !== JSON.stringify(after[path]))
  const vanished = changed.filter((path) => after[path] === undefined)
  return changed.flatMap((path): ChangedFile[] => {
    const [old, now] = [before[path], after[path]]
    const twin = old === undefined ? vanished.find((one) => text(before[one]) === text(now)) : undefined
    if (now === undefined && changed.some((one) => before[one] === undefined && text(after[one]) === text(old)))
      return []
    const change = twin ? 'renamed' : old === undefined ? 'added' : now === undefined ? 'removed' : 'modified'
    const isText = [old, now].every((content) => content === undefined || typeof content === 'string')
    const diff = unifiedHunks(text(twin ? before[twin] : old) ?? '', text(now) ?? '')
    return [
      {
        path,
        previousPath: twin ?? null,
        change,
        patch: isText && diff.patch !== '' ? diff.patch : null,
        added: diff.added,
        removed: diff.removed,
      },
    ]
  })
}
