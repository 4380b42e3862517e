import { isWord } from './signs.ts'

/** https://confluence.atlassian.com/adminjiraserver/managing-emoticons-938847091.html, and the signs that become others. */
const EMOTICON = /^\((?:[ynix/!+?*-]|\*[rgby]|on|off|flag|flagoff|c|r|tm)\)/i
/** What an issue key looks like before its hyphen: Jira links keys wherever they stand. */
const KEY_BEFORE = /(?:^|[^\p{L}\p{N}])[A-Z][A-Z\d_]{1,40}$/u
const SIGN = /[\\&{}[\]*_^~|!+?:;()#-]|^h(?=[1-6]\.)|^bq(?=\.)/g

/**
 * Words that stay words in wiki markup: nothing in them opens a macro, mentions, links, formats or becomes a picture. A backslash cannot be escaped
 * by another one, which is a line break, so it is written as an entity.
 * https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
 */
export function escapeWiki(words: string): string {
  // The id of a criterion is read by people more often than a project is called AC.
  if (/^AC-\d{1,6}$/.test(words)) return words
  return words.replace(SIGN, (sign, at: number) => {
    const before = words[at - 1] ?? ''
    const after = words[at + 1] ?? ''
    switch (sign) {
      case '\\':
        return '&#92;'
      case '&':
        return /^&(?:#x?[\da-f]{1,6}|[a-z]{2,31}\d{0,2});/i.test(words.slice(at, at + 40)) ? '&amp;' : sign
      case '-':
        return isPlainHyphen(words, at, before, after) ? sign : '\\-'
      case '?':
        return before === '?' || after === '?' ? '\\?' : sign
      case ':':
        // Of an address, or of a smiley.
        return /\p{L}/u.test(before) ? (/\S/.test(after) ? '\\:' : sign) : /[)(PD]/i.test(after) ? '\\:' : sign
      case ';':
        return after === ')' ? '\\;' : sign
      case '(':
        return EMOTICON.test(words.slice(at, at + 10)) ? '\\(' : sign
      case ')':
        return sign
      case '#':
        return before.trim() === '' ? '\\#' : sign
      case 'h':
      case 'bq':
        // `h1.` begins a heading and `bq.` a quotation; a letter takes no backslash.
        return `&#${sign.charCodeAt(0)};${sign.slice(1)}`
      default:
        return `\\${sign}`
    }
  })
}
function isPlainHyphen(words: string, at: number, before: string, after: string): boolean {
  if (before === ' ' && after === ' ') return true
  if (!isWord(before) || !isWord(after)) return false
  return !(/\d/.test(after) && KEY_BEFORE.test(words.slice(Math.max(0, at - 42), at)))
}
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' }

/** What an entity stands for; as it is, where it stands for nothing we know. */
export function decodeEntity(entity: string): string {
  const [, hex, decimal, name] = /^&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]{2,31}));$/i.exec(entity) ?? []
  const code = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16)
  if (code > 0 && code <= 0x10_ff_ff && !(code >= 0xd8_00 && code <= 0xdf_ff)) return String.fromCodePoint(code)
  return NAMED[name?.toLowerCase() ?? ''] ?? entity
}
