import { type AdfDoc, type AdfNode, paragraph, text } from '../adf.ts'
import { type Line, linesOf, OPENING } from './lines.ts'
import { BULLET, listAt } from './read-list.ts'
import { inlineLines, tableAt } from './read-text.ts'
import { anchorIn, closingAt, isCut, withSource } from './source.ts'

const MAX_DEPTH = 4
const HEADING = /^[ \t]*h([1-6])\.(?:[ \t]+(.*))?$/
const RULE = /^[ \t]*-{4,}[ \t]*$/
const QUOTED_LINE = /^[ \t]*bq\.[ \t]+(.*)$/
const ROW = /^[ \t]*\|/
const VERBATIM = /(?<!\\)\{(code|noformat)(?::[^}\n]*)?\}/g
const MACRO = /(?<!\\)\{(code|noformat|panel|quote)(?::[^}\n]*)?\}/g

/**
 * Wiki markup as a document. Each block keeps the text it was read from, and what lies between blocks is kept too, so that what nobody changed is
 * written back byte for byte. https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
 */
export function readWiki(value: unknown): AdfDoc {
  const wiki = typeof value === 'string' ? value : ''
  return { version: 1, type: 'doc', content: wiki.trim() === '' ? [] : blocksOf(wiki, 0) }
}
interface Found {
  readonly node: AdfNode
  /** Number of the first line behind it. */
  readonly next: number
}
function blocksOf(wiki: string, depth: number): readonly AdfNode[] {
  const lines = linesOf(wiki)
  const out: AdfNode[] = []
  for (let at = 0; at < lines.length; ) {
    const first = lines[at]
    if (first === undefined) break
    const { node, next } = isBlank(first)
      ? { node: paragraph(), next: at }
      : (blockAt(wiki, lines, at, depth) ?? paragraphAt(wiki, lines, at))
    const from = first.from
    const to = next > at ? (lines[next - 1]?.to ?? wiki.length) : from
    let after = next
    while (after < lines.length && isBlank(lines[after])) after += 1
    const gap = wiki.slice(to, lines[after]?.from ?? wiki.length)
    const isContainer =
      typeof node.attrs?.open === 'string' || node.type === 'bulletList' || node.type === 'orderedList'
    out.push(withSource(node, isContainer ? { gap } : { wiki: wiki.slice(from, to), gap }))
    at = after
  }
  return out
}
function isBlank(line: Line | undefined): boolean {
  return line !== undefined && line.text.trim() === ''
}
function blockAt(wiki: string, lines: readonly Line[], at: number, depth: number): Found | null {
  const line = lines[at]?.text ?? ''
  const heading = HEADING.exec(line)
  if (heading) {
    const attrs = { level: Number(heading[1]) }
    return { node: { type: 'heading', attrs, content: inlineLines([heading[2] ?? '']) }, next: at + 1 }
  }
  if (RULE.test(line)) return { node: { type: 'rule' }, next: at + 1 }
  const quoted = QUOTED_LINE.exec(line)
  if (quoted) {
    const content = [paragraph(...inlineLines([quoted[1] ?? '']))]
    return { node: { type: 'blockquote', content }, next: at + 1 }
  }
  if (ROW.test(line)) return tableAt(lines, at)
  if (BULLET.test(line)) return listAt(wiki, lines, at, (one) => startsBlock(one) || isBlank(one))
  return depth < MAX_DEPTH ? macroAt(wiki, lines, at, depth) : null
}
function startsBlock(line: Line | undefined): boolean {
  const words = line?.text ?? ''
  return [HEADING, RULE, QUOTED_LINE, ROW, OPENING].some((re) => re.test(words))
}
/** Lines up to an empty one or another block; code that opens in them is theirs as far as it goes. */
function paragraphAt(wiki: string, lines: readonly Line[], at: number): Found {
  let next = at
  do {
    const end = openCode(wiki, lines[next])
    next += 1
    while (end !== null && (lines[next - 1]?.to ?? wiki.length) < end) next += 1
  } while (next < lines.length && !isBlank(lines[next]) && !startsBlock(lines[next]) && !isBullet(lines[next]))
  return { node: paragraph(...inlineLines(lines.slice(at, next).map((line) => line.text))), next }
}
function isBullet(line: Line | undefined): boolean {
  return BULLET.test(line?.text ?? '')
}
/** Where code ends that a line opens and does not close; null where it opens none. */
function openCode(wiki: string, line: Line | undefined): number | null {
  if (!line?.text.includes('{')) return null
  VERBATIM.lastIndex = 0
  for (let found = VERBATIM.exec(line.text); found; found = VERBATIM.exec(line.text)) {
    const close = `{${found[1]}}`
    const end = closingAt(wiki, line.from + VERBATIM.lastIndex, close)
    if (end < 0) return null
    if (end + close.length > line.to) return end + close.length
    VERBATIM.lastIndex = end + close.length - line.from
  }
  return null
}
function macroAt(wiki: string, lines: readonly Line[], at: number, depth: number): Found | null {
  const first = lines[at]
  const found = OPENING.exec(first?.text ?? '')
  if (!first || !found) return null
  const [tag, name = '', parameters = ''] = found
  const inside = first.from + tag.length
  const close = closeOf(wiki, inside, name)
  if (close < 0) return null
  let next = at + 1
  while ((lines[next - 1]?.to ?? wiki.length) < close + name.length + 2) next += 1
  const inner = wiki.slice(inside, close)
  const end = lines[next - 1]?.to ?? wiki.length
  if (name === 'panel')
    return { node: panel(wiki.slice(first.from, inside), inner, wiki.slice(close, end), depth), next }
  if (name === 'quote') return { node: { type: 'blockquote', content: blocksOf(inner, depth + 1) }, next }
  const code = inner
    .replace(/^[ \t]*\r?\n/, '')
    .replace(/\r?\n[ \t]*$/, '')
    .replaceAll('\r\n', '\n')
  const language = /^:([\w+#-]{1,30})(?:\||$)/.exec(parameters)?.[1]
  const attrs = language === undefined || language === 'none' ? {} : { attrs: { language } }
  return { node: { type: 'codeBlock', ...attrs, ...(code === '' ? {} : { content: [text(code)] }) }, next }
}
/** Code in it hides what closes a panel. */
function closeOf(wiki: string, from: number, name: string): number {
  if (name === 'code' || name === 'noformat') return closingAt(wiki, from, `{${name}}`)
  MACRO.lastIndex = from
  for (let found = MACRO.exec(wiki); found; found = MACRO.exec(wiki)) {
    if (found[0] === `{${name}}`) return isCut(wiki, from, found.index) ? -1 : found.index
    if (found[1] !== 'code' && found[1] !== 'noformat') continue
    const end = closingAt(wiki, MACRO.lastIndex, `{${found[1]}}`)
    if (end >= 0) MACRO.lastIndex = end + found[1].length + 2
  }
  return -1
}
function panel(tag: string, inner: string, close: string, depth: number): AdfNode {
  const lead = /^[ \t]*\r?\n|^\s+$/.exec(inner)?.[0] ?? ''
  const marker = anchorIn(inner)
  return {
    type: 'panel',
    attrs: { panelType: 'info', ...(marker === null ? {} : { localId: marker }), open: `${tag}${lead}`, close },
    content: inner.slice(lead.length) === '' ? [] : blocksOf(inner.slice(lead.length), depth + 1),
  }
}
