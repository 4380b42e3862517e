import { type Comparison, HubError, type Repositories, type TreeEntry } from '#contract'
import { isCode } from '../drift/names.ts'
import { decodeDocument } from '../index/select.ts'
import { inTurns, type Synced } from '../index/sync.ts'
import type { Tree } from '../propose/tree.ts'
import type { CodeFile } from './architecture.ts'

/** Where generated sections come from: one commit of a repository. */
export interface Sources {
  readonly url: string
  readonly branch: string
  readonly sha: string
  /** A text of the repository; null where there is none. */
  read(path: string): Promise<string | null>
  /** Code below a folder ('' is everything), as far as a bounded number of reads goes. */
  code(
    folder: string,
    wanted: (path: string) => boolean,
  ): Promise<{ readonly files: readonly CodeFile[]; readonly unread: number }>
  /** What came since the first of these that the host knows; null where the branch does not go on from any. */
  since(
    refs: readonly string[],
  ): Promise<(Pick<Comparison, 'commits' | 'truncated'> & { readonly base: string }) | null>
}
const FILES = 800
const FILE_BYTES = 200_000
const READ_AT_ONCE = 20
/** As Git allows names, and without what means something else to it or to an address. */
const REF = /^(?![-/.])(?!.*(?:\.\.|@\{|\/\/))[\w./+-]{1,200}$/

export function createSources(
  deps: { readonly port: Repositories; readonly signal: AbortSignal },
  repository: string,
  { entries, sha, indexed }: Pick<Synced, 'entries' | 'sha' | 'indexed'>,
  tree: Pick<Tree, 'source'>,
): Sources {
  const { port, signal } = deps
  return {
    url: indexed.url,
    branch: indexed.branch,
    sha,
    read: tree.source,
    async code(folder, wanted) {
      const isInside = ({ path, kind }: TreeEntry) =>
        kind === 'file' && (folder === '' || path.startsWith(`${folder}/`)) && wanted(path) && isCode(path)
      const all = entries.filter(isInside)
      const readable = all.filter(({ sizeBytes }) => sizeBytes <= FILE_BYTES).slice(0, FILES)
      const files: CodeFile[] = []
      await inTurns(readable, READ_AT_ONCE, async (entry) => {
        const bytes = await port.blob(repository, entry, FILE_BYTES, signal)
        const decoded = bytes === null ? null : decodeDocument(bytes)
        if (decoded && 'text' in decoded) files.push({ path: entry.path, text: decoded.text })
      })
      files.sort((a, b) => (a.path < b.path ? -1 : 1))
      return { files, unread: all.length - files.length }
    },
    async since(refs) {
      for (const base of refs) {
        const from = REF.test(base) ? await port.resolve(repository, base, signal) : null
        if (from === null) continue
        const compared = await compare(from)
        const isBefore = compared?.relation === 'ahead' || compared?.relation === 'identical'
        // A release branch may have commits of its own: what it shares with this branch counts.
        if (compared && (isBefore || compared.relation === 'diverged'))
          return { base, commits: compared.commits, truncated: compared.truncated && compared.commits.length > 0 }
      }
      return null
    },
  }
  async function compare(from: string): Promise<Comparison | null> {
    try {
      return await port.compare(repository, from, sha, signal)
    } catch (error) {
      if (error instanceof HubError && error.code === 'NOT_FOUND') return null
      throw error
    }
  }
}
