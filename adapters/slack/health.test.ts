import { afterAll, beforeAll, expect, it } from 'vitest'
import { type SlackFake, startSlackFake } from '../../test/fakes/slack/index.ts'
import { createClient } from './client.ts'
import { createHealth } from './health.ts'
import { oneToken } from './tokens.ts'

let fake: SlackFake
beforeAll(async () => {
  fake = await startSlackFake()
})
afterAll(() => fake.close())
const healthWith = (botToken: string, now?: () => number) =>
  createHealth(createClient({ apiUrl: fake.apiUrl }, oneToken(botToken)), null, now)

it('is ok with the right token, and asks Slack once a minute', async () => {
  let atMs = 0
  const health = healthWith(fake.botToken, () => atMs)
  expect(await health()).toEqual({ status: 'ok' })
  await health()
  expect(fake.counts.get('auth.test')).toBe(1)
  atMs += 61_000
  await health()
  expect(fake.counts.get('auth.test')).toBe(2)
})

it('names the variable of a token that Slack refuses', async () => {
  expect(await healthWith('xoxb-revoked')()).toEqual({
    status: 'degraded',
    detail: expect.stringContaining('SLACK_BOT_TOKEN'),
  })
})
