import type { TrackedCriterion } from '#contract'
import type { Draft } from '../draft.ts'
import { addCriterion, removeCriterion } from '../edit.ts'
import { sameCriterion } from '../match.ts'
import { type KeptCriterion, MAX_CRITERIA, type StoryDraft } from '../version.ts'
import type { StoryChange } from './merge.ts'
import { fromTracked } from './tracked.ts'

export interface Applied {
  readonly draft: StoryDraft
  /** Ids of the criteria that changed. */
  readonly changed: readonly string[]
  /** Criteria that do not fit into a story, by their title: they stay in the issue alone. */
  readonly refused: readonly string[]
}

/** Brings a story to what people made of it in an issue. */
export function applyChanges(
  draft: StoryDraft,
  changes: readonly StoryChange[],
  rows: readonly TrackedCriterion[],
  draftOffline: (text: string) => Draft,
): Applied {
  let next = draft
  const changed: string[] = []
  const refused: string[] = []
  for (const change of changes) {
    if (change.kind === 'remove') {
      if (!next.criteria.some((c) => c.id === change.id) || next.criteria.length === 1) continue
      next = removeCriterion(next, change.id)
      changed.push(change.id)
    } else if (change.kind === 'edit') {
      const { id, tracked } = change
      const before = next.criteria.find((c) => c.id === id) ?? next.removed.find((c) => c.id === id) ?? null
      const made = fromTracked(tracked, next.language, before, draftOffline)
      if (made === null) refused.push(tracked.title)
      else {
        next = put(next, { ...made, id })
        changed.push(id)
      }
    } else {
      const made = fromTracked(change.tracked, next.language, null, draftOffline)
      if (made === null || next.criteria.length >= MAX_CRITERIA) refused.push(change.tracked.title)
      else if (addedAs(next, [change.tracked], rows, draftOffline)[0] === null) {
        const added = addCriterion(next, made)
        next = added.draft
        changed.push(added.id)
      }
    }
  }
  return { draft: next, changed, refused }
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
    const made = fromTracked(tracked, draft.language, null, draftOffline)
    const found = made && draft.criteria.find((c) => !taken.has(c.id) && sameCriterion(c, made))
    if (!found) return null
    taken.add(found.id)
    return found.id
  })
}
