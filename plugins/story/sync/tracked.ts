import { createHash } from 'node:crypto'
import type { TrackedCriterion } from '#contract'
import type { Criterion, Draft } from '../draft.ts'
import { criterionSchema } from '../draft.ts'
import { parseStepLines, parseSteps } from '../edit.ts'
import { contentOf } from '../match.ts'
import { stepsOf } from '../render.ts'
import type { KeptCriterion } from '../version.ts'

/** Controls but tab and line break; directional overrides. */
const UNSEEN = /[[\p{Cc}--[\t\n\r]]\u202a-\u202e\u2066-\u2069]/gv
const ASCII = /^[!-~]+(?: [!-~]+)*$/

/** Words as trackers give them back: one kind of space, composed letters, nothing unseen. A model writes all of these. */
function flat(text: string): string {
  return ASCII.test(text) ? text : text.normalize('NFC').replace(UNSEEN, '').replace(/\s+/g, ' ').trim()
}
const sameText = (a: string, b: string | undefined) => b !== undefined && (a === b || flat(a) === flat(b))
const sameLines = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((line, i) => sameText(line, b[i]))

/** A criterion as it is written into an issue. */
export function toTracked(criterion: KeptCriterion, language: string): TrackedCriterion {
  return { id: criterion.id, title: flat(criterion.title), lines: stepsOf(criterion, language).map(flat) }
}
export const sameTracked = (a: TrackedCriterion, b: TrackedCriterion): boolean =>
  sameText(a.title, b.title) && sameLines(a.lines, b.lines)

/** What a story's criterion said, to see later whether it changed. */
export const hashOf = (criterion: Criterion): string =>
  createHash('sha256')
    .update(JSON.stringify(contentOf(criterion)))
    .digest('base64url')
    .slice(0, 22)

const WORDS_OF = { title: 160, line: 500, lines: 6 }

/**
 * A criterion as somebody wrote it into an issue, in the terms of a story; `before` is what the story has. Null when it does not fit: it stays
 * in the issue as it is.
 */
export function fromTracked(
  tracked: TrackedCriterion,
  language: string,
  before: Criterion | null,
  draftOffline: (text: string) => Draft,
): Criterion | null {
  const lines = tracked.lines.map(flat).filter((line) => line !== '')
  const title = flat(tracked.title) || lines[0] || ''
  if (title.length > WORDS_OF.title || lines.length > 3 * WORDS_OF.lines) return null
  // Who changes the title alone leaves the steps, and where they come from, as they were.
  if (before && sameLines(lines, stepsOf(before, language))) return { ...before, title }
  const steps = parseStepLines(lines, language) ?? parseSteps(lines.join('\n'), language)
  // Plain sentences: what must come out is theirs; the step that leads there is what the story had or what its words suggest.
  const base = before ?? (steps ? null : (draftOffline([title, ...lines].join('\n')).criteria[0] ?? null))
  const when = steps?.when ?? base?.when ?? title
  const made = {
    title,
    kind: base?.kind ?? ('happy' as const),
    given: steps?.given ?? (before ? before.given : []),
    when,
    then: steps?.then ?? (lines.length > 0 ? lines : [title]),
    // A person's own words need no quote: theirs is the source.
    source: before && sameOutcome(before, steps) ? before.source : null,
  }
  const parsed = criterionSchema.safeParse(made)
  return parsed.success ? parsed.data : null
}
function sameOutcome(before: Criterion, steps: ReturnType<typeof parseSteps>): boolean {
  return steps !== null && before.when === steps.when && before.then.join('\n') === steps.then.join('\n')
}
