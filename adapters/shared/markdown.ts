import { clean, isFence } from './text.ts'

/** How a platform writes what the CommonMark subset of messages means. Inner texts are already in the platform's own form. */
export interface Markup {
  /** Plain words: nothing in them may mention, link or format. */
  escape(text: string): string
  /** Text between backticks, as typed. */
  code(text: string): string
  fence(text: string): string
  bold(inner: string): string
  italic(inner: string): string
  strike(inner: string): string
  heading(inner: string): string
  quote(inner: string): string
  item(indent: string, inner: string): string
  /** `label` as typed and as it would be shown. */
  link(label: string, shown: string, address: string): string
  /** Last look at a whole line outside fences. */
  line(text: string): string
}

/** Every pattern is bounded by a character it excludes, so the time is linear in the text. */
export function convertMarkdown(markdown: string, to: Markup): string {
  const out: string[] = []
  let code: string[] | null = null
  for (const line of clean(markdown).split('\n')) {
    if (isFence(line, code !== null)) {
      if (code === null) code = []
      else {
        out.push(to.fence(code.join('\n')))
        code = null
      }
    } else if (code !== null) code.push(line)
    else out.push(to.line(convertLine(line, to)))
  }
  if (code !== null) out.push(to.fence(code.join('\n')))
  return out.join('\n').trim()
}
function convertLine(line: string, to: Markup): string {
  const heading = /^ {0,3}#{1,6} +(.*)$/.exec(line)
  if (heading?.[1] !== undefined) return to.heading(inline(heading[1].replace(/\*\*|__/g, ''), 0, to))
  const quote = /^ {0,3}> ?(.*)$/.exec(line)
  if (quote?.[1] !== undefined) return to.quote(inline(quote[1], 0, to))
  const item = /^( *)[-*+] +(.*)$/.exec(line)
  if (item?.[2] !== undefined) return to.item(item[1] ?? '', inline(item[2], 0, to))
  return inline(line, 0, to)
}

/** In order of precedence. `between` demands that no letter or digit touches the mark. */
const RULES: readonly {
  readonly re: RegExp
  readonly between: boolean
  write(found: RegExpExecArray, depth: number, to: Markup): string
}[] = [
  { re: /\\([!-/:-@[-`{-~])/y, between: false, write: (m, _depth, to) => to.escape(m[1] ?? '') },
  { re: /(?<!`)`([^`\n]+)`(?!`)/y, between: false, write: (m, _depth, to) => to.code(m[1] ?? '') },
  {
    re: /\[([^[\]\n]{1,500})\]\(([^\s()<>]{1,2000})\)/y,
    between: false,
    write: (m, depth, to) => to.link(m[1] ?? '', inline(m[1] ?? '', depth, to), m[2] ?? ''),
  },
  {
    re: /\*\*(?=\S)([^*]+)\*\*/y,
    between: false,
    write: (m, depth, to) => to.bold(inline(m[1] ?? '', depth, to)),
  },
  { re: /__(?=\S)([^_]+)__/y, between: true, write: (m, depth, to) => to.bold(inline(m[1] ?? '', depth, to)) },
  { re: /\*(?=\S)([^*]+)\*/y, between: false, write: (m, depth, to) => to.italic(inline(m[1] ?? '', depth, to)) },
  { re: /_(?=\S)([^_]+)_/y, between: true, write: (m, depth, to) => to.italic(inline(m[1] ?? '', depth, to)) },
  { re: /~~(?=\S)([^~]+)~~/y, between: false, write: (m, depth, to) => to.strike(inline(m[1] ?? '', depth, to)) },
]
const MARKS = /[\\`[*_~]/g

function inline(text: string, depth: number, to: Markup): string {
  if (depth > 3) return to.escape(text)
  let out = ''
  let at = 0
  let from = 0
  for (;;) {
    MARKS.lastIndex = at
    const mark = MARKS.exec(text)
    if (mark === null) return out + to.escape(text.slice(from))
    at = mark.index
    const applied = apply(text, at, depth + 1, to)
    if (applied === null) at += 1
    else {
      out += to.escape(text.slice(from, at)) + applied.text
      at = applied.end
      from = at
    }
  }
}
function apply(text: string, at: number, depth: number, to: Markup): { text: string; end: number } | null {
  for (const { re, between, write } of RULES) {
    re.lastIndex = at
    const found = re.exec(text)
    if (found === null) continue
    const end = at + found[0].length
    if (between && (isWordAt(text, at - 1) || isWordAt(text, end))) continue
    return { text: write(found, depth, to), end }
  }
  return null
}
function isWordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\p{L}\p{N}]/u.test(text[at] ?? '')
}
