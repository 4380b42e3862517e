import type { Binding, Bindings, Context } from '#contract'
import { STORIES } from './index/scope.ts'
import type { Indexed, IndexStore } from './index/store.ts'
import { sameRepository } from './links.ts'

/** The rules of a binding may say that its documentation is none of the hub's business. */
export function isKept({ rules }: Pick<Binding, 'rules'>): boolean {
  return !(typeof rules === 'object' && rules !== null && 'docs' in rules && rules.docs === false)
}
/** Repositories of this workspace whose documentation is kept. */
export async function boundHere(bindings: Bindings, workspace: string): Promise<readonly Binding[]> {
  return (await bindings.list(workspace, { kind: 'repository' })).filter(isKept)
}

/** Where people from outside read along, nothing private is shown, not its name either. */
export const isOpen = ({ place }: Pick<Context, 'place'>): boolean => place?.visibility === 'public'

/** Repositories that may be named here. What nobody has read yet may be private. */
export async function namedHere(
  ctx: Pick<Context, 'workspace' | 'place'>,
  bindings: Bindings,
  store: IndexStore,
): Promise<{ readonly bound: readonly Binding[]; readonly hidden: number }> {
  const all = await boundHere(bindings, ctx.workspace)
  if (!isOpen(ctx)) return { bound: all, hidden: 0 }
  const open = (await store.list(ctx.workspace)).filter((one) => one.sha !== null && !one.isPrivate)
  const bound = all.filter(({ plugin, target }) =>
    open.some((one) => sameRepository(one, { plugin, repository: target })),
  )
  return { bound, hidden: all.length - bound.length }
}

/** What may be read here. */
export interface Readable {
  readonly repositories: readonly Indexed[]
  /** Bound, but nothing of them is indexed yet. */
  readonly unread: readonly { readonly plugin: string; readonly repository: string }[]
  /** Left out because people from outside read along; what is not indexed yet counts as well. */
  readonly hidden: number
}

/**
 * Documents of the repositories that a project of this workspace is bound to, and of no other: an index that outlived its binding is not read.
 * Where people from outside may read along, private repositories and stories stay out.
 */
export async function readableHere(
  ctx: Pick<Context, 'workspace' | 'place'>,
  bindings: Bindings,
  store: IndexStore,
): Promise<Readable> {
  const bound = await boundHere(bindings, ctx.workspace)
  const indexed = await store.list(ctx.workspace)
  const mine = indexed.filter(
    (one) =>
      sameRepository(one, STORIES) ||
      bound.some(({ plugin, target }) => sameRepository(one, { plugin, repository: target })),
  )
  const repositories = mine.filter((one) => one.sha !== null && !(isOpen(ctx) && one.isPrivate))
  const known = (plugin: string, repository: string) =>
    mine.some((one) => sameRepository(one, { plugin, repository }) && one.sha !== null)
  const unread = bound
    .filter(({ plugin, target }) => !known(plugin, target))
    .map(({ plugin, target }) => ({ plugin, repository: target }))
  const closed = mine.filter((one) => one.isPrivate && one.sha !== null).length
  return { repositories, unread, hidden: isOpen(ctx) ? closed + unread.length : 0 }
}

/** What is still indexed although no project of the workspace is bound to it. */
export async function unboundHere(
  { workspace }: Pick<Context, 'workspace'>,
  bindings: Bindings,
  store: IndexStore,
): Promise<readonly Indexed[]> {
  const bound = await boundHere(bindings, workspace)
  return (await store.list(workspace)).filter(
    (one) =>
      !sameRepository(one, STORIES) &&
      !bound.some(({ plugin, target }) => sameRepository(one, { plugin, repository: target })),
  )
}
