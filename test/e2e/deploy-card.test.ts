import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Message } from '#contract'
import { createStore } from '../../plugins/deploy/store.ts'
import { bindRepository, type DeployHub, REPOSITORY, sha, startDeployHub } from '../fakes/deploy-hub.ts'

let at: DeployHub
beforeAll(async () => {
  at = await startDeployHub()
})
afterAll(() => at?.close())
beforeEach(async () => {
  await at.reset()
  at.forge.commits.push(
    { sha: sha(1), message: 'First', author: 'ada' },
    { sha: sha(2), message: 'ST-1 pay by card\n\nCloses #7', author: 'ben' },
    { sha: sha(3), message: 'PAY-12 round prices', author: 'ada' },
  )
})

const api = (body: object) => at.fetch('/api/v1/deployments', { method: 'POST', body: JSON.stringify(body) })
const runsOf = (message: Message | undefined): string[] =>
  (message?.blocks ?? []).flatMap((b) => (b.kind === 'actions' ? b.items.map((a) => ('run' in a ? a.run : a.url)) : []))
const shownIn = (channel: string) => at.posts(channel).filter((post) => post.only === null)
const lead = (text: string | undefined) => text?.split('\n')[0]

describe('one card, edited in place', () => {
  it('follows a deployment in every channel that subscribed, and in no other', async () => {
    await at.say('hub subscribe deploys all', 'ada', 'C1')
    await at.say('hub subscribe deploys production', 'ada', 'C2')
    await at.say('hub subscribe deploys staging', 'ada', 'C3')
    const body = { source: 'ci', deploymentId: '77', service: 'web', environment: 'production', workspace: 'chat:T1' }
    for (const state of ['queued', 'running', 'succeeded']) {
      expect((await api({ ...body, state, sha: sha(1) })).status).toBe(202)
      await at.quiet()
    }
    for (const channel of ['C1', 'C2']) {
      const [post, ...more] = shownIn(channel)
      expect(more).toEqual([])
      expect(post?.states.map((one) => lead(one.text))).toEqual([
        '🕓 web → production is queued',
        '🚀 web → production is being deployed',
        '✅ web → production is live',
      ])
      expect(post?.states.map((one) => one.card?.revision)).toEqual([1, 2, 3])
    }
    expect(shownIn('C3')).toEqual([])
  })
  it('a repeat answers as one, whatever comes late changes nothing, and the list tells how it stands', async () => {
    await at.say('hub subscribe deploys all')
    const body = { deploymentId: '1', service: 'web', environment: 'production', workspace: 'chat:T1' }
    await api({ ...body, state: 'succeeded', at: '2026-01-01T10:05:00Z' })
    await at.quiet()
    const again = await api({ ...body, state: 'succeeded', at: '2026-01-01T10:05:00Z' })
    expect([again.status, ((await again.json()) as { status: string }).status]).toEqual([202, 'duplicate'])
    await api({ ...body, state: 'running', at: '2026-01-01T10:01:00Z', url: 'https://ci.test/1' })
    await at.quiet()
    const [card] = shownIn('C1')
    expect(lead(card?.message.text)).toBe('✅ web → production is live')
    expect(card?.message.text).toContain('took 4 min')
    expect(runsOf(card?.message)).toContain('https://ci.test/1')
    const list = await at.fetch('/api/v1/deployments?workspace=chat:T1&environment=production&limit=5')
    const { items } = (await list.json()) as { items: { reference: string; state: string; revision: number }[] }
    expect(items).toEqual([expect.objectContaining({ reference: 'D-1', state: 'succeeded', revision: 2 })])
  })
  it('refuses a body that is not what it should be, and names the field', async () => {
    const answer = await api({
      deploymentId: '1',
      service: 'Web App',
      environment: 'production',
      state: 'done',
      extra: 1,
    })
    expect(answer.status).toBe(400)
    const text = await answer.text()
    for (const field of ['service', 'state', 'extra']) expect(text).toContain(field)
    const document = await (await at.fetch('/api/openapi.json')).text()
    expect(document).toContain('reportDeployment')
    expect(document).toContain('listDeployments')
  })
  it('a subscription to failures hears nothing of what went well, and all of what did not', async () => {
    await at.say('hub subscribe deploys production failed')
    const body = { service: 'web', environment: 'production', workspace: 'chat:T1' }
    await api({ ...body, deploymentId: '1', state: 'succeeded', sha: sha(1) })
    await api({ ...body, deploymentId: '2', state: 'running', sha: sha(2) })
    await at.quiet()
    expect(shownIn('C1')).toEqual([])
    await api({ ...body, deploymentId: '2', state: 'failed', sha: sha(2), description: 'out of *memory*' })
    await at.quiet()
    const [card] = shownIn('C1')
    expect(card?.message.text).toContain('❌ web → production failed')
    expect(JSON.stringify(card?.message.blocks)).toContain('out of \\\\*memory\\\\*')
    await at.say('hub unsubscribe deploys')
    await api({ ...body, deploymentId: '3', state: 'failed', sha: sha(3) })
    await at.quiet()
    expect(shownIn('C1')).toHaveLength(1)
  })
  it('waits for the end of quiet hours and then shows one card with what became of it', async () => {
    const hour = new Date().getUTCHours()
    const two = (n: number) => String((n + 24) % 24).padStart(2, '0')
    await at.say(`hub subscribe deploys all --quiet ${two(hour - 1)}:00-${two(hour + 2)}:00`)
    const body = { deploymentId: '1', service: 'web', environment: 'production', workspace: 'chat:T1' }
    await api({ ...body, state: 'running' })
    await api({ ...body, state: 'succeeded' })
    await at.quiet()
    expect(shownIn('C1')).toEqual([])
    const waiting = await at.hub.store.sql.query<{ n: number }>(
      `select count(*)::int as n from hub.jobs where kind = 'deploy.late' and state = 'pending'`,
    )
    expect(waiting[0]?.n).toBeGreaterThanOrEqual(1)
    // The night is over.
    await at.hub.store.sql.query('update hub.subscriptions set quiet_from = null, quiet_to = null')
    await at.hub.store.sql.query(`update hub.jobs set run_at = clock_timestamp() where kind = 'deploy.late'`)
    await expect.poll(() => shownIn('C1').length, { timeout: 15_000 }).toBe(1)
    await at.quiet()
    expect(shownIn('C1').map((post) => lead(post.message.text))).toEqual(['✅ web → production is live'])
  }, 30_000)
})

describe('a repository that a project bound', () => {
  beforeEach(async () => {
    await bindRepository(at)
    await at.say('hub bind channel payments', 'ada', 'C9')
    await at.say('story As a shopper I want to pay by card so that it is quick.')
  })
  it('shows its deployments in the channel of the project, with what they bring', async () => {
    await at.forge.push()
    await at.forge.merge(7, sha(2))
    await at.forge.report({ deploymentId: '1', sha: sha(1), state: 'succeeded', atMs: Date.now() - 60_000 })
    await at.quiet()
    await at.forge.report({ deploymentId: '2', sha: sha(3), state: 'running' })
    await at.quiet()
    await at.forge.report({ deploymentId: '2', sha: sha(3), state: 'succeeded' })
    await at.quiet()
    const [, card] = shownIn('C9').filter((post) => post.message.card)
    expect(card?.message.text).toContain('Brings 2 commits, 1 story, issues #7, PAY-12')
    expect(card?.message.text).toContain('0202020 ST-1 pay by card')
    expect(card?.message.text).toMatch(/ST-1 .*: 0 of \d+ criteri/)
    expect(card?.message.text).toContain(`payments · ${REPOSITORY}`)
    await at.say('deploy verify D-2 ST-1 AC-1', 'cleo', 'C9')
    expect(card?.message.text).toMatch(/ST-1 .*: 1 of \d+ criteri/)
    const [row] = await at.hub.store.sql.query<{ lead: number }>(
      'select lead_time_ms::int as lead from hub.deployments where number = 2',
    )
    expect(row?.lead).toBeGreaterThanOrEqual(3_600_000)
    const [measures] = await at.say('deploy measures')
    expect(measures?.message.text).toMatch(/web · 2 · 0\.07 · (59 min|1 h) · 0 %/)
  })
  it('is shown by the next attempt of a job that died between writing and telling', async () => {
    const store = createStore(at.hub.store.db)
    const spot = {
      workspace: 'chat:T1',
      service: 'web',
      environment: 'production',
      project: 'payments',
      production: true,
    }
    const report = {
      source: 'forge',
      deploymentId: '9',
      service: 'web',
      environment: 'production',
      state: 'succeeded' as const,
    }
    const rest = {
      ref: null,
      sha: sha(1),
      repository: REPOSITORY,
      by: null,
      url: null,
      environmentUrl: null,
      description: null,
      rollsBack: null,
    }
    const whole = { ...report, ...rest, atMs: Date.now() - 1000 }
    await store.report(spot, whole, Date.now())
    expect(shownIn('C9').filter((post) => post.message.card)).toEqual([])
    await at.forge.report(whole)
    await at.quiet()
    expect(
      shownIn('C9').filter((post) => post.message.card?.revision === 1 && post.message.text.includes('D-1')),
    ).toHaveLength(1)
  })
  it('shows a pull request what everybody may read, and no command of another workspace', async () => {
    await at.forge.merge(7, sha(2))
    await at.forge.report({ deploymentId: '1', sha: sha(1), state: 'succeeded', atMs: Date.now() - 60_000 })
    await at.quiet()
    await at.forge.report({ deploymentId: '2', sha: sha(2), state: 'succeeded' })
    await at.quiet()
    const rows = await at.hub.store.sql.query<{ message: Message }>(
      `select message from hub.outbox where plugin = 'forge' order by created_at desc limit 1`,
    )
    const [{ message } = { message: undefined }] = rows
    expect(message?.text).toMatch(/- ST-1: 0 of \d+ criteri/)
    expect(message?.text).not.toContain('payments')
    expect(runsOf(message).filter((run) => run.startsWith('deploy'))).toEqual([])
  })
  it('keeps the card away from other tenants', async () => {
    await at.forge.report({ deploymentId: '1', sha: sha(1), state: 'succeeded' })
    await at.quiet()
    const rows = await at.hub.store.sql.query<{ workspace: string }>('select workspace from hub.deployments')
    expect(rows).toEqual([{ workspace: 'chat:T1' }])
  })
  it('leaves deployments alone where the binding says so, and takes what nobody bound to the hub itself', async () => {
    await at.hub.store.sql.query(`update hub.bindings set rules = '{"deployments": false}' where kind = 'repository'`)
    await at.forge.report({ deploymentId: '1', state: 'succeeded' })
    await at.forge.report({ deploymentId: '2', state: 'succeeded', repository: 'octo/other' })
    await at.quiet()
    const rows = await at.hub.store.sql.query<{ workspace: string; repository: string }>(
      'select workspace, repository from hub.deployments',
    )
    expect(rows).toEqual([{ workspace: 'console:local', repository: 'octo/other' }])
  })
  it('an unknown service is taken in under its own name, and its details say what to set', async () => {
    await at.forge.report({ deploymentId: '1', service: 'Batch Jobs!', environment: 'Live EU', state: 'failed' })
    await at.quiet()
    const [row] = await at.hub.store.sql.query<{ service: string; environment: string }>(
      'select service, environment from hub.deployments',
    )
    expect(row).toEqual({ service: 'batch-jobs-', environment: 'live-eu' })
    const shown = await at.say('deploy show D-1')
    expect(shown.at(-1)?.message.text).toContain('was only reported')
  })
})
