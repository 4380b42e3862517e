import { LinearRefusal } from './graphql.ts'

const COMPARE: Readonly<Record<string, (value: unknown, wanted: unknown) => boolean>> = {
  eq: (value, wanted) => value === wanted,
  neq: (value, wanted) => value !== wanted,
  in: (value, wanted) => Array.isArray(wanted) && wanted.includes(value),
  eqIgnoreCase: (value, wanted) => String(value).toLowerCase() === String(wanted).toLowerCase(),
  contains: (value, wanted) => String(value).toLowerCase().includes(String(wanted).toLowerCase()),
  startsWith: (value, wanted) => String(value).startsWith(String(wanted)),
  gte: (value, wanted) => Date.parse(String(value)) >= Date.parse(String(wanted)),
  gt: (value, wanted) => Date.parse(String(value)) > Date.parse(String(wanted)),
  lt: (value, wanted) => Date.parse(String(value)) < Date.parse(String(wanted)),
}

/** As much of Linear's filters as is used: https://linear.app/developers/filtering */
export function matches(entity: unknown, filter: unknown): boolean {
  if (filter === undefined || filter === null) return true
  return Object.entries(filter as Record<string, unknown>).every(([key, wanted]) => {
    if (key === 'and') return (wanted as unknown[]).every((one) => matches(entity, one))
    if (key === 'or') return (wanted as unknown[]).some((one) => matches(entity, one))
    const compare = COMPARE[key]
    if (compare) return compare(entity, wanted)
    const value = fieldOf(entity, key)
    return Array.isArray(value) ? value.some((one) => matches(one, wanted)) : value !== null && matches(value, wanted)
  })
}
function fieldOf(entity: unknown, key: string): unknown {
  const from = entity as Readonly<Record<string, unknown>> | null
  const value = key === 'labels' ? from?.labelNodes : from?.[key]
  if (value === undefined)
    throw new LinearRefusal('GRAPHQL_VALIDATION_FAILED', `Field "${key}" is not defined by type "IssueFilter"`)
  return value
}
