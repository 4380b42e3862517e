import { type CriteriaPlace, type Tracker, type TrackerIssue, type TrackerRules, trackerRules } from '#contract'

export const rulesOf = (rules: unknown): TrackerRules => trackerRules.parse(rules ?? {})

/** Where criteria go in a project whose rules name no place. A field has to be named, so it is nobody's default. */
export function defaultPlace({ places }: Pick<Tracker, 'places'>): CriteriaPlace {
  const kind = places.find((one) => one !== 'field')
  return { kind: kind ?? 'comment' }
}

/** Why the hub leaves an issue alone, in words for people; null: it acts. */
export function whyNot(issue: TrackerIssue, rules: TrackerRules): string | null {
  if (rules.mode === 'manual') return 'only issues that somebody asks for get criteria in this project'
  const { category, name } = issue.status
  if (category === 'done' || category === 'cancelled') return `it is ${name}`
  if (!names(rules.states, [name])) return `its state is ${name}`
  if (!names(rules.types, issue.type === null ? [] : [issue.type])) return `its type is ${issue.type ?? 'not known'}`
  if (!names(rules.labels, issue.labels)) return `it has none of the labels ${rules.labels.join(', ')}`
  if (issue.section !== null && issue.section.criteria.length > 0) return 'it has criteria already'
  if (issue.title.trim() === '' && issue.body.trim() === '') return 'it has no text'
  return null
}
function names(wanted: readonly string[], has: readonly string[]): boolean {
  const folded = new Set(has.map((one) => one.trim().toLowerCase()))
  return wanted.length === 0 || wanted.some((one) => folded.has(one.trim().toLowerCase()))
}
