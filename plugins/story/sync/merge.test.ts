import { describe, expect, it } from 'vitest'
import type { TrackedCriterion } from '#contract'
import { plainDraft } from '../../../test/fakes/story-desk.ts'
import { firstVersion } from '../merge.ts'
import type { StoryDraft } from '../version.ts'
import { addedAs, applyChanges } from './apply.ts'
import { agreementsAfter, compare, sectionAfter } from './merge.ts'
import { toTracked } from './tracked.ts'

const story = firstVersion({
  ...plainDraft('Pay with a saved card.'),
  criteria: plainDraft('Pay with a saved card.').criteria.map((c) => ({ ...c, id: null })),
})
const sectionOf = (draft: StoryDraft) => draft.criteria.map((c) => toTracked(c, draft.language))
const agreedOf = (draft: StoryDraft) => agreementsAfter({}, draft, sectionOf(draft), [])
const reworded = (section: readonly TrackedCriterion[], id: string, title: string) =>
  section.map((c) => (c.id === id ? { ...c, title } : c))
const edited = (draft: StoryDraft, id: string, title: string): StoryDraft => ({
  ...draft,
  criteria: draft.criteria.map((c) => (c.id === id ? { ...c, title } : c)),
})
const without = (draft: StoryDraft, id: string): StoryDraft => ({
  ...draft,
  criteria: draft.criteria.filter((c) => c.id !== id),
  removed: draft.criteria.filter((c) => c.id === id),
})

describe('comparing a story with its issue', () => {
  it('finds nothing to do where nothing changed', () => {
    const found = compare(agreedOf(story), story, sectionOf(story), false)
    expect(found).toMatchObject({ toStory: [], conflicts: [] })
    expect(found.toIssue.size).toBe(0)
  })
  it('takes what only the issue changed, and writes what only the story changed', () => {
    const mine = edited(story, 'AC-1', 'Ours')
    const found = compare(agreedOf(story), mine, reworded(sectionOf(story), 'AC-2', 'Theirs'), false)
    expect(found.toStory).toMatchObject([{ kind: 'edit', id: 'AC-2', tracked: { title: 'Theirs' } }])
    expect([...found.toIssue]).toEqual(['AC-1'])
    expect(found.conflicts).toEqual([])
  })
  it('leaves both wordings where both sides changed one criterion, and none where they changed it alike', () => {
    const mine = edited(story, 'AC-1', 'Ours')
    const differs = compare(agreedOf(story), mine, reworded(sectionOf(story), 'AC-1', 'Theirs'), false)
    expect(differs).toMatchObject({
      toStory: [],
      conflicts: [{ id: 'AC-1', story: { title: 'Ours' }, issue: { title: 'Theirs' } }],
    })
    expect(sectionAfter(mine, differs, [])[0]?.title).toBe('Theirs')
    const alike = compare(agreedOf(story), mine, reworded(sectionOf(story), 'AC-1', 'Ours'), false)
    expect(alike).toMatchObject({ toStory: [], conflicts: [] })
  })
  it('follows a deletion on either side, and asks where the other side changed what was deleted', () => {
    const gone = sectionOf(story).filter((c) => c.id !== 'AC-2')
    expect(compare(agreedOf(story), story, gone, false).toStory).toEqual([{ kind: 'remove', id: 'AC-2' }])
    const found = compare(agreedOf(story), without(story, 'AC-2'), sectionOf(story), false)
    expect(sectionAfter(without(story, 'AC-2'), found, []).map((c) => c.id)).not.toContain('AC-2')
    expect(compare(agreedOf(story), edited(story, 'AC-2', 'Ours'), gone, false).conflicts).toMatchObject([
      { id: 'AC-2', issue: null },
    ])
    expect(
      compare(agreedOf(story), without(story, 'AC-2'), reworded(sectionOf(story), 'AC-2', 'Theirs'), false).conflicts,
    ).toMatchObject([{ id: 'AC-2', story: null }])
  })
  it('gives a criterion that a person added an id of the story, once, even when the job runs again', () => {
    const added: TrackedCriterion = {
      id: null,
      title: 'Refunds',
      lines: ['Given a refund', 'When it is paid', 'Then it is told'],
    }
    const section = [...sectionOf(story), added]
    const found = compare(agreedOf(story), story, section, false)
    const applied = applyChanges(story, found.toStory, found.rows, plainDraft)
    const id = `AC-${story.lastId + 1}`
    expect(applied.changed).toEqual([id])
    const again = applyChanges(applied.draft, found.toStory, found.rows, plainDraft)
    expect(again.changed).toEqual([])
    const ids = addedAs(applied.draft, [{ ...added }], found.rows, plainDraft)
    expect(ids).toEqual([id])
    expect(sectionAfter(applied.draft, found, ids).at(-1)).toEqual({ ...added, id })
  })
  it('takes an id that is there twice, or that the story never gave, for a person’s own criterion', () => {
    const [first] = sectionOf(story)
    if (!first) throw new Error('no criterion')
    const found = compare(
      agreedOf(story),
      story,
      [...sectionOf(story), { ...first, title: 'Copy' }, { ...first, id: 'AC-99' }],
      false,
    )
    expect(found.toStory.map(({ kind }) => kind)).toEqual(['add', 'add'])
  })
  it('never changes an approved story: what changed in the issue waits for a decision', () => {
    const found = compare(agreedOf(story), story, reworded(sectionOf(story), 'AC-1', 'Theirs'), true)
    expect(found).toMatchObject({ toStory: [], conflicts: [{ id: 'AC-1' }] })
  })
  it('keeps plain sentences as they were written', () => {
    const plain = sectionOf(story).map((c) =>
      c.id === 'AC-1' ? { ...c, lines: ['It takes two seconds at most.'] } : c,
    )
    const found = compare(agreedOf(story), story, plain, false)
    const { draft } = applyChanges(story, found.toStory, found.rows, plainDraft)
    expect(draft.criteria[0]).toMatchObject({ when: story.criteria[0]?.when, then: ['It takes two seconds at most.'] })
    const section = sectionAfter(draft, found, [])
    expect(section[0]?.lines).toEqual(['It takes two seconds at most.'])
    // Seen again, it is agreed: the story does not write its own words over theirs.
    const agreed = agreementsAfter({}, draft, section, [])
    expect(compare(agreed, draft, section, false)).toMatchObject({ toStory: [], conflicts: [] })
  })
  it('sees no change in white space and composed letters, which trackers give back in their own way', () => {
    const [first, ...others] = story.criteria
    if (!first) throw new Error('no criterion')
    const mine = {
      ...story,
      criteria: [{ ...first, then: ['10\u00a0000 € are  paid\nat once', 'a Cafe\u0301'] }, ...others],
    }
    const back = sectionOf(mine).map((c) => ({
      ...c,
      lines: c.lines.map((line) => line.normalize('NFC').replace(/\s+/g, ' ').trim()),
    }))
    expect(back[0]?.lines).toContain('Then 10 000 € are paid at once')
    expect(compare({}, mine, back, false)).toMatchObject({ toStory: [], conflicts: [] })
  })
  it('is done with 200 criteria on each side', () => {
    const many = {
      ...story,
      criteria: Array.from({ length: 200 }, (_, i) => ({ ...story.criteria[0], id: `AC-${i + 1}` })),
    } as StoryDraft
    const began = performance.now()
    const found = compare(agreedOf(many), many, reworded(sectionOf(many), 'AC-7', 'Theirs'), false)
    console.info(`200 criteria compared in ${(performance.now() - began).toFixed(1)} ms`)
    expect(found.toStory).toHaveLength(1)
  })
})
