import { contentOf, continueIds, sameCriterion } from './match.ts'
import { type Conflict, type FreshDraft, type KeptCriterion, MAX_CRITERIA, type StoryDraft } from './version.ts'

export interface Merged {
  /** What stands now. */
  readonly draft: StoryDraft
  /** What the generation wanted: the base of the next merge. */
  readonly generated: StoryDraft
  readonly conflicts: readonly Conflict[]
}
const SENTENCE = ['title', 'role', 'goal', 'benefit'] as const

const byId = (criteria: readonly KeptCriterion[]) => new Map(criteria.map((c) => [c.id, c]))

/** Gives a first draft its ids. */
export function firstVersion(fresh: FreshDraft): StoryDraft {
  const criteria = fresh.criteria.map((c, index) => ({ ...contentOf(c), id: `AC-${index + 1}` }))
  return { ...fresh, criteria, removed: [], lastId: criteria.length }
}

/**
 * Three-way merge by criterion id. `base` is what the last generation wanted, `mine` what stands now with people's edits, `fresh` the new
 * generation, which was shown `seen` (what stood when it was asked). The rules, for a criterion and for each part of the sentence alike:
 *
 * - what a person wrote or added stays; where the generation wanted something else there, both sides are a conflict and mine stands;
 * - what a person deleted does not come back;
 * - everything else follows the generation.
 */
export function merge(base: StoryDraft, mine: StoryDraft, fresh: FreshDraft, seen: StoryDraft = mine): Merged {
  const generated = rebase(base, mine, fresh, seen)
  const conflicts: Conflict[] = []
  const was = byId(base.criteria)
  const wants = byId(generated.criteria)
  const have = byId(mine.criteria)
  const removed = new Set(mine.removed.map((c) => c.id))
  const criteria: KeptCriterion[] = []
  for (const own of mine.criteria) {
    const before = was.get(own.id)
    const wanted = wants.get(own.id)
    const touched = !before || !sameCriterion(own, before)
    if (!touched) {
      if (wanted) criteria.push(wanted)
      continue
    }
    criteria.push(own)
    const unchanged = wanted && before ? sameCriterion(wanted, before) : !wanted && !before
    if (!unchanged && !(wanted && sameCriterion(wanted, own))) conflicts.push({ part: own.id, theirs: wanted ?? null })
  }
  const added = generated.criteria.filter((c) => !have.has(c.id) && !removed.has(c.id) && !was.has(c.id))
  criteria.push(...added.slice(0, Math.max(0, MAX_CRITERIA - criteria.length)))
  // A generation that dropped everything a person had left alone must not leave the story empty.
  if (criteria.length === 0) criteria.push(...mine.criteria)
  const sentence = Object.fromEntries(
    SENTENCE.map((part) => {
      if (mine[part] === base[part]) return [part, generated[part]]
      if (generated[part] !== base[part] && generated[part] !== mine[part])
        conflicts.push({ part, theirs: generated[part] })
      return [part, mine[part]]
    }),
  )
  const draft = { ...generated, ...sentence, criteria, removed: mine.removed }
  return { draft, generated, conflicts }
}

/**
 * The generation as if it had been shown `base` and not people's edits: where it repeats what it was shown, it changed nothing, so the
 * base's own value stands. Without this a person's wording, once repeated, would count as generated and lose its protection.
 */
function rebase(base: StoryDraft, mine: StoryDraft, fresh: FreshDraft, seen: StoryDraft): StoryDraft {
  const shown = byId(seen.criteria)
  const was = byId(base.criteria)
  const known = byId([...mine.removed, ...base.removed, ...base.criteria, ...seen.criteria, ...mine.criteria])
  let lastId = Math.max(base.lastId, mine.lastId, seen.lastId)
  const criteria = continueIds(fresh.criteria, [...known.values()]).flatMap((c): KeptCriterion[] => {
    if (c.id === null) {
      lastId += 1
      return [{ ...c, id: `AC-${lastId}` }]
    }
    const before = shown.get(c.id)
    if (!before || !sameCriterion(c, before)) return [{ ...c, id: c.id }]
    const original = was.get(c.id)
    return original ? [original] : []
  })
  const sentence = Object.fromEntries(
    SENTENCE.map((part) => [part, fresh[part] === seen[part] ? base[part] : fresh[part]]),
  )
  return { ...fresh, ...sentence, criteria, removed: mine.removed, lastId }
}
