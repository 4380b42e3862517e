import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BOT, type JiraFake, startJiraFake } from '../../test/fakes/jira/index.ts'
import { CLOUD_ID } from '../../test/fakes/jira/oauth.ts'
import { memoryKv } from '../../test/support/kv.ts'
import { createHttp } from '../shared/http.ts'
import { createClient, type JiraClient } from './client.ts'
import { EVENTS } from './hooks.ts'
import { createDynamicHooks, type DynamicHooks, filtersOf } from './hooks-dynamic.ts'
import { createHookKeeper } from './hooks-keeper.ts'
import { authorizeUrl, exchange, SCOPES } from './oauth.ts'

const { signal } = new AbortController()
const URL_HERE = 'https://hub.example.com/hooks/jira'
const DAY_MS = 24 * 3_600_000
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
let nowMs: number
let fake: JiraFake
let client: JiraClient
let hooks: DynamicHooks
const now = () => nowMs

/** A token that is as good as the test needs it. */
async function clientWith(scopes: readonly string[]): Promise<JiraClient> {
  const http = createHttp('Atlassian', 'JIRA_AUTH_URL', 5_000)
  const { clientId, clientSecret } = fake.oauth
  const app = {
    clientId,
    clientSecret,
    authUrl: fake.baseUrl,
    apiUrl: fake.baseUrl,
    redirectUri: 'https://hub.test/back',
  }
  const grant = async () => {
    const code = fake.oauth.authorize(authorizeUrl(app, 'state'), { scopes }).searchParams.get('code') ?? ''
    return (await exchange(http, app, code, nowMs)).accessToken
  }
  const baseUrl = `${fake.baseUrl}/ex/jira/${CLOUD_ID}`
  return createClient({ baseUrl: fake.baseUrl }, now, {
    of: async () => ({ baseUrl, authorization: `Bearer ${await grant()}` }),
    renew: async () => null,
    cure: 'connect again',
  })
}
beforeEach(async () => {
  nowMs = Date.now()
  fake = await startJiraFake({ now })
  client = await clientWith(SCOPES)
  hooks = createDynamicHooks(client, URL_HERE, now)
})
afterEach(async () => {
  client.close()
  await fake.close()
})
const standing = () => fake.dynamicHooks.map(({ url, jqlFilter }) => [url, jqlFilter])
const put = (id: number, jqlFilter: string, url = URL_HERE, events: readonly string[] = EVENTS) =>
  fake.dynamicHooks.push({ id, account: BOT.accountId, url, jqlFilter, events, expiresAtMs: nowMs + 20 * DAY_MS })

test('registers one for the projects that are bound, and the next time finds it', async () => {
  expect(await hooks.ensure(['PAY', 'NEW'], signal)).toMatchObject({ registered: 1, adopted: 0, deleted: 0 })
  expect(standing()).toEqual([[URL_HERE, 'project IN ("NEW", "PAY")']])
  expect(fake.dynamicHooks[0]?.events).toEqual(EVENTS)
  expect(await hooks.ensure(['NEW', 'PAY'], signal)).toMatchObject({
    registered: 0,
    adopted: 1,
    deleted: 0,
    renewed: 0,
  })
  expect(fake.problems).toEqual([])
})
test('follows the bindings: the new one stands before the old one goes, and nothing bound leaves none', async () => {
  await hooks.ensure(['PAY'], signal)
  const before = fake.requests.length
  expect(await hooks.ensure(['PAY', 'NEW'], signal)).toMatchObject({ registered: 1, deleted: 1 })
  const order = fake.requests.slice(before).filter((request) => request.includes(' /rest/api/3/webhook'))
  expect(order.map((request) => request.split(' ')[0])).toEqual(['GET', 'POST', 'DELETE'])
  await hooks.ensure([], signal)
  expect(standing()).toEqual([])
})
test('adopts what fits, however Jira writes it, and deletes doubles and what has other events', async () => {
  put(7, 'project = PAY')
  put(8, 'project = "PAY"')
  put(9, 'project = "PAY"', URL_HERE, ['comment_created'])
  expect(await hooks.ensure(['PAY'], signal)).toMatchObject({ ids: [7], registered: 0, adopted: 1, deleted: 2 })
  expect(fake.dynamicHooks.map(({ id }) => id)).toEqual([7])
})
test('follows a hub that moved, as Jira takes one address of an app, and finds room among five', async () => {
  for (const id of [1, 2, 3, 4, 5]) put(id, 'project = "PAY"', 'https://old.example/hooks/jira')
  expect(await hooks.ensure(['PAY'], signal)).toMatchObject({ registered: 1, deleted: 5, refused: [] })
  for (const id of [11, 12, 13, 14]) put(id, 'project = "OPS"')
  expect(await hooks.ensure(['NEW'], signal)).toMatchObject({ registered: 1, deleted: 5, refused: [] })
  expect(standing()).toEqual([[URL_HERE, 'project = "NEW"']])
})
test('is renewed with ten days left and not before; after a longer downtime it is registered anew', async () => {
  await hooks.ensure(['PAY'], signal)
  const [hook] = fake.dynamicHooks
  nowMs += 20 * DAY_MS
  expect(await hooks.ensure(['PAY'], signal)).toMatchObject({ renewed: 0 })
  nowMs += 1
  expect(await hooks.ensure(['PAY'], signal)).toMatchObject({ ids: [hook?.id], renewed: 1, registered: 0 })
  expect(hook?.expiresAtMs).toBe(nowMs + 30 * DAY_MS)
  nowMs += 31 * DAY_MS
  const later = await hooks.ensure(['PAY'], signal)
  expect(later).toMatchObject({ registered: 1, adopted: 0 })
  expect(later.ids).not.toContain(hook?.id)
})
test('a project that is gone takes none of the others with it', async () => {
  const kept = await hooks.ensure(['GONE', 'PAY', 'NEW'], signal)
  expect(kept).toMatchObject({ registered: 1, refused: [expect.stringContaining("'GONE'")] })
  expect(standing()).toEqual([[URL_HERE, 'project IN ("NEW", "PAY")']])
})
test('a token without the scope is said', async () => {
  const weak = await clientWith(['read:jira-work', 'offline_access'])
  await expect(createDynamicHooks(weak, URL_HERE, now).ensure(['PAY'], signal)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    message: expect.stringContaining('connect again'),
  })
  weak.close()
})
test('however many projects are bound, there are no more than five', () => {
  const keys = Array.from({ length: 1_003 }, (_, n) => `P${n}`)
  const filters = filtersOf([...keys, ...keys])
  expect(filters).toHaveLength(5)
  expect(filters.join().match(/"P\d+"/g)).toHaveLength(1_003)
  expect(filtersOf(keys.slice(0, 100))).toHaveLength(1)
  expect(filtersOf([])).toEqual([])
})

describe('their keeper', () => {
  const keeperOf = (projects: () => readonly string[], account: () => string | null = () => 'ann') =>
    createHookKeeper({ hooks, kv, account: async () => account(), projects: async () => projects(), now })
  let kv = memoryKv()
  beforeEach(() => {
    kv = memoryKv(now)
  })
  test('asks Jira when a binding changes or half a day is over, and nothing while nobody connected', async () => {
    let bound = ['PAY']
    let account: string | null = null
    const keeper = keeperOf(
      () => bound,
      () => account,
    )
    const asked = async () => {
      const before = fake.requests.length
      await keeper.run(SILENT, signal)
      return fake.requests.length > before
    }
    expect(await asked()).toBe(false)
    account = 'ann'
    expect(await asked()).toBe(true)
    expect(await asked()).toBe(false)
    bound = ['PAY', 'NEW']
    expect(await asked()).toBe(true)
    nowMs += 12 * 3_600_000 - 1
    expect(await asked()).toBe(false)
    nowMs += 1
    expect(await asked()).toBe(true)
    account = 'ben'
    expect(await asked()).toBe(true)
  })
  test('of two processes one registers', async () => {
    await Promise.all([keeperOf(() => ['PAY']), keeperOf(() => ['PAY'])].map((one) => one.run(SILENT, signal)))
    expect(standing()).toEqual([[URL_HERE, 'project = "PAY"']])
  })
  test('knows its own, also in another process, and takes any while it registers', async () => {
    const [one, other] = [keeperOf(() => ['PAY']), keeperOf(() => ['PAY'])]
    expect(await other.isOurs([1])).toBe(true)
    await one.run(SILENT, signal)
    nowMs += 30_001
    const [id = 0] = fake.dynamicHooks.map((hook) => hook.id)
    expect([await other.isOurs([id]), await other.isOurs([id, 1]), await other.isOurs([1])]).toEqual([
      true,
      true,
      false,
    ])
  })
  test('says what Jira refuses, tries again, and then says nothing more', async () => {
    const weak = await clientWith(['read:jira-work', 'offline_access'])
    hooks = createDynamicHooks(weak, URL_HERE, now)
    const keeper = keeperOf(() => ['PAY'])
    await keeper.run(SILENT, signal)
    expect(keeper.trouble()).toContain('connect again')
    weak.close()
    const strong = createHookKeeper({
      hooks: createDynamicHooks(client, URL_HERE, now),
      kv,
      account: async () => 'ann',
      projects: async () => ['PAY'],
      now,
    })
    await strong.run(SILENT, signal)
    expect([strong.trouble(), standing().length]).toEqual([null, 1])
  })
})
