import { createHash } from 'node:crypto'
import type { Repositories, TreeEntry } from '#contract'
import { fenced, linesOf } from '../index/chunks.ts'
import type { Indexed, IndexStore, Passage } from '../index/store.ts'
import { inTurns } from '../index/sync.ts'
import { matchesAny, matchesGlob } from '../settings/glob.ts'
import type { Settings } from '../settings/settings.ts'
import type { NameChange } from './changes.ts'
import { isCode, says } from './names.ts'
import { codeOf, lastOf, ownedMentions, TELLS_OF_CHANGE } from './owned.ts'
import { keyOf, ownSurface, stillHas } from './surfaces.ts'

/** A line of a document that names what the code no longer has. */
export interface Drift extends NameChange {
  readonly document: string
  readonly line: number
  readonly text: string
}
export interface Looked {
  readonly drifts: readonly Drift[]
  /** Names that are still somewhere in the code, and so no drift. */
  readonly kept: readonly string[]
  /** What could not be looked at, in words; empty when everything was. */
  readonly limits: readonly string[]
}
const PASSAGES = 400
const CODE_FILES = 300
const CODE_BYTES = 200_000
const READ_AT_ONCE = 20
/** What happened once is told there, and stays true. */
const CHRONICLE =
  /(?:^|\/)(?:change-?log|history|news|releases?|migrat\w*|upgrad\w*|adrs?|decisions)(?:[\w-]*)(?:\.\w+)?(?:\/|$)/i

export function hashOf({ kind, old, of, document }: Pick<Drift, 'kind' | 'old' | 'of' | 'document'>): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, old, document, ...(of === null ? [] : [of])]))
    .digest('hex')
    .slice(0, 32)
}
/** Does this document describe that code? Without a word in the settings every document describes everything. */
export function describes(settings: Settings, document: string, code: string): boolean {
  const rules = Object.entries(settings.describes).filter(([pattern]) => matchesGlob(pattern, document))
  return rules.length === 0 || rules.some(([, paths]) => matchesAny(paths, code))
}

/** Lines of a passage that speak of a name as code. */
export function mentions(
  passage: Pick<Passage, 'path' | 'text' | 'startLine' | 'heading'>,
  change: Pick<NameChange, 'kind' | 'old' | 'of'>,
) {
  const lines = linesOf(passage.text)
  const code = fenced(lines)
  if (change.of !== null) return ownedMentions(passage, lines, code, change.old, change.of)
  const isWord = change.kind === 'symbol' && /^[a-z]+$|^[A-Z][a-z]+$/.test(change.old)
  return lines.flatMap((text, i) => {
    if (!says(text, change.old) || TELLS_OF_CHANGE.test(text)) return []
    // A name that is a word of the language as well counts only where it is written as code.
    if (isWord && !code[i] && !says(codeOf(text), change.old) && !text.includes(`${change.old}(`)) return []
    return [{ line: passage.startLine + i, text: text.trim() }]
  })
}

/** Documented names that these changes took away. */
export async function detect(
  deps: { readonly index: IndexStore; readonly port: Repositories; readonly signal: AbortSignal },
  at: { readonly indexed: Indexed; readonly sha: string; readonly entries: readonly TreeEntry[] },
  changes: readonly NameChange[],
): Promise<Looked> {
  const { indexed } = at
  // A member may stand in an example, where only what has it is a name that the index knows.
  const names = new Set(changes.flatMap(({ old, of }) => (of === null ? [old] : [old, lastOf(of)])))
  const passages = await deps.index.naming(indexed, [...names], PASSAGES)
  const limits =
    passages.length === PASSAGES ? [`only the first ${PASSAGES} passages that name something changed were read`] : []
  const drifts = changes.flatMap((change) =>
    passages
      .filter(({ path }) => !CHRONICLE.test(path) && describes(indexed.settings, path, change.path))
      .flatMap((passage) => {
        const [first] = mentions(passage, change)
        return first ? [{ ...change, document: passage.path, ...first }] : []
      }),
  )
  if (drifts.length === 0) return { drifts: [], kept: [], limits }
  // A file is gone when the tree has it no more, whoever still speaks of it.
  const gone = new Set(drifts.filter(({ kind }) => kind === 'path').map(({ old }) => old))
  const owned = await ownedStill(deps, at, drifts)
  const unsure = drifts.filter((drift) => owned.get(keyOf(drift)) == null)
  const still = await stillThere(deps, at, new Set(unsure.map(({ old }) => old)), gone, [
    ...new Set(drifts.map(({ path }) => path)),
  ])
  const kept = [...still.names]
  const isGone = (drift: Drift) => !(owned.get(keyOf(drift)) ?? still.names.has(drift.old))
  return {
    drifts: once(drifts.filter(isGone)),
    kept,
    limits: [...limits, ...still.limits],
  }
}

/** The first place in each document says enough. */
function once(drifts: readonly Drift[]): Drift[] {
  const byHash = new Map<string, Drift>()
  const plain = new Set(drifts.flatMap(({ of, old, document }) => (of === null ? [`${old} ${document}`] : [])))
  // A name that is gone everywhere is told once, whatever had it.
  for (const drift of drifts)
    if (!byHash.has(hashOf(drift)) && (drift.of === null || !plain.has(`${drift.old} ${drift.document}`)))
      byHash.set(hashOf(drift), drift)
  return [...byHash.values()].sort((a, b) => a.document.localeCompare(b.document) || a.line - b.line)
}

/** Whether things still have the members and parameters they lost, as their files stand now; null where a file does not say. */
async function ownedStill(
  { port, signal }: { readonly port: Repositories; readonly signal: AbortSignal },
  { indexed, entries }: { readonly indexed: Indexed; readonly entries: readonly TreeEntry[] },
  drifts: readonly Drift[],
): Promise<ReadonlyMap<string, boolean | null>> {
  const byPath = Map.groupBy(
    drifts.filter(({ of }) => of !== null),
    ({ path }) => path,
  )
  const found = new Map<string, boolean | null>()
  await inTurns([...byPath], READ_AT_ONCE, async ([path, all]) => {
    const entry = entries.find((one) => one.path === path && one.kind === 'file')
    const bytes = entry ? await port.blob(indexed.repository, entry, CODE_BYTES, signal) : null
    const surface = bytes === null ? null : await ownSurface(path, new TextDecoder().decode(bytes))
    for (const drift of all)
      found.set(keyOf(drift), surface === null ? null : stillHas(surface, drift.of ?? '', drift.old))
  })
  return found
}

/** A name may have moved, or be defined twice: the code as it stands now is asked, as far as a bounded number of reads goes. */
async function stillThere(
  { port, signal }: { readonly port: Repositories; readonly signal: AbortSignal },
  { indexed, entries }: { readonly indexed: Indexed; readonly entries: readonly TreeEntry[] },
  names: ReadonlySet<string>,
  paths: ReadonlySet<string>,
  homes: readonly string[],
) {
  const found = new Set<string>()
  for (const { path } of entries) if (paths.has(path)) found.add(path)
  const code = entries.filter(({ path, kind, sizeBytes }) => kind === 'file' && sizeBytes <= CODE_BYTES && isCode(path))
  // Where it was, it moved probably not far from.
  const near = new Map(code.map(({ path }) => [path, Math.max(...homes.map((home) => sharedFolders(home, path)))]))
  const read = code.toSorted((a, b) => (near.get(b.path) ?? 0) - (near.get(a.path) ?? 0)).slice(0, CODE_FILES)
  const inCode = [...names].filter((name) => !paths.has(name))
  if (inCode.length === 0) return { names: found, limits: [] }
  await inTurns(read, READ_AT_ONCE, async (entry) => {
    if (inCode.every((name) => found.has(name))) return
    const bytes = await port.blob(indexed.repository, entry, CODE_BYTES, signal)
    if (bytes === null) return
    const text = new TextDecoder().decode(bytes)
    for (const name of inCode) {
      const wanted = name.replace(/^npm run (.+)$/, '"$1"')
      if (!found.has(name) && says(text, wanted)) found.add(name)
    }
  })
  const limits =
    code.length > read.length
      ? [`${read.length} of ${code.length.toLocaleString('en')} code files were searched for names that may have moved`]
      : []
  return { names: found, limits }
}

function sharedFolders(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')]
  const first = left.findIndex((part, i) => part !== right[i])
  return first === -1 ? left.length : first
}
