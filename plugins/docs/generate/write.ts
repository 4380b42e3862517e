import { type CodeFile, draw } from './architecture.ts'
import { changelogText, newestRelease, unreleasedOf } from './changelog.ts'
import { exportsOf } from './exports.ts'
import { exportsText } from './exports-text.ts'
import { IMPORTING } from './imports.ts'
import { operationsOf } from './openapi.ts'
import { createResolver } from './resolve-import.ts'
import type { Sources } from './sources.ts'

export const SECTION_KINDS = ['exports', 'openapi', 'changelog', 'architecture'] as const
export type SectionKind = (typeof SECTION_KINDS)[number]

/** What is asked for: the word after the kind, and the document around it. */
export interface Asked {
  readonly from: string
  readonly above: string
  readonly below: string
  /** What stands there now. */
  readonly old: string
}
/** `null`: there is nothing of the kind, and what stands there is better than nothing. A problem is told, and changes nothing either. */
export type Written = { readonly text: string; readonly from: string } | { readonly problem: string } | null

export function writeSection(kind: SectionKind, asked: Asked, sources: Sources): Promise<Written> {
  switch (kind) {
    case 'exports':
      return exported(asked.from, sources)
    case 'openapi':
      return operations(asked.from, sources)
    case 'changelog':
      return changelog(asked, sources)
    case 'architecture':
      return architecture(asked.from, sources)
  }
}

async function operations(from: string, sources: Sources): Promise<Written> {
  const source = await sources.read(from)
  const all = source === null ? null : await operationsOf(source)
  if (!all || all.length === 0) return null
  const rows = all.map(({ method, path, summary }) => `| \`${method}\` | \`${cell(path)}\` | ${cell(summary)} |`)
  return { text: ['| Method | Path | |', '|---|---|---|', ...rows].join('\n'), from }
}
const cell = (text: string): string =>
  text.replace(/\s+/g, ' ').replaceAll('`', "'").replaceAll('|', '\\|').replaceAll('<', '&lt;').trim().slice(0, 200)

async function exported(from: string, sources: Sources): Promise<Written> {
  const source = await sources.read(from)
  if (source === null) return null
  const { exports, notes } = await exportsOf(from, source, sources.read)
  if (exports.length === 0) return notes.length === 0 ? null : { problem: notes.join('; ') }
  return { text: exportsText(/\.pyi?$/.test(from) ? 'python' : 'ts', exports, notes), from }
}

/** Since the release that is named, or since the newest one in the document's own headings. */
async function changelog({ from, above, below, old }: Asked, sources: Sources): Promise<Written> {
  const release = from === '' ? newestRelease(above, below) : null
  const candidates = from !== '' ? [from] : release === null ? [] : [`v${release}`, release]
  if (candidates.length === 0)
    return { problem: 'no release is named: write a tag or commit to begin at after autodevhub:changelog' }
  const compared = await sources.since(candidates)
  if (compared === null)
    return { problem: `there is no tag or commit ${candidates.join(' or ')} that ${sources.branch} goes on from` }
  const unreleased = unreleasedOf(compared.commits, sources.sha)
  if (unreleased.length === 0 && old.trim() === '') return null
  const hasHeading = /^##\s+\[?unreleased\b/im.test(above.slice(above.lastIndexOf('\n## ') + 1))
  const { url, branch } = sources
  const text = changelogText(unreleased, {
    url,
    branch,
    base: compared.base,
    hasHeading,
    truncated: compared.truncated,
  })
  return { text, from: compared.base }
}

async function architecture(from: string, sources: Sources): Promise<Written> {
  const folder = from.replace(/^\.?\//, '').replace(/\/+$/, '')
  const { files, unread } = await sources.code(folder, (path) => IMPORTING.test(path))
  const paths = new Set(files.map(({ path }): CodeFile['path'] => path))
  const [packageJson, goMod] = [await sources.read('package.json'), await sources.read('go.mod')]
  const drawn = draw(folder, files, createResolver({ paths, packageJson, goMod }), unread)
  if (drawn === null) return null
  return { text: ['```mermaid', drawn.mermaid, '```', '', `<sub>${drawn.note}</sub>`].join('\n'), from: folder || '.' }
}
