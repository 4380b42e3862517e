import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClient, type JiraClient } from './client.ts'
import { config } from './config.ts'
import { createEdition, type Kind } from './edition.ts'
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

test.each<[Kind, string, string, string]>([
  [
    'cloud',
    'Server',
    '9.12.4',
    'JIRA_BASE_URL leads to Jira Data Center 9.12.4, which takes other credentials: set JIRA_PERSONAL_ACCESS_TOKEN',
  ],
  [
    'data-center',
    'Server',
    '9.11.3',
    'JIRA_BASE_URL leads to Jira Data Center 9.11.3; the hub works with 9.12 and newer: upgrade Jira',
  ],
  ['data-center', 'Server', '8.20.30', 'the hub works with 9.12 and newer: upgrade Jira'],
  [
    'data-center',
    'Cloud',
    '1001.0.0-SNAPSHOT',
    'set JIRA_EMAIL and JIRA_API_TOKEN in place of JIRA_PERSONAL_ACCESS_TOKEN',
  ],
])(
  'credentials of %s and a site that is %s %s: the cure is named, no token is told, and nothing more is sent',
  async (kind, type, version, said) => {
    answer = info(type, version)
    const edition = createEdition(client, kind)
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
  },
)
test.each<[Kind, string, string, boolean]>([
  ['cloud', 'Cloud', '1001.0.0-SNAPSHOT', true],
  ['data-center', 'Server', '9.12.0', false],
  ['data-center', 'Server', '10.3.2', true],
])('a site as it should be (%s, %s %s) is asked once', async (kind, type, version, signs) => {
  answer = info(type, version)
  const edition = createEdition(client, kind)
  expect(edition.signs()).toBeNull()
  expect([await edition.check(signal), await edition.check(signal)]).toEqual([null, null])
  expect(edition.signs()).toBe(signs)
  expect(asked).toHaveLength(1)
})
test.each([
  { status: 503, body: 'away' },
  { status: 200, body: '<html>a proxy' },
])('a site that does not say which it is (%o) is asked again', async (given) => {
  answer = given
  const edition = createEdition(client, 'cloud')
  expect(await edition.check(signal)).toBeNull()
  expect(edition.signs()).toBeNull()
  answer = info('Server', '10.3.0')
  expect(await edition.check(signal)).toContain('Data Center 10.3.0')
})
