import { HubError } from '#contract'
import { type JiraClient, orNull } from './client.ts'
import { granted, permissions, project as projectSchema } from './payloads.ts'
import { ask } from './sdk.ts'

/** What the hub does in a project: https://support.atlassian.com/jira-cloud-administration/docs/permissions-for-company-managed-projects/ */
const NEEDED = [
  'BROWSE_PROJECTS',
  'CREATE_ISSUES',
  'EDIT_ISSUES',
  'ADD_COMMENTS',
  'EDIT_OWN_COMMENTS',
  'LINK_ISSUES',
] as const

export interface FoundProject {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly url: string
  readonly mayWrite: boolean
  readonly missing: readonly string[]
}
export async function projectOf(client: JiraClient, name: string, signal: AbortSignal): Promise<FoundProject | null> {
  // Jira writes keys in capitals and finds no others.
  const key = name.trim().toUpperCase()
  if (!/^(?:[A-Z][A-Z0-9_]{0,40}|\d{1,18})$/.test(key)) return null
  const found = projectSchema.safeParse(
    await orNull(
      ask(client, { what: `project ${key}`, signal }, (jira, over) => jira.getProject(over, { projectIdOrKey: key })),
    ),
  )
  if (!found.success) return null
  const answer = permissions.safeParse(
    await ask(client, { what: `permissions in ${found.data.key}`, signal }, (jira, over) =>
      jira.getMyPermissions(over, { projectKey: found.data.key, permissions: NEEDED.join(',') }),
    ),
  )
  if (!answer.success) throw new HubError('UNAVAILABLE', 'Jira answered with permissions that cannot be read')
  const missing = NEEDED.flatMap((needed) => {
    const one = answer.data.permissions[needed]
    return one?.havePermission ? [] : [one?.name ?? needed]
  })
  const { id, key: realKey, name: title } = found.data
  const url = `${client.baseUrl}/browse/${realKey}`
  return { id, key: realKey, name: title, url, mayWrite: missing.length === 0, missing }
}
/** null: only an administrator of Jira may ask about somebody else. */
export async function administers(
  client: JiraClient,
  projectId: string,
  accountId: string,
  signal: AbortSignal,
): Promise<boolean | null> {
  try {
    const answer = granted.safeParse(
      await ask(client, { what: 'permissions of an account', reads: true, signal }, (jira, over) =>
        jira.getBulkPermissions(over, {
          accountId,
          projectPermissions: [{ permissions: ['ADMINISTER_PROJECTS'], projects: [Number(projectId)] }],
        }),
      ),
    )
    if (!answer.success) return null
    return answer.data.projectPermissions.some(({ projects }) => projects?.some((id) => String(id) === projectId))
  } catch (error) {
    // Whoever is refused, or named an account Jira does not know, has proven nothing either way.
    if (error instanceof HubError && ['FORBIDDEN', 'INPUT_INVALID', 'UNSUPPORTED'].includes(error.code)) return null
    throw error
  }
}
