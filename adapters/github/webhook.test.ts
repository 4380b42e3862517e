import { afterEach, describe, expect, test } from 'vitest'
import { type CommandCall, type Hub, HubError } from '#contract'
import { type GitHubFake, REPO, type Said, startGitHubFake } from '../../test/fakes/github/index.ts'
import type { GitHubConfig } from './config.ts'
import { createInbound } from './inbound.ts'
import { createRoutes } from './webhook.ts'

const NAMES = ['story', 'story show', 'hub help', 'docs ask']
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

async function rig(answer: (call: CommandCall) => Promise<unknown> = async () => undefined) {
  const fake = await startGitHubFake()
  const calls: CommandCall[] = []
  const seen: string[] = []
  const hub = {
    config: { webhookSecret: fake.webhookSecret },
    log: SILENT,
    catalog: {
      match: (line: string) => (NAMES.some((name) => line === name || line.startsWith(`${name} `)) ? {} : null),
    },
    command: async (call: CommandCall) => {
      await answer(call)
      const status = calls.some((one) => one.deliveryId === call.deliveryId) ? 'duplicate' : 'queued'
      calls.push(call)
      return { status, id: 'job', announce: null }
    },
  } as unknown as Hub<GitHubConfig>
  const routes = createRoutes(
    hub,
    createInbound(
      hub,
      { seen: (_repository, subject) => void seen.push(Object.keys(subject)[0] ?? '') },
      { login: async () => 'hub-robot' },
    ),
    { heard: () => undefined },
  )
  const target: Parameters<GitHubFake['say']>[0] = async (request) =>
    routes.fetch(new Request('http://hub.test/', request))
  const say = (said: Said) => fake.say(target, said)
  return { fake, calls, seen, target, say }
}
let rigs: Awaited<ReturnType<typeof rig>>[] = []
const open = async (...args: Parameters<typeof rig>) => {
  const made = await rig(...args)
  rigs.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(rigs.map((one) => one.fake.close()))
  rigs = []
})

describe('a comment', () => {
  test('that begins with a command is one, all of it, and is answered where it stands', async () => {
    const it = await open()
    expect(
      await it.say({ body: '/story As a shopper I want\r\nto pay with a saved card', deliveryId: 'guid-0001' }),
    ).toEqual({ status: 200, text: '' })
    expect(it.calls).toEqual([
      {
        workspace: 'github:9919',
        deliveryId: 'guid-0001',
        actor: { plugin: 'github', id: '583231' },
        actorName: 'ann',
        place: { plugin: 'github', workspace: 'github:9919', channel: `${REPO}#7`, visibility: 'team' },
        lane: `github:9919|${REPO}#7`,
        input: 'story As a shopper I want\nto pay with a saved card',
      },
    ])
    expect(it.seen).toEqual(['comment'])
  })
  test('/story alone means the issue it stands under', async () => {
    const it = await open()
    await it.say({ body: '/story', title: 'Saved cards', about: 'Shoppers type their card each time.' })
    expect(it.calls[0]?.input).toBe('story Saved cards\n\nShoppers type their card each time.')
  })
  test('of a public repository is read by everybody, and the answer too', async () => {
    const it = await open()
    await it.say({ body: '/hub help', isPrivate: false })
    expect(it.calls[0]?.place.visibility).toBe('public')
  })
  test('of a collaborator is heard in the repository of a person', async () => {
    const it = await open()
    const owner = { id: 583_231, login: 'ann', type: 'User' }
    await it.say({ body: '/hub help', association: 'COLLABORATOR', owner })
    expect(it.calls.map(({ workspace }) => workspace)).toEqual(['github:583231'])
  })
  test('delivered again has no second effect, and no second pair of eyes', async () => {
    const it = await open()
    for (let i = 0; i < 3; i++) await it.say({ body: '/hub help', deliveryId: 'guid-0002' })
    expect(new Set(it.calls.map((call) => call.deliveryId)).size).toBe(1)
    expect(it.seen).toEqual(['comment'])
  })
  test.each<[string, Said]>([
    ['without a command', { body: 'Looks good to me' }],
    ['with the command of another bot', { body: '/lgtm' }],
    ['that quotes one', { body: '> /story something' }],
    ['that was edited', { body: '/hub help', action: 'edited' }],
    ['of a bot', { body: '/hub help', sender: { id: 1, login: 'renovate[bot]', type: 'Bot' } }],
    ['of an app in the name of a person', { body: '/hub help', viaApp: true }],
    ['of somebody from outside', { body: '/hub help', association: 'NONE' }],
    [
      'of an outside collaborator of an organisation',
      { body: '/docs ask What is secret?', association: 'COLLABORATOR' },
    ],
    ['of a first-time contributor', { body: '/hub help', association: 'FIRST_TIME_CONTRIBUTOR' }],
  ])('%s is acknowledged and left alone', async (_what, said) => {
    const it = await open()
    expect(await it.say(said)).toEqual({ status: 200, text: '' })
    expect([it.calls, it.seen]).toEqual([[], []])
  })
})
test.each(['issues', 'pull_request'])('a new %s may begin with a command', async (event) => {
  const it = await open()
  await it.say({ event, body: '/story Pay with a saved card' })
  expect(it.calls[0]?.input).toBe('story Pay with a saved card')
  expect(it.seen).toEqual(['issue'])
})
test.each(['ping', 'push', 'star', 'an event of next year'])('%s is acknowledged', async (event) => {
  const it = await open()
  expect(await it.fake.deliver(it.target, event, { zen: 'Keep it logically awesome.' })).toMatchObject({ status: 200 })
  expect(it.calls).toEqual([])
})
describe('a delivery', () => {
  test('is not acknowledged while it cannot be stored, so that it stands in GitHub’s list as failed', async () => {
    const it = await open(async () => {
      throw new HubError('UNAVAILABLE', 'the database is away')
    })
    expect((await it.say({ body: '/hub help' })).status).toBe(503)
    expect(it.seen).toEqual([])
  })
  test('that can never be stored is', async () => {
    const it = await open(async () => {
      throw new HubError('TOO_LARGE', 'too long')
    })
    expect((await it.say({ body: '/story x' })).status).toBe(200)
  })
  test('as a form names the setting that cures it', async () => {
    const it = await open()
    const answer = await it.fake.deliver(
      async (request) =>
        it.target({ ...request, headers: { ...request.headers, 'content-type': 'application/x-www-form-urlencoded' } }),
      'ping',
      {},
    )
    expect(answer).toMatchObject({ status: 415, text: expect.stringContaining('application/json') })
  })
})
