import { type Bindings, HubError } from '#contract'
import { readableHere } from '../access.ts'
import { STORIES } from '../index/scope.ts'
import type { Indexed, IndexStore } from '../index/store.ts'
import { sameRepository } from '../links.ts'
import type { SiteSource } from './source.ts'
import type { PublishStore } from './store.ts'

export interface Shelf {
  index(): IndexStore
  texts(): PublishStore
  bindings(): Bindings
}
export type Collected = Indexed & { readonly sha: string }
/** Documents read at once: at most so many megabytes are in memory. */
export const DOCUMENTS_AT_ONCE = 20

/** Repositories of which this workspace may read pages: those that its projects are bound to. Accepted stories are no documents of a repository. */
export async function collected(shelf: Shelf, workspace: string): Promise<readonly Collected[]> {
  const { repositories } = await readableHere({ workspace, place: null }, shelf.bindings(), shelf.index())
  return repositories.flatMap((one) => {
    const { sha } = one
    return sha === null || sameRepository(one, STORIES) ? [] : [{ ...one, sha }]
  })
}
export async function collectedOne(
  shelf: Shelf,
  workspace: string,
  wanted: { readonly plugin: string; readonly repository: string },
): Promise<Collected> {
  const found = (await collected(shelf, workspace)).find((one) => sameRepository(one, wanted))
  if (found) return found
  throw new HubError('NOT_FOUND', `No documents of ${wanted.repository} are collected here: see docs status`)
}

export function sourceOf(shelf: Shelf, of: Collected): SiteSource {
  const { plugin, repository, url, sha, isPrivate } = of
  return {
    plugin,
    repository,
    url,
    sha,
    isPrivate,
    async *documents() {
      for (let after = ''; ; ) {
        const some = await shelf.texts().documents(of, after, DOCUMENTS_AT_ONCE)
        yield* some
        const last = some.at(-1)
        if (!last || some.length < DOCUMENTS_AT_ONCE) return
        after = last.path
      }
    },
  }
}
