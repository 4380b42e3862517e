import { isParsed, readModule } from '../code/read.ts'
import type { Entry, Exported, LeftOut, Module } from '../code/types.ts'
import { filesMeant } from './resolve-import.ts'

/** Reads another file of the repository; null where there is none. */
export type ReadFile = (path: string) => Promise<string | null>
export interface Surface {
  readonly exports: readonly Exported[]
  /** What could not be read, in words. */
  readonly notes: readonly string[]
}
interface Given {
  readonly name: string
  as(name: string): readonly Exported[]
}
const MOST = 300
const DEPTH = 8
const FILES = 80
const NO_FILE: ReadFile = async () => null

/**
 * What a file of TypeScript, JavaScript or Python gives to others, in its order, by a parser. What it gives on from other files of the
 * repository is looked up there; what comes from elsewhere is listed with where it comes from.
 */
export async function exportsOf(path: string, text: string, read: ReadFile = NO_FILE): Promise<Surface> {
  const notes = new Set<string>()
  const modules = new Map<string, Promise<Module | null>>()
  const surfaces = new Map<string, Promise<readonly Given[]>>()

  const parse = async (file: string, source: string): Promise<Module | null> => {
    const made: Module | LeftOut = await readModule(file, source)
    if ('reason' in made) {
      notes.add(`${file} ${made.reason}`)
      return null
    }
    if (made.errorLine !== null)
      notes.add(`${file} does not parse at line ${made.errorLine}: names around it may be missing`)
    return made
  }
  const load = (file: string, source: string): Promise<Module | null> => {
    const loading = modules.get(file) ?? parse(file, source)
    modules.set(file, loading)
    return loading
  }
  /** The file that is meant, with its text where it was not read before. */
  const look = async (from: string, source: string) => {
    for (const file of filesMeant(from, source)) {
      if (!isParsed(file)) continue
      if (modules.has(file)) return { file, other: null }
      const other = await read(file)
      if (other !== null) return { file, other }
    }
    return null
  }
  /** Files behind these sources: read together, and counted in their order, so that the same code always gives the same text. */
  const find = async (from: string, sources: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const looked = await Promise.all(sources.slice(0, FILES).map((source) => look(from, source)))
    const files = new Map<string, string>()
    for (const [i, source] of sources.entries()) {
      const found = looked[i]
      if (i >= FILES || (found && !modules.has(found.file) && modules.size >= FILES))
        notes.add(`only the first ${FILES} files were followed`)
      else if (found && (await load(found.file, found.other ?? '')) !== null) files.set(source, found.file)
    }
    return files
  }
  const surface = (file: string, trail: readonly string[]): Promise<readonly Given[]> => {
    // A circle ends where it began: what stands there is listed there.
    if (trail.includes(file) || trail.length === DEPTH) return Promise.resolve([])
    const known = surfaces.get(file)
    if (known) return known
    const made = gather(file, [...trail, file])
    surfaces.set(file, made)
    return made
  }
  const gather = async (file: string, trail: readonly string[]): Promise<readonly Given[]> => {
    const { entries } = (await modules.get(file)) ?? { entries: [] }
    const sources = [...new Set(entries.flatMap((entry) => ('source' in entry ? [entry.source] : [])))]
    const files = await find(file, sources)
    const named = new Set(entries.flatMap((entry) => ('name' in entry ? [entry.name] : [])))
    const given: Given[] = []
    for (const entry of entries) {
      if (entry.kind === 'own') {
        given.push(entry)
        continue
      }
      const target = files.get(entry.source)
      const others = target === undefined ? null : await surface(target, trail)
      if (others === null) given.push(unfollowed(entry))
      else if (entry.kind === 'namespace') given.push(space(entry, others))
      else if (entry.kind === 'from') {
        const other = others.find(({ name }) => name === entry.imported)
        given.push(other ? { name: entry.name, as: other.as } : unfollowed(entry))
      } else
        for (const other of others) {
          // What a module names itself goes before what it gives on with a star, and a star leaves `default` out.
          if (other.name === 'default' || named.has(other.name) || entry.only?.has(other.name) === false) continue
          named.add(other.name)
          given.push(other)
        }
    }
    return given
  }
  await load(path, text)
  const all = (await surface(path, [])).flatMap(({ name, as }) => as(name))
  if (all.length > MOST) notes.add(`${(all.length - MOST).toLocaleString('en')} more are left out`)
  return { exports: all.slice(0, MOST), notes: [...notes] }
}

const NOTHING = { about: '', deprecated: null, parameters: [], members: [], extends: false } as const
function unfollowed(entry: Exclude<Entry, { kind: 'own' }>): Given {
  const name = entry.kind === 'all' ? '*' : entry.name
  return { name, as: () => [{ ...NOTHING, name, signature: entry.shown }] }
}
const space = ({ name, shown }: Extract<Entry, { kind: 'namespace' }>, others: readonly Given[]): Given => ({
  name,
  as: () => [{ ...NOTHING, name, signature: shown, members: others.flatMap((one) => one.as(one.name)) }],
})
