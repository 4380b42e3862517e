import { afterEach, beforeEach, expect, test } from 'vitest'
import { ANN } from '../../test/fakes/jira/index.ts'
import { type JiraRig, openJira } from '../../test/fakes/jira/ports.ts'
import { createGatheredRead } from './gathered.ts'

let rig: JiraRig
beforeEach(async () => {
  rig = await openJira()
})
afterEach(async () => {
  expect(rig.fake.problems).toEqual([])
  await rig.close()
})
const issues = (count: number) =>
  Array.from({ length: count }, (_, i) => rig.fake.world.create(ANN, { project: 'PAY', summary: `Issue ${i}` }))
const summaries = (answers: readonly unknown[]) =>
  answers.map((one) => (one as { fields?: { summary?: string } } | null)?.fields?.summary ?? null)
const readAll = (ids: readonly string[]) => {
  const read = createGatheredRead(rig.client)
  return Promise.all(ids.map((id) => read(id, ['summary'], [])))
}

test('one is read by itself', async () => {
  const [issue] = issues(1)
  expect(summaries(await readAll([issue?.id ?? '']))).toEqual(['Issue 0'])
  expect(rig.fake.requests).toEqual(['POST /rest/api/3/search/jql'])
})
test('a thousand that come at once cost twenty requests, also while the search lags', async () => {
  const ids = issues(1_000).map(({ id }) => id)
  rig.fake.setSearchLag(60_000)
  expect(summaries(await readAll(ids))).toEqual(ids.map((_, i) => `Issue ${i}`))
  expect(rig.fake.requests).toHaveLength(20)
})
test('the same issue twice is read once', async () => {
  const [first, second] = issues(2).map(({ id }) => id)
  await readAll([first ?? '', second ?? '', second ?? '', second ?? ''])
  expect(rig.fake.requests).toHaveLength(1)
})
test('one that is gone takes nothing from the others', async () => {
  const ids = issues(4).map(({ id }) => id)
  const gone = rig.fake.world.find(ids[2] ?? '')
  if (gone) rig.fake.world.remove(ANN, gone)
  expect(summaries(await readAll(ids))).toEqual(['Issue 0', 'Issue 1', null, 'Issue 3'])
})
test('a failure reaches everybody who waits, and nobody after them', async () => {
  const ids = issues(3).map(({ id }) => id)
  const read = createGatheredRead(rig.client)
  rig.fake.world.find(ids[0] ?? '')
  await rig.fake.goAway()
  const all = await Promise.allSettled(ids.map((id) => read(id, ['summary'], [])))
  for (const one of all) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } })
})
