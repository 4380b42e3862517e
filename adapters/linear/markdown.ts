import { convertMarkdown, type Markup } from '../shared/markdown.ts'
import { clean, hidesAddress, safeUrl } from '../shared/text.ts'

const URLS = /https?:\/\/[^\s<>`|*\\@()[\]]+/g
/** The address of somebody's page mentions them, wherever it stands: https://linear.app/developers/agent-interaction#mentions */
const PROFILE = /\/profiles\//i

/** Plain words: shown as typed. A character nobody sees parts what would notify somebody. */
export function escapeText(text: string): string {
  const plain = clean(text)
  let out = ''
  let at = 0
  for (const { 0: url, index } of plain.matchAll(URLS)) {
    out += escapeWords(plain.slice(at, index)) + (PROFILE.test(url) ? escapeWords(url) : url)
    at = index + url.length
  }
  return out + escapeWords(plain.slice(at))
}
function escapeWords(text: string): string {
  return parted(
    text
      .replace(/[\\`*_~|[\]<]/g, '\\$&')
      .replace(/&(?=#?\w{1,32};)/g, '\\&')
      .replace(/^([ \t]*)([#>+=-])/gm, '$1\\$2')
      .replace(/^([ \t]*\d{1,9})([.)])/gm, '$1\\$2'),
  )
}
function parted(text: string): string {
  return text.replace(/@(?=[\p{L}\p{N}])/gu, '@\u200b').replace(/:\/\/(?=\S*\/profiles\/)/gi, ':\u200b//')
}
/** Longer than any run of backticks inside, so that nothing breaks out. */
export function fence(text: string, language = ''): string {
  const inner = clean(text)
  const longest = [...inner.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 2)
  const ticks = '`'.repeat(longest + 1)
  const name = /^[\w+-]{1,20}$/.test(language) ? language : ''
  return `${ticks}${name}\n${inner || ' '}\n${ticks}`
}
export function codeSpan(text: string): string {
  const inner = clean(text).replace(/\n+/g, ' ')
  const longest = [...inner.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0)
  const ticks = '`'.repeat(longest + 1)
  const space = inner.startsWith('`') || inner.endsWith('`') ? ' ' : ''
  return `${ticks}${space}${inner}${space}${ticks}`
}
const wrap = (mark: string, text: string): string =>
  text.trim() !== text || text === '' || text.startsWith('*') || text.endsWith('*') ? text : `${mark}${text}${mark}`

const MARKUP: Markup = {
  escape: escapeText,
  // Backticks of others may stand beside it and make it no code after all.
  code: (text) => codeSpan(parted(text)),
  fence: (text) => fence(text),
  bold: (inner) => wrap('**', inner),
  italic: (inner) => wrap('*', inner),
  strike: (inner) => wrap('~~', inner),
  heading: (inner) => (inner.trim() === '' ? '' : `### ${inner.trim()}`),
  quote: (inner) => `> ${inner}`,
  item: (indent, inner) => `${indent}* ${inner}`,
  link(label, shown, address) {
    const url = safeUrl(address)
    if (url === null || PROFILE.test(url.href)) return `${shown} (${escapeText(address)})`
    const href = url.href.replace(/[()@]/g, (sign) => encodeURIComponent(sign).replace('(', '%28').replace(')', '%29'))
    return hidesAddress(label, url) ? `${shown} (<${href}>)` : `[${shown}](${href})`
  },
  // Escaped piece by piece: only the whole line shows what has come together.
  line: parted,
}
/** CommonMark subset → Linear's Markdown, with everything else in it made inert. */
export function toLinear(markdown: string): string {
  return convertMarkdown(markdown, MARKUP)
}
