import { type Binding, type Bindings, type Context, HubError, type Repositories, type Threads } from '#contract'
import { isOpen, namedHere, type Readable, readableHere } from '../access.ts'
import type { Drafts } from '../adr/keep.ts'
import type { DriftStore } from '../drift/store.ts'
import type { RepositoryKey } from '../index/scope.ts'
import type { IndexStore } from '../index/store.ts'
import { type Synced, syncRepository } from '../index/sync.ts'
import type { Asker } from '../model.ts'
import type { Search } from '../search/store.ts'
import { count } from '../text.ts'

/** What commands and jobs work with; functions, because services exist only once every plugin is set up. */
export interface Desk {
  index(): IndexStore
  search(): Search
  drift(): DriftStore
  asker(): Asker
  bindings(): Bindings
  /** Port of a code host; null when its adapter is off. */
  portOf(plugin: string): Repositories | null
  /** Drafts of decision records. */
  drafts(): Drafts
  /** Reads conversations of a platform back; null where it cannot be asked. */
  threadsOf(plugin: string): Threads | null
}

export function portFor(desk: Desk, plugin: string): Repositories {
  const port = desk.portOf(plugin)
  if (port) return port
  throw new HubError(
    'UNAVAILABLE',
    `${plugin} is not connected to the hub, or reads no repositories: see /hub status`,
    {
      retry: 'never',
    },
  )
}

/** Brings one repository's index up to date, and shows in the chat how far it is. */
export async function syncShown(desk: Desk, ctx: Context, key: RepositoryKey): Promise<Synced> {
  return syncRepository(desk.index(), portFor(desk, key.plugin), key, {
    signal: ctx.signal,
    onStep(done, total) {
      if (total < 20 || done % 20 !== 0) return
      const label = `Reading ${isOpen(ctx) ? 'the documentation' : key.repository}`
      const percent = Math.round((done / total) * 100)
      void ctx
        .progress({ text: `${label}, ${percent} %`, blocks: [{ kind: 'progress', label, done: percent, total: 100 }] })
        .catch((error: unknown) => ctx.log.warn({ error: String(error) }, 'progress could not be shown'))
    },
  })
}

/** Said in place of an error that is nobody's message. */
export const OWN_ERROR = 'an error of the hub; its log tells more'
/** What may be read here; a repository that was just bound is read first. */
export async function readable(desk: Desk, ctx: Context): Promise<Readable & { readonly failed: readonly string[] }> {
  const first = await readableHere(ctx, desk.bindings(), desk.index())
  const failed: string[] = []
  for (const { plugin, repository } of first.unread)
    try {
      await syncShown(desk, ctx, { workspace: ctx.workspace, plugin, repository })
    } catch (error) {
      ctx.signal.throwIfAborted()
      // Whatever is wrong with one, the others are read.
      if (!(error instanceof HubError)) ctx.log.error({ error: String(error), repository }, 'documents were not read')
      if (!isOpen(ctx)) failed.push(`${repository}: ${error instanceof HubError ? error.message : OWN_ERROR}`)
    }
  const now = first.unread.length > 0 ? await readableHere(ctx, desk.bindings(), desk.index()) : first
  return { ...now, failed }
}

/** A repository as somebody typed it, among those that are bound in this workspace. */
export async function boundRepository(desk: Desk, ctx: Context, typed: string): Promise<Binding> {
  const { bound, hidden } = await namedHere(ctx, desk.bindings(), desk.index())
  if (bound.length === 0) throw new HubError('NOT_FOUND', nothingHere(hidden))
  const wanted = typed.replace(/^[a-z][a-z0-9-]*:/, '').toLowerCase()
  const found = bound.filter(({ target }) => {
    const name = target.toLowerCase()
    return name === wanted || name.endsWith(`/${wanted}`)
  })
  const [one] = found
  if (one && found.length === 1) return one
  const names = bound.map(({ target }) => target).join(', ')
  throw new HubError(
    'NOT_FOUND',
    found.length === 0
      ? `No project here is bound to a repository ${typed}. There are: ${names}`
      : `${found.length} repositories are called ${typed}: write one of ${names}`,
  )
}
/** Why nothing is shown: there is nothing, or not here. */
export const nothingHere = (hidden: number): string =>
  hidden === 0
    ? NOTHING_BOUND
    : `The documents here are of ${count(hidden, 'private source')}, and people from outside read along. Ask in a channel of your team.`
export const hiddenNote = (hidden: number): string =>
  `${count(hidden, 'private source')} not shown where people from outside read along`
const NOTHING_BOUND =
  'No repository is bound to a project here yet. Bind one: /hub bind repository <project> github:owner/name'
