import type { TrackedCriterion } from '#contract'
import type { Draft } from '../draft.ts'
import { addCriterion, removeCriterion } from '../edit.ts'
import { sameCriterion } from '../match.ts'
import { type KeptCriterion, MAX_CRITERIA, type StoryDraft } from '../version.ts'
import type { StoryChange, SyncConflict } from './merge.ts'
import { fromTracked } from './tracked.ts'

export interface Applied {
  readonly draft: StoryDraft
  /** Ids of the criteria that changed. */
  readonly changed: readonly string[]
  /** What the issue says of each of them; null where a person deleted it, without an id where a person added it. */
  readonly taken: ReadonlyMap<string, TrackedCriterion | null>
  /** What the story could not follow: it stays in the issue alone. */
  readonly refused: readonly StoryChange[]
}

/** Brings a story to what people made of it in an issue. */
export function applyChanges(
  draft: StoryDraft,
  changes: readonly StoryChange[],
  rows: readonly TrackedCriterion[],
  draftOffline: (text: string) => Draft,
): Applied {
  let next = draft
  const taken = new Map<string, TrackedCriterion | null>()
  const refused: StoryChange[] = []
  for (const change of changes) {
    if (refusal(next, change) !== null) refused.push(change)
    else if (change.kind === 'remove') {
      if (!next.criteria.some((c) => c.id === change.id)) continue
      next = removeCriterion(next, change.id)
      taken.set(change.id, null)
    } else if (change.kind === 'edit') {
      const { id, tracked } = change
      const before = criterionOf(next, id)
      const { criterion } = fromTracked(tracked, next.language, before, draftOffline)
      const stands = next.criteria.some((c) => c.id === id)
      if (!criterion || (stands && before && sameCriterion(criterion, before))) continue
      next = put(next, { ...criterion, id })
      taken.set(id, tracked)
    } else {
      const { criterion } = fromTracked(change.tracked, next.language, null, draftOffline)
      if (!criterion || addedAs(next, [change.tracked], rows, draftOffline)[0] !== null) continue
      const added = addCriterion(next, criterion)
      next = added.draft
      taken.set(added.id, change.tracked)
    }
  }
  return { draft: next, changed: [...taken.keys()], taken, refused }
}
/** What a story has of a criterion, or had before somebody deleted it. */
const criterionOf = (draft: StoryDraft, id: string): KeptCriterion | null =>
  draft.criteria.find((c) => c.id === id) ?? draft.removed.find((c) => c.id === id) ?? null

/** Why a story cannot follow an issue there, and what cures that; null: it can. */
export function refusal(draft: StoryDraft, change: StoryChange): string | null {
  const { criteria, language } = draft
  if (change.kind === 'remove') {
    const isOnly = criteria.length === 1 && criteria[0]?.id === change.id
    return isOnly ? 'It is the only criterion and a story needs one: add another first' : null
  }
  const before = change.kind === 'edit' ? criterionOf(draft, change.id) : null
  const { reason } = fromTracked(change.tracked, language, before, null)
  if (reason !== null) return reason
  const isMore = !criteria.some((c) => c.id === before?.id)
  return isMore && criteria.length >= MAX_CRITERIA
    ? `The story has ${MAX_CRITERIA} criteria and takes no more: delete another first`
    : null
}
/** The same of a conflict, should somebody decide for the issue. */
export function refusalOf(draft: StoryDraft, { id, issue }: SyncConflict): string | null {
  return refusal(draft, issue ? { kind: 'edit', id, tracked: issue } : { kind: 'remove', id })
}
function put(draft: StoryDraft, criterion: KeptCriterion): StoryDraft {
  const has = draft.criteria.some((c) => c.id === criterion.id)
  const criteria = has
    ? draft.criteria.map((c) => (c.id === criterion.id ? criterion : c))
    : [...draft.criteria, criterion]
  return { ...draft, criteria, removed: draft.removed.filter((c) => c.id !== criterion.id) }
}

/**
 * Ids under which a story has the criteria that people added to an issue, in their order; null where it has not. Found by what they say, so that
 * a job which died between the story and the issue finds on its repeat what it had added.
 */
export function addedAs(
  draft: StoryDraft,
  added: readonly TrackedCriterion[],
  rows: readonly TrackedCriterion[],
  draftOffline: (text: string) => Draft,
): (string | null)[] {
  const taken = new Set(rows.flatMap((row) => (row.id === null ? [] : [row.id])))
  return added.map((tracked) => {
    const { criterion } = fromTracked(tracked, draft.language, null, draftOffline)
    const found = criterion && draft.criteria.find((c) => !taken.has(c.id) && sameCriterion(c, criterion))
    if (!found) return null
    taken.add(found.id)
    return found.id
  })
}
