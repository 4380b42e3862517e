import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type DeployHub, sha, startDeployHub, WORKSPACE } from '../fakes/deploy-hub.ts'

let at: DeployHub
beforeAll(async () => {
  at = await startDeployHub()
})
afterAll(() => at?.close())
beforeEach(() => at.reset())

const cardsIn = (channel: string) => at.posts(channel).filter((post) => post.message.card)
const lead = (text: string | undefined) => text?.split('\n')[0]
/** Several reports, one after the other, and what they lead to. */
async function report(
  ...all: (Readonly<Record<string, string>> & { deploymentId: string; state: string })[]
): Promise<void> {
  for (const one of all) {
    const body = { service: 'web', environment: 'production', workspace: WORKSPACE, ...one }
    const answer = await at.fetch('/api/v1/deployments', { method: 'POST', body: JSON.stringify(body) })
    expect(answer.status).toBe(202)
    await at.quiet()
  }
}
/** The wait is over. */
async function waited(channel: string, posts: number): Promise<void> {
  await at.hub.store.sql.query(`update hub.jobs set run_at = clock_timestamp() where kind = 'deploy.late'`)
  await expect.poll(() => cardsIn(channel).length, { timeout: 15_000 }).toBe(posts)
  await at.quiet()
}
const told = async (line: string) => (await at.say(line)).at(-1)?.message.text ?? ''

describe('several in one message', () => {
  it('what happened in a time is one message, failures first, and it stays true', async () => {
    await at.say('hub subscribe deploys all --group 30')
    await report(
      { deploymentId: '1', service: 'web', state: 'failed', sha: sha(1), description: 'out of *memory*' },
      { deploymentId: '2', service: 'api', state: 'running', sha: sha(2) },
      { deploymentId: '3', service: 'web', state: 'running', sha: sha(3), by: 'ben' },
    )
    expect(cardsIn('C1')).toEqual([])
    await waited('C1', 1)
    const [message] = cardsIn('C1')
    expect(message?.message.text.split('\n')).toEqual([
      '3 deployments: 1 failed, 2 running',
      '- 🚀 api → production running · D-2 · 0202020',
      '- 🚀 web → production running · D-3 · 0303030 · by ben',
      '  before it D-1 failed',
    ])
    await report(
      { deploymentId: '3', service: 'web', state: 'failed', sha: sha(3), description: 'out of *memory*' },
      { deploymentId: '2', service: 'api', state: 'succeeded', sha: sha(2) },
    )
    expect(cardsIn('C1')).toHaveLength(1)
    expect(message?.states).toHaveLength(3)
    expect(message?.message.text.split('\n')).toEqual([
      '3 deployments: 2 failed, 1 live',
      '- ❌ web → production failed · D-3 · 0303030 · by ben',
      '  out of *memory*',
      '  before it D-1 failed',
      '- ✅ api → production live · D-2 · 0202020',
    ])
    expect(JSON.stringify(message?.message.blocks)).toContain('out of \\\\*memory\\\\*')
    const revisions = message?.states.map((one) => one.card?.revision ?? 0) ?? []
    expect(revisions).toEqual([3, 4, 5])
    // What comes after is another message.
    await report({ deploymentId: '4', service: 'web', state: 'succeeded', sha: sha(4) })
    await waited('C1', 2)
    expect(lead(cardsIn('C1')[1]?.message.text)).toBe('✅ web → production is live')
  }, 40_000)
  it('a night ends with one message, and what nobody wants to hear of any more is not in it', async () => {
    const hour = new Date().getUTCHours()
    const two = (n: number) => String((n + 24) % 24).padStart(2, '0')
    await at.say(`hub subscribe deploys all failed --quiet ${two(hour - 1)}:00-${two(hour + 2)}:00`)
    await report(
      { deploymentId: '1', service: 'web', state: 'failed' },
      { deploymentId: '2', service: 'api', state: 'failed' },
      { deploymentId: '3', service: 'shop', state: 'failed' },
      { deploymentId: '3', service: 'shop', state: 'succeeded' },
    )
    // Woken while it is still quiet, as when the clocks change: it waits on.
    await at.hub.store.sql.query(`update hub.jobs set run_at = clock_timestamp() where kind = 'deploy.late'`)
    await expect
      .poll(async () => {
        const [row] = await at.hub.store.sql.query<{ n: number }>(
          `select count(*)::int as n from hub.jobs where kind = 'deploy.late' and state = 'done'`,
        )
        return row?.n
      })
      .toBe(1)
    expect(cardsIn('C1')).toEqual([])
    await at.hub.store.sql.query('update hub.subscriptions set quiet_from = null, quiet_to = null')
    await at.hub.store.sql.query(
      `update hub.jobs set run_at = clock_timestamp() where kind = 'deploy.late' and state = 'pending'`,
    )
    await expect.poll(() => cardsIn('C1').length, { timeout: 15_000 }).toBe(1)
    await at.quiet()
    expect(cardsIn('C1').map((post) => lead(post.message.text))).toEqual(['2 deployments: 2 failed'])
  }, 40_000)
  it('nobody is told of what waited once they stopped listening', async () => {
    await at.say('hub subscribe deploys all --group 30')
    await report({ deploymentId: '1', state: 'succeeded' })
    expect(await told('hub unsubscribe deploys all')).toContain('no more')
    expect(await told('hub unsubscribe deploys all')).toContain('did not hear of them')
    await at.hub.store.sql.query(`update hub.jobs set run_at = clock_timestamp() where kind = 'deploy.late'`)
    await at.quiet()
    expect(cardsIn('C1')).toEqual([])
  })
})

describe('once', () => {
  it('of each version of a service in an environment one card, whatever is deployed again', async () => {
    expect(await told('hub subscribe deploys all ended --once environment,version')).toBe(
      'This channel hears of all deployments once they are over: once for each service, version and environment.',
    )
    await at.say('hub subscribe deploys all ended --once day --zone Asia/Tokyo', 'ada', 'C2')
    await report(
      { deploymentId: '1', state: 'succeeded', sha: sha(1) },
      { deploymentId: '2', state: 'succeeded', sha: sha(1) },
      { deploymentId: '3', state: 'succeeded', sha: sha(1), environment: 'staging' },
      { deploymentId: '4', state: 'running', sha: sha(2) },
      { deploymentId: '4', state: 'failed', sha: sha(2) },
      { deploymentId: '5', state: 'succeeded', sha: sha(2), service: 'api' },
    )
    const names = (channel: string) => cardsIn(channel).map((post) => /D-\d+/.exec(post.message.text)?.[0])
    expect(names('C1')).toEqual(['D-1', 'D-3', 'D-4', 'D-5'])
    expect(names('C2')).toEqual(['D-1', 'D-5'])
    // The card that stands is edited all the same.
    await report({ deploymentId: '1', state: 'failed', sha: sha(1) })
    expect(lead(cardsIn('C1')[0]?.message.text)).toBe('❌ web → production failed')
  }, 30_000)
})

describe('words', () => {
  it('what went live of one service is told, and nothing else', async () => {
    expect(await told('hub subscribe deploys staging live --service web')).toBe(
      'This channel hears of deployments of web to staging that go live.',
    )
    await report(
      { deploymentId: '1', environment: 'staging', state: 'failed' },
      { deploymentId: '2', environment: 'staging', service: 'api', state: 'succeeded' },
      { deploymentId: '3', environment: 'production', state: 'succeeded' },
      { deploymentId: '4', environment: 'staging', state: 'succeeded' },
    )
    expect(cardsIn('C1').map((post) => /D-\d+/.exec(post.message.text)?.[0])).toEqual(['D-4'])
    const list = await told('hub subscriptions')
    expect(list).toContain('chat:C1 · deployments of web to staging that go live · at once · chat:ada')
    expect(await told('hub subscribe deploys prodution')).toContain(
      'Nothing is known of the environment prodution yet; there is production, staging.',
    )
  }, 30_000)
  it.each([
    ['hub subscribe deploys production faild', /Did you mean failed\?/],
    ['hub subscribe deploys production sometimes', /Choose one of: failed, live, ended, waiting, rolled-back/],
    ['hub subscribe deploys failed', /write "hub subscribe deploys all failed"/],
    ['hub subscribe weather production', /deploys/],
    ['hub subscribe deploys all --once week', /choose version, environment, day/],
    ['hub subscribe deploys all --quiet night', /22:00-07:00/],
    ['hub subscribe deploys all --quiet 22:00-07:00 --zone Mars/Olympus', /no time zone: write it like Europe\/Berlin/],
    ['hub subscribe deploys all --group 0', /a minute or more/],
  ])('%s is refused with what is possible', async (line, cure) => {
    expect(await told(line)).toMatch(cure)
    expect(await at.hub.store.sql.query('select 1 from hub.subscriptions')).toEqual([])
  })
})
