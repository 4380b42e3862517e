import type { Criterion } from '../draft.ts'

/** What the text forbids: subject, and what it is that cannot be done. Bounded, so that no text makes it slow. */
const FORBIDDEN =
  /(?:^|[.;:]\s|\b(?:and|but)\s)([\p{L}][\p{L}\p{N} '’-]{1,60}?) (?:can ?not|can['’]t|must not|may not|should not|shouldn['’]t|can no longer|could not) (?!be\b)([\p{L}][^,.;:!?\n]{1,80})/iu
/** A line that says no: refusal, absence, or a negated verb. */
const SAYS_NO = /\b(?:not|no|nothing|nobody|never|none|without|refused|rejected|denied|blocked|fails|n['’]t)\b/i
const BARE_MESSAGE = /^an? (?:\p{L}+ ){0,3}(?:message|hint|warning)\b(?: that| which|$)/iu
const DANGLING = /\s(?:that|which|who|a|an|the|of|in|to|for|with|at)$/i
const MIN_CRITERIA = 3

/**
 * The last look before a draft is shown: a criterion may be thin, and must not say the opposite of what it quotes. A prohibition that
 * became a success is replaced by the prohibition itself; a right that no passage gives is dropped or loses its quote.
 */
export function keepHonest(criteria: readonly Criterion[]): Criterion[] {
  const seen = new Set<string>()
  const kept = criteria.map(literalProhibition).filter((criterion) => {
    const key = [...criterion.given, criterion.when, ...criterion.then].join('|')
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
  const dropped = kept.filter((criterion) => !isUnfoundedRight(criterion))
  const honest =
    dropped.length >= MIN_CRITERIA ? dropped : kept.map((c) => (isUnfoundedRight(c) ? { ...c, source: null } : c))
  return titled((honest.length >= MIN_CRITERIA ? honest : [...criteria]).map(wellFormed))
}

/** No two scenarios of a story are called the same. */
function titled(criteria: readonly Criterion[]): Criterion[] {
  const taken = new Set<string>()
  return criteria.map((criterion) => {
    const { title, when } = criterion
    const candidates = [title, `${title.slice(0, 70)}: ${when.slice(0, 70)}`]
    for (let n = 2; n <= criteria.length; n++) candidates.push(`${title.slice(0, 140)} (${n})`)
    const free = candidates.find((one) => !taken.has(one.toLowerCase())) ?? title
    taken.add(free.toLowerCase())
    return free === title ? criterion : { ...criterion, title: free.toWellFormed() }
  })
}

function literalProhibition(criterion: Criterion): Criterion {
  const quote = criterion.source?.quote
  const match = quote === undefined ? null : FORBIDDEN.exec(quote)
  if (
    !match ||
    criterion.kind === 'permission' ||
    [...criterion.then, criterion.when].some((line) => SAYS_NO.test(line))
  ) {
    return criterion
  }
  const subject = (match[1] ?? '').trim().replace(/^(?:and|but) /i, '')
  const action = (match[2] ?? '').trim().replace(/ but .*$/i, '')
  return {
    title: capital(`${subject} cannot ${action}`).slice(0, 150),
    kind: 'failure',
    given: [],
    when: `${lower(subject)} ${isPlural(subject) ? 'try' : 'tries'} to ${action}`,
    then: ['it is refused with a message that says why', 'nothing is changed by the attempt'],
    source: criterion.source,
  }
}

/** It names a role that its quote does not: "available to the team" makes nobody a "team member". */
function isUnfoundedRight({ kind, source, title }: Criterion): boolean {
  const role = /["„“]([^"„“”]+)["“”]/.exec(title)?.[1]
  if (kind !== 'permission' || source === null || role === undefined) return false
  const noun = role.split(' ').at(-1) ?? role
  return !source.quote.toLowerCase().includes(noun.toLowerCase().slice(0, Math.max(4, noun.length - 2)))
}

function wellFormed(criterion: Criterion): Criterion {
  const then = criterion.then.map((line) => (BARE_MESSAGE.test(line) ? `the user sees ${line}` : line))
  if (!DANGLING.test(criterion.title) || criterion.source === null) return { ...criterion, then }
  const [sentence = ''] = criterion.source.quote.split(/[.!?\n]/, 1)
  const title = sentence.length <= 100 ? sentence : `${sentence.slice(0, 99).replace(/\s+\S*$/, '')}…`
  return { ...criterion, then, title: title.trim() || criterion.title }
}

const isPlural = (subject: string): boolean => /[^s]s$/i.test(subject) && !/^(?:an?|the|every|each) /i.test(subject)
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const lower = (text: string): string =>
  /^(?:A|An|The) /.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
