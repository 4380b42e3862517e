import type { Criterion } from './draft.ts'
import type { FreshCriterion, KeptCriterion, StoryDraft } from './version.ts'

const fold = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
const titleKey = (c: Criterion) => fold(c.title)
const behaviourKey = (c: Criterion) => fold([c.when, ...c.then].join(' | '))
const quoteKey = (c: Criterion) => (c.source ? `${c.kind}|${fold(c.source.quote)}` : '')

/** Do two criteria say the same, whatever their ids? */
export function sameCriterion(a: Criterion, b: Criterion): boolean {
  return JSON.stringify(contentOf(a)) === JSON.stringify(contentOf(b))
}
/** Same step and outcome in other words of the title. */
export const sameBehaviour = (a: Criterion, b: Criterion): boolean => behaviourKey(a) === behaviourKey(b)
/** In one order of keys, because what comes back from the database has another. */
export function contentOf({ title, kind, given, when, then, source }: Criterion): Criterion {
  return { title, kind, given, when, then, source: source && { span: source.span, quote: source.quote } }
}

/** Do two versions tell people the same? What was only estimated does not count. */
export function sameStory(a: StoryDraft, b: StoryDraft): boolean {
  const said = (d: StoryDraft) =>
    JSON.stringify([
      d.title,
      d.role,
      d.goal,
      d.benefit,
      d.criteria.map((c) => [c.id, contentOf(c)]),
      d.questions,
      d.assumptions,
    ])
  return said(a) === said(b)
}

/**
 * Gives each fresh criterion the id of the known one it continues: the id it names itself, else equal title, equal behaviour, or the same
 * quote with the same kind. What continues nothing stays null. No id is given twice.
 */
export function continueIds(fresh: readonly FreshCriterion[], known: readonly KeptCriterion[]): FreshCriterion[] {
  const ids: (string | null)[] = fresh.map(() => null)
  const free = new Map(known.map((criterion) => [criterion.id, criterion]))
  const give = (index: number, id: string) => {
    ids[index] = id
    free.delete(id)
  }
  for (const [index, criterion] of fresh.entries()) {
    if (criterion.id !== null && free.has(criterion.id)) give(index, criterion.id)
  }
  for (const key of [titleKey, behaviourKey, quoteKey]) {
    const byKey = new Map([...free.values()].map((criterion) => [key(criterion), criterion.id]))
    for (const [index, criterion] of fresh.entries()) {
      if (ids[index] !== null) continue
      const wanted = key(criterion)
      const id = wanted === '' ? undefined : byKey.get(wanted)
      if (id !== undefined && free.has(id)) give(index, id)
    }
  }
  return fresh.map((criterion, index) => ({ ...contentOf(criterion), id: ids[index] ?? null }))
}
