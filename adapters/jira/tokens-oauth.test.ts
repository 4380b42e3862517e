import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KeyValue } from '#contract'
import { type JiraFake, startJiraFake } from '../../test/fakes/jira/index.ts'
import { memoryKv } from '../../test/support/kv.ts'
import { createHttp, type HttpClient } from '../shared/http.ts'
import { createClient } from './client.ts'
import { accountOf, authorizeUrl, exchange, type OAuthApp, renewGrant, sitesOf } from './oauth.ts'
import { type Connections, createConnections } from './tokens-oauth.ts'

const HOUR_MS = 3_600_000
const INSTALL = 'https://hub.example.com/hooks/jira/install'
let nowMs: number
let fake: JiraFake
let http: HttpClient
let app: OAuthApp
let kv: KeyValue
let first: Connections
let second: Connections
const now = () => nowMs
const ME = { method: 'GET', path: '/rest/api/3/myself', what: 'account' } as const

/** One process of the hub, with the store they all share. */
const processOf = () => createConnections({ kv, http, app, installUrl: INSTALL, now })
const connect = async () => {
  const url = authorizeUrl(app, 'state')
  const code = fake.oauth.authorize(url).searchParams.get('code') ?? ''
  const grant = await exchange(http, app, code, nowMs)
  const [site] = await sitesOf(http, app, grant.accessToken)
  const cloudId = site?.cloudId ?? ''
  expect(await first.save({ ...grant, cloudId, account: await accountOf(http, app, cloudId, grant.accessToken) })).toBe(
    true,
  )
}
const renewals = () => fake.oauth.asked.filter(({ grant }) => grant === 'refresh_token').map(({ outcome }) => outcome)
const callAs = (credentials: Connections) => {
  const client = createClient({ baseUrl: fake.baseUrl }, now, credentials)
  return client.call(ME).finally(() => client.close())
}

beforeEach(async () => {
  nowMs = Date.now()
  fake = await startJiraFake({ now })
  http = createHttp('Atlassian', 'JIRA_AUTH_URL', 5_000)
  const { clientId, clientSecret } = fake.oauth
  const redirectUri = 'https://hub.example.com/hooks/jira/oauth'
  app = { clientId, clientSecret, authUrl: fake.baseUrl, apiUrl: fake.baseUrl, redirectUri }
  kv = memoryKv(now)
  first = processOf()
  second = processOf()
})
afterEach(async () => {
  http.close()
  await fake.close()
})

test('is renewed before it ends, once for all that ask meanwhile, and used again by every process', async () => {
  await connect()
  await callAs(first)
  await callAs(second)
  expect(renewals()).toEqual([])
  nowMs += HOUR_MS - 60_000
  fake.oauth.slow(50)
  await Promise.all([first, second, first, second, processOf()].map(callAs))
  expect(renewals()).toEqual(['ok'])
  await callAs(processOf())
  expect(renewals()).toEqual(['ok'])
})
test('after a 401 it is renewed and the call made once more; a second 401 is an answer', async () => {
  await connect()
  nowMs += 120_000
  fake.oauth.expire()
  fake.oauth.slow(50)
  await Promise.all([callAs(first), callAs(second)])
  expect(renewals()).toEqual(['ok'])
  fake.oauth.expire()
  await expect(callAs(first)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    message: expect.stringContaining(INSTALL),
  })
  // Right after it was renewed there is no use in renewing it again.
  expect(renewals()).toEqual(['ok'])
})
test('once Atlassian takes it back, every call ends with where to connect again, and nothing more is asked', async () => {
  await connect()
  fake.oauth.revoke()
  nowMs += HOUR_MS
  for (let i = 0; i < 3; i += 1)
    for (const one of [first, second])
      await expect(callAs(one)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
        isFinal: false,
        message: expect.stringContaining(`connect the hub to Jira again: ${INSTALL}`),
      })
  expect(renewals()).toEqual(['unauthorized_client'])
  expect(await second.trouble()).toContain('not connected any more')
  await connect()
  expect(await second.trouble()).toBeNull()
  await callAs(second)
})
test('two weeks before the consent is a year old, health asks for another one', async () => {
  await connect()
  nowMs += 351 * 24 * HOUR_MS - 1
  expect(await first.trouble()).toBeNull()
  nowMs += 1
  const ends = new Date(nowMs + 14 * 24 * HOUR_MS).toISOString().slice(0, 10)
  expect(await first.trouble()).toBe(
    `Atlassian ends the connection to Jira on ${ends}; connect the hub to Jira again: ${INSTALL}`,
  )
  await callAs(first)
  await connect()
  expect(await second.trouble()).toBeNull()
})
test('while Atlassian is away the token is used as long as it is good, and then the work waits', async () => {
  await connect()
  nowMs += HOUR_MS - 60_000
  fake.oauth.fail('away', 'away')
  await callAs(first)
  nowMs += 61_000
  await expect(callAs(first)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await callAs(first)
  expect(renewals()).toEqual(['ok'])
})
test('an answer that was lost costs one call; the same token is good for a while after its first use', async () => {
  await connect()
  nowMs += HOUR_MS
  fake.oauth.setLeeway(600_000)
  fake.oauth.fail('cut-after')
  await expect(callAs(first)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await callAs(second)
  expect(renewals()).toEqual(['ok', 'ok'])
})
test('a refresh token that somebody used elsewhere ends the connection', async () => {
  await connect()
  const { refreshToken } = (await kv.get('oauth:connection')) as { refreshToken: string }
  await renewGrant(http, app, refreshToken, nowMs)
  nowMs += HOUR_MS
  await expect(callAs(first)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(renewals()).toEqual(['ok', 'invalid_grant'])
})
test('what a process that died was renewing is renewed by the next one', async () => {
  await connect()
  nowMs += HOUR_MS
  await kv.add('oauth:lease:1', true, 45_000)
  const waiting = callAs(second)
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(renewals()).toEqual([])
  nowMs += 44_999
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(renewals()).toEqual([])
  nowMs += 1
  await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  await callAs(second)
  expect(renewals()).toEqual(['ok'])
})
test('a renewal whose answer came too late for its lease is not stored over a newer one', async () => {
  await connect()
  nowMs += HOUR_MS
  fake.oauth.slow(150)
  const late = callAs(first)
  await expect.poll(() => renewals().length).toBe(1)
  nowMs += 40_000
  await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(await kv.get('oauth:connection')).toMatchObject({ generation: 1 })
})
test('a wrong client secret is said, and ends no connection', async () => {
  await connect()
  nowMs += HOUR_MS
  const wrong = createConnections({ kv, http, app: { ...app, clientSecret: 'wrong' }, installUrl: INSTALL, now })
  await expect(callAs(wrong)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('check JIRA_CLIENT_ID, JIRA_CLIENT_SECRET'),
  })
  await callAs(second)
})
