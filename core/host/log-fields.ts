import type { Mask } from './mask.ts'

const SECRET_KEY =
  /token|secret|passw|authorization|api[-_]?key|private[-_]?key|signing|signature|ticket|cookie|credential|response[-_]?url/i
/** Characters that start a line, move the cursor or turn the reading direction: with them outside text could forge a log line. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]+/gu
const MAX_TEXT = 1000
/** What is read of a longer text before it is cut; more than MAX_TEXT so that no half of a secret is left at the cut. */
const MAX_READ = 20_000
const MAX_DEPTH = 4
const MAX_ITEMS = 20
/** The line's own keys: a field of that name would stand there twice, and readers take the last one. */
const RESERVED = new Set(['level', 'time', 'name', 'msg'])

/** One line of safe text: secrets hidden, control characters gone, length bounded. */
export function safeText(text: string, mask: Mask): string {
  const line = mask.apply(text.slice(0, MAX_READ)).replace(CONTROL, ' ').trim()
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line
}

/**
 * Fields as they may be logged. Errors shrink to code, message and the place they were thrown: a database error otherwise prints its query,
 * its parameters and 18 kB of its client's state.
 */
export function safeFields(fields: object, mask: Mask): Record<string, unknown> {
  // What follows the message must still be an object, also when somebody logs an error as the fields.
  const value = safeValue(fields instanceof Error ? { err: fields } : fields, mask, 0)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { value }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [RESERVED.has(key) ? `${key}_` : key, item]))
}

function safeValue(value: unknown, mask: Mask, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return safeText(value, mask)
    case 'number':
    case 'boolean':
    case 'undefined':
      return value
    case 'bigint':
      return String(value)
    case 'object':
      break
    default:
      return `[${typeof value}]`
  }
  if (value === null) return null
  if (value instanceof Error) return safeError(value, mask, 0)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (value instanceof Map || value instanceof Set) return safeValue([...value], mask, depth)
  if (depth >= MAX_DEPTH) return Array.isArray(value) ? `[${value.length} items]` : '[object]'
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item) => safeValue(item, mask, depth + 1))
    return value.length > MAX_ITEMS ? [...items, `… ${value.length - MAX_ITEMS} more`] : items
  }
  const out: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value).slice(0, MAX_ITEMS * 2)) {
    const name = safeText(key, mask)
    // Counts (`inputTokens: 812`) are no secrets, so only what can hold one is hidden.
    const hide = SECRET_KEY.test(key) && item !== null && (typeof item === 'string' || typeof item === 'object')
    out[name] = hide ? '•••' : safeValue(item, mask, depth + 1)
  }
  return out
}

function safeError(error: Error, mask: Mask, depth: number): Record<string, unknown> {
  const code: unknown = 'code' in error ? error.code : undefined
  // Only the first line: what follows in database errors is the list of parameters.
  const [firstLine = ''] = error.message.split('\n')
  // A HubError says what to do about it; of anything else the reader needs the place.
  const frame = error.name === 'HubError' ? undefined : error.stack?.split('\n').find((line) => /^\s+at /.test(line))
  return {
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : { name: error.name }),
    message: safeText(error.name === 'HubError' ? error.message : firstLine, mask).slice(0, 400),
    ...(frame === undefined ? {} : { at: safeText(frame.trim().replace(/^at /, ''), mask) }),
    ...(error.cause instanceof Error && depth < 3 ? { cause: safeError(error.cause, mask, depth + 1) } : {}),
  }
}
