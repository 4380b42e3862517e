import { type Bindings, HubError } from '#contract'
import type { GitHubClient } from './client.ts'
import { repositoryOf, workspaceOf } from './place.ts'
import { infoOf } from './repositories.ts'

/**
 * One token may see the repositories of many: a workspace reaches those that were bound to one of its projects, after proof of power on both ends,
 * and its own, where it is itself an account of GitHub.
 */
export type Scope = (workspace: string, repository: string, signal: AbortSignal) => Promise<string>

export function createScope(client: GitHubClient, bindings: () => Bindings | null): Scope {
  return async (workspace, name, signal) => {
    repositoryOf(name)
    const bound = await bindings()?.list(workspace, { kind: 'repository', plugin: 'github' })
    const known = bound?.find(({ target }) => target.toLowerCase() === name.toLowerCase())
    if (known) return known.target
    const info = workspace.startsWith('github:') ? await infoOf(client, name, signal) : null
    if (info && workspaceOf(info) === workspace) return info.full_name
    throw new HubError(
      'FORBIDDEN',
      `${name} belongs to no project here; bind it first: /hub bind repository <project> github:${name}`,
    )
  }
}
