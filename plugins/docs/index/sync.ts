import { HubError, type Repositories, type RepositoryInfo, type TreeEntry } from '#contract'
import { parseSettings } from '../settings/parse.ts'
import { DEFAULT_SETTINGS, MAX_SETTINGS_BYTES, SETTINGS_FILE } from '../settings/settings.ts'
import { chunksOf, linesOf, titleOf } from './chunks.ts'
import type { RepositoryKey } from './scope.ts'
import { decodeDocument, MAX_DOCUMENT_BYTES, type Skipped, selectDocuments } from './select.ts'
import type { Indexed, IndexStore, NewDocument } from './store.ts'

/** Documents read and written together: the memory of a first index stays small however large the repository is. */
const WRITE_AT_ONCE = 40
/** What is wanted at the same time a host can answer as one request; larger files come by themselves, and few at a time for their memory. */
const LARGE_BYTES = 200_000
const LARGE_AT_ONCE = 4
const COUNTED_ANEW = 20
const SMALL = 100

export interface Synced {
  readonly indexed: Indexed
  readonly info: RepositoryInfo
  readonly sha: string
  /** Paths that were read again or are gone. */
  readonly changed: readonly string[]
  readonly entries: readonly TreeEntry[]
}
export interface SyncOptions {
  readonly signal: AbortSignal
  readonly onStep?: (done: number, total: number) => void
}

/** Brings the index to the head of the default branch. Only documents whose content changed are read. */
export async function syncRepository(
  store: IndexStore,
  port: Repositories,
  key: RepositoryKey,
  options: SyncOptions,
): Promise<Synced> {
  const { signal } = options
  const { repository } = key
  const info = await port.info(repository, signal)
  if (!info)
    throw new HubError('NOT_FOUND', `${port.title} shows the hub no repository ${repository}: check the hub's access`)
  const sha = await port.resolve(repository, info.defaultBranch, signal)
  if (sha === null) throw new HubError('NOT_FOUND', `${repository} has no branch ${info.defaultBranch}: is it empty?`)
  const before = await store.get(key)
  const { settings, problems } = await settingsAt(port, repository, sha, before, signal)
  const { entries, truncated } = await port.tree(repository, sha, signal)
  const selected = selectDocuments(entries, settings)
  const known = await store.blobs(key)
  const news = selected.documents.filter(({ path, blob }) => known.get(path) !== blob)
  const skipped: Skipped[] = [...selected.skipped]
  if (truncated) skipped.push({ path: '…', reason: `${port.title} did not list every file of so large a repository` })
  const present = new Set(selected.documents.map(({ path }) => path))
  // What the host did not list may still be there.
  const gone = truncated ? [] : [...known.keys()].filter((path) => !present.has(path))

  let done = 0
  for (let at = 0; at < news.length; at += WRITE_AT_ONCE) {
    const documents: NewDocument[] = []
    const unreadable: string[] = []
    const some = news.slice(at, at + WRITE_AT_ONCE)
    const read = async (entry: TreeEntry) => {
      const document = await readDocument(port, repository, entry, sha, signal)
      if ('reason' in document) {
        skipped.push({ path: entry.path, reason: document.reason })
        if (known.has(entry.path)) unreadable.push(entry.path)
      } else documents.push(document)
      done += 1
      options.onStep?.(done, news.length)
    }
    const { small = [], large = [] } = Object.groupBy(some, (one) => (one.sizeBytes > LARGE_BYTES ? 'large' : 'small'))
    await inTurns(small, WRITE_AT_ONCE, read)
    await inTurns(large, LARGE_AT_ONCE, read)
    signal.throwIfAborted()
    await store.put(key, documents)
    await store.remove(key, unreadable)
  }
  await store.remove(key, gone)
  const { url, defaultBranch: branch, private: isPrivate } = info
  await store.settle(key, { url, isPrivate, branch, sha, settings, problems: [...problems], skipped })
  // What is common changes slowly: it is counted with the first index and with each large change.
  if (news.length * COUNTED_ANEW > selected.documents.length && selected.documents.length > SMALL)
    await store.countCommon(key)
  const indexed = await store.get(key)
  if (!indexed) throw new HubError('UNAVAILABLE', 'The index could not be written')
  return { indexed, info, sha, changed: [...news.map(({ path }) => path), ...gone], entries }
}

/** A broken settings file changes nothing: what was valid before stands until it is mended. */
async function settingsAt(
  port: Repositories,
  repository: string,
  sha: string,
  before: Indexed | null,
  signal: AbortSignal,
) {
  const bytes = await port.file(repository, sha, SETTINGS_FILE, MAX_SETTINGS_BYTES + 1, signal)
  if (bytes === null) return { settings: DEFAULT_SETTINGS, problems: [] }
  const parsed = await parseSettings(bytes)
  return parsed.problems.length > 0 && before ? { ...parsed, settings: before.settings } : parsed
}

async function readDocument(
  port: Repositories,
  repository: string,
  entry: TreeEntry,
  sha: string,
  signal: AbortSignal,
): Promise<NewDocument | { readonly reason: string }> {
  const bytes = await port.blob(repository, entry, MAX_DOCUMENT_BYTES, signal)
  if (bytes === null) return { reason: `larger than ${MAX_DOCUMENT_BYTES / 1_000_000} MB` }
  const decoded = decodeDocument(bytes)
  if ('reason' in decoded) return decoded
  const lines = linesOf(decoded.text)
  return { path: entry.path, blob: entry.blob, title: titleOf(entry.path, lines), chunks: chunksOf(lines), sha }
}

export async function inTurns<T>(all: readonly T[], atOnce: number, run: (one: T) => Promise<void>): Promise<void> {
  const queue = all.values()
  const worker = async () => {
    for (const one of queue) await run(one)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker))
}
