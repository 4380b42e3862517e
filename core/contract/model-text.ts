/** Mentions of everyone on the platforms we know, and the angle forms that platforms turn into pings or links. Rendered inert anyway; a draft has no business writing them. */
const MENTION =
  /<!(?:channel|here|everyone)(?:\|[^>]*)?>|<!subteam\^[^>]*>|<[@#][!&]?[A-Za-z0-9_]+(?:\|[^>]*)?>|<at\b[^>]*>|<\/at>|[@＠](?:everyone|channel|here|all)\b/giu
/** With or without a scheme: chat clients link both. */
const LINK = /\b(?:https?|ftp|mailto|javascript|data|slack|file):[^\s<>"')\]]+|\bwww\.[^\s<>"')\]]+/giu
const TRAILING = /[.,;:!?…]+$/

const linksOf = (text: string): string[] => (text.match(LINK) ?? []).map((link) => link.replace(TRAILING, ''))

/** What a model wrote, without what it may not bring in. */
export interface Cleaned<T> {
  readonly value: T
  /** How many were taken out. They are counted and not repeated: a note must not carry what the draft may not. */
  readonly mentions: number
  readonly links: number
}

/**
 * Takes mentions and links that the source does not hold out of everything a model wrote. Quotes are left exact: they are the source's own
 * words, shown as text.
 * @example cleanOutput('see https://evil.test', 'Nothing to see.').value // 'see [link removed]'
 */
export function cleanOutput<T>(value: T, source: string): Cleaned<T> {
  const allowed = new Set(linksOf(source))
  const removed = { mentions: 0, links: 0 }
  const cleanString = (text: string): string => {
    const plain = text.replace(MENTION, (mention) => {
      removed.mentions += 1
      return mention.replace(/[<>!@＠#&]|\|.*/gu, '')
    })
    return plain.replace(LINK, (link) => {
      const bare = link.replace(TRAILING, '')
      if (allowed.has(bare)) return link
      removed.links += 1
      return `[link removed]${link.slice(bare.length)}`
    })
  }
  const walk = (part: unknown, key: string): unknown => {
    if (typeof part === 'string') return key === 'quote' || key === 'id' || key === 'span' ? part : cleanString(part)
    if (Array.isArray(part)) return part.map((item) => walk(item, key))
    if (typeof part === 'object' && part !== null)
      return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, walk(item, name)]))
    return part
  }
  // The shape is kept: only strings change, and never to another type.
  return { value: walk(value, '') as T, ...removed }
}
