import { distance } from 'fastest-levenshtein'
import type { ChangedFile, Repositories, TreeEntry } from '#contract'
import { isParsed, readModule } from '../code/read.ts'
import type { Exported, Shape } from '../code/types.ts'
import { decodeDocument } from '../index/select.ts'
import { inTurns } from '../index/sync.ts'
import type { NameChange } from './changes.ts'
import { type Hunk, hunkStart } from './hunks.ts'
import { isCode, says } from './names.ts'

const FILES = 60
const FILE_BYTES = 200_000
const READ_AT_ONCE = 20
/** Share of a signature that may differ beside the name where a thing was renamed. */
const SAME_SIGNATURE = 0.35
const HUNK_CHARACTERS = 600
const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]+$/u
const CONSTRUCTION = /^(?:constructor|__init__|new)$/

interface Deps {
  readonly port: Repositories
  readonly signal: AbortSignal
}
/** What a file gives to others, by its own parser; null where that cannot be read whole. */
export async function ownSurface(path: string, text: string): Promise<readonly Exported[] | null> {
  const made = await readModule(path, text)
  if ('reason' in made || made.errorLine !== null) return null
  return made.entries.flatMap((entry) => (entry.kind === 'own' ? entry.as(entry.name) : []))
}

/** What the files of a push gave to others and give no more: names, members and parameters, as parsers of their language see them. */
export async function surfaceChanges(
  { port, signal }: Deps,
  repository: string,
  pushed: {
    readonly files: readonly ChangedFile[]
    readonly hunks: readonly Hunk[]
    readonly entries: readonly TreeEntry[]
  },
): Promise<{ readonly changes: readonly NameChange[]; readonly limits: readonly string[] }> {
  const entries = new Map(pushed.entries.map((entry) => [entry.path, entry]))
  // Where no line was taken away, no name was.
  const thinner = new Set(
    pushed.hunks.filter(({ lines }) => lines.some(({ mark }) => mark === '-')).map(({ path }) => path),
  )
  const all = pushed.files.filter(
    ({ path, change }) =>
      (change === 'modified' || change === 'renamed') && thinner.has(path) && isParsed(path) && isCode(path),
  )
  const gone = new Map<string, readonly NameChange[]>()
  await inTurns(all.slice(0, FILES), READ_AT_ONCE, async ({ path, previousPath }) => {
    const entry = entries.get(path)
    if (entry?.kind !== 'file' || entry.sizeBytes > FILE_BYTES) return
    const bytes = await port.blob(repository, entry, FILE_BYTES, signal)
    const decoded = bytes === null ? null : decodeDocument(bytes)
    if (decoded === null || 'reason' in decoded) return
    const own = pushed.hunks.filter((hunk) => hunk.path === path)
    const old = textBefore(decoded.text, own)
    if (old === null) return
    const before = await ownSurface(previousPath ?? path, old)
    const after = await ownSurface(path, decoded.text)
    if (before !== null && after !== null) gone.set(path, goneFrom(path, before, after, own))
  })
  const changes = all.flatMap(({ path }) => gone.get(path) ?? [])
  const limits =
    all.length > FILES
      ? [`members and parameters were compared in ${FILES} of ${all.length.toLocaleString('en')} changed code files`]
      : []
  return { changes, limits }
}

/** A file as it was before a diff; null where the diff is of another text. */
export function textBefore(text: string, hunks: readonly Hunk[]): string | null {
  // An empty file has no line, not an empty one.
  const lines = text === '' ? [] : text.split('\n')
  for (const hunk of hunks.toSorted((a, b) => b.line - a.line)) {
    const now = hunk.lines.filter(({ mark }) => mark !== '-').map((line) => line.text)
    const old = hunk.lines.filter(({ mark }) => mark !== '+').map((line) => line.text)
    // A stretch that leaves nothing is said to begin at the line before it.
    const from = now.length === 0 ? hunk.line : hunk.line - 1
    if (now.some((line, i) => lines[from + i]?.replace(/\r$/, '') !== line)) return null
    lines.splice(from, now.length, ...old)
  }
  return lines.join('\n')
}

/** Names that the first surface has and the second has not; what a thing that is still there lost is told as its own. */
export function goneFrom(
  path: string,
  before: readonly Exported[],
  after: readonly Exported[],
  hunks: readonly Hunk[],
): NameChange[] {
  const told = (kind: NameChange['kind'], old: string, now: string | null, of: string | null): NameChange[] =>
    NAME.test(old) ? [{ kind, old, new: now, of, path, hunk: shownIn(hunks, old) }] : []
  const lostMembers = (of: string, had: readonly Shape[], has: readonly Shape[]) =>
    lost(had, has).flatMap(({ name, now }) => told('member', name, now, of))
  const lostParameters = (of: string, had: Shape, has: Shape) =>
    had.parameters.flatMap((name, i) => {
      if (has.parameters.includes(name)) return []
      const there = has.parameters[i]
      const isRenamed = has.parameters.length === had.parameters.length && there !== undefined
      return told('parameter', name, isRenamed && !had.parameters.includes(there) ? there : null, of)
    })
  const symbols = lost(before, after).flatMap(({ name, now }) => told('symbol', name, now, null))
  const parts = once(before).flatMap((had) => {
    const has = once(after).find(({ name }) => name === had.name)
    if (has === undefined) return []
    const members = had.members.flatMap((member) => {
      const there = has.members.find(({ name }) => name === member.name)
      if (there === undefined) return []
      return lostParameters(CONSTRUCTION.test(member.name) ? had.name : `${had.name}.${member.name}`, member, there)
    })
    return [...lostMembers(had.name, had.members, has.members), ...lostParameters(had.name, had, has), ...members]
  })
  return [...symbols, ...parts]
}
/** A value and a type of the same name are one to a document. */
function once(all: readonly Exported[]): Exported[] {
  const byName = new Map<string, Exported>()
  for (const one of all) {
    const known = byName.get(one.name)
    if (known === undefined) byName.set(one.name, one)
    else
      byName.set(one.name, {
        ...known,
        members: [...known.members, ...one.members],
        parameters: [...known.parameters, ...one.parameters],
        extends: known.extends || one.extends,
      })
  }
  return [...byName.values()]
}
function lost(before: readonly Shape[], after: readonly Shape[]): { name: string; now: string | null }[] {
  const had = new Set(before.map(({ name }) => name))
  const has = new Set(after.map(({ name }) => name))
  const fresh = after.filter(({ name }) => !had.has(name))
  const gone = new Map(before.filter(({ name }) => !has.has(name)).map((one) => [one.name, one]))
  return [...gone.values()].map(({ name, signature }) => {
    const near = fresh
      .map((one) => ({ name: one.name, apart: apart(signature.replaceAll(name, one.name), one.signature) }))
      .sort((a, b) => a.apart - b.apart)
    const [best, second] = near
    const isSure = best && best.apart <= SAME_SIGNATURE && (second === undefined || second.apart > best.apart)
    return { name, now: isSure ? best.name : null }
  })
}
const apart = (a: string, b: string): number => distance(a, b) / Math.max(1, a.length, b.length)

function shownIn(hunks: readonly Hunk[], name: string): string {
  const found = hunks.find(({ lines }) => lines.some(({ mark, text }) => mark === '-' && says(text, name))) ?? hunks[0]
  return found === undefined ? '' : hunkStart(found, HUNK_CHARACTERS)
}

/**
 * Does a thing still have this member or parameter? Null: the file does not say, because the thing is elsewhere now or takes some of its
 * members from another.
 */
export function stillHas(surface: readonly Exported[], of: string, name: string): boolean | null {
  const [owner, part] = of.split('.')
  const found = once(surface).find((one) => one.name === owner)
  if (found === undefined) return null
  const construction = found.members.filter((member) => CONSTRUCTION.test(member.name))
  const shapes = part === undefined ? [found, ...construction] : found.members.filter((member) => member.name === part)
  if (shapes.some(({ parameters }) => parameters.includes(name))) return true
  if (part === undefined && found.members.some((member) => member.name === name)) return true
  return found.extends ? null : false
}

/** What the lines of the diff tell, and what parsers tell: each name once, with what it is called now where one of them knows. */
export function mergedChanges(byLine: readonly NameChange[], byParser: readonly NameChange[]): NameChange[] {
  const all = new Map(byLine.map((change) => [keyOf(change), change]))
  for (const change of byParser) {
    const known = all.get(keyOf(change)) ?? all.get(keyOf({ kind: 'symbol', old: change.old, of: null }))
    if (known === undefined) all.set(keyOf(change), change)
    else if (known.new === null && change.new !== null) all.set(keyOf(known), { ...known, new: change.new })
    if (known !== undefined && change.of !== null) all.set(keyOf(change), change)
  }
  return [...all.values()]
}
export const keyOf = ({ kind, old, of }: Pick<NameChange, 'kind' | 'old' | 'of'>): string =>
  `${kind} ${of ?? ''} ${old}`
