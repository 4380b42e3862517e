import { afterEach, beforeEach, expect, test } from 'vitest'
import { type JiraFake, startJiraFake } from '../../test/fakes/jira/index.ts'
import { createClient, type JiraClient } from './client.ts'
import { config } from './config.ts'
import { createHealth } from './health.ts'
import { createHooks, EVENTS, ensureHook } from './hooks.ts'

const { signal } = new AbortController()
const URL_HERE = 'https://hub.example.com/hooks/jira'
let fake: JiraFake
let client: JiraClient
let said: string[]
const log = {
  debug: () => {},
  info: () => {},
  warn: (_fields: object, message: string) => void said.push(message),
  error: () => {},
}
const settings = (publicUrl?: string) =>
  config.parse({
    baseUrl: fake.baseUrl,
    email: fake.env.JIRA_EMAIL,
    apiToken: fake.apiToken,
    webhookSecret: fake.webhookSecret,
    ...(publicUrl === undefined ? {} : { publicUrl }),
  })
beforeEach(async () => {
  said = []
  fake = await startJiraFake()
  client = createClient(settings())
})
afterEach(async () => {
  client.close()
  await fake.close()
})
const here = () => createHooks(client, settings('https://hub.example.com/'))

test('registers one webhook with its secret, and the next time finds it', async () => {
  expect(await here().ensure(signal)).toBe('created')
  expect(fake.hooks).toEqual([
    { id: expect.any(Number), name: 'AutoDevHub', url: URL_HERE, events: [...EVENTS], secret: fake.webhookSecret },
  ])
  expect(await here().ensure(signal)).toBe('adopted')
  expect(fake.hooks).toHaveLength(1)
})
test('adopts one that was made by hand, under its name, and sets the secret', async () => {
  fake.hooks.push({ id: 5, name: 'by hand', url: URL_HERE, events: ['comment_created'], secret: undefined })
  fake.hooks.push({ id: 6, name: 'of others', url: 'https://else.example', events: ['comment_created'], secret: 'x' })
  expect(await here().ensure(signal)).toBe('adopted')
  expect(fake.hooks.map(({ name, secret, events }) => [name, secret, events.length])).toEqual([
    ['by hand', fake.webhookSecret, 6],
    ['of others', 'x', 1],
  ])
})
test('follows a hub that moved, and takes doubles away', async () => {
  for (const id of [7, 8])
    fake.hooks.push({
      id,
      name: 'AutoDevHub',
      url: 'https://old.example/hooks/jira',
      events: ['comment_created'],
      secret: 'x',
    })
  expect(await here().ensure(signal)).toBe('adopted')
  expect(fake.hooks.map(({ id, url }) => [id, url])).toEqual([[7, URL_HERE]])
})
test('deletes, also what is gone already', async () => {
  await here().ensure(signal)
  const [hook] = await here().list(signal)
  await here().delete(hook?.id ?? '', signal)
  await here().delete(hook?.id ?? '', signal)
  expect(fake.hooks).toEqual([])
})
test('without the right to register, an administrator is told what to do', async () => {
  fake.setSiteAdmin(false)
  const trouble = await ensureHook(here(), settings('https://hub.example.com'), log, signal)
  const health = createHealth(client, () => trouble)
  expect(await health()).toEqual({ status: 'degraded', detail: trouble })
  expect(said).toEqual([expect.stringContaining(`Settings → System → Webhooks, address ${URL_HERE}`)])
})
test('one that somebody disabled stays so, and is said', async () => {
  fake.hooks.push({ id: 5, name: 'AutoDevHub', url: URL_HERE, events: [...EVENTS], secret: 'x', enabled: false })
  expect(await ensureHook(here(), settings('https://hub.example.com'), log, signal)).toMatch(/disabled in Jira/)
  expect(fake.hooks[0]?.enabled).toBe(false)
})
test('without a public address nothing is asked', async () => {
  await ensureHook(createHooks(client, settings()), settings(), log, signal)
  expect([fake.requests, said]).toEqual([[], []])
})

test('a token that does not work is said, without the token, and asked about once a minute', async () => {
  let nowMs = 0
  const wrong = createClient({ ...settings(), apiToken: 'revoked-token' })
  const health = createHealth(
    wrong,
    () => null,
    () => nowMs,
  )
  const first = await health()
  expect(first).toMatchObject({ status: 'degraded', detail: expect.stringContaining('renew JIRA_API_TOKEN') })
  expect(JSON.stringify(first)).not.toContain('revoked-token')
  await health()
  expect(fake.requests).toHaveLength(1)
  nowMs += 60_000
  await health()
  expect(fake.requests).toHaveLength(2)
  wrong.close()
  expect(await createHealth(client, () => null)()).toEqual({ status: 'ok' })
})
