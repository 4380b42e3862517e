import { HubError } from '#contract'
import type { Criterion } from './draft.ts'
import { keywordsOf } from './gherkin.ts'
import { CRITERION_ID, type KeptCriterion, type StoryDraft, storyDraftSchema } from './version.ts'

export const SENTENCE_PARTS = ['title', 'role', 'goal', 'benefit'] as const
type SentencePart = (typeof SENTENCE_PARTS)[number]
const isSentencePart = (part: string): part is SentencePart => SENTENCE_PARTS.some((known) => known === part)

/** 'ac-2', 'AC2' and '2' all name AC-2. */
export function parseCriterionId(text: string): string | null {
  const digits = /^(?:ac-?)?(\d{1,4})$/i.exec(text.trim())?.[1]
  return digits === undefined ? null : `AC-${Number(digits)}`
}
function findCriterion(draft: StoryDraft, id: string): KeptCriterion {
  const found = draft.criteria.find((criterion) => criterion.id === id)
  if (found) return found
  const gone = draft.removed.some((criterion) => criterion.id === id) ? ' was deleted' : ' does not exist'
  throw new HubError('NOT_FOUND', `${id}${gone}: the story has ${draft.criteria.map((c) => c.id).join(', ')}`)
}
/** Limits are told in the words of the person who typed. */
function checked(draft: StoryDraft): StoryDraft {
  const result = storyDraftSchema.safeParse(draft)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new HubError(
    'INPUT_INVALID',
    `That does not fit into a story: ${issue?.path.slice(-2).join(' ') ?? ''} ${issue?.message ?? ''}`,
  )
}
const replace = (draft: StoryDraft, next: KeptCriterion): StoryDraft =>
  checked({ ...draft, criteria: draft.criteria.map((c) => (c.id === next.id ? next : c)) })

type Steps = Pick<Criterion, 'given' | 'when' | 'then'>

/** Step words of the story's language and of English, with what each begins: 0 given, 1 when, 2 then, 3 more of the same. */
function stepWords(language: string): ReadonlyMap<string, number> {
  const vocabularies = [keywordsOf(language).steps, keywordsOf('en').steps]
  return new Map(vocabularies.flatMap((words) => words.map((word, kind) => [word.toLowerCase(), kind] as const)))
}
/** Null when there is no "when" and "then" among them. */
function stepsFrom(parts: readonly { readonly kind: number; readonly text: string }[]): Steps | null {
  let last = 0
  const steps = parts.map(({ kind, text }) => {
    if (kind !== 3) last = kind
    const words = text.replace(/\s+/g, ' ').replace(/[\s,;.]+$/, '')
    return { kind: last, text: words.trim() }
  })
  const of = (kind: number) => steps.filter((step) => step.kind === kind && step.text !== '').map(({ text }) => text)
  const when = of(1).join(', ')
  return when === '' || of(2).length === 0 ? null : { given: of(0), when, then: of(2) }
}

/**
 * Reads "Given …, when …, then …" in the language of the story or in English, over any number of lines. Null when there is no "when" and
 * "then" in it.
 */
export function parseSteps(text: string, language: string): Steps | null {
  const words = stepWords(language)
  const pattern = new RegExp(`(?:^|[\\n,;.]\\s*)(${[...words.keys()].join('|')})\\s+`, 'giu')
  const marks = [...text.matchAll(pattern)]
  return stepsFrom(
    marks.map((mark, index) => ({
      kind: words.get(mark[1]?.toLowerCase() ?? '') ?? 0,
      text: text.slice(mark.index + mark[0].length, marks[index + 1]?.index ?? text.length),
    })),
  )
}
/**
 * Reads lines of one step each, whatever words stand inside them: "Dann wird er benachrichtigt, wenn …" is one result. A line without a step word
 * goes on with what the line before it was. Null when the first has none, or when there is no "when" and "then" among them.
 */
export function parseStepLines(lines: readonly string[], language: string): Steps | null {
  const words = stepWords(language)
  const pattern = new RegExp(`^(${[...words.keys()].join('|')})\\s+`, 'iu')
  const parts = lines.map((line) => {
    const mark = pattern.exec(line)
    return { kind: words.get(mark?.[1]?.toLowerCase() ?? '') ?? null, text: line.slice(mark?.[0].length ?? 0) }
  })
  return parts[0]?.kind == null ? null : stepsFrom(parts.map(({ kind, text }) => ({ kind: kind ?? 3, text })))
}

/** A person's own wording. Steps replace steps; a plain sentence replaces the title and what must come out. */
export function editPart(draft: StoryDraft, part: string, text: string): { draft: StoryDraft; part: string } {
  const words = text.replace(/[^\S\n]+/g, ' ').trim()
  if (words === '') throw new HubError('INPUT_INVALID', `Write the new text behind ${part}`)
  const name = part.toLowerCase()
  if (isSentencePart(name)) return { draft: checked({ ...draft, [name]: words.replace(/\s+/g, ' ') }), part: name }
  const id = parseCriterionId(part)
  if (id === null || !CRITERION_ID.test(id))
    throw new HubError(
      'INPUT_INVALID',
      `"${part}" is no part of a story: write a criterion such as AC-2, or ${SENTENCE_PARTS.join(', ')}`,
    )
  const current = findCriterion(draft, id)
  const steps = parseSteps(words, draft.language)
  const sentence = words.replace(/\s+/g, ' ')
  const next = steps ? { ...current, ...steps } : { ...current, title: sentence.slice(0, 160), then: [sentence] }
  return { draft: replace(draft, next), part: id }
}
export function renameCriterion(draft: StoryDraft, id: string, title: string): StoryDraft {
  return replace(draft, { ...findCriterion(draft, id), title: title.trim() })
}
export function removeCriterion(draft: StoryDraft, id: string): StoryDraft {
  const gone = findCriterion(draft, id)
  if (draft.criteria.length === 1) throw new HubError('CONFLICT', `${id} is the only criterion: a story needs one`)
  return { ...draft, criteria: draft.criteria.filter((c) => c.id !== id), removed: [...draft.removed, gone] }
}
export function addCriterion(draft: StoryDraft, criterion: Criterion): { draft: StoryDraft; id: string } {
  const lastId = draft.lastId + 1
  const id = `AC-${lastId}`
  return { draft: checked({ ...draft, criteria: [...draft.criteria, { ...criterion, id }], lastId }), id }
}
