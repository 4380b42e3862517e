import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClient, type JiraClient } from '../client.ts'
import { config } from '../config.ts'
import { overDataCenter, personalToken } from './client.ts'

let answers: { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown }[]
let asked: { readonly line: string; readonly authorization: string | undefined; readonly body: unknown }[]
let server: Server
let client: JiraClient
beforeEach(async () => {
  answers = []
  asked = []
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    asked.push({
      line: `${request.method} ${request.url}`,
      authorization: request.headers.authorization,
      body: text === '' ? null : JSON.parse(text),
    })
    const { status = 200, headers = {}, body } = answers.shift() ?? { body: {} }
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jira`
  const settings = config.parse({ baseUrl, personalAccessToken: 'NjE2-secret', webhookSecret: 'x'.repeat(16) })
  client = overDataCenter(createClient(settings, Date.now, personalToken(settings.baseUrl, 'NjE2-secret')))
})
afterEach(async () => {
  client.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

test('calls go to version 2 below the context path, as the bearer of the token', async () => {
  answers.push({ body: { key: 'JIRAUSER10100', name: 'hub', displayName: 'Hub' } })
  const me = await client.call({ method: 'GET', path: '/rest/api/3/myself', what: 'account' })
  expect(me).toMatchObject({ accountId: 'JIRAUSER10100', name: 'hub' })
  expect(asked).toEqual([{ line: 'GET /jira/rest/api/2/myself', authorization: 'Bearer NjE2-secret', body: null }])
})
test('somebody is asked for by key, and a comment is for a role by its name', async () => {
  await client.find({ method: 'GET', path: '/rest/api/3/user', query: { accountId: 'JIRAUSER1' }, what: 'account' })
  const body = { body: 'x', visibility: { type: 'role', identifier: 'Developers' } }
  await client.call({ method: 'POST', path: '/rest/api/3/issue/1/comment', body, what: 'comment' })
  expect(asked.map(({ line }) => line)).toEqual([
    'GET /jira/rest/api/2/user?key=JIRAUSER1',
    'POST /jira/rest/api/2/issue/1/comment',
  ])
  expect(asked[1]?.body).toEqual({ body: 'x', visibility: { type: 'role', value: 'Developers' } })
})
test('a search goes on where its page ended, reads properties issue by issue, and leaves out what is gone', async () => {
  answers.push(
    { body: { startAt: 2, maxResults: 2, total: 7, issues: [{ id: '11' }, { id: '12' }] } },
    { body: { id: '11', fields: { creator: { key: 'JIRAUSER1' } }, properties: { p: 1 } } },
    { status: 404, body: {} },
  )
  const body = { jql: 'x', fields: ['summary', 'creator'], properties: ['p'], maxResults: 2, nextPageToken: '2' }
  const found = await client.call({ method: 'POST', path: '/rest/api/3/search/jql', body, reads: true, what: 'search' })
  expect(found).toEqual({
    issues: [{ id: '11', fields: { creator: { key: 'JIRAUSER1', accountId: 'JIRAUSER1' } }, properties: { p: 1 } }],
    nextPageToken: '4',
  })
  expect(asked[0]?.body).toEqual({ jql: 'x', startAt: 2, maxResults: 2, fields: ['project'] })
  expect(asked[1]?.line).toBe('GET /jira/rest/api/2/issue/11?fields=summary%2Ccreator&properties=p')
  answers.push({ body: { startAt: 0, total: 0, issues: [] } })
  const none = await client.call({ method: 'POST', path: '/rest/api/3/search/jql', body: { jql: 'x' }, what: 'search' })
  expect(none).toEqual({ issues: [] })
})
test('a history names its people by key and its fields by id', async () => {
  const items: readonly object[] = [
    { field: 'description', fieldtype: 'jira', fromString: 'a' },
    { field: 'Criteria', fieldtype: 'custom' },
  ]
  answers.push({
    body: { id: '1', fields: {}, changelog: { histories: [{ id: '5', author: { key: 'JIRAUSER1' }, items }] } },
  })
  expect(await client.call({ method: 'GET', path: '/rest/api/3/issue/1', what: 'history' })).toMatchObject({
    changelog: {
      histories: [{ author: { accountId: 'JIRAUSER1' }, items: [{ ...items[0], fieldId: 'description' }, items[1]] }],
    },
  })
})
test('a request to wait is obeyed, and a refused token is named with its cure', async () => {
  const call = { method: 'GET', path: '/rest/api/3/issue/1', what: 'issue 1' } as const
  answers.push({ status: 429, headers: { 'retry-after': '15' }, body: {} })
  await expect(client.call(call)).rejects.toMatchObject({ code: 'RATE_LIMITED', retry: { afterMs: 15_000 } })
  answers.push({ status: 401, headers: { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' }, body: {} })
  const refused = await client.call(call).catch((error: unknown) => error)
  expect(refused).toMatchObject({
    code: 'UNAUTHENTICATED',
    message: expect.stringContaining('JIRA_PERSONAL_ACCESS_TOKEN'),
  })
  expect(String(refused)).not.toContain('NjE2')
})
