import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { TrackedCriterion } from '#contract'
import type { Criterion, Draft } from '../draft.ts'
import { criterionSchema } from '../draft.ts'
import { parseStepLines, parseSteps } from '../edit.ts'
import { contentOf, sameCriterion } from '../match.ts'
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

/** Does one look like the other reworded? */
export const resembles = (a: TrackedCriterion, b: TrackedCriterion): boolean =>
  sameText(a.title, b.title) || (a.lines.length > 0 && sameLines(a.lines, b.lines))

/** What a story's criterion said, to see later whether it changed. */
export const hashOf = (criterion: Criterion): string =>
  createHash('sha256')
    .update(JSON.stringify(contentOf(criterion)))
    .digest('base64url')
    .slice(0, 22)

/** A criterion in the terms of a story, or why it fits into none and what cures that. */
type Reading =
  | { readonly criterion: Criterion; readonly reason: null }
  | { readonly criterion: null; readonly reason: string }

/**
 * A criterion as somebody wrote it into an issue, in the terms of a story; `before` is what the story has. One that does not fit stays in the issue
 * as it is.
 */
export function fromTracked(
  tracked: TrackedCriterion,
  language: string,
  before: Criterion | null,
  draftOffline: ((text: string) => Draft) | null,
): Reading {
  const lines = tracked.lines.map(flat).filter((line) => line !== '')
  const title = flat(tracked.title) || lines[0] || ''
  // Who changes the title alone leaves the steps, and where they come from, as they were.
  if (before && sameLines(lines, stepsOf(before, language))) return fitted({ ...before, title })
  const steps = parseStepLines(lines, language) ?? parseSteps(lines.join('\n'), language)
  const plain = lines.length > 0 ? lines : [title]
  const reading = fitted({
    title,
    kind: before?.kind ?? 'happy',
    given: steps?.given ?? before?.given ?? [],
    when: steps?.when ?? before?.when ?? title,
    then: steps?.then ?? plain,
    // A person's own words need no quote: theirs is the source.
    source: before && sameOutcome(before, steps) ? before.source : null,
  })
  if (before || steps || !draftOffline || reading.criterion === null) return reading
  // Plain sentences: what must come out is theirs; the step that leads there is what their words suggest.
  const [base] = draftOffline([title, ...lines].join('\n')).criteria
  return base ? fitted({ ...reading.criterion, kind: base.kind, when: base.when }) : reading
}
function fitted(made: Criterion): Reading {
  const { success, data, error } = criterionSchema.safeParse(made)
  return success ? { criterion: data, reason: null } : { criterion: null, reason: reasonOf(error.issues[0], made) }
}
function reasonOf(issue: z.core.$ZodIssue | undefined, made: Criterion): string {
  if (issue?.code !== 'too_big') return 'It says nothing: write it anew in the issue'
  const [part, at] = issue.path
  const takes = `and a story takes ${issue.maximum}: shorten it in the issue`
  if (part === 'given' && at === undefined) return `It has ${made.given.length} conditions ${takes}`
  if (part === 'then' && at === undefined) return `It has ${made.then.length} results ${takes}`
  const longest = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length))
  return part === 'title'
    ? `Its title has ${made.title.length} characters ${takes}`
    : `One of its lines has ${longest([...made.given, made.when, ...made.then])} characters ${takes}`
}

/** Would the story say what it says, had it taken these words over? A full stop is no news, nor is what it took over before. */
export function saysAlready(mine: Criterion, tracked: TrackedCriterion, language: string): boolean {
  const { criterion } = fromTracked(tracked, language, mine, null)
  return criterion !== null && sameCriterion(criterion, mine)
}
function sameOutcome(before: Criterion, steps: ReturnType<typeof parseSteps>): boolean {
  return steps !== null && before.when === steps.when && before.then.join('\n') === steps.then.join('\n')
}
