import type { Profile } from '#contract'
import type { JiraUser } from './payloads.ts'

/**
 * What Jira tells about an account. `emailAddress` is shown as its owner's or its company's settings allow, and nothing tells whether it was
 * verified or the account is a managed one, so no address of Jira's counts: its people link themselves with /hub link.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/#api-rest-api-3-user-get
 */
export function profileOf({ displayName, accountType }: JiraUser, accountId: string): Profile {
  return { name: displayName ?? accountId, isBot: accountType === 'app' }
}
