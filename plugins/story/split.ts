import { cleanOutput } from '#contract'
import type { CriterionKind } from './draft.ts'
import type { SplitAnswer } from './prompt.ts'
import type { StoryDraft } from './version.ts'

/** One story of a split: criteria are the parent's, by id. */
export type Part = SplitAnswer['parts'][number]

/** Every criterion goes into exactly one part; one that was forgotten joins the first, so that nothing is lost. */
export function checkParts(answer: SplitAnswer, current: StoryDraft, source: string) {
  const known = new Set(current.criteria.map((c) => c.id))
  const problems: string[] = []
  const seen = new Set<string>()
  const parts = cleanOutput(answer.parts, source).value.map((part) => {
    const criteria = part.criteria.filter((id) => {
      if (!known.has(id)) problems.push(`${id} is no criterion of the story`)
      else if (seen.has(id)) problems.push(`${id} is in two parts`)
      else return seen.add(id)
      return false
    })
    return { ...part, criteria }
  })
  const forgotten = [...known].filter((id) => !seen.has(id))
  if (forgotten.length > 0) problems.push(`in no part: ${forgotten.join(', ')}`)
  const [first, ...rest] = parts.filter((part) => part.criteria.length > 0)
  const whole = first && rest.length > 0 ? [{ ...first, criteria: [...first.criteria, ...forgotten] }, ...rest] : null
  return { problems, must: true, value: whole }
}

/** Names of the groups below, in the language of the story. */
const NAMES: Record<string, Record<'failure' | 'permission' | 'boundary' | 'quality', string>> = {
  en: { failure: 'when it fails', permission: 'who may', boundary: 'limits', quality: 'quality' },
  de: { failure: 'wenn es scheitert', permission: 'wer darf', boundary: 'Grenzen', quality: 'Qualität' },
}
const REASONS: Record<Exclude<CriterionKind, 'happy'>, string> = {
  failure: 'The main path is useful before every failure is handled',
  permission: 'The rule of who may can be added to a working path',
  boundary: 'Limits can follow once the usual case works',
  quality: 'Can be measured and improved on its own',
}

/**
 * Without a model: by rule. The main path stays one story, and each other kind of criterion becomes one of its own. Empty when all criteria
 * are of one kind, because then there is no seam that can be seen without understanding.
 */
export function splitOffline(current: StoryDraft): Part[] {
  const names = NAMES[current.language] ?? NAMES.en
  const kinds = ['happy', 'failure', 'permission', 'boundary', 'quality'] as const
  const groups = kinds
    .map((kind) => ({ kind, ids: current.criteria.filter((c) => c.kind === kind).map((c) => c.id) }))
    .filter((group) => group.ids.length > 0)
  if (groups.length < 2) return []
  return groups.map(({ kind, ids }, index) => {
    const name = kind === 'happy' ? undefined : names?.[kind]
    return {
      title:
        name === undefined || index === 0 ? current.title : `${current.title.slice(0, 118 - name.length)}: ${name}`,
      goal: current.goal,
      benefit: current.benefit,
      criteria: ids,
      reason: kind === 'happy' ? 'The main path: useful by itself' : REASONS[kind],
    }
  })
}
