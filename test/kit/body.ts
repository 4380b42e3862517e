type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
/** What is shown; the `fallback` of a card's action stands in for it in older clients. */
const children = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  return isObject(value) ? Object.entries(value).flatMap(([key, one]) => (key === 'fallback' ? [] : [one])) : []
}

/** Labels of all buttons in a body of Slack, Discord or Teams, in the order in which they are shown and counted. */
export function buttonsOf(body: unknown): string[] {
  const label = labelOf(body)
  return [...(label === null ? [] : [label]), ...children(body).flatMap(buttonsOf)]
}
function labelOf(value: unknown): string | null {
  if (!isObject(value)) return null
  const { type, text, label, title } = value
  if (type === 'button' && isObject(text)) return String(text.text)
  if (type === 2 && typeof label === 'string') return label
  return typeof type === 'string' && type.startsWith('Action.') && typeof title === 'string' ? title : null
}

/** Names of the fields of a form, as each platform writes them. */
export function fieldsOf(form: unknown): string[] {
  const name = nameOf(form)
  return [...(name === null ? [] : [name]), ...children(form).flatMap(fieldsOf)]
}
function nameOf(value: unknown): string | null {
  if (!isObject(value)) return null
  const { type } = value
  if (type === 'input' && typeof value.block_id === 'string') return value.block_id
  if (type === 4 && typeof value.custom_id === 'string') return value.custom_id
  return typeof type === 'string' && type.startsWith('Input.') && typeof value.id === 'string'
    ? value.id.replace(/^arg\./, '')
    : null
}

const WORDS = new Set(['text', 'content', 'title', 'description', 'name', 'value', 'label'])

/** What a person reads of a body, line by line. */
export function wordsOf(body: unknown): string {
  const lines = (value: unknown, key: string): string[] => {
    if (typeof value === 'string') return WORDS.has(key) ? [value] : []
    if (Array.isArray(value)) return value.flatMap((one) => lines(one, key))
    return isObject(value)
      ? Object.entries(value).flatMap(([name, inner]) => (name === 'fallback' ? [] : lines(inner, name)))
      : []
  }
  return lines(body, '').join('\n')
}
