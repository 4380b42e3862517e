import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../core/store/open.ts'
import { DATABASES, isAvailable, openTestStore } from '../../test/support/stores.ts'
import { createGroups } from './groups/store.ts'
import { createMeasures } from './measures/store.ts'
import type { Report } from './report.ts'
import { createDeployments } from './service.ts'
import { createStore, type DeploymentStore, type NewDeployment, type Target } from './store.ts'

const NOW = 1_800_000_000_000
const MINUTE = 60_000
let opened: Store
let store: DeploymentStore
let workspaces = 0
let workspace = ''

const target = (over: Partial<Target> = {}): Target => ({
  workspace,
  service: 'web',
  environment: 'production',
  project: null,
  production: true,
  ...over,
})
const report = (over: Partial<Report> = {}): Report => ({
  source: 'github',
  deploymentId: '1',
  service: 'web',
  environment: 'production',
  state: 'succeeded',
  ref: 'main',
  sha: 'a'.repeat(40),
  repository: 'octo/web',
  by: 'Ada',
  url: null,
  environmentUrl: null,
  description: null,
  rollsBack: null,
  atMs: NOW - 60 * MINUTE,
  ...over,
})
const wanted = (over: Partial<NewDeployment> = {}): NewDeployment => ({
  ...target(),
  jobId: `job-${Math.random()}`,
  askedBy: 'test:U1',
  byName: 'Ada',
  ref: 'main',
  sha: 'a'.repeat(40),
  repository: 'octo/web',
  previousSha: null,
  rollsBack: null,
  approvalsNeeded: 0,
  approverRole: null,
  ...over,
})
const say = (over: Partial<Report> = {}, at: Partial<Target> = {}) => store.report(target(at), report(over), NOW)

describe.each(DATABASES)('on %s', (database) => {
  describe.skipIf(!isAvailable(database))('the store', () => {
    beforeAll(async () => {
      opened = await openTestStore(database)
      store = createStore(opened.db)
    })
    afterAll(() => opened?.close())
    beforeEach(() => {
      workspaces += 1
      workspace = `test:T${workspaces}`
    })
    suite()
  })
})

function suite() {
  it('numbers deployments by workspace, and grows the revision by one for each change', async () => {
    await say({ state: 'queued', atMs: NOW - 50 * MINUTE })
    await say({ state: 'running', atMs: NOW - 40 * MINUTE })
    await say({ state: 'running', atMs: NOW - 40 * MINUTE })
    await say({ state: 'queued', atMs: NOW - 50 * MINUTE })
    const [changed] = await say({ state: 'succeeded', atMs: NOW - 30 * MINUTE })
    expect(changed?.row).toMatchObject({ number: 1, revision: 3, state: 'succeeded' })
    expect((await say({ deploymentId: '2', sha: 'b'.repeat(40) }))[0]?.row.number).toBe(2)
    expect((await say({}, { workspace: `${workspace}-other` }))[0]?.row.number).toBe(1)
  })
  it('twenty equal reports at once are one deployment at its first revision', async () => {
    await Promise.all(Array.from({ length: 20 }, () => say()))
    const rows = await store.list(workspace, { limit: 10 })
    expect(rows.map((row) => [row.number, row.revision])).toEqual([[1, 1]])
  })
  it('two deploys at once: one has the lock, the other is told who has it', async () => {
    const both = await Promise.allSettled([store.create(wanted()), store.create(wanted({ byName: 'Ben' }))])
    const refused = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
    expect(refused).toEqual([expect.objectContaining({ code: 'CONFLICT' })])
    expect(String(refused[0])).toMatch(/D-1 by (Ada|Ben) is under way.*deploy cancel D-1/)
    await expect(store.create(wanted({ environment: 'staging' }))).resolves.toMatchObject({ number: 2 })
  })
  it('a deployment that somebody else runs holds the lock as well, until it ends', async () => {
    await say({ state: 'running' })
    await expect(store.create(wanted())).rejects.toThrow('D-1 by Ada is under way')
    await say({ state: 'failed', atMs: NOW - 10 * MINUTE })
    await expect(store.create(wanted())).resolves.toMatchObject({ number: 2, locked: true })
  })
  it('a repeated job opens it once', async () => {
    const [first, second] = [await store.create(wanted({ jobId: 'j' })), await store.create(wanted({ jobId: 'j' }))]
    expect(second).toEqual(first)
  })
  it('what the hub started and what the code host reports is one deployment', async () => {
    const started = await store.create(wanted())
    const [changed] = await say({ state: 'running', deploymentId: 'gh-7', url: 'https://ci.test/7' })
    expect(changed?.row).toMatchObject({
      number: started.number,
      state: 'running',
      url: 'https://ci.test/7',
      revision: 2,
    })
    const [other] = await say({ state: 'running', deploymentId: 'gh-8', sha: 'b'.repeat(40) })
    expect(other?.row.number).toBe(2)
  })
  it('the page of the run tells which service of a repository is meant', async () => {
    const started = await store.create(wanted({ service: 'api' }))
    await store.change(workspace, started.number, () => ({ url: 'https://ci.test/runs/7' }))
    const [changed] = await say({ state: 'running', service: 'web', url: 'https://ci.test/runs/7/job/1' })
    expect(changed?.row).toMatchObject({ number: started.number, service: 'api', state: 'running' })
    const [other] = await say({ deploymentId: '2', state: 'running', url: 'https://ci.test/runs/77' })
    expect(other?.row).toMatchObject({ number: 2, service: 'web' })
  })
  it('one that waits for approval takes no report of another', async () => {
    await store.create(wanted({ approvalsNeeded: 1, approverRole: 'maintainer' }))
    expect((await say({ state: 'running' }))[0]?.row.number).toBe(2)
  })
  it('a rollback marks what it took back, which stays so', async () => {
    await say({ deploymentId: '1', atMs: NOW - 50 * MINUTE })
    const back = await store.create(wanted({ rollsBack: 1, sha: 'c'.repeat(40) }))
    const changed = await say({ deploymentId: 'gh-2', sha: 'c'.repeat(40), atMs: NOW - 5 * MINUTE })
    expect(changed.map(({ row }) => [row.number, row.state])).toEqual([
      [back.number, 'succeeded'],
      [1, 'rolled-back'],
    ])
    expect(await say({ deploymentId: '1', state: 'failed', atMs: NOW - MINUTE })).toEqual([])
    expect((await store.live(target()))?.number).toBe(back.number)
  })
  it('a rollback that is rolled back is marked itself, and what it took back stays so', async () => {
    await say({ deploymentId: '1', sha: 'a'.repeat(40), atMs: NOW - 50 * MINUTE })
    await say({ deploymentId: '2', sha: 'b'.repeat(40), atMs: NOW - 40 * MINUTE })
    await say({ deploymentId: '3', sha: 'a'.repeat(40), rollsBack: '2', atMs: NOW - 30 * MINUTE })
    await say({ deploymentId: '4', sha: 'b'.repeat(40), rollsBack: '3', atMs: NOW - 20 * MINUTE })
    // The same once more changes nothing, nor does one that takes back what nobody knows.
    expect(await say({ deploymentId: '4', sha: 'b'.repeat(40), rollsBack: '3', atMs: NOW - 20 * MINUTE })).toEqual([])
    await say({ deploymentId: '5', sha: 'c'.repeat(40), rollsBack: 'unheard', atMs: NOW - 10 * MINUTE })
    const rows = await store.list(workspace, { limit: 10 })
    expect(rows.map((row) => [row.number, row.state, row.rollsBack])).toEqual([
      [5, 'succeeded', null],
      [4, 'succeeded', 3],
      [3, 'rolled-back', 2],
      [2, 'rolled-back', null],
      [1, 'succeeded', null],
    ])
  })
  it('all that join at once wait in one group, who comes after its end in the next, and it is settled once', async () => {
    const groups = createGroups(opened.db)
    const place = { plugin: 'chat', workspace, channel: 'C1', visibility: 'team' as const }
    for (const id of ['1', '2', '3']) await say({ deploymentId: id, sha: id.repeat(40) })
    const joined = await Promise.all([1, 2, 3, 3].map((number) => groups.join(workspace, 'C1', place, number)))
    const [first] = joined
    if (!first) throw new Error('nobody joined')
    expect(new Set(joined.map((group) => group.id)).size).toBe(1)
    expect((await groups.members(workspace, first.id)).map((row) => row.number)).toEqual([1, 2, 3])
    expect(await groups.claim(workspace, 'C1', 'web v3', 3)).toBe(true)
    // Before it is closed nobody leaves.
    await groups.settle(first, [1])
    await groups.close(workspace, first.id)
    const next = await groups.join(workspace, 'C1', place, 1)
    expect(next.id).not.toBe(first.id)
    await Promise.all([groups.settle(first, [3]), groups.settle(first, [3])])
    await groups.settle(first, [2])
    expect((await groups.members(workspace, first.id)).map((row) => row.number)).toEqual([1, 2])
    expect((await groups.of(workspace, 1)).map((group) => group.id).sort()).toEqual([first.id, next.id].sort())
    expect(await groups.claim(workspace, 'C1', 'web v3', 2)).toBe(true)
  })
  it('of many that ask at once one is told, and stays the one', async () => {
    const groups = createGroups(opened.db)
    const ask = () => Promise.all([1, 2, 3, 4].map((n) => groups.claim(workspace, 'C1', 'web v1', n)))
    const answers = await ask()
    expect(answers.filter((isFirst) => isFirst)).toHaveLength(1)
    expect(await ask()).toEqual(answers)
  })
  it('measures frequency, failures and time to restore of production alone', async () => {
    const day = 86_400_000
    const from = NOW - 10 * day
    await say({ deploymentId: '1', sha: '1'.repeat(40), atMs: from + day })
    await say({ deploymentId: '2', sha: '2'.repeat(40), state: 'failed', atMs: from + 2 * day })
    await say({ deploymentId: '3', sha: '3'.repeat(40), atMs: from + 2 * day + 30 * MINUTE })
    await say({ deploymentId: '4', sha: '4'.repeat(40), state: 'cancelled', atMs: from + 3 * day })
    await say(
      { deploymentId: '5', sha: '5'.repeat(40), atMs: from + 3 * day },
      { environment: 'staging', production: false },
    )
    await say({ deploymentId: '6', sha: '6'.repeat(40), atMs: from + 4 * day }, { service: 'api' })
    const measures = createDeployments(
      () => store,
      () => createMeasures(opened.db).read,
    )
    expect(await measures.measures(workspace, from, NOW)).toEqual([
      { service: 'api', deployments: 1, perDay: 0.1, medianLeadTimeMs: null, failureRate: 0, medianRestoreMs: null },
      {
        service: 'web',
        deployments: 3,
        perDay: 0.3,
        medianLeadTimeMs: null,
        failureRate: 1 / 3,
        medianRestoreMs: 30 * MINUTE,
      },
    ])
    expect(await measures.measures(`${workspace}-other`, from, NOW)).toEqual([])
  })
  it('lists what ended in a time, newest first, with the criteria that hold', async () => {
    await say({ deploymentId: '1', sha: '1'.repeat(40), atMs: NOW - 50 * MINUTE })
    await say({ deploymentId: '2', sha: '2'.repeat(40), atMs: NOW - 40 * MINUTE })
    await say({ deploymentId: '3', sha: '3'.repeat(40), state: 'running', atMs: NOW - 30 * MINUTE })
    const story = { reference: 'ST-1', title: 'Pay', criteria: [{ id: 'AC-1', title: 'Card' }] }
    await store.change(workspace, 2, () => ({ stories: [story] }))
    await store.verify(
      { workspace, number: 2 },
      { story: 'ST-1', criterion: 'AC-1', holds: true },
      { key: 'k', name: 'n' },
    )
    const service = createDeployments(
      () => store,
      () => createMeasures(opened.db).read,
    )
    const found = await service.list(workspace, { fromMs: NOW - 45 * MINUTE, toMs: NOW, limit: 10 })
    expect(found.map((one) => one.reference)).toEqual(['D-2'])
    expect(found[0]?.stories[0]?.criteria).toEqual([{ id: 'AC-1', title: 'Card', verified: true }])
    expect((await service.list(workspace, { limit: 10 })).map((one) => one.reference)).toEqual(['D-3', 'D-2', 'D-1'])
    expect((await service.list(workspace, { limit: 1 })).map((one) => one.reference)).toEqual(['D-3'])
    await expect(service.get(`${workspace}-other`, 'D-2')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
  it('notes by the clock of the database when it learnt of an end, once for each end, and lists by that', async () => {
    const noted = async (number: number) => (await store.get(workspace, number)).endRecordedAt
    await say({ state: 'running', atMs: NOW - 50 * MINUTE })
    expect(await noted(1)).toBeNull()
    await say({ state: 'failed', atMs: NOW - 40 * MINUTE })
    const failed = await noted(1)
    expect(Math.abs((failed?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
    await say({ state: 'failed', atMs: NOW - 39 * MINUTE, description: 'told again' })
    expect(await noted(1)).toEqual(failed)
    // Begun again, it has another end.
    await say({ state: 'running', atMs: NOW - 30 * MINUTE })
    expect(await noted(1)).toBeNull()
    await say({ state: 'succeeded', atMs: NOW - 20 * MINUTE })
    const live = await noted(1)
    await say({ deploymentId: '2', sha: 'b'.repeat(40), rollsBack: '1', atMs: NOW - 10 * MINUTE })
    expect((await store.get(workspace, 1)).state).toBe('rolled-back')
    expect(await noted(1)).toEqual(live)
    const atMs = live?.getTime() ?? 0
    const list = async (by: 'finished' | 'recorded') =>
      (await store.list(workspace, { by, fromMs: atMs - MINUTE, toMs: atMs + MINUTE, limit: 10 })).map(
        (row) => row.number,
      )
    expect([await list('recorded'), await list('finished')]).toEqual([[2, 1], []])
  })
}
