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

/** What may be read here. */
export interface Readable {
  readonly repositories: readonly Indexed[]
  /** Bound, but nothing of them is indexed yet. */
  readonly unread: readonly { readonly plugin: string; readonly repository: string }[]
  /** Left out because people from outside read along. */
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
  const isOpen = ctx.place?.visibility === 'public'
  const repositories = mine.filter((one) => one.sha !== null && !(isOpen && one.isPrivate))
  const known = (plugin: string, repository: string) =>
    mine.some((one) => sameRepository(one, { plugin, repository }) && one.sha !== null)
  return {
    repositories,
    unread: bound
      .filter(({ plugin, target }) => !known(plugin, target))
      .map(({ plugin, target }) => ({ plugin, repository: target })),
    hidden: mine.filter((one) => isOpen && one.isPrivate && one.sha !== null).length,
  }
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
