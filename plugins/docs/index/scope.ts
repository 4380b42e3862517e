import { createHash } from 'node:crypto'

/** One repository as one workspace reads it. */
export interface RepositoryKey {
  readonly workspace: string
  readonly plugin: string
  /** 'owner/name' */
  readonly repository: string
}
/** Accepted stories are documents too; they lie in no repository. */
export const STORIES = { plugin: 'story', repository: 'accepted stories' } as const

/** A word that every chunk of a repository carries, so that the index itself keeps tenants and repositories apart. */
export function scopeOf({ workspace, plugin, repository }: RepositoryKey): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([workspace, plugin, repository]))
    .digest('hex')
  return `~${hash.slice(0, 20)}`
}
