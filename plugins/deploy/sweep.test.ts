import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Context } from '#contract'
import type { Store } from '../../core/store/open.ts'
import { openTestStore } from '../../test/support/stores.ts'
import { createCommits } from './changes/store.ts'
import type { Desk } from './desk.ts'
import { createGroups } from './groups/store.ts'
import { createStore, type NewDeployment } from './store.ts'
import { endHandler, sweepSchedules } from './sweep.ts'

let opened: Store
beforeAll(async () => {
  opened = await openTestStore('embedded')
})
afterAll(() => opened.close())

const NOW = Date.now()
const HOUR = 3_600_000
const wanted = (over: Partial<NewDeployment>): NewDeployment => ({
  workspace: 'w',
  service: 'web',
  environment: 'production',
  project: null,
  production: true,
  jobId: `job-${Math.random()}`,
  askedBy: 'chat:ada',
  byName: 'ada',
  ref: 'main',
  sha: 'a'.repeat(40),
  repository: 'octo/web',
  previousSha: null,
  rollsBack: null,
  approvalsNeeded: 0,
  approverRole: null,
  ...over,
})

/** What it would end: workspace and number. */
async function sweep(store: ReturnType<typeof createStore>): Promise<unknown[]> {
  const ended: unknown[] = []
  const ctx = {
    async enqueue(_job: unknown, { number }: { readonly number: number }, options: { readonly workspace: string }) {
      ended.push([options.workspace, number])
    },
  } as unknown as Context
  const desk = { store: () => store, nowMs: () => NOW } as unknown as Desk
  await sweepSchedules(desk)[0]?.run({ startMs: NOW }, ctx)
  return ended
}

it('ends what nobody approves and what is not heard of, tells it, and leaves the rest alone', async () => {
  const store = createStore(opened.db)
  const told: unknown[] = []
  const ends: unknown[] = []
  const desk = { store: () => store, commits: () => createCommits(opened.db), nowMs: () => NOW } as unknown as Desk
  const ctx = {
    workspace: 'hub',
    log: { debug() {}, info() {}, warn() {}, error() {} },
    async enqueue(
      job: { readonly name: string },
      payload: { readonly number: number },
      options: { readonly workspace: string },
    ) {
      if (job.name === 'deploy.tell') told.push([options.workspace, payload.number])
      else if (job.name === 'deploy.end') ends.push(payload)
    },
  } as unknown as Context
  await store.create(wanted({ service: 'waits', approvalsNeeded: 1 }))
  await store.create(wanted({ service: 'waits-long', approvalsNeeded: 1 }))
  await store.create(wanted({ service: 'silent' }))
  await store.create(wanted({ service: 'fresh' }))
  await opened.sql.query(
    `update hub.deployments set updated_at = now() - case when service = 'waits-long' then interval '25 hours' else interval '4 hours' end
     where service <> 'fresh'`,
  )
  // Only reported: it holds no lock, and its source may say nothing for days.
  const report = {
    source: 'ci',
    deploymentId: '1',
    service: 'slow',
    environment: 'production',
    state: 'running' as const,
  }
  const rest = {
    ref: null,
    sha: null,
    repository: null,
    by: null,
    url: null,
    environmentUrl: null,
    description: null,
    rollsBack: null,
  }
  await store.report({ ...wanted({}), service: 'slow' }, { ...report, ...rest, atMs: NOW - 90 * HOUR }, NOW)
  await opened.sql.query(`update hub.deployments set updated_at = now() - interval '90 hours' where service = 'slow'`)

  const [stale] = sweepSchedules(desk)
  await stale?.run({ startMs: NOW }, ctx)
  const inside = { ...ctx, workspace: 'w' }
  // Each twice: a job that died before it told runs again.
  for (const payload of [...ends, ...ends]) await endHandler(desk).run(payload, inside)
  const rows = await store.list('w', { limit: 10 })
  expect(rows.map((row) => [row.service, row.state, row.locked])).toEqual([
    ['slow', 'running', false],
    ['fresh', 'queued', true],
    ['silent', 'failed', false],
    ['waits-long', 'cancelled', false],
    ['waits', 'waiting', true],
  ])
  expect(told).toEqual([
    ['w', 2],
    ['w', 3],
    ['w', 2],
    ['w', 3],
  ])
  expect(rows[2]?.revision).toBe(2)
  expect(rows[2]?.reason).toContain('a later report corrects this')
  // And it does.
  const late = {
    ...report,
    ...rest,
    service: 'silent',
    deploymentId: 'late',
    sha: 'a'.repeat(40),
    state: 'succeeded' as const,
  }
  await store.report({ ...wanted({}), service: 'silent' }, { ...late, atMs: NOW }, NOW)
  expect((await store.get('w', 3)).state).toBe('succeeded')
})
it('ends the one that holds a lock, however many that are only reported have hung for longer', async () => {
  const store = createStore(opened.db)
  await opened.sql.query(
    `insert into hub.deployments (workspace, id, number, service, environment, production, state, revision, started_at, updated_at)
     select 'reported', gen_random_uuid(), n, 'service-' || n, 'production', true, 'running', 1, now(), now() - interval '90 hours'
     from generate_series(1, 100) n`,
  )
  await store.create(wanted({ workspace: 'hung' }))
  await opened.sql.query(`update hub.deployments set updated_at = now() - interval '4 hours' where workspace = 'hung'`)
  const ended = await sweep(store)
  expect(ended).toEqual([['hung', 1]])
})
it('ends one once more that was reported running after it was given up, and takes no other’s place', async () => {
  const store = createStore(opened.db)
  const row = await store.create(wanted({ workspace: 'revived' }))
  const giveUp = () => store.change('revived', row.number, () => ({ state: 'failed', finishedAt: new Date(NOW) }))
  const goOn = () => store.change('revived', row.number, () => ({ state: 'running', finishedAt: null }))
  await giveUp()
  expect((await goOn())[0]?.row.locked).toBe(true)
  await opened.sql.query(
    `update hub.deployments set updated_at = now() - interval '4 hours' where workspace = 'revived'`,
  )
  const ended = await sweep(store)
  expect(ended).toContainEqual(['revived', row.number])
  await giveUp()
  const next = await store.create(wanted({ workspace: 'revived' }))
  expect([(await goOn())[0]?.row.locked, (await store.get('revived', next.number)).locked]).toEqual([false, true])
})
it('forgets commits, and what was told once or together, after 120 days', async () => {
  const commits = createCommits(opened.db)
  const one = (sha: string) => [{ sha, message: 'm', author: 'a' }]
  await commits.savePushed('w', 'octo/web', one('old'), NOW - 121 * 24 * HOUR)
  await commits.savePushed('w', 'octo/web', one('new'), NOW - 119 * 24 * HOUR)
  const groups = createGroups(opened.db)
  const place = { plugin: 'chat', workspace: 'w', channel: 'C1', visibility: 'team' as const }
  const group = await groups.join('w', 'C1', place, 1)
  expect(await groups.claim('w', 'C1', 'web v1', 1)).toBe(true)
  expect(await groups.claim('w', 'C1', 'web v1', 2)).toBe(false)
  const old = `date_trunc('milliseconds', clock_timestamp() - interval '121 days')`
  await opened.sql.query(`update hub.deployment_groups set created_at = ${old}`)
  await opened.sql.query(`update hub.subscription_once set at = ${old}`)
  const desk = { commits: () => commits, groups: () => groups, nowMs: () => NOW } as unknown as Desk
  await sweepSchedules(desk)[1]?.run({ startMs: NOW }, {} as Context)
  expect(await commits.pushedAt('w', 'octo/web', ['old', 'new'])).toEqual([NOW - 119 * 24 * HOUR])
  expect(await groups.find('w', group.id)).toBeNull()
  expect(await groups.members('w', group.id)).toEqual([])
  expect(await groups.claim('w', 'C1', 'web v1', 2)).toBe(true)
})
