import { HubError } from '#contract'
import { createGathered } from '../shared/gathered.ts'
import { type JiraClient, path } from './client.ts'

/** Most issues that one search answers as they stand now: https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile/ */
const TOGETHER = 50

/** An issue as Jira answers it; null where it is gone. */
export type ReadIssue = (id: string, fields: readonly string[], properties: readonly string[]) => Promise<unknown>

/** Reads of issues at one moment share requests. By search, whose budget is not the one that reads before a write draw from. */
export function createGatheredRead(client: JiraClient): ReadIssue {
  const read = createGathered<unknown>(TOGETHER, (line, ids) => {
    const [fields, properties] = JSON.parse(line) as [string[], string[]]
    return readAll(client, ids, fields, properties)
  })
  return (id, fields, properties) => read(JSON.stringify([fields, properties]), id)
}
async function readAll(
  client: JiraClient,
  ids: readonly string[],
  fields: readonly string[],
  properties: readonly string[],
): Promise<ReadonlyMap<string, unknown>> {
  const found = await searchAll(client, ids, fields, properties)
  for (const id of ids) {
    if (found.has(id)) continue
    const query = { fields: fields.join(','), properties: properties.join(',') }
    found.set(id, await client.find({ method: 'GET', path: path`/rest/api/3/issue/${id}`, query, what: `issue ${id}` }))
  }
  return found
}
async function searchAll(
  client: JiraClient,
  ids: readonly string[],
  fields: readonly string[],
  properties: readonly string[],
): Promise<Map<string, unknown>> {
  const body = {
    jql: `id in (${ids.map(Number).join(', ')})`,
    fields,
    properties,
    maxResults: TOGETHER,
    // What was written a moment ago is answered as it stands, although the search index lags.
    reconcileIssues: ids.map(Number),
  }
  try {
    const answer = await client.call({
      method: 'POST',
      path: '/rest/api/3/search/jql',
      body,
      what: 'issues',
      reads: true,
    })
    const issues = (answer as { issues?: unknown } | undefined)?.issues
    const listed = Array.isArray(issues) ? (issues as readonly { id?: unknown }[]) : []
    return new Map(listed.map((one) => [String(one.id), one]))
  } catch (error) {
    // One of them is gone, and Jira refuses the whole list: each is asked for by itself.
    if (error instanceof HubError && error.code === 'INPUT_INVALID') return new Map()
    throw error
  }
}
