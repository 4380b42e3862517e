import { HubError } from '#contract'
import { type Call, type JiraClient, orNull } from '../client.ts'
import type { Credentials } from '../tokens.ts'
import { accountOf, commentOf, commentsOf, issueOf } from './answers.ts'
import { WIKI } from './format.ts'

/** Issues that are read at once for a search. */
const TOGETHER = 8

/** A personal access token: https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html */
export function personalToken(baseUrl: string, token: string): Credentials {
  const access = { baseUrl, authorization: `Bearer ${token}` }
  return {
    of: async () => access,
    renew: async () => null,
    cure: 'renew JIRA_PERSONAL_ACCESS_TOKEN (in Jira: your picture → Profile → Personal Access Tokens)',
  }
}
/**
 * The same calls to Jira Data Center, whose API is version 2: texts are wiki markup, accounts have keys, a search counts its pages, and there is no
 * list of permissions that others have. All that differs is here, so that the rest of the adapter knows one Jira.
 * https://docs.atlassian.com/software/jira/docs/api/REST/9.12.0/
 */
export function overDataCenter(client: JiraClient): JiraClient {
  const call = async (one: Call): Promise<unknown> => {
    if (one.path === '/rest/api/3/search/jql') return search(client, one)
    if (one.path === '/rest/api/3/permissions/check')
      throw new HubError('UNSUPPORTED', `${one.what}: Jira Data Center tells nobody what others may do`)
    return answerOf(one.path, await client.call(requestOf(one)))
  }
  return { ...client, format: WIKI, call, find: (one) => orNull(call(one)) }
}
function requestOf({ path, query = {}, body, ...rest }: Call): Call {
  const { accountId, ...others } = query
  return {
    ...rest,
    path: path.replace(/^\/rest\/api\/3\//, '/rest/api/2/'),
    query: { ...others, ...(accountId === undefined ? {} : { key: accountId }) },
    ...(body === undefined ? {} : { body: withAudience(body) }),
  }
}
/** Roles and groups have names and no identifiers. */
function withAudience(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('visibility' in body)) return body
  const { type, identifier } = body.visibility as { type?: unknown; identifier?: unknown }
  return { ...body, visibility: { type, value: identifier } }
}
function answerOf(path: string, answer: unknown): unknown {
  if (/^\/rest\/api\/3\/(?:myself|user)$/.test(path)) return accountOf(answer)
  if (/^\/rest\/api\/3\/issue\/createmeta\/[^/]+\/issuetypes$/.test(path))
    return { issueTypes: (answer as { values?: unknown } | undefined)?.values }
  if (/^\/rest\/api\/3\/issue\/[^/]+$/.test(path)) return issueOf(answer)
  if (/^\/rest\/api\/3\/issue\/[^/]+\/comment\/[^/]+$/.test(path)) return commentOf(answer)
  return /^\/rest\/api\/3\/issue\/[^/]+\/comment$/.test(path) ? commentsOf(answer) : answer
}

interface Asked {
  readonly jql?: string
  readonly fields?: readonly string[]
  readonly properties?: readonly string[]
  readonly maxResults?: number
  readonly nextPageToken?: string
  readonly reconcileIssues?: readonly number[]
}
/**
 * A search here shows no properties and its index may lag behind on another node, so what is read for a write is read issue by issue.
 * https://docs.atlassian.com/software/jira/docs/api/REST/9.12.0/#api/2/search-searchUsingSearchRequest
 */
async function search(client: JiraClient, one: Call): Promise<unknown> {
  const { jql, fields = [], properties = [], maxResults = 50, nextPageToken, reconcileIssues } = one.body as Asked
  if (reconcileIssues) return { issues: await readAll(client, one, reconcileIssues, fields, properties) }
  const startAt = Number(nextPageToken ?? 0)
  const answer = await client.call({
    ...one,
    path: '/rest/api/2/search',
    body: { jql, startAt, maxResults, fields: properties.length > 0 ? ['project'] : fields },
  })
  const { issues = [], total = 0 } = answer as { issues?: readonly { readonly id: string }[]; total?: number }
  const reached = startAt + issues.length
  const ids = issues.map(({ id }) => id)
  return {
    issues: properties.length > 0 ? await readAll(client, one, ids, fields, properties) : issues.map(issueOf),
    ...(issues.length > 0 && reached < total ? { nextPageToken: String(reached) } : {}),
  }
}
/** Without those that are gone meanwhile. */
async function readAll(
  client: JiraClient,
  { what, signal }: Call,
  ids: readonly (string | number)[],
  fields: readonly string[],
  properties: readonly string[],
): Promise<readonly unknown[]> {
  const query = { fields: fields.join(','), properties: properties.join(',') }
  const found: unknown[] = []
  for (let at = 0; at < ids.length; at += TOGETHER) {
    const some = ids.slice(at, at + TOGETHER).map((id) =>
      client.find({
        method: 'GET',
        path: `/rest/api/2/issue/${Number(id)}`,
        query,
        what,
        ...(signal === undefined ? {} : { signal }),
      }),
    )
    found.push(...(await Promise.all(some)))
  }
  return found.filter((issue) => issue !== null).map(issueOf)
}
