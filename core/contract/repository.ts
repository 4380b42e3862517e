import { defineService } from './define.ts'
import type { Service } from './plugin.ts'

/** 'owner/name' on the code host of one adapter. */
export interface RepositoryInfo {
  readonly repository: string
  readonly url: string
  readonly defaultBranch: string
  readonly private: boolean
  /** May the hub push branches and open pull requests? */
  readonly mayWrite: boolean
}
export interface TreeEntry {
  readonly path: string
  /** `link` and `submodule` are never read through. */
  readonly kind: 'file' | 'link' | 'submodule'
  /** Git's id of the content. */
  readonly blob: string
  readonly sizeBytes: number
}
export interface ChangedFile {
  readonly path: string
  /** Where it was before a rename; null otherwise. */
  readonly previousPath: string | null
  readonly change: 'added' | 'modified' | 'removed' | 'renamed'
  /** Unified hunks; null for binary files and where the host leaves them out because of their size. */
  readonly patch: string | null
  readonly added: number
  readonly removed: number
}
export interface Comparison {
  /** `diverged`: the history was rewritten, `head` does not contain `base`. */
  readonly relation: 'ahead' | 'behind' | 'identical' | 'diverged'
  /** Oldest first. The first parent is what the branch was before; further ones are what a merge brought. */
  readonly commits: readonly {
    readonly sha: string
    readonly message: string
    readonly author: string
    readonly parents: readonly string[]
  }[]
  readonly files: readonly ChangedFile[]
  /** The host did not list every file. */
  readonly truncated: boolean
}
/** A commit that touched a file. */
export interface FileCommit {
  readonly sha: string
  readonly message: string
  readonly author: string
  readonly atMs: number
}
export interface Proposal {
  readonly number: number
  readonly url: string
  readonly state: 'open' | 'merged' | 'closed'
  readonly branch: string
  readonly headSha: string
}
export interface ProposalWrite {
  readonly repository: string
  /** Branch it shall be merged into, and the commit of it that the edits were made from. */
  readonly base: string
  readonly baseSha: string
  /** The hub's own branch; one open pull request for each. */
  readonly branch: string
  readonly title: string
  /** Markdown. */
  readonly body: string
  readonly message: string
  /** Whole new contents; null removes the file. */
  readonly files: readonly { readonly path: string; readonly text: string | null }[]
}
export interface CheckWrite {
  readonly repository: string
  readonly sha: string
  /** 'AutoDevHub / documentation'. One check of a name for each commit; written again it is updated. */
  readonly name: string
  readonly state: 'running' | 'success' | 'failure' | 'neutral' | 'waiting'
  readonly title: string
  /** Markdown. */
  readonly summary: string
  readonly detailsUrl?: string
}
/**
 * Port of a code host. Reads are cached by content id; writes make one logical change each and are safe to repeat: a lost answer is settled by
 * looking. Throws `HubError`: NOT_FOUND, FORBIDDEN with the missing permission named, CONFLICT when the branch moved, RATE_LIMITED, UNAVAILABLE.
 */
export interface Repositories {
  /** Name people use: 'GitHub'. */
  readonly title: string
  /** null when it does not exist or the hub cannot see it. */
  info(repository: string, signal: AbortSignal): Promise<RepositoryInfo | null>
  /** Commit of a branch, tag or commit; null when there is none. */
  resolve(repository: string, ref: string, signal: AbortSignal): Promise<string | null>
  tree(
    repository: string,
    sha: string,
    signal: AbortSignal,
  ): Promise<{ readonly entries: readonly TreeEntry[]; readonly truncated: boolean }>
  /** Content of a blob; null when it is larger than `maxBytes`. */
  blob(
    repository: string,
    entry: Pick<TreeEntry, 'blob' | 'sizeBytes'>,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Uint8Array | null>
  /** One file at a commit, branch or tag; null when it is not there, is no file, or is larger than `maxBytes`. */
  file(repository: string, ref: string, path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array | null>
  compare(repository: string, base: string, head: string, signal: AbortSignal): Promise<Comparison>
  /** Commits of a branch, tag or commit that touched a path, newest first; at most 100. Renames are not followed. */
  history(
    repository: string,
    of: { readonly ref: string; readonly path: string; readonly limit: number },
    signal: AbortSignal,
  ): Promise<readonly FileCommit[]>
  /** Newest pull request of the hub's own branch, in whatever state; null when there was never one. */
  proposal(repository: string, branch: string, signal: AbortSignal): Promise<Proposal | null>
  /** Commits the files on the branch, anew from `baseSha`, and opens or updates its pull request. Nothing to change: no write. */
  propose(write: ProposalWrite, signal: AbortSignal): Promise<Proposal & { readonly changed: boolean }>
  /** Issue with a hidden marker: the same key again updates it while it is open, and finds it, closed, without touching it. */
  issue(
    write: { readonly repository: string; readonly key: string; readonly title: string; readonly body: string },
    signal: AbortSignal,
  ): Promise<{ readonly number: number; readonly url: string; readonly state: 'open' | 'closed' }>
  check(write: CheckWrite, signal: AbortSignal): Promise<{ readonly url: string | null }>
}
/** @example const github = hub.maybe(repositories('github')) */
export function repositories(plugin: string): Service<Repositories> {
  return defineService<Repositories>(`repositories:${plugin}`)
}
