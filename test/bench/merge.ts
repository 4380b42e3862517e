import { firstVersion } from '../../plugins/story/merge.ts'
import { agreementsAfter, compare, sectionAfter } from '../../plugins/story/sync/merge.ts'
import { toTracked } from '../../plugins/story/sync/tracked.ts'
import type { StoryDraft } from '../../plugins/story/version.ts'
import { plainDraft } from '../fakes/story-desk.ts'

const CRITERIA = 200
const GOAL_MS = 5

/** `node test/bench/merge.ts`: a three-way merge of 200 criteria, of which a quarter each was changed here, there, and on both sides. */
const plain = firstVersion({
  ...plainDraft('Pay with a saved card.'),
  criteria: plainDraft('Pay with a saved card.').criteria.map((one) => ({ ...one, id: null })),
})
const criteria = Array.from({ length: CRITERIA }, (_, i) => {
  const one = plain.criteria[i % plain.criteria.length]
  if (one === undefined) throw new Error('the draft has no criteria')
  return { ...one, id: `AC-${i + 1}`, title: `${one.title} ${i + 1}` }
})
const before: StoryDraft = { ...plain, criteria }
const sectionOf = (draft: StoryDraft) => draft.criteria.map((one) => toTracked(one, draft.language))
const agreed = agreementsAfter({}, before, sectionOf(before), [])
const isOurs = (i: number) => i % 4 === 1 || i % 4 === 3
const isTheirs = (i: number) => i % 4 === 2 || i % 4 === 3
const story = {
  ...before,
  criteria: criteria.map((one, i) => (isOurs(i) ? { ...one, title: `${one.title}, ours` } : one)),
}
const issue = sectionOf(before).map((one, i) => (isTheirs(i) ? { ...one, title: `${one.title}, theirs` } : one))

const times = Array.from({ length: 220 }, () => {
  // Processor time: whoever else uses the machine counts for nothing.
  const began = process.cpuUsage()
  const compared = compare(agreed, story, issue, false)
  const section = sectionAfter(story, compared, [])
  agreementsAfter(agreed, story, section, compared.conflicts)
  const { user, system } = process.cpuUsage(began)
  const found = [compared.toIssue.size, compared.toStory.length, compared.conflicts.length, section.length].join(' ')
  if (found !== `${CRITERIA / 4} ${CRITERIA / 4} ${CRITERIA / 4} ${CRITERIA}`)
    throw new Error(`merged wrongly: ${found}`)
  return (user + system) / 1_000
})
  .slice(20)
  .toSorted((a, b) => a - b)
const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN
console.info(
  `merge of ${CRITERIA} criteria, a quarter changed here, a quarter there and a quarter on both sides: ${at(0.5).toFixed(2)} ms of processor time, p95 ${at(0.95).toFixed(2)} ms (goal ${GOAL_MS} ms)`,
)
process.exitCode = at(0.5) < GOAL_MS ? 0 : 1
