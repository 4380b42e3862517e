import { HubError, type Json } from '#contract'

/** What a step may leave behind; the rest of the run reads it in expressions. */
const MAX_CHARACTERS = 256_000

/** PostgreSQL keeps no NUL and no half of a character. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed()

/** A result as plain JSON. @throws HubError TOO_LARGE, before it is written out in full */
export function asResult(value: unknown): Json {
  return copy(value, { left: MAX_CHARACTERS }, 0)
}
function copy(value: unknown, budget: { left: number }, depth: number): Json {
  budget.left -= typeof value === 'string' ? value.length : 4
  if (budget.left < 0 || depth > 60)
    throw new HubError(
      'TOO_LARGE',
      `its result is larger than ${MAX_CHARACTERS.toLocaleString('en')} characters: give back less`,
    )
  if (typeof value === 'string') return storable(value)
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map((inner) => copy(inner, budget, depth + 1))
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object' || value === null) return null
  const entries: [string, Json][] = []
  for (const [key, inner] of Object.entries(value)) {
    budget.left -= key.length
    if (inner !== undefined) entries.push([storable(key), copy(inner, budget, depth + 1)])
  }
  return Object.fromEntries(entries)
}
