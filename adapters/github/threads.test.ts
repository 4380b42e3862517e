import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitHubFake, REPO, startGitHubFake } from '../../test/fakes/github/index.ts'
import { createClient } from './client.ts'
import { config } from './config.ts'
import { markOf } from './mark.ts'
import { createThreads } from './threads.ts'

let fake: GitHubFake
let client: ReturnType<typeof createClient>
beforeAll(async () => {
  fake = await startGitHubFake()
  client = createClient(config.parse({ webhookSecret: fake.webhookSecret, apiUrl: fake.apiUrl, token: fake.token }))
})
afterAll(async () => {
  client.close()
  await fake.close()
})
const post = async (path: string, body: object): Promise<{ readonly number: number }> => {
  const answer = await fetch(`${fake.apiUrl}/repos/${REPO}/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${fake.token}`, 'content-type': 'application/json', 'user-agent': 'test' },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(201)
  return (await answer.json()) as { readonly number: number }
}

test('a long conversation is read from its first words and its end', async () => {
  const { number } = await post('issues', { title: 'Which queue?', body: '' })
  const like = { on: `${REPO}#${number}`, edited: false, updatedAtMs: Date.now() }
  for (let i = 1; i <= 601; i++) fake.comments.push({ ...like, id: 10_000 + i, body: `comment ${i}` })
  const place = { plugin: 'github', workspace: 'github:1', channel: `${REPO}#${number}`, visibility: 'team' } as const
  const said = (await createThreads(client).read(place, AbortSignal.timeout(10_000))).map(({ text }) => text)
  expect([said.length, said[0], said[1], said.at(-1)]).toEqual([200, 'Which queue?', 'comment 403', 'comment 601'])
})
test('an issue is read with its comments, in order, without what the hub or a bot wrote', async () => {
  const { number } = await post('issues', { title: 'Which queue?', body: 'Redis fails.' })
  for (const body of ['We need one.', `An answer\n\n${markOf('k')}`, 'Decision: PostgreSQL'])
    await post(`issues/${number}/comments`, { body })
  fake.comments.push({
    id: 77,
    on: `${REPO}#${number}`,
    body: 'Coverage fell',
    edited: false,
    updatedAtMs: Date.now(),
    by: 'ci[bot]',
  })
  const place = { plugin: 'github', workspace: 'github:1', channel: `${REPO}#${number}`, visibility: 'team' } as const
  const said = await createThreads(client).read(place, AbortSignal.timeout(10_000))
  expect(said.map(({ text }) => text)).toEqual(['Which queue?\n\nRedis fails.', 'We need one.', 'Decision: PostgreSQL'])
  expect(said[2]).toMatchObject({ url: expect.stringMatching(/issues\/\d+#issuecomment-\d+$/) })
  expect(said.every(({ atMs, author }) => atMs > 0 && author !== '')).toBe(true)
})
