import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClient, type JiraClient } from './client.ts'
import { config } from './config.ts'
import { createEdition } from './edition.ts'
import { createHealth } from './health.ts'

const { signal } = new AbortController()
let answer: { readonly status: number; readonly body: string }
let asked: { readonly path: string; readonly authorization: string | undefined }[]
let server: Server
let client: JiraClient
beforeEach(async () => {
  asked = []
  server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jira`
  client = createClient(
    config.parse({ baseUrl, email: 'hub@example.com', apiToken: 'secret-token', webhookSecret: 'x'.repeat(16) }),
  )
})
afterEach(async () => {
  client.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
const info = (deploymentType: string, version: string) => ({
  status: 200,
  body: JSON.stringify({ deploymentType, version, baseUrl: 'https://jira.example.com' }),
})

test('a Data Center is named, is told no token, and nothing more is sent to it', async () => {
  answer = info('Server', '9.12.4')
  const edition = createEdition(client)
  const said = 'JIRA_BASE_URL leads to Jira Data Center 9.12.4; the hub works with Jira Cloud alone'
  expect(await edition.check(signal)).toContain(said)
  expect(await edition.check(signal)).toContain(said)
  expect(asked).toEqual([{ path: '/jira/rest/api/2/serverInfo', authorization: undefined }])
  const call = client.call({ method: 'PUT', path: '/rest/api/3/issue/1', body: {}, what: 'criteria' })
  await expect(call).rejects.toMatchObject({ code: 'CONFIG_INVALID', retry: 'never' })
  expect(await createHealth(client, () => null)()).toMatchObject({
    status: 'degraded',
    detail: expect.stringContaining(said),
  })
  expect(asked).toHaveLength(1)
})
test('Jira Cloud is asked once', async () => {
  answer = info('Cloud', '1001.0.0-SNAPSHOT')
  const edition = createEdition(client)
  expect([await edition.check(signal), await edition.check(signal)]).toEqual([null, null])
  expect(asked).toHaveLength(1)
})
test.each([
  { status: 503, body: 'away' },
  { status: 200, body: '<html>a proxy' },
])('a site that does not say which it is (%o) is asked again', async (given) => {
  answer = given
  const edition = createEdition(client)
  expect(await edition.check(signal)).toBeNull()
  answer = info('Server', '10.3.0')
  expect(await edition.check(signal)).toContain('Data Center 10.3.0')
})
