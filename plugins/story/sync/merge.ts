import type { TrackedCriterion } from '#contract'
import type { KeptCriterion, StoryDraft } from '../version.ts'
import { hashOf, resembles, sameTracked, saysAlready, toTracked } from './tracked.ts'

/** What both sides said of one criterion when they last agreed. The id is null where the story has one and the issue was not told of it yet. */
export interface Agreement {
  readonly tracked: TrackedCriterion
  readonly storyHash: string
}
export type Agreements = Readonly<Record<string, Agreement>>

/** Both sides changed one criterion since; null: that side deleted it. */
export interface SyncConflict {
  readonly id: string
  readonly story: TrackedCriterion | null
  readonly issue: TrackedCriterion | null
}
export type StoryChange =
  | { readonly kind: 'edit'; readonly id: string; readonly tracked: TrackedCriterion }
  | { readonly kind: 'remove'; readonly id: string }
  | { readonly kind: 'add'; readonly tracked: TrackedCriterion }

export interface Comparison {
  /** What people did in the issue that the story shall follow. */
  readonly toStory: readonly StoryChange[]
  /** Criteria whose text in the issue is the story's to set. */
  readonly toIssue: ReadonlySet<string>
  readonly conflicts: readonly SyncConflict[]
  /** The section as it stands; a null id is a criterion that a person added. */
  readonly rows: readonly TrackedCriterion[]
}

/**
 * Three-way comparison by criterion id. What only one side changed goes to the other side; what both changed alike is agreed; what they changed
 * differently stays as it is on both sides until a person decides. `isFrozen`: the story is approved, so what changed in the issue is a conflict.
 */
export function compare(
  agreed: Agreements,
  story: StoryDraft,
  issue: readonly TrackedCriterion[],
  isFrozen: boolean,
): Comparison {
  const own = new Map(story.criteria.map((c) => [c.id, c]))
  const theirs = new Map<string, TrackedCriterion>()
  const toStory: StoryChange[] = []
  const toIssue = new Set<string>()
  const conflicts: SyncConflict[] = []
  const known = (id: string) => own.has(id) || agreed[id] !== undefined || story.removed.some((c) => c.id === id)
  const seen = new Set<string>()
  const standing = issue.map((tracked) => {
    // An id that the story never gave, or gave once and finds twice, is a person's own criterion.
    const isKnown = tracked.id !== null && known(tracked.id) && !seen.has(tracked.id)
    if (isKnown && tracked.id !== null) seen.add(tracked.id)
    return isKnown ? tracked : { ...tracked, id: null }
  })
  const rows = recognised(standing, agreed)
  for (const row of rows) {
    if (row.id !== null) theirs.set(row.id, row)
    else if (!isFrozen) toStory.push({ kind: 'add', tracked: row })
  }
  const sentenceOf = (criterion: KeptCriterion) => toTracked(criterion, story.language)
  for (const id of new Set([...own.keys(), ...theirs.keys(), ...Object.keys(agreed)])) {
    const mine = own.get(id)
    const tracked = theirs.get(id)
    const base = agreed[id]
    const isMineNew = mine ? base?.storyHash !== hashOf(mine) : base !== undefined
    const isTheirsNew = tracked ? !base || !sameTracked(base.tracked, tracked) : base !== undefined
    if (!mine && !tracked) continue
    if (mine && tracked && sameTracked(sentenceOf(mine), tracked)) continue
    if (isTheirsNew && !isMineNew && !isFrozen) {
      if (tracked) toStory.push({ kind: 'edit', id, tracked })
      else if (story.criteria.length > 1) toStory.push({ kind: 'remove', id })
      else conflicts.push({ id, story: mine ? sentenceOf(mine) : null, issue: null })
    } else if (!isTheirsNew && isMineNew) toIssue.add(id)
    else if (isTheirsNew && !(mine && tracked && saysAlready(mine, tracked, story.language))) {
      // Deleted by a person here and not there, or never agreed on: a criterion does not come back by itself.
      conflicts.push({ id, story: mine ? sentenceOf(mine) : null, issue: tracked ?? null })
    }
  }
  return { toStory, toIssue, conflicts, rows }
}

/** Edits and deletions that the story could not follow, as conflicts: both wordings stand. */
export function conflictsOf(story: StoryDraft, refused: readonly StoryChange[]): SyncConflict[] {
  return refused.flatMap((change) => {
    if (change.kind === 'add') return []
    const mine = story.criteria.find((c) => c.id === change.id)
    const issue = change.kind === 'edit' ? change.tracked : null
    return [{ id: change.id, story: mine ? toTracked(mine, story.language) : null, issue }]
  })
}

/**
 * Gives criteria that the story took over, and whose ids the issue was not told of, their ids: those that say the same first, then those that
 * are alike, then in their order. People go on writing while a write fails, and one criterion stays one.
 */
function recognised(rows: readonly TrackedCriterion[], agreed: Agreements): TrackedCriterion[] {
  const shown = new Set(rows.map((row) => row.id))
  const untold = new Map(Object.entries(agreed).filter(([id, { tracked }]) => tracked.id === null && !shown.has(id)))
  let found = [...rows]
  for (const isOne of untold.size > 0 ? [sameTracked, resembles, () => true] : []) {
    found = found.map((row) => {
      const [id] = row.id === null ? ([...untold].find(([, base]) => isOne(base.tracked, row)) ?? []) : []
      if (id === undefined) return row
      untold.delete(id)
      return { ...row, id }
    })
  }
  return found
}

/**
 * How the section reads once the story has followed: people's words stay as they wrote them, in their order. `added`: the ids that the story gave
 * to the criteria people added, in the order of the section; null where it could not take one.
 */
export function sectionAfter(
  story: StoryDraft,
  { rows, toIssue, conflicts }: Pick<Comparison, 'rows' | 'toIssue' | 'conflicts'>,
  added: readonly (string | null)[],
): TrackedCriterion[] {
  const own = new Map(story.criteria.map((c) => [c.id, c]))
  const disputed = new Set(conflicts.map((c) => c.id))
  const section: TrackedCriterion[] = []
  const placed = new Set<string>()
  let next = 0
  for (const row of rows) {
    const id = row.id ?? added[next++] ?? null
    const mine = id === null ? undefined : own.get(id)
    if (id !== null) placed.add(id)
    if (id === null || !toIssue.has(id)) section.push({ ...row, id })
    else if (mine) section.push(toTracked(mine, story.language))
  }
  for (const mine of story.criteria) {
    // Where people deleted it in the issue and the two disagree, it stays away until somebody decides.
    if (!placed.has(mine.id) && !disputed.has(mine.id)) section.push(toTracked(mine, story.language))
  }
  return section
}

/**
 * What is agreed once the story has followed and before the issue is written to. `taken`: its words by id; null where it was deleted. An id that the
 * issue was not told of yet is not told by this either.
 */
export function agreementsTaken(
  before: Agreements,
  story: StoryDraft,
  taken: ReadonlyMap<string, TrackedCriterion | null>,
): Agreements {
  const kept = Object.entries(before).filter(([id]) => !taken.has(id))
  const followed = story.criteria.flatMap((mine): [string, Agreement][] => {
    const tracked = taken.get(mine.id)
    if (!tracked) return []
    const isUntold = before[mine.id]?.tracked.id === null
    return [[mine.id, { tracked: isUntold ? { ...tracked, id: null } : tracked, storyHash: hashOf(mine) }]]
  })
  return Object.fromEntries([...kept, ...followed])
}

/** What counts as agreed from now on: everything but what is disputed, which keeps its old base. */
export function agreementsAfter(
  before: Agreements,
  story: StoryDraft,
  section: readonly TrackedCriterion[],
  conflicts: readonly SyncConflict[],
): Agreements {
  const disputed = new Set(conflicts.map((c) => c.id))
  const written = new Map(section.flatMap((c) => (c.id === null ? [] : [[c.id, c]])))
  const next: Record<string, Agreement> = {}
  for (const [id, base] of Object.entries(before)) if (disputed.has(id)) next[id] = base
  for (const mine of story.criteria) {
    const tracked = written.get(mine.id)
    if (tracked && !disputed.has(mine.id)) next[mine.id] = { tracked, storyHash: hashOf(mine) }
  }
  return next
}
