import { z } from 'zod'
import { type Account, type Binder, HubError, type Json } from '#contract'
import type { GitHubClient } from './client.ts'
import { parse } from './objects.ts'
import { repositoryOf, workspaceOf } from './place.ts'
import { type Info, infoOf, missingOf } from './repositories.ts'

/** What a project lets the hub do with a repository; what is left out is on. */
const rules = z.strictObject({
  /** Keep its documentation. */
  docs: z.boolean().optional(),
  /** Follow its deployments. */
  deployments: z.boolean().optional(),
})
const user = z.object({ login: z.string() })
const permission = z.object({ permission: z.string(), role_name: z.string().optional() })
/** Scopes of a classic token, of which a fine-grained one has none. https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps */
const SCOPES = 'x-oauth-scopes'

export function createBinder(client: GitHubClient): Binder {
  /** A classic token tells its scopes with each answer; a fine-grained one tells nothing, but what its owner may do. */
  const missingOfToken = async (info: Info, signal: AbortSignal): Promise<readonly string[]> => {
    const repository = repositoryOf(info.full_name)
    const route = 'GET /repos/{owner}/{repo}'
    const { headers } = await client.answer({ route, parameters: repository, repository, what: info.full_name, signal })
    const scopes = String(headers[SCOPES] ?? '')
      .split(',')
      .map((scope) => scope.trim())
      .filter(Boolean)
    const isEnough = scopes.includes('repo') || (!info.private && scopes.includes('public_repo'))
    if (scopes.length > 0 && !isEnough) return [info.private ? 'repo' : 'public_repo']
    return info.permissions?.push === true ? [] : ['contents=write']
  }
  const isAdmin = async (name: string, id: string, signal: AbortSignal): Promise<boolean | null> => {
    const repository = repositoryOf(name)
    try {
      const asked = {
        route: 'GET /user/{account_id}',
        parameters: { account_id: id },
        repository,
        what: 'user',
        signal,
      }
      const { login } = parse(user, await client.call(asked), 'user')
      const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission'
      const parameters = { ...repository, username: login }
      const found = await client.call({ route, parameters, repository, what: `${login} in ${name}`, signal })
      return parse(permission, found, 'permission').permission === 'admin'
    } catch (error) {
      // Who may not push is not told either; then an admin of the hub decides.
      if (error instanceof HubError && error.code === 'FORBIDDEN') return null
      // No such person, or not a collaborator.
      if (error instanceof HubError && error.code === 'NOT_FOUND') return false
      throw error
    }
  }
  const administers = async (name: string, accounts: readonly Account[], signal: AbortSignal) => {
    const own = accounts.filter(({ plugin, id }) => plugin === 'github' && /^\d{1,15}$/.test(id))
    if (own.length === 0) return null
    const found = await Promise.all(own.map(({ id }) => isAdmin(name, id, signal)))
    return found.includes(true) ? true : found.includes(null) ? null : false
  }
  return {
    kind: 'repository',
    async checkBinding({ target, accounts }, signal) {
      const info = await infoOf(client, target, signal)
      if (!info) return null
      const missing = (await missingOf(client, info.full_name, signal)) ?? (await missingOfToken(info, signal))
      return {
        target: info.full_name,
        targetWorkspace: workspaceOf(info),
        label: info.full_name,
        missing: info.archived ? [...missing, 'a repository that is not archived'] : missing,
        administers: await administers(info.full_name, accounts, signal),
      }
    },
    parseRules(given): Json {
      const read = rules.safeParse(given ?? {})
      if (read.success) {
        const { docs, deployments } = read.data
        return { ...(docs === undefined ? {} : { docs }), ...(deployments === undefined ? {} : { deployments }) }
      }
      const wrong = read.error.issues.map(({ path, message }) =>
        path.length > 0 ? `${path.join('.')}: ${message}` : message,
      )
      throw new HubError(
        'INPUT_INVALID',
        `Rules for GitHub are {"docs": true, "deployments": true}: ${wrong.join('; ')}`,
      )
    },
  }
}
