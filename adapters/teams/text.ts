import { createMentionWords, type MentionWords } from '../shared/mentions.ts'
import type { Activity } from './payloads.ts'

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
 * What the person typed, once the mention of the bot is gone: `<at>Bob Example</at>` is `@Bob-Example`, `<br>` a line break, entities are
 * characters. A leading slash is dropped. Who is mentioned stands beside the text, in its order.
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations#work-with-mentions
 */
export function plainText(
  text: string,
  entities: Activity['entities'] = [],
  words: MentionWords = createMentionWords(),
): string {
  const mentioned = new Map<string, string[]>()
  for (const { type, text: shown, mentioned: who } of entities)
    if (type === 'mention' && shown && who?.id) mentioned.set(shown, [...(mentioned.get(shown) ?? []), who.id])
  const unmarked = text
    .replace(/<at(?:\s[^<>]*)?>([^<>]*)<\/at>/gi, (all, name: string) => {
      const [id = '', ...more] = mentioned.get(all) ?? []
      if (more.length > 0) mentioned.set(all, more)
      // Bots are 28:…, channels 19:….
      return words.write(decodeEntities(name).trim() || id, id.startsWith('29:') ? id : null)
    })
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
