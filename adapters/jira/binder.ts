import { type Binder, parseTrackerRules } from '#contract'
import type { JiraClient } from './client.ts'
import { administers, projectOf } from './project.ts'
import { PLACES } from './tracker.ts'

/** Vouches for projects of the site. */
export function createBinder(client: JiraClient, workspace: string): Binder {
  return {
    kind: 'tracker',
    async checkBinding({ target, accounts }, signal) {
      const found = await projectOf(client, target, signal)
      if (found === null) return null
      const own = accounts.filter(({ plugin }) => plugin === 'jira')
      const answers = []
      for (const { id } of own) answers.push(await administers(client, found.id, id, signal))
      // Nobody is known by e-mail: Jira shows none, so an account counts when its owner linked it.
      const isAdmin = answers.includes(true) ? true : answers.length === 0 || answers.includes(null) ? null : false
      return {
        target: found.key,
        targetWorkspace: workspace,
        label: `${found.key} · ${found.name}`,
        missing: found.missing,
        administers: isAdmin,
      }
    },
    parseRules: (rules) => parseTrackerRules(rules, 'Jira', PLACES),
  }
}
