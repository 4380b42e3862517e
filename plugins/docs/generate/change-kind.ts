/** Kinds of https://keepachangelog.com/en/1.1.0/, in its order. */
export const KINDS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'] as const
export type Kind = (typeof KINDS)[number]

/** Types of https://www.conventionalcommits.org/en/v1.0.0/ and what people write in their place; null: nobody who uses it notices. */
const TYPES: Readonly<Record<string, Kind | null>> = {
  feat: 'Added',
  feature: 'Added',
  add: 'Added',
  fix: 'Fixed',
  bugfix: 'Fixed',
  hotfix: 'Fixed',
  perf: 'Changed',
  change: 'Changed',
  revert: 'Changed',
  deprecate: 'Deprecated',
  remove: 'Removed',
  security: 'Security',
  sec: 'Security',
  build: null,
  chore: null,
  ci: null,
  deps: null,
  doc: null,
  docs: null,
  refactor: null,
  release: null,
  style: null,
  test: null,
  tests: null,
  wip: null,
}
const VERBS: readonly (readonly [Kind | null, RegExp])[] = [
  [null, /^(?:bump|release|prepare (?:the )?release|merge|v?\d+\.\d+\.\d+)(?![\p{L}])/iu],
  ['Security', /\bCVE-\d{4}-\d+|\bsecurity\b|\bvulnerabilit/i],
  ['Added', /^(?:add(?:s|ed)?|introduc(?:e[sd]?|ing)|implement(?:s|ed)?|support(?:s|ed)?|allow(?:s|ed)?|new)\b/i],
  ['Fixed', /^(?:(?:bug ?|hot)?fix(?:e[sd])?|correct(?:s|ed)?|repair(?:s|ed)?|resolve[sd]?|mend(?:s|ed)?)\b/i],
  ['Removed', /^(?:remov(?:e[sd]?|ing)|delet(?:e[sd]?|ing)|drop(?:s|ped)?)\b/i],
  ['Deprecated', /^deprecat/i],
]

/** Kind of a change by its title, as the convention or its first word says. `text` is the title without what only says the kind. */
export function classify(
  title: string,
  message: string,
): { readonly kind: Kind | null; readonly isBreaking: boolean; readonly text: string } {
  const conventional = /^([A-Za-z]{2,12})(?:\(([^()]{1,60})\))?(!)?:\s+(\S.*)$/.exec(title)
  const [, type = '', , mark, rest = ''] = conventional ?? []
  const isBreaking = mark === '!' || /^BREAKING[ -]CHANGE: /m.test(message)
  const known = TYPES[type.toLowerCase()]
  if (!conventional || known === undefined) return { kind: byVerb(title), isBreaking, text: title }
  // Whoever uses it notices what breaks, whatever type it was given.
  return { kind: known ?? (isBreaking ? 'Changed' : null), isBreaking, text: rest }
}
function byVerb(title: string): Kind | null {
  const found = VERBS.find(([, pattern]) => pattern.test(title))
  return found ? found[0] : 'Changed'
}
