import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { HubError } from '#contract'
import type { Surroundings } from './check.ts'
import { type Loaded, loadObject, loadYaml } from './load.ts'
import type { DefinitionInput } from './schema.ts'
import type { DefinitionStore } from './store.ts'

export interface Found extends Loaded {
  /** Who brought it: the hub, the operator's folder, or somebody of the workspace. */
  readonly origin: 'built in' | 'folder' | 'saved'
}
export type Catalogue = ReturnType<typeof createCatalogue>

/** Checked where it is used: what it names must exist there. */
type Source = (around: Surroundings) => Loaded
const LIBRARY = fileURLToPath(new URL('../library', import.meta.url))

/** All workflows that a workspace can start. What it saved goes before the operator's folder, and that before what is built in. */
export function createCatalogue(options: {
  readonly store: () => DefinitionStore
  readonly folder: string | null
  readonly tasks: () => readonly string[]
}) {
  const files = new Map<string, Promise<ReadonlyMap<string, Source>>>()
  const sourcesIn = (folder: string): Promise<ReadonlyMap<string, Source>> => {
    const known = files.get(folder) ?? readFolder(folder)
    files.set(folder, known)
    // A folder that comes back is read again.
    known.catch(() => files.delete(folder))
    return known
  }
  async function sourceOf(name: string): Promise<{ source: Source; origin: 'built in' | 'folder' } | null> {
    const own = options.folder === null ? undefined : (await sourcesIn(options.folder)).get(name)
    if (own !== undefined) return { source: own, origin: 'folder' }
    const shipped = (await sourcesIn(LIBRARY)).get(name)
    return shipped === undefined ? null : { source: shipped, origin: 'built in' }
  }
  async function names(workspace: string): Promise<readonly string[]> {
    const own = options.folder === null ? [] : [...(await sourcesIn(options.folder)).keys()]
    const saved = (await options.store().list(workspace)).map(({ name }) => name)
    return [...new Set([...saved, ...own, ...(await sourcesIn(LIBRARY)).keys()])].sort()
  }
  async function surroundings(workspace: string): Promise<Surroundings> {
    return { tasks: options.tasks(), workflows: await names(workspace) }
  }
  return {
    names,
    surroundings,
    /** The newest version. @throws HubError NOT_FOUND, or INPUT_INVALID when a file is not valid here */
    async find(workspace: string, name: string): Promise<Found> {
      const saved = await options.store().get(workspace, name)
      if (saved) return { ...saved, origin: 'saved' }
      const file = await sourceOf(name)
      if (!file) {
        const known = await names(workspace)
        throw new HubError('NOT_FOUND', `There is no workflow called ${name}: there are ${known.join(', ') || 'none'}`)
      }
      return { ...file.source(await surroundings(workspace)), origin: file.origin }
    },
    /** Each workflow with what is wrong with it, if anything. */
    async list(
      workspace: string,
    ): Promise<readonly { name: string; origin: Found['origin']; about: string; problem: string | null }[]> {
      const all = await names(workspace)
      const saved = new Map((await options.store().list(workspace)).map((one) => [one.name, one]))
      const around = await surroundings(workspace)
      const listed: { name: string; origin: Found['origin']; about: string; problem: string | null }[] = []
      for (const name of all) {
        const own = saved.get(name)
        if (own) {
          listed.push({ name, origin: 'saved', about: own.definition.description, problem: null })
          continue
        }
        const file = await sourceOf(name)
        if (!file) continue
        try {
          const { definition } = file.source(around)
          listed.push({ name, origin: file.origin, about: definition.description, problem: null })
        } catch (error) {
          if (!(error instanceof HubError)) throw error
          listed.push({ name, origin: file.origin, about: '', problem: error.message })
        }
      }
      return listed
    },
  }
}

/** Workflows by the name of their file: `release.yaml` is `release`, and so is the default export of `release.ts`. */
async function readFolder(folder: string): Promise<ReadonlyMap<string, Source>> {
  let entries: readonly string[]
  try {
    entries = await readdir(folder)
  } catch (cause) {
    throw new HubError('CONFIG_INVALID', `WORKFLOW_DIR: ${folder} cannot be read: correct the path`, { cause })
  }
  const found = new Map<string, Source>()
  for (const entry of entries) {
    const [, name, ending] = /^(.+)\.(ya?ml|ts)$/.exec(entry) ?? []
    if (name === undefined || /\.test$/.test(name)) continue
    const path = join(folder, entry)
    if (ending === 'ts') {
      const module = (await import(pathToFileURL(path).href)) as { default?: DefinitionInput }
      found.set(name, (around) => loadObject(module.default ?? { name, steps: {} }, around))
    } else {
      const text = await readFile(path, 'utf8')
      found.set(name, (around) => loadYaml(text, around))
    }
  }
  return found
}
