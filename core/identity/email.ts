import type { Capabilities, Profile, WorkspaceAccount } from '#contract'
import type { Secrets } from '../store/secrets.ts'
import type { Sql } from '../store/sql.ts'
import { createEmailJob, type EmailJob } from './email-job.ts'
import { createEmailLinks, type EmailLinks } from './email-links.ts'
import { createEmailMatch } from './email-match.ts'
import type { CoreDirectory } from './store.ts'

/** What joins accounts by verified addresses. `domains`: those the operator trusts, in lower case; none of them, and it is off. */
export function createEmails(deps: {
  readonly sql: Sql
  readonly people: Pick<CoreDirectory, 'audit'>
  readonly secrets: Pick<Secrets, 'sign'>
  readonly domains: readonly string[] | undefined
  profileOf(who: WorkspaceAccount): Promise<Profile | null>
  can(plugin: string): Capabilities | undefined
}): { readonly links: EmailLinks; readonly job: EmailJob } {
  const { sql, people, secrets, domains = [], profileOf } = deps
  const links = createEmailLinks(sql, domains)
  const hash = (address: string) => secrets.sign('address', address)
  const match = domains.length > 0 ? createEmailMatch({ sql, people, emails: links, profileOf, hash, domains }) : null
  const job = createEmailJob(match, (plugin) => {
    const can = deps.can(plugin)
    // What has neither shows everything to everybody: comments on an issue.
    return can !== undefined && (can.private || can.buttons)
  })
  return { links, job }
}
