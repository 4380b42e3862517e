import { distance } from 'fastest-levenshtein'
import type { ChangedFile } from '#contract'
import { type Hunk, hunkStart } from './hunks.ts'
import { isCode, type Name, type NameKind, namesIn } from './names.ts'

/** Something that the code was known by and is not any more. */
export interface NameChange {
  readonly kind: NameKind
  readonly old: string
  /** What it is called now; null when it is gone. */
  readonly new: string | null
  /** What has it or had it: `Shop`, `createShop`, `Shop.open`. Null: it stands by itself. */
  readonly of: string | null
  /** File of the code where it was. */
  readonly path: string
  /** The stretch of the diff that shows it, shortened. */
  readonly hunk: string
}
/** Share of a line that may differ when a name in it was replaced by another. */
const SAME_LINE = 0.35
const HUNK_CHARACTERS = 600

export function changesOf(files: readonly ChangedFile[], hunks: readonly Hunk[]): NameChange[] {
  const code = hunks.filter(({ path, previousPath }) => isCode(path) || isCode(previousPath))
  const present = new Set(
    code.flatMap(({ path, lines }) =>
      lines.flatMap(({ mark, text }) => (mark === '-' ? [] : namesIn(path, text).map(({ name }) => name))),
    ),
  )
  const found = new Map<string, NameChange>()
  for (const hunk of code)
    for (const change of changesIn(hunk, present)) {
      const key = `${change.kind} ${change.old}`
      // Where one stretch shows what became of it, that tells more than another that only loses it.
      if (!found.has(key) || (found.get(key)?.new === null && change.new !== null)) found.set(key, change)
    }
  for (const file of files) {
    if (!isCode(file.previousPath ?? file.path)) continue
    const { path, previousPath } = file
    if (file.change === 'removed')
      found.set(`path ${path}`, { kind: 'path', old: path, new: null, of: null, path, hunk: 'file removed' })
    if (file.change === 'renamed' && previousPath !== null)
      found.set(`path ${previousPath}`, {
        kind: 'path',
        old: previousPath,
        new: path,
        of: null,
        path,
        hunk: 'file renamed',
      })
  }
  return [...found.values()]
}

function changesIn(hunk: Hunk, present: ReadonlySet<string>): NameChange[] {
  const removed: (Name & { readonly line: string })[] = []
  const added: (Name & { readonly line: string })[] = []
  for (const { mark, text } of hunk.lines)
    if (mark !== ' ')
      for (const name of namesIn(mark === '-' ? hunk.previousPath : hunk.path, text))
        (mark === '-' ? removed : added).push({ ...name, line: text.trim() })
  const old = removed.filter(({ name }) => !present.has(name))
  const before = new Set(removed.map(({ name }) => name))
  const fresh = added.filter(({ name }) => !before.has(name))
  const text = hunkStart(hunk, HUNK_CHARACTERS)
  return old.map(({ kind, name, line }) => {
    const near = fresh
      .filter((one) => one.kind === kind)
      .map((one) => {
        const wanted = line.replaceAll(name, one.name)
        return { name: one.name, apart: distance(wanted, one.line) / Math.max(1, wanted.length, one.line.length) }
      })
      .sort((a, b) => a.apart - b.apart)
    const [best, second] = near
    // Two that fit equally well tell nothing.
    const sure =
      best &&
      best.apart <= SAME_LINE &&
      (second === undefined || second.name === best.name || second.apart > best.apart)
    return { kind, old: name, new: sure ? best.name : null, of: null, path: hunk.path, hunk: text }
  })
}
