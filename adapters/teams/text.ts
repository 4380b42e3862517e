const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' }

/** Each entity once: `&amp;lt;` is the text `&lt;`. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,6}));/gi,
    (all, dec?: string, hex?: string, name = '') => {
      if (name !== '') return NAMED[name.toLowerCase()] ?? all
      const code = dec === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(dec, 10)
      return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : ''
    },
  )
}
/**
 * What the person typed, once the mention of the bot is gone: `<at>Bob</at>` is `@Bob`, `<br>` a line break, entities are characters. A
 * leading slash is dropped.
 */
export function plainText(text: string): string {
  const unmarked = text
    .replace(/<at(?:\s[^<>]*)?>([^<>]*)<\/at>/gi, (_all, name: string) => `@${name.trim()}`)
    .replace(/<br\s{0,5}\/?>/gi, '\n')
  return decodeEntities(unmarked)
    .replace(/\u00a0/g, ' ')
    .replace(/^\s*\//, '')
    .trim()
}
/** The words of a message as a message action hands them over: HTML. */
export function htmlText(html: string): string {
  const lines = html
    .replace(/<(?:script|style)\b[^<>]*>[^<]*/gi, '')
    .replace(/<(?:br|\/p|\/div|\/li|\/h[1-6])\s{0,5}\/?>/gi, '\n')
  return decodeEntities(lines.replace(/<[^<>]*>/g, ''))
    .replace(/\u00a0/g, ' ')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
