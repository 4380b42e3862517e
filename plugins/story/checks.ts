import { cleanOutput } from '#contract'
import type { Criterion, Draft, Span } from './draft.ts'
import { parseGherkin, toGherkin } from './gherkin.ts'
import { findAmbiguous } from './source/ambiguity.ts'
import { findQuote } from './source/spans.ts'
import type { FreshCriterion, FreshDraft } from './version.ts'

/** What is wrong with a draft. `fix` asks the model to mend it; `blocking` ones are settled without it when it does not. */
export interface Finding {
  readonly kind: 'quote' | 'duplicate' | 'gherkin' | 'ambiguous' | 'language'
  readonly criterion: number | null
  readonly text: string
  readonly blocking: boolean
}
export interface Checked {
  readonly draft: FreshDraft
  readonly findings: readonly Finding[]
  /** What was put right without asking anybody. */
  readonly notes: readonly string[]
}
export interface Material {
  readonly spans: readonly Span[]
  readonly text: string
  /** Null when the language could not be told with confidence. */
  readonly language: string | null
}
/** Two criteria that share so much of their words say the same. */
const SAME_WORDS = 0.85

const words = (c: Criterion) =>
  new Set(
    [c.when, ...c.given, ...c.then]
      .join(' ')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [],
  )
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length
  return shared / Math.max(1, a.size + b.size - shared)
}
/** Words of the text between quotes are names of things, and the numbers that tell two boundary cases apart are words here. */
function isDuplicate(a: Criterion, b: Criterion): boolean {
  if (a.title.trim().toLowerCase() === b.title.trim().toLowerCase()) return true
  const [left, right] = [words(a), words(b)]
  const numbers = (set: ReadonlySet<string>) =>
    [...set]
      .filter((w) => /^\p{N}/u.test(w))
      .toSorted()
      .join()
  return numbers(left) === numbers(right) && a.kind === b.kind && overlap(left, right) >= SAME_WORDS
}
const oneScenario = (draft: FreshDraft, criterion: Criterion): Draft => ({ ...draft, criteria: [criterion] })

const counted = (count: number, what: string) => (count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`)

/** Everything that can be checked without a model. Quotes are put right where only their span or their quote marks were wrong. */
export function checkDraft(raw: FreshDraft, material: Material): Checked {
  const { value: clean, mentions, links } = cleanOutput(raw, material.text)
  const taken = [counted(mentions, 'mention'), counted(links, 'link')].filter((part) => part !== '').join(' and ')
  const notes = taken === '' ? [] : [`Taken out of the draft: ${taken} that the text does not hold`]
  const findings: Finding[] = []
  const criteria = clean.criteria.map((criterion, index): FreshCriterion => {
    const { source } = criterion
    if (!source) return criterion
    const named = material.spans.filter((span) => span.id === source.span)
    const found = findQuote(named, source.quote) ?? findQuote(material.spans, source.quote)
    if (found) return { ...criterion, source: { span: found.span.id, quote: found.quote } }
    const text = `"${criterion.title}" quotes what the source does not say: copy the quote exactly from ${source.span}, or set source to null`
    findings.push({ kind: 'quote', criterion: index, text, blocking: true })
    return criterion
  })
  const draft = { ...clean, criteria }
  for (const [index, criterion] of criteria.entries()) {
    const twin = criteria.findIndex((other, at) => at < index && isDuplicate(other, criterion))
    if (twin >= 0) {
      const text = `"${criterion.title}" says the same as "${criteria[twin]?.title}": merge them or make the difference plain`
      findings.push({ kind: 'duplicate', criterion: index, text, blocking: true })
    }
    const parsed = parseGherkin(toGherkin(oneScenario(draft, criterion)))
    if (!parsed.ok) {
      findings.push({
        kind: 'gherkin',
        criterion: index,
        text: `"${criterion.title}" is no Gherkin scenario: ${parsed.message}`,
        blocking: true,
      })
    }
    const vague = findAmbiguous(
      [criterion.title, criterion.when, ...criterion.given, ...criterion.then].join('\n'),
      draft.language,
    )
    if (vague.length > 0) {
      const text = `"${criterion.title}" says ${vague.map((w) => `“${w}”`).join(', ')}: name a figure or what can be seen`
      findings.push({ kind: 'ambiguous', criterion: index, text, blocking: false })
    }
  }
  if (material.language !== null && draft.language !== material.language) {
    const text = `the source is in "${material.language}" and the draft says "${draft.language}": write the whole draft in the source's language`
    findings.push({ kind: 'language', criterion: null, text, blocking: false })
  }
  return { draft, findings, notes }
}

/**
 * What can be said honestly when nobody repairs it any more: a quote that is not there becomes an assumption, a duplicate or a scenario that
 * does not parse is left out. Null when nothing is left.
 */
export function settle({ draft, findings, notes }: Checked): { draft: FreshDraft; notes: string[] } | null {
  const of = (kind: Finding['kind']) => new Set(findings.filter((f) => f.kind === kind).map((f) => f.criterion))
  const unquoted = of('quote')
  const dropped = new Set([...of('duplicate'), ...of('gherkin')])
  const kept = draft.criteria.flatMap((criterion, index) => {
    if (dropped.has(index)) return []
    return [unquoted.has(index) ? { ...criterion, source: null } : criterion]
  })
  if (kept.length === 0) return null
  const said = [...notes]
  const titles = (set: ReadonlySet<number | null>) =>
    draft.criteria
      .filter((_, index) => set.has(index))
      .map((c) => `"${c.title}"`)
      .join(', ')
  const nowAssumed = new Set([...unquoted].filter((index) => !dropped.has(index)))
  if (nowAssumed.size > 0)
    said.push(`Marked as assumption, because its quote is not in the text: ${titles(nowAssumed)}`)
  if (dropped.size > 0) said.push(`Left out, because it repeats another or is no valid scenario: ${titles(dropped)}`)
  return { draft: { ...draft, criteria: kept }, notes: said }
}

/** Vague words for the reader, once a version stands: 'AC-2 says “fast”'. */
export function vagueWords(criteria: readonly (Criterion & { readonly id: string })[], language: string): string[] {
  return criteria.flatMap((c) => {
    const vague = findAmbiguous([c.title, c.when, ...c.given, ...c.then].join('\n'), language)
    return vague.length > 0
      ? [`${c.id} says ${vague.map((w) => `“${w}”`).join(', ')}: name a figure or what can be seen`]
      : []
  })
}
