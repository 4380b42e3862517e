import type { TreeEntry } from '#contract'
import { matchesAny } from '../settings/glob.ts'
import type { Settings } from '../settings/settings.ts'

export const MAX_DOCUMENT_BYTES = 1_000_000
const MAX_DOCUMENTS = 5_000
/** A path is part of a key, and PostgreSQL takes none of more than some 2,700 bytes. */
const MAX_PATH_BYTES = 1_000
const TEXT = /(?:\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt)|(?:^|\/)(?:README|CHANGELOG|CONTRIBUTING|HISTORY))$/i
const BINARY = /\.(?:png|jpe?g|gif|webp|ico|svgz?|pdf|zip|gz|tgz|mp4|mov|webm|woff2?|ttf|otf|eot|exe|bin|jar|wasm)$/i

export interface Skipped {
  readonly path: string
  readonly reason: string
}
export interface Selected {
  readonly documents: readonly TreeEntry[]
  readonly skipped: readonly Skipped[]
}
/** Is it documentation? Only such a path is ever read or changed. */
export function isDocument(path: string, settings: Settings): boolean {
  return TEXT.test(path) && matchesAny(settings.paths, path) && !matchesAny(settings.ignore, path)
}

/** The documents of a tree, and what was left out although the settings name it. */
export function selectDocuments(entries: readonly TreeEntry[], settings: Settings): Selected {
  const skipped: Skipped[] = []
  const documents = entries.filter((entry) => {
    const { path, kind, sizeBytes } = entry
    if (!matchesAny(settings.paths, path) || matchesAny(settings.ignore, path)) return false
    const reason =
      kind === 'link'
        ? 'a symbolic link: it is never followed'
        : kind === 'submodule'
          ? 'a submodule: bind its own repository'
          : BINARY.test(path)
            ? 'binary'
            : sizeBytes > MAX_DOCUMENT_BYTES
              ? `larger than ${MAX_DOCUMENT_BYTES / 1_000_000} MB`
              : !TEXT.test(path)
                ? 'no text document'
                : Buffer.byteLength(path) > MAX_PATH_BYTES
                  ? 'its path is too long'
                  : null
    if (reason !== null) skipped.push({ path, reason })
    return reason === null
  })
  for (const { path } of documents.slice(MAX_DOCUMENTS))
    skipped.push({ path, reason: `beyond the first ${MAX_DOCUMENTS} documents` })
  return { documents: documents.slice(0, MAX_DOCUMENTS), skipped }
}

/** The text of a document, or why it cannot be read. */
export function decodeDocument(bytes: Uint8Array): { readonly text: string } | { readonly reason: string } {
  if (bytes.byteLength > MAX_DOCUMENT_BYTES) return { reason: `larger than ${MAX_DOCUMENT_BYTES / 1_000_000} MB` }
  if (bytes.includes(0)) return { reason: 'binary' }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { reason: 'not UTF-8' }
  }
}
