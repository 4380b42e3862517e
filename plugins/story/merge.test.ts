import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Criterion } from './draft.ts'
import { firstVersion, merge } from './merge.ts'
import type { FreshDraft, KeptCriterion, StoryDraft } from './version.ts'

const criterion = (title: string, over: Partial<Criterion> = {}): Criterion => ({
  title,
  kind: 'happy',
  given: [],
  when: `${title} is tried`,
  then: [`${title} holds`],
  source: null,
  ...over,
})
const fresh = (
  criteria: readonly (Criterion & { id?: string | null })[],
  over: Partial<FreshDraft> = {},
): FreshDraft => ({
  title: 'Pay',
  role: 'shopper',
  goal: 'pay with a saved card',
  benefit: null,
  questions: [],
  assumptions: [],
  invest: [],
  size: 'M',
  sizeReason: 'one screen',
  confidence: 0.8,
  language: 'en',
  ...over,
  criteria: criteria.map((c) => ({ ...c, id: c.id ?? null })),
})
const base = firstVersion(fresh(['one', 'two', 'three'].map((t) => criterion(t))))
const edit = (draft: StoryDraft, id: string, over: Partial<Criterion>): StoryDraft => ({
  ...draft,
  criteria: draft.criteria.map((c) => (c.id === id ? { ...c, ...over } : c)),
})
const remove = (draft: StoryDraft, id: string): StoryDraft => ({
  ...draft,
  criteria: draft.criteria.filter((c) => c.id !== id),
  removed: [...draft.removed, ...draft.criteria.filter((c) => c.id === id)],
})
const ids = (draft: StoryDraft) => draft.criteria.map((c) => c.id)
const again = (draft: StoryDraft) => fresh(draft.criteria)

describe('merge', () => {
  it('follows the generation where nobody edited, keeps ids by title and numbers new ones on', () => {
    const result = merge(
      base,
      base,
      fresh([criterion('two', { then: ['better'] }), criterion('four'), criterion('one')]),
    )
    expect(result.conflicts).toEqual([])
    expect(result.draft.criteria.map((c) => [c.id, c.title])).toEqual([
      ['AC-1', 'one'],
      ['AC-2', 'two'],
      ['AC-4', 'four'],
    ])
    expect(result.draft.criteria[1]?.then).toEqual(['better'])
  })
  it("keeps a person's wording and shows both sides of a conflict", () => {
    const mine = edit(base, 'AC-2', { then: ['my words'] })
    const result = merge(
      base,
      mine,
      fresh([criterion('one'), criterion('two', { then: ['their words'] }), criterion('three')]),
    )
    expect(result.draft.criteria[1]?.then).toEqual(['my words'])
    expect(result.conflicts).toEqual([
      { part: 'AC-2', theirs: expect.objectContaining({ id: 'AC-2', then: ['their words'] }) },
    ])
  })
  it('protects an edit for ever, also after a generation has repeated it', () => {
    const mine = edit(base, 'AC-2', { title: 'mine', then: ['my words'] })
    const repeated = merge(base, mine, again(mine))
    expect(repeated.draft.criteria).toEqual(mine.criteria)
    expect(repeated.conflicts).toEqual([])
    const later = merge(
      repeated.generated,
      repeated.draft,
      fresh(repeated.draft.criteria.map((c) => (c.id === 'AC-2' ? { ...c, then: ['theirs'] } : c))),
    )
    expect(later.draft.criteria[1]?.then).toEqual(['my words'])
    expect(later.conflicts.map((c) => c.part)).toEqual(['AC-2'])
  })
  it('says so when the generation wanted an edited criterion gone, and keeps it', () => {
    const mine = edit(base, 'AC-3', { title: 'mine' })
    const result = merge(base, mine, fresh([criterion('one'), criterion('two')]))
    expect(ids(result.draft)).toEqual(['AC-1', 'AC-2', 'AC-3'])
    expect(result.conflicts).toEqual([{ part: 'AC-3', theirs: null }])
  })
  it('does not bring back what a person deleted, under whatever id', () => {
    const mine = remove(base, 'AC-2')
    const result = merge(base, mine, fresh([criterion('one'), criterion('TWO!'), criterion('three')]))
    expect(ids(result.draft)).toEqual(['AC-1', 'AC-3'])
    const third = merge(result.generated, result.draft, fresh([criterion('two'), criterion('one'), criterion('three')]))
    expect(ids(third.draft)).toEqual(['AC-1', 'AC-3'])
  })
  it('keeps what a person added, without a conflict', () => {
    const mine: StoryDraft = { ...base, criteria: [...base.criteria, { ...criterion('own'), id: 'AC-4' }], lastId: 4 }
    const result = merge(base, mine, fresh([criterion('one'), criterion('two'), criterion('three'), criterion('five')]))
    expect(ids(result.draft)).toEqual(['AC-1', 'AC-2', 'AC-3', 'AC-4', 'AC-5'])
    expect(result.conflicts).toEqual([])
  })
  it('merges an edit made while the generation was running', () => {
    const mine = edit(base, 'AC-1', { title: 'meanwhile' })
    const result = merge(base, mine, fresh([...base.criteria, criterion('new')]), base)
    expect(result.draft.criteria.map((c) => c.title)).toEqual(['meanwhile', 'two', 'three', 'new'])
    expect(result.conflicts).toEqual([])
  })
  it('treats the sentence like a criterion', () => {
    const mine = { ...base, goal: 'pay in one tap' }
    const result = merge(base, mine, { ...again(base), goal: 'pay quickly', benefit: 'I save time' })
    expect(result.draft).toMatchObject({ goal: 'pay in one tap', benefit: 'I save time' })
    expect(result.conflicts).toEqual([{ part: 'goal', theirs: 'pay quickly' }])
  })
})

describe('merge, for all drafts', () => {
  const words = fc.constantFrom('login', 'refund', 'search', 'export', 'import', 'share', 'delete', 'pay')
  const any = fc.record({ title: words, then: words }).map(({ title, then }) => criterion(title, { then: [then] }))
  const distinct = fc.uniqueArray(any, { minLength: 3, maxLength: 8, selector: (c) => c.title })
  type Change = { at: number; kind: 'edit' | 'delete' | 'add'; word: string }
  const changes = fc.array(
    fc.record({ at: fc.nat(7), kind: fc.constantFrom<Change['kind']>('edit', 'delete', 'add'), word: words }),
    { maxLength: 6 },
  )
  const apply = (draft: StoryDraft, change: Change): StoryDraft => {
    const target = draft.criteria[change.at % draft.criteria.length]
    if (!target) return draft
    if (change.kind === 'edit') return edit(draft, target.id, { then: [`person: ${change.word}`] })
    if (change.kind === 'delete') return draft.criteria.length > 1 ? remove(draft, target.id) : draft
    const lastId = draft.lastId + 1
    const own = { ...criterion(`person adds ${change.word} ${lastId}`), id: `AC-${lastId}` }
    return { ...draft, criteria: [...draft.criteria, own], lastId }
  }
  const touched = (from: StoryDraft, to: StoryDraft) => {
    const was = new Map(from.criteria.map((c) => [c.id, JSON.stringify(c)]))
    return to.criteria.filter((c) => was.get(c.id) !== JSON.stringify(c))
  }
  const contents = (criteria: readonly KeptCriterion[]) =>
    criteria.map((c) => `${c.id} ${c.title} ${c.then.join()}`).toSorted()

  it("never loses a person's edit, never revives a deletion, over any number of generations", () => {
    fc.assert(
      fc.property(distinct, fc.array(fc.tuple(changes, distinct), { minLength: 1, maxLength: 4 }), (start, rounds) => {
        let generated = firstVersion(fresh(start))
        let current = generated
        for (const [edits, next] of rounds) {
          const mine = edits.reduce(apply, current)
          const result = merge(generated, mine, fresh(next))
          const kept = contents(result.draft.criteria)
          for (const own of contents(touched(generated, mine))) expect(kept).toContain(own)
          const deleted = new Set(mine.removed.map((c) => c.id))
          expect(result.draft.criteria.filter((c) => deleted.has(c.id))).toEqual([])
          expect(new Set(ids(result.draft)).size).toBe(result.draft.criteria.length)
          for (const { part } of result.conflicts) expect(ids(result.draft)).toContain(part)
          generated = result.generated
          current = result.draft
        }
      }),
    )
  })
  it('is the generation where there was no edit, and the edits where the generation is the same again', () => {
    fc.assert(
      fc.property(distinct, distinct, changes, (start, next, edits) => {
        const first = firstVersion(fresh(start))
        const followed = merge(first, first, fresh(next))
        expect(followed.conflicts).toEqual([])
        expect(followed.draft.criteria.map((c) => c.title).toSorted()).toEqual(next.map((c) => c.title).toSorted())
        const mine = edits.reduce(apply, first)
        const unchanged = merge(first, mine, fresh(start))
        expect(contents(unchanged.draft.criteria)).toEqual(contents(mine.criteria))
        expect(unchanged.conflicts).toEqual([])
      }),
    )
  })
})
