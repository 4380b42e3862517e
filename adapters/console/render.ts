import type { Message } from '#contract'

/** jsonb accepts neither NUL nor half a surrogate pair; a message that holds one would never arrive. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}
function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  if (Array.isArray(value)) return value.map(storable)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, storable(inner)]))
}
/** The console's own form of a message is the message: the page draws its blocks (`page/blocks.js`). Only what jsonb refuses is taken out. */
export function renderMessage(message: Message): Message {
  return storable(message) as Message
}
