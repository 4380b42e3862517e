import { convertMarkdown, type Markup } from '../shared/markdown.ts'
import { clean, hidesAddress, safeUrl } from '../shared/text.ts'

const URLS = /https?:\/\/[^\s<>`|*\\@()[\]]+/g

/**
 * Plain words: shown as typed. A name behind @ would notify somebody, a number behind # would leave a trace on another issue; a character
 * nobody sees parts them. https://docs.github.com/en/get-started/writing-on-github
 */
export function escapeText(text: string): string {
  const plain = clean(text)
  let out = ''
  let at = 0
  for (const { 0: url, index } of plain.matchAll(URLS)) {
    out += escapeWords(plain.slice(at, index)) + url
    at = index + url.length
  }
  return out + escapeWords(plain.slice(at))
}
function escapeWords(text: string): string {
  const inert = text
    .replace(/[\\`*_~|[\]<]/g, '\\$&')
    .replace(/&(?=#?\w{1,32};)/g, '&amp;')
    .replace(/^([ \t]*)([#>+=-])/gm, '$1\\$2')
    .replace(/^([ \t]*\d{1,9})([.)])/gm, '$1\\$2')
  return parted(inert)
}
function parted(text: string): string {
  return text
    .replace(/@(?=[\p{L}\p{N}])/gu, '@\u200b')
    .replace(/#(?=\d)/g, '#\u200b')
    .replace(/\bGH-(?=\d)/gi, (found) => `${found}\u200b`)
}
/** Longer than any run of backticks inside, so that nothing breaks out; nothing in code mentions or refers. */
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
  item: (indent, inner) => `${indent}- ${inner}`,
  link(label, shown, address) {
    const url = safeUrl(address)
    if (url === null) return `${shown} (${escapeText(address)})`
    const href = url.href.replace(/[()@#]/g, (sign) =>
      sign === '#' ? sign : encodeURIComponent(sign).replace('(', '%28').replace(')', '%29'),
    )
    return hidesAddress(label, url) ? `${shown} (<${href}>)` : `[${shown}](${href})`
  },
  // Escaped piece by piece: only the whole line shows what has come together. A fragment of an address stays as it is.
  line: (text) =>
    text
      .replace(/@(?=[\p{L}\p{N}])/gu, '@\u200b')
      .replace(/\S+/g, (word) => (word.includes('://') ? word : parted(word))),
}
/** CommonMark subset → GitHub's own flavour, with everything else in it made inert. */
export function toGitHub(markdown: string): string {
  return convertMarkdown(markdown, MARKUP)
}
