import { type Account, type Binder, HubError, parseTrackerRules, type Tracker } from '#contract'
import type { LinearClient } from './client.ts'
import { membership, probeWrite, projectBySlug, teamByKey, userById } from './documents.ts'
import type { Identities } from './identity.ts'
import { workspaceOf } from './place.ts'
import { optionsOf } from './reader.ts'
import { parseTarget, targetName } from './targets.ts'

type Project = Awaited<ReturnType<Tracker['project']>>
/** Where new issues go. */
interface Home {
  /** An issue that is there already, to ask Linear what may be done with it. */
  readonly anyIssue: string | null
  readonly teamId: string
  readonly projectId: string | null
  readonly key: string
  readonly name: string
  readonly url: string
}
export interface Projects {
  /** NOT_FOUND where there is no such team or project. */
  home(project: string, signal: AbortSignal): Promise<Home>
  project(project: string, account: Account | null, signal: AbortSignal): Promise<Project>
}
const KEPT_MS = 10 * 60_000

export function createProjects(client: LinearClient, identities: Identities, now: () => number = Date.now): Projects {
  const homes = new Map<string, { readonly home: Home; readonly untilMs: number }>()
  const find = async (text: string, signal: AbortSignal): Promise<Home | null> => {
    const target = parseTarget(text)
    const key = targetName(target)
    const { organizationId, urlKey } = await identities.get(signal)
    const options = { ...optionsOf(organizationId, signal), what: key }
    if (target.kind === 'team') {
      const [team] = (await client.call(teamByKey, { key: target.key }, options)).teams.nodes
      if (team === undefined) return null
      const url = `https://linear.app/${urlKey}/team/${team.key}`
      return { teamId: team.id, projectId: null, key: team.key, name: team.name, url, anyIssue: firstOf(team) }
    }
    const [project] = (await client.call(projectBySlug, { slug: target.slug }, options)).projects.nodes
    const [team] = project?.teams.nodes ?? []
    if (project === undefined || team === undefined) return null
    const { name, url } = project
    return { teamId: team.id, projectId: project.id, key, name, url, anyIssue: firstOf(team) }
  }
  /** An owner of the team, or an admin of the workspace. */
  const administers = async (home: Home, account: Account, organizationId: string, signal: AbortSignal) => {
    const options = { ...optionsOf(organizationId, signal), what: 'who administers it' }
    try {
      const { user } = await client.call(userById, { id: account.id }, options)
      if (!user.active) return false
      if (user.admin) return true
      const { team } = await client.call(membership, { team: home.teamId, user: account.id }, options)
      return team.membership?.owner ?? false
    } catch (error) {
      if (error instanceof HubError && error.code === 'NOT_FOUND') return false
      throw error
    }
  }
  /** What Linear refuses to a key that only reads. A team without any issue is asked when it gets its first. */
  const missingFor = async (home: Home, organizationId: string, signal: AbortSignal): Promise<readonly string[]> => {
    if (home.anyIssue === null) return []
    try {
      const options = { ...optionsOf(organizationId, signal), what: 'permission to write' }
      await client.call(probeWrite, { id: home.anyIssue }, options)
      return []
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      if (error.code === 'FORBIDDEN') return ['write']
      if (error.code === 'NOT_FOUND' || error.code === 'INPUT_INVALID') return []
      throw error
    }
  }
  return {
    async home(project, signal) {
      const key = targetName(parseTarget(project))
      const kept = homes.get(key)
      if (kept && kept.untilMs > now()) return kept.home
      const home = await find(project, signal)
      if (home === null) throw new HubError('NOT_FOUND', `Linear shows the key no team or project ${project}`)
      homes.set(key, { home, untilMs: now() + KEPT_MS })
      return home
    },
    async project(project, account, signal) {
      const home = await find(project, signal)
      if (home === null) return null
      const { organizationId } = await identities.get(signal)
      const missing = await missingFor(home, organizationId, signal)
      return {
        key: home.key,
        name: home.name,
        url: home.url,
        mayWrite: missing.length === 0,
        missing,
        accountAdministers:
          account?.plugin === 'linear' ? await administers(home, account, organizationId, signal) : null,
      }
    },
  }
}

const firstOf = (team: { readonly issues: { readonly nodes: readonly { readonly id: string }[] } }) =>
  team.issues.nodes[0]?.id ?? null

export function createBinder(projects: Projects, identities: Identities, places: Tracker['places']): Binder {
  return {
    kind: 'tracker',
    async checkBinding({ target, accounts }, signal) {
      const mine = accounts.filter(({ plugin }) => plugin === 'linear')
      const found = await projects.project(target, mine[0] ?? null, signal)
      if (found === null) return null
      const { organizationId } = await identities.get(signal)
      let { accountAdministers } = found
      for (const account of mine.slice(1)) {
        if (accountAdministers) break
        accountAdministers = (await projects.project(target, account, signal))?.accountAdministers ?? null
      }
      return {
        target: found.key,
        targetWorkspace: workspaceOf(organizationId),
        label: `${found.key.startsWith('project/') ? '' : `${found.key} · `}${found.name}`,
        missing: found.missing,
        administers: accountAdministers,
      }
    },
    parseRules: (rules) => parseTrackerRules(rules, 'Linear', places),
  }
}
