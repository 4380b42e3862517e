import { convertMarkdown, type Markup } from '../shared/markdown.ts'
import { clean, hidesAddress, safeUrl } from '../shared/text.ts'

const URLS = /https?:\/\/(?:(?!@everyone|@here)[^\s<>`|*\\])+/g

/**
 * Plain words: Discord shows them as typed. Addresses stay as they are, since a backslash would become part of them.
 * https://docs.discord.com/developers/reference#message-formatting
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
  return text
    .replace(/[\\`*_~|[\]<]/g, '\\$&')
    .replace(/^([ \t]*)([#>+-])/gm, '$1\\$2')
    .replace(/@(?=everyone|here)/g, '@\u200b')
}
/** A block of code; three backticks inside it are pushed apart, so that nothing breaks out. */
export function fence(text: string, language = ''): string {
  const name = /^[\w+-]{1,20}$/.test(language) ? language : ''
  return `\`\`\`${name}\n${inCode(text).replace(/`{3,}/g, parted) || ' '}\n\`\`\``
}
function parted(ticks: string): string {
  return ticks.split('').join('\u200b')
}
/** Nothing in code is formatted, but the words that notify everyone are told apart from code by nobody but Discord. */
function inCode(text: string): string {
  return clean(text).replace(/@(?=everyone|here)/g, '@\u200b')
}
const MARKUP: Markup = {
  escape: escapeText,
  code: (text) => `\`${inCode(text)}\``,
  fence: (text) => fence(text),
  bold: (inner) => wrap('**', inner),
  italic: (inner) => wrap('*', inner),
  strike: (inner) => wrap('~~', inner),
  heading: (inner) => (inner.trim() === '' ? '' : `### ${inner.trim()}`),
  quote: (inner) => `> ${inner}`,
  item: (indent, inner) => `${indent}- ${inner}`,
  link,
  // Escaped piece by piece: only the whole line shows what has come together.
  line: (text) => text.replace(/`{3,}/g, parted).replace(/@(?=everyone|here)/g, '@\u200b'),
}
/** CommonMark subset → Discord's markdown, which differs in underlines and in what has to be escaped. */
export function toDiscord(markdown: string): string {
  return convertMarkdown(markdown, MARKUP)
}
function wrap(mark: string, text: string): string {
  return text.trim() !== text || text === '' || text.startsWith('*') || text.endsWith('*')
    ? text
    : `${mark}${text}${mark}`
}
function link(label: string, shown: string, address: string): string {
  const url = safeUrl(address)
  if (url === null) return `${shown} (${escapeText(address)})`
  const href = url.href
    .replace(/@(?=everyone|here)/g, '%40')
    .replace(/\(/g, '%28')
    .replace(/\)/g, '%29')
  return hidesAddress(label, url) ? `${shown} (<${href}>)` : `[${shown}](${href})`
}
