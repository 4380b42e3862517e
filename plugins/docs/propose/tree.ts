import type { Repositories } from '#contract'
import { decodeDocument, isDocument, MAX_DOCUMENT_BYTES } from '../index/select.ts'
import type { Synced } from '../index/sync.ts'

/** Files of the commit that a proposal is made from. */
export interface Tree {
  /** Documents that were read, by path. */
  readonly texts: ReadonlyMap<string, string>
  /** A document; null when it is none, or cannot be read. */
  document(path: string): Promise<string | null>
  /** Any text of the repository, to read and never to write. */
  source(path: string): Promise<string | null>
  /** Is there a file or a folder? */
  has(path: string): boolean
}

export function openTree(
  { port, signal }: { readonly port: Repositories; readonly signal: AbortSignal },
  repository: string,
  { entries, sha, indexed }: Synced,
): Tree {
  const texts = new Map<string, string>()
  const files = new Map(entries.map((entry) => [entry.path, entry]))
  const folders = new Set(entries.flatMap(({ path }) => foldersOf(path)))
  const source = async (path: string): Promise<string | null> => {
    if (files.get(path)?.kind !== 'file') return null
    const bytes = await port.file(repository, sha, path, MAX_DOCUMENT_BYTES, signal)
    const decoded = bytes === null ? null : decodeDocument(bytes)
    return decoded && 'text' in decoded ? decoded.text : null
  }
  return {
    texts,
    source,
    has: (path) => files.has(path) || folders.has(path),
    async document(path) {
      const known = texts.get(path)
      if (known !== undefined || !isDocument(path, indexed.settings)) return known ?? null
      const text = await source(path)
      if (text !== null) texts.set(path, text)
      return text
    },
  }
}
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'))
}
