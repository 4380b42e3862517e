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

/** https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue */
const CLOSING =
  /\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(:?[ \t]{1,8})(?=(?:[\w.-]{1,100}\/[\w.-]{1,100})?#\d|GH-\d|https?:)/gi

/**
 * Markdown that an engine of the hub wrote: it stays as it is, but what it quotes calls nobody, and closes no issue when it is merged. Code and
 * addresses are left alone, since nothing in them does.
 */
export function unmentioned(markdown: string): string {
  let fence: string | null = null
  // Inside of HTML a fence may be none; then everything is made inert.
  const hasHtml = /^ {0,3}<[a-z!/?]/im.test(markdown)
  const lines = markdown.split('\n').map((line) => {
    // One that is indented may end with its list.
    const [, marker = ''] = hasHtml ? [] : (/^(`{3,}(?=[^`]*$)|~{3,})/.exec(line) ?? [])
    if (fence !== null) {
      if (marker.startsWith(fence) && line.trim() === marker) fence = null
      return line
    }
    if (marker !== '') fence = marker
    return marker === '' ? outsideCode(line, quiet) : line
  })
  return lines.join('\n')
}
function quiet(text: string): string {
  const words = text.replace(/\S+/g, (word) =>
    word.includes('://') ? word : word.replace(/@(?=[\p{L}\p{N}])/gu, '@\u200b'),
  )
  return words.replace(CLOSING, '$1\u200b$2')
}
/** Runs of as many backticks open and close a piece of code. */
function outsideCode(line: string, change: (text: string) => string): string {
  const parts = line.split(/(`+)/)
  const next = new Map<string, number>()
  const closes: (number | undefined)[] = []
  for (let i = parts.length - 2; i > 0; i -= 2) {
    const run = parts[i] ?? ''
    closes[i] = next.get(run)
    next.set(run, i)
  }
  let out = ''
  let open = ''
  for (let i = 0; i < parts.length; i++) {
    const end = i % 2 === 1 ? closes[i] : undefined
    if (end === undefined) {
      open += parts[i] ?? ''
      continue
    }
    out += change(open) + parts.slice(i, end + 1).join('')
    open = ''
    i = end
  }
  return out + change(open)
}
