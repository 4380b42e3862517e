import type * as Cloud from 'jira.js/cloud'
import type { Client } from 'jira.js/core'
import type { Call, JiraClient } from './client.ts'
import type { Method } from './limits.ts'

type Sdk = typeof Cloud
/** What of a call jira.js does not know. */
type About = Pick<Call, 'what' | 'needs' | 'reads' | 'signal'>

let loading: Promise<Sdk> | undefined

/**
 * One operation of jira.js over our own client, which paces it and tells whether a request was written; waiting and trying again belong to the
 * ledger. Loaded with the first use, as it costs 85 MB: what runs at start, for each delivery or each issue asks the client itself. Its schemas,
 * which a field that Atlassian adds can make wrong, are left out; callers read what they use. It writes names into paths as they are, so that
 * callers escape them.
 */
export async function ask(
  client: JiraClient,
  about: About,
  operation: (sdk: Sdk, over: Client) => Promise<unknown>,
): Promise<unknown> {
  loading ??= import('jira.js/cloud')
  // Tried again by the next caller: a file that could not be read stays unread for good otherwise.
  const sdk = await loading.catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return operation(sdk, overClient(client, about))
}
function overClient(client: JiraClient, about: About): Client {
  return {
    async sendRequest({ url, method = 'GET', searchParams = {}, body }) {
      const answer = await client.call({
        ...about,
        method: methodOf(method),
        path: url,
        query: Object.fromEntries(Object.entries(searchParams).flatMap(([name, value]) => pairOf(name, value))),
        ...(body === undefined ? {} : { body }),
      })
      return answer as never
    },
  }
}
function pairOf(name: string, value: unknown): [string, string][] {
  if (value === undefined || value === null) return []
  return [[name, Array.isArray(value) ? value.join(',') : String(value)]]
}
function methodOf(method: string): Method {
  if (method === 'GET' || method === 'POST' || method === 'PUT' || method === 'DELETE') return method
  throw new Error(`jira.js wants ${method}, which the hub does not pace`)
}
