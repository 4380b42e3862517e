import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { HubError, NewIssue } from '#contract'
import { ANN } from '../../test/fakes/jira/index.ts'
import { type JiraRig, openJira } from '../../test/fakes/jira/ports.ts'
import { CREATED_PROPERTY, labelOf } from './mark.ts'
import { jqlOf } from './search.ts'

const { signal } = new AbortController()
let nowMs: number
let rig: JiraRig
beforeEach(async () => {
  nowMs = Date.parse('2026-11-21T14:00:00Z')
  rig = await openJira(() => nowMs)
})
afterEach(async () => {
  await rig.close()
})
const asked = (more: Partial<NewIssue> = {}): NewIssue => ({
  workspace: rig.workspace,
  project: 'PAY',
  title: 'Saved cards',
  body: 'Words.',
  key: 'story-1',
  ...more,
})
const create = (more: Partial<NewIssue> = {}) => rig.tracker.create(asked(more), signal)
const failed = (more: Partial<NewIssue> = {}): Promise<HubError> =>
  create(more).then(
    () => Promise.reject(new Error('expected to fail')),
    (error: HubError) => error,
  )
const count = () => rig.fake.world.issues.size

describe('an issue whose creation was not answered', () => {
  test('is waited for while the search lags, and then found', async () => {
    rig.fake.setSearchLag(20_000)
    rig.fake.faults.add({ kind: 'cut', commit: true })
    expect((await failed()).code).toBe('OUTCOME_UNKNOWN')
    expect((await failed()).retry).toEqual({ afterMs: 30_000 })
    nowMs += 12_000
    expect((await failed()).retry).toEqual({ afterMs: 18_000 })
    nowMs += 10_000
    const found = await create()
    expect([found.created, count()]).toEqual([false, 1])
  })
  test('and which was never made is made when the search would have shown it', async () => {
    rig.fake.faults.add({ kind: 'cut', commit: false })
    expect((await failed()).code).toBe('OUTCOME_UNKNOWN')
    expect((await failed()).code).toBe('UNAVAILABLE')
    nowMs += 30_001
    expect([(await create()).created, count()]).toEqual([true, 1])
  })
})
test('of several that ask at once, one makes it', async () => {
  const all = await Promise.allSettled([1, 2, 3, 4].map(() => create()))
  expect(count()).toBe(1)
  for (const one of all)
    if (one.status === 'rejected')
      expect(one.reason).toMatchObject({ code: 'UNAVAILABLE', retry: { afterMs: expect.any(Number) } })
  nowMs += 30_001
  expect([(await create()).created, count()]).toEqual([false, 1])
})
test('a hub that lost its notes finds it by the label, and is not deceived by a clone or by a label put by hand', async () => {
  const made = await create()
  const label = labelOf('story-1')
  await rig.kv.delete(`create:${rig.workspace}:PAY:story-1`)
  rig.fake.world.create(ANN, { project: 'PAY', labels: [label] })
  rig.fake.world.create(ANN, {
    project: 'PAY',
    labels: [label],
    properties: [{ key: CREATED_PROPERTY, value: { key: 'story-1' } }],
  })
  const found = await create()
  expect([found.created, found.issue.id]).toEqual([false, made.issue.id])
})
test('one that Jira refused can be made when what was wrong is mended', async () => {
  expect((await failed({ type: 'Epic' })).message).toMatch(/PAY has no issue type Epic: it has Story, Bug, Sub-task/)
  rig.fake.faults.add({ kind: 'refuse', status: 400, body: { errors: { priority: 'Priority is required.' } } })
  expect(await failed()).toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('Priority is required.'),
  })
  expect((await create()).created).toBe(true)
})
test('takes the story type, another by name, and a sub-task under a parent', async () => {
  const parent = (await create()).issue
  expect(parent.type).toBe('Story')
  expect((await create({ key: 'b', type: 'bug' })).issue.type).toBe('Bug')
  const child = (await create({ key: 'c', parentId: parent.id })).issue
  expect([child.type, child.parentId]).toEqual(['Sub-task', parent.id])
  expect(rig.fake.problems).toEqual([])
})
test.each(['', 'x'.repeat(256)])('a title of another length than Jira takes is refused', async (title) => {
  expect(await failed({ title })).toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringMatching(/1 to 255 characters/),
  })
  expect(rig.fake.writes()).toBe(0)
})

describe('a search', () => {
  const jql = (query: Partial<Parameters<typeof jqlOf>[0]>) => jqlOf({ project: 'PAY', ...query }, nowMs)
  test('says what is looked for, and nothing else', () => {
    expect(jql({})).toBe('project = "PAY" ORDER BY updated DESC, id DESC')
    expect(jql({ order: 'created' })).toBe('project = "PAY" ORDER BY created ASC, id ASC')
    expect(jql({ text: 'saved "cards" OR (1=1) --', updatedSinceMs: nowMs - 90_000 })).toBe(
      'project = "PAY" AND (text ~ "saved" AND text ~ "cards") AND updated >= -3m ORDER BY updated DESC, id DESC',
    )
    expect(jql({ query: 'labels = "a)b" AND (status = Done)' })).toContain('AND (labels = "a)b" AND (status = Done))')
    expect(jql({ project: 'P" OR project = "OPS' })).toContain('project = "P\\" OR project = \\"OPS"')
  })
  test.each([
    'labels = x) OR (project = OPS',
    'labels = "x',
    '(labels = x',
    'labels = x\\) OR (project = OPS',
    'labels = x ORDER BY created',
    'labels = \'x" ) OR (project = OPS',
  ])('%s is refused before it is sent', async (query) => {
    await expect(
      rig.tracker.search(rig.workspace, { project: 'PAY', query }, { kind: 'description' }, signal),
    ).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    expect(rig.fake.requests).toEqual([])
  })
})
