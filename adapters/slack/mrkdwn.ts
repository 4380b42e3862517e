import { clean, isFence, safeUrl } from '../shared/text.ts'

/**
 * CommonMark subset → Slack's mrkdwn: https://docs.slack.dev/messaging/formatting-message-text
 * Every pattern is bounded by a character it excludes, so the time is linear in the text.
 */

/** Plain text inside mrkdwn: no mention, channel or address survives the escaping of its brackets. */
export function escapeText(text: string): string {
  return clean(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/`{3,}/g, parted)
}
function parted(ticks: string): string {
  return ticks.split('').join('\u200b')
}
/** A fenced block; three backticks inside it are pushed apart, so that nothing breaks out. */
export function fence(text: string): string {
  return `\`\`\`\n${escapeText(text) || ' '}\n\`\`\``
}

export function toMrkdwn(markdown: string): string {
  const out: string[] = []
  let code: string[] | null = null
  for (const line of clean(markdown).split('\n')) {
    if (isFence(line, code !== null)) {
      if (code === null) code = []
      else {
        out.push(fence(code.join('\n')))
        code = null
      }
    } else if (code !== null) code.push(line)
    else out.push(toLine(line).replace(/`{3,}/g, parted))
  }
  if (code !== null) out.push(fence(code.join('\n')))
  return out.join('\n').trim()
}
function toLine(line: string): string {
  const heading = /^ {0,3}#{1,6} +(.*)$/.exec(line)
  if (heading?.[1] !== undefined) return wrap('*', inline(heading[1].replace(/\*\*|__/g, ''), 0))
  const quote = /^ {0,3}> ?(.*)$/.exec(line)
  if (quote?.[1] !== undefined) return `> ${inline(quote[1], 0)}`
  const item = /^( *)[-*+] +(.*)$/.exec(line)
  if (item?.[2] !== undefined) return `${item[1] ?? ''}• ${inline(item[2], 0)}`
  return inline(line, 0)
}

/** In order of precedence. `between` demands that no letter or digit touches the mark. */
const RULES: readonly {
  readonly re: RegExp
  readonly between: boolean
  to(found: RegExpExecArray, depth: number): string
}[] = [
  { re: /\\([!-/:-@[-`{-~])/y, between: false, to: (m) => escapeText(m[1] ?? '') },
  { re: /(?<!`)`([^`\n]+)`(?!`)/y, between: false, to: (m) => `\`${escapeText(m[1] ?? '')}\`` },
  {
    re: /\[([^[\]\n]{1,500})\]\(([^\s()<>]{1,2000})\)/y,
    between: false,
    to: (m, depth) => link(m[1] ?? '', m[2] ?? '', depth),
  },
  { re: /\*\*(?=\S)([^*]+)\*\*/y, between: false, to: (m, depth) => wrap('*', inline(m[1] ?? '', depth)) },
  { re: /__(?=\S)([^_]+)__/y, between: true, to: (m, depth) => wrap('*', inline(m[1] ?? '', depth)) },
  { re: /\*(?=\S)([^*]+)\*/y, between: false, to: (m, depth) => wrap('_', inline(m[1] ?? '', depth)) },
  { re: /_(?=\S)([^_]+)_/y, between: true, to: (m, depth) => wrap('_', inline(m[1] ?? '', depth)) },
  { re: /~~(?=\S)([^~]+)~~/y, between: false, to: (m, depth) => wrap('~', inline(m[1] ?? '', depth)) },
]
const MARKS = /[\\`[*_~]/g

function inline(text: string, depth: number): string {
  if (depth > 3) return escapeText(text)
  let out = ''
  let at = 0
  let from = 0
  for (;;) {
    MARKS.lastIndex = at
    const mark = MARKS.exec(text)
    if (mark === null) return out + escapeText(text.slice(from))
    at = mark.index
    const applied = apply(text, at, depth + 1)
    if (applied === null) at += 1
    else {
      out += escapeText(text.slice(from, at)) + applied.text
      at = applied.end
      from = at
    }
  }
}
function apply(text: string, at: number, depth: number): { text: string; end: number } | null {
  for (const { re, between, to } of RULES) {
    re.lastIndex = at
    const found = re.exec(text)
    if (found === null) continue
    const end = at + found[0].length
    if (between && (isWordAt(text, at - 1) || isWordAt(text, end))) continue
    return { text: to(found, depth), end }
  }
  return null
}
function isWordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\p{L}\p{N}]/u.test(text[at] ?? '')
}
/** Slack ends a mark at the next one of its kind, so a text that contains it stays plain. */
function wrap(mark: string, text: string): string {
  return text.includes(mark) || text.trim() !== text ? text : `${mark}${text}${mark}`
}
function link(label: string, address: string, depth: number): string {
  const url = safeUrl(address)
  const text = inline(label, depth)
  if (url === null) return `${text} (${escapeText(address)})`
  const href = url.href.replace(/\|/g, '%7C').replace(/&/g, '&amp;')
  // A label that is itself an address must not hide where it leads.
  const shown = /^\s*(?:https?:|www\.|[\w-]+(?:\.[\w-]+)+\/)/i.test(label) && !url.href.startsWith(label.trim())
  return shown ? `${text} (<${href}|${escapeText(url.host)}>)` : `<${href}|${text}>`
}
