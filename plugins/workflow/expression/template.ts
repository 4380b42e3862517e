import { HubError, type Json } from '#contract'
import { type Expression, readExpression, type Scope } from './language.ts'

/** `${{ expression }}` in a text. Alone it keeps its type; among other words it becomes text. */
const HOLE = /\$\{\{([\s\S]*?)\}\}/g
const OPENER = '$' + '{{'
const MAX_CHARACTERS = 100_000

/** Every expression in a value, however deep: for the checks at load. @throws HubError INPUT_INVALID */
export function expressionsIn(value: unknown): readonly Expression[] {
  if (typeof value === 'string') {
    const rest = value.replace(HOLE, '')
    if (rest.includes(OPENER)) throw new HubError('INPUT_INVALID', `a ${OPENER} is not closed by }}`)
    return [...value.matchAll(HOLE)].map((match) => readExpression((match[1] ?? '').trim()))
  }
  if (Array.isArray(value)) return value.flatMap(expressionsIn)
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(expressionsIn)
  return []
}

/** Fills every hole of a value. */
export function fill(value: Json, scope: Scope): Json {
  if (typeof value === 'string') return fillText(value, scope)
  if (Array.isArray(value)) return value.map((inner: Json) => fill(inner, scope))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner as Json, scope)]))
  return value
}
/** As `fill`, for what must be text. */
export function fillWords(value: string, scope: Scope): string {
  return asText(fillText(value, scope))
}

function fillText(text: string, scope: Scope): Json {
  const [only, ...more] = text.matchAll(HOLE)
  if (!only) return text
  if (more.length === 0 && only[0].length === text.trim().length)
    return readExpression((only[1] ?? '').trim()).evaluate(scope)
  const filled = text.replace(HOLE, (_, source: string) => asText(readExpression(source.trim()).evaluate(scope)))
  if (filled.length > MAX_CHARACTERS)
    throw new HubError('TOO_LARGE', `a text of ${filled.length.toLocaleString('en')} characters: at most 100,000`)
  return filled
}
const asText = (value: Json): string =>
  typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)
