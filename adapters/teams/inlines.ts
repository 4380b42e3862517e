import { clean, isFence, safeUrl } from '../shared/text.ts'

/**
 * CommonMark subset → runs of text. Runs are taken literally by every client, unlike a TextBlock, whose text is Markdown again: so
 * nothing has to be escaped and nothing can break out. https://adaptivecards.io/explorer/TextRun.html
 */
export interface Run {
  readonly type: 'TextRun'
  readonly text: string
  readonly weight?: 'Bolder'
  readonly italic?: true
  readonly strikethrough?: true
  readonly isSubtle?: true
  readonly fontType?: 'Monospace'
  readonly color?: 'Good' | 'Attention'
  readonly size?: 'Small' | 'Medium' | 'Large'
  readonly selectAction?: { readonly type: 'Action.OpenUrl'; readonly url: string }
}
export type Style = Omit<Run, 'type' | 'text'>
export interface Line {
  readonly kind: 'text' | 'code' | 'quote'
  readonly runs: readonly Run[]
}

/** Text as data: `<at>` notifies and `{{DATE(…)}}` is replaced only where it stands together. */
export function literal(text: string): string {
  return clean(text)
    .replace(/<(?=\/?at\b)/gi, '<\u200b')
    .replace(/\{\{/g, '{\u200b{')
}
export function run(text: string, style: Style = {}): Run {
  return { type: 'TextRun', text: literal(text), ...style }
}
/** Spaces at the beginning of a line are lost on the way to the screen. */
export function codeLine(text: string, style: Style = {}): Run {
  const indented = text.replace(/\t/g, '    ').replace(/^ +/, (spaces) => '\u00a0'.repeat(spaces.length))
  return run(indented || '\u00a0', { fontType: 'Monospace', ...style })
}

/** Lines with something to see; how far they stand apart is not kept. */
export function toLines(markdown: string, style: Style = {}): Line[] {
  const out: Line[] = []
  let isCode = false
  for (const line of clean(markdown).split('\n')) {
    if (isFence(line, isCode)) isCode = !isCode
    else if (isCode) out.push({ kind: 'code', runs: [codeLine(line, style)] })
    else if (line.trim() !== '') out.push(toLine(line, style))
  }
  return out
}
function toLine(line: string, style: Style): Line {
  const { kind, runs } = readLine(line, style)
  return { kind, runs: joined(runs) }
}
/** Neighbours of one style are one run; and no two runs make up together what neither may be alone. */
function joined(runs: readonly Run[]): Run[] {
  const groups: { readonly first: Run; readonly texts: string[] }[] = []
  for (const one of runs) {
    const last = groups.at(-1)
    if (last && isSameStyle(last.first, one)) last.texts.push(one.text)
    else groups.push({ first: one, texts: [one.text] })
  }
  let before = ''
  return groups.map(({ first, texts }) => {
    const text = literal(texts.join(''))
    const seam = before + text.slice(0, 4)
    before = (before + text).slice(-4)
    return { ...first, text: literal(seam) === seam ? text : `\u200b${text}` }
  })
}
function isSameStyle({ text: _, ...one }: Run, { text: __, ...other }: Run): boolean {
  const keys = Object.keys(one) as (keyof typeof one)[]
  const isSame = (key: keyof typeof one) => JSON.stringify(one[key]) === JSON.stringify(other[key])
  return keys.length === Object.keys(other).length && keys.every(isSame)
}
function readLine(line: string, style: Style): Line {
  const heading = /^ {0,3}#{1,6} +(.*)$/.exec(line)
  if (heading?.[1]?.trim()) return { kind: 'text', runs: inline(heading[1], { ...style, weight: 'Bolder' }, 0) }
  const quote = /^ {0,3}> ?(.*)$/.exec(line)
  if (quote?.[1]?.trim()) return { kind: 'quote', runs: inline(quote[1], style, 0) }
  const item = /^( *)(?:[-*+]|(\d{1,9}[.)])) +(.*)$/.exec(line)
  if (item?.[3]?.trim()) {
    const mark = `${'\u00a0'.repeat((item[1] ?? '').length)}${item[2] ?? '•'} `
    return { kind: 'text', runs: [run(mark, style), ...inline(item[3], style, 0)] }
  }
  return { kind: 'text', runs: inline(line, style, 0) }
}

/** In order of precedence. `between` demands that no letter or digit touches the mark. */
const RULES: readonly {
  readonly re: RegExp
  readonly between: boolean
  to(found: RegExpExecArray, style: Style, depth: number): Run[]
}[] = [
  { re: /\\([!-/:-@[-`{-~])/y, between: false, to: (m, style) => [run(m[1] ?? '', style)] },
  {
    re: /(?<!`)`([^`\n]+)`(?!`)/y,
    between: false,
    to: (m, style) => [run(m[1] ?? '', { ...style, fontType: 'Monospace' })],
  },
  {
    re: /\[([^[\]\n]{1,500})\]\(([^\s()<>]{1,2000})\)/y,
    between: false,
    to: (m, style, depth) => link(m[1] ?? '', m[2] ?? '', style, depth),
  },
  { re: /\*\*(?=\S)([^*]+)\*\*/y, between: false, to: (m, s, d) => inline(m[1] ?? '', { ...s, weight: 'Bolder' }, d) },
  { re: /__(?=\S)([^_]+)__/y, between: true, to: (m, s, d) => inline(m[1] ?? '', { ...s, weight: 'Bolder' }, d) },
  { re: /\*(?=\S)([^*]+)\*/y, between: false, to: (m, s, d) => inline(m[1] ?? '', { ...s, italic: true }, d) },
  { re: /_(?=\S)([^_]+)_/y, between: true, to: (m, s, d) => inline(m[1] ?? '', { ...s, italic: true }, d) },
  { re: /~~(?=\S)([^~]+)~~/y, between: false, to: (m, s, d) => inline(m[1] ?? '', { ...s, strikethrough: true }, d) },
]
const MARKS = /[\\`[*_~]/g

function inline(text: string, style: Style, depth: number): Run[] {
  if (depth > 3) return [run(text, style)]
  const out: Run[] = []
  const plain = (part: string) => {
    if (part !== '') out.push(run(part, style))
  }
  let at = 0
  let from = 0
  for (;;) {
    MARKS.lastIndex = at
    const mark = MARKS.exec(text)
    if (mark === null) {
      plain(text.slice(from))
      return out
    }
    at = mark.index
    const applied = apply(text, at, style, depth + 1)
    if (applied === null) at += 1
    else {
      plain(text.slice(from, at))
      out.push(...applied.runs)
      at = applied.end
      from = at
    }
  }
}
function apply(text: string, at: number, style: Style, depth: number): { runs: Run[]; end: number } | null {
  for (const { re, between, to } of RULES) {
    re.lastIndex = at
    const found = re.exec(text)
    if (found === null) continue
    const end = at + found[0].length
    if (between && (isWordAt(text, at - 1) || isWordAt(text, end))) continue
    return { runs: to(found, style, depth), end }
  }
  return null
}
function isWordAt(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\p{L}\p{N}]/u.test(text[at] ?? '')
}
function link(label: string, address: string, style: Style, depth: number): Run[] {
  const url = safeUrl(address)
  const runs = inline(label, style, depth)
  if (url === null) return [...runs, run(` (${address})`, style)]
  const open = { selectAction: { type: 'Action.OpenUrl', url: url.href } } as const
  const linked = runs.map((one): Run => ({ ...one, ...open }))
  // A label that is itself an address must not hide where it leads.
  const shown = /^\s*(?:https?:|www\.|[\w-]+(?:\.[\w-]+)+\/)/i.test(label) && !url.href.startsWith(label.trim())
  return shown ? [...linked, run(` (${url.host})`, style)] : linked
}
