import { clean, hidesAddress, isFence, safeUrl } from '../shared/text.ts'
import { type AdfDoc, type AdfMark, type AdfNode, paragraph, text } from './adf.ts'

const MAX_DEPTH = 6
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?[ \t]*$/
const RULE = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$/
const ITEM = /^( *)(?:[-*+]|(0|[1-9]\d{0,8})[.)])(?:[ \t]+(.*))?$/
const ROW = /^ {0,3}\|.*\|[ \t]*$/
const DIVIDER = /^ {0,3}\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*$/

/** CommonMark, as much as people and models write of it, with tables; each line break stays one. */
export function fromMarkdown(markdown: string): AdfDoc {
  return { version: 1, type: 'doc', content: blocksOf(clean(markdown).split('\n'), 0) }
}
export function blocksOf(lines: readonly string[], depth: number): AdfNode[] {
  const out: AdfNode[] = []
  let words: string[] = []
  const flush = () => {
    const content = inlineLines(words)
    if (content.length > 0) out.push(paragraph(...content))
    words = []
  }
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? ''
    const found = blockAt(lines, at, depth)
    if (found) {
      flush()
      out.push(...found.nodes)
      at = found.next
      continue
    }
    if (line.trim() === '') flush()
    else words.push(line.trim())
    at += 1
  }
  flush()
  return out
}
interface Found {
  readonly nodes: readonly AdfNode[]
  readonly next: number
}
function blockAt(lines: readonly string[], at: number, depth: number): Found | null {
  const line = lines[at] ?? ''
  if (isFence(line, false)) return fenceAt(lines, at)
  const heading = HEADING.exec(line)
  if (heading) {
    const content = inlineOf(heading[2] ?? '')
    const level = heading[1]?.length ?? 1
    return { nodes: content.length > 0 ? [{ type: 'heading', attrs: { level }, content }] : [], next: at + 1 }
  }
  if (RULE.test(line)) return { nodes: [{ type: 'rule' }], next: at + 1 }
  if (depth >= MAX_DEPTH) return null
  if (/^ {0,3}>/.test(line)) return quoteAt(lines, at, depth)
  if (ROW.test(line) && DIVIDER.test(lines[at + 1] ?? '')) return tableAt(lines, at)
  return ITEM.test(line) ? listAt(lines, at, depth) : null
}
function fenceAt(lines: readonly string[], at: number): Found {
  const [, ticks = '```', language = ''] = /^ {0,3}(`{3,})([^`]*)$/.exec(lines[at] ?? '') ?? []
  let end = at + 1
  while (end < lines.length && !isEnd(lines[end] ?? '', ticks)) end += 1
  const code = lines.slice(at + 1, end).join('\n')
  return { nodes: [codeBlock(code, language.trim())], next: end + 1 }
}
function isEnd(line: string, ticks: string): boolean {
  return isFence(line, true) && line.trim().length >= ticks.length
}
export function codeBlock(code: string, language = ''): AdfNode {
  const attrs = /^[\w+#-]{1,30}$/.test(language) ? { attrs: { language } } : {}
  return { type: 'codeBlock', ...attrs, ...(code === '' ? {} : { content: [text(code)] }) }
}
function quoteAt(lines: readonly string[], at: number, depth: number): Found {
  let end = at
  while (end < lines.length && /^ {0,3}>/.test(lines[end] ?? '')) end += 1
  const inner = blocksOf(
    lines.slice(at, end).map((line) => line.replace(/^ {0,3}> ?/, '')),
    depth + 1,
  )
  return { nodes: inner.length > 0 ? [quote(inner)] : [], next: end }
}
/** A quotation holds no heading, table, rule or other quotation: those stand beside it as their words. https://developer.atlassian.com/cloud/jira/platform/apis/document/nodes/blockquote/ */
function quote(inner: readonly AdfNode[]): AdfNode {
  const content = inner.flatMap((node): readonly AdfNode[] => {
    if (node.type === 'heading') return [paragraph(...(node.content ?? []))]
    if (node.type === 'blockquote') return node.content ?? []
    if (node.type === 'table') return cellParagraphs(node)
    return node.type === 'rule' ? [] : [node]
  })
  return { type: 'blockquote', content: content.length > 0 ? content : [paragraph()] }
}
function tableAt(lines: readonly string[], at: number): Found {
  let end = at + 2
  while (end < lines.length && ROW.test(lines[end] ?? '')) end += 1
  const rows = [lines[at] ?? '', ...lines.slice(at + 2, end)].map(cellsOf)
  return { nodes: [table(rows.map((row) => row.map((cell) => inlineLines(cell.split(/<br\/?>/)))))], next: end }
}
function cellsOf(line: string): string[] {
  return line
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replace(/\\\|/g, '|'))
}
/** The first row is the head; rows are made equally long. */
export function table(rows: readonly (readonly (readonly AdfNode[])[])[]): AdfNode {
  const width = Math.max(1, ...rows.map((row) => row.length))
  return {
    type: 'table',
    content: rows.map((row, at) => ({
      type: 'tableRow',
      content: Array.from({ length: width }, (_, i) => ({
        type: at === 0 ? 'tableHeader' : 'tableCell',
        attrs: {},
        content: [paragraph(...(row[i] ?? []))],
      })),
    })),
  }
}
function listAt(lines: readonly string[], at: number, depth: number): Found {
  const first = ITEM.exec(lines[at] ?? '')
  const indent = first?.[1]?.length ?? 0
  const isOrdered = first?.[2] !== undefined
  const items: string[][] = []
  let end = at
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? ''
    const item = ITEM.exec(line)
    const last = items.at(-1)
    const itemIndent = item?.[1]?.length ?? 0
    if (item && itemIndent <= indent + 1 && !RULE.test(line)) {
      if (itemIndent < indent || (item[2] !== undefined) !== isOrdered) break
      // Numbers stay as typed: one that does not go on begins a list of its own.
      if (isOrdered && Number(item[2]) !== Number(first?.[2]) + items.length) break
      items.push([item[3] ?? ''])
    } else if (line.trim() === '') {
      // An item may go on after an empty line when what follows is indented; another item goes on anyway.
      const next = lines[end + 1] ?? ''
      const goesOn =
        next.startsWith(' '.repeat(indent + 2)) ||
        (ITEM.exec(next)?.[1]?.length === indent && sameKind(next, isOrdered))
      if (!goesOn || !last) break
      last.push('')
    } else if (last && /^ {2,}/.test(line) && line.length - line.trimStart().length > indent) {
      last.push(line.slice(Math.min(indent + (isOrdered ? 3 : 2), line.length - line.trimStart().length)))
    } else break
  }
  const content = items.map((lines_): AdfNode => {
    const inner = blocksOf(lines_, depth + 1).flatMap(inItem)
    const [head] = inner
    const opens = head && (head.type === 'paragraph' || head.type === 'codeBlock')
    return { type: 'listItem', content: opens ? inner : [paragraph(), ...inner] }
  })
  const start = Number(first?.[2] ?? 1)
  const attrs = isOrdered && start !== 1 ? { attrs: { order: start } } : {}
  return { nodes: [{ type: isOrdered ? 'orderedList' : 'bulletList', ...attrs, content }], next: end }
}
function sameKind(line: string, isOrdered: boolean): boolean {
  return (ITEM.exec(line)?.[2] !== undefined) === isOrdered
}
/** An item holds paragraphs, lists and code; of anything else its words. */
function inItem(node: AdfNode): readonly AdfNode[] {
  if (node.type === 'heading') return [paragraph(...(node.content ?? []))]
  if (node.type === 'blockquote') return (node.content ?? []).flatMap(inItem)
  if (node.type === 'table') return cellParagraphs(node)
  return node.type === 'rule' ? [] : [node]
}

function cellParagraphs({ content = [] }: AdfNode): readonly AdfNode[] {
  return content.flatMap((row) => (row.content ?? []).flatMap((cell) => cell.content ?? []))
}

function inlineLines(lines: readonly string[]): AdfNode[] {
  return lines.flatMap((line, i) => (i === 0 ? inlineOf(line) : [{ type: 'hardBreak' }, ...inlineOf(line)]))
}
/** In order of precedence; every pattern is bounded by a character it excludes, so the time is linear in the text. */
const RULES: readonly { readonly re: RegExp; readonly between?: true; readonly marks: readonly AdfMark[] }[] = [
  { re: /\*\*\*(?=\S)([^*]+)\*\*\*/y, marks: [{ type: 'em' }, { type: 'strong' }] },
  { re: /\*\*(?=\S)([^*]+(?:\*(?!\*)[^*]+\*[^*]*)?)\*\*/y, marks: [{ type: 'strong' }] },
  { re: /__(?=\S)([^_]+)__/y, between: true, marks: [{ type: 'strong' }] },
  { re: /\*(?=\S)([^*]+)\*/y, marks: [{ type: 'em' }] },
  { re: /_(?=\S)([^_]+)_/y, between: true, marks: [{ type: 'em' }] },
  { re: /~~(?=\S)([^~]+)~~/y, marks: [{ type: 'strike' }] },
]
const ESCAPE = /\\([!-/:-@[-`{-~])/y
const CODE = /(?<!`)(`{1,6})(?!`)([^\n]*?[^`\n])\1(?!`)/y
const LINK = /\[((?:[^[\]\n\\]|\\.){1,500})\]\(([^\s()<>]{1,2000})\)/y
const BARE = /https?:\/\/[^\s<>`|*\\()[\]{}"]+/y
const STARTS = /[\\`[*_~]|https?:\/\//g

export function inlineOf(line: string, marks: readonly AdfMark[] = [], depth = 0): AdfNode[] {
  const out: AdfNode[] = []
  let plain = ''
  const flush = () => {
    if (plain !== '') out.push(text(plain, ...marks))
    plain = ''
  }
  for (let at = 0; at < line.length; ) {
    STARTS.lastIndex = at
    const start = depth > 4 ? null : STARTS.exec(line)
    plain += line.slice(at, start?.index ?? line.length)
    if (start === null) break
    at = start.index
    const found = inlineAt(line, at, marks, depth)
    if (found === null) {
      plain += line.slice(at, at + 1)
      at += 1
    } else if (typeof found.made === 'string') {
      plain += found.made
      at = found.end
    } else {
      flush()
      out.push(...found.made)
      at = found.end
    }
  }
  flush()
  return out
}
function inlineAt(
  line: string,
  at: number,
  marks: readonly AdfMark[],
  depth: number,
): { readonly made: string | readonly AdfNode[]; readonly end: number } | null {
  const escaped = matchAt(ESCAPE, line, at)
  if (escaped) return { made: escaped[1] ?? '', end: at + 2 }
  const code = matchAt(CODE, line, at)
  if (code) {
    // Code takes no mark beside a link. https://developer.atlassian.com/cloud/jira/platform/apis/document/marks/code/
    const inner = (code[2] ?? '').replace(/^ (?=`)|(?<=`) $/g, '')
    const link = marks.filter(({ type }) => type === 'link')
    return { made: [text(inner, ...link, { type: 'code' })], end: at + code[0].length }
  }
  const isLinked = marks.some(({ type }) => type === 'link')
  const link = isLinked ? null : matchAt(LINK, line, at)
  if (link) return { made: linkNodes(link[1] ?? '', link[2] ?? '', marks, depth), end: at + link[0].length }
  const bare = isLinked ? null : matchAt(BARE, line, at)
  if (bare) {
    const address = bare[0].replace(/[.,;:!?'"]+$/, '')
    const url = safeUrl(address)
    if (url === null) return { made: address, end: at + address.length }
    return { made: [text(address, linkMark(address), ...marks)], end: at + address.length }
  }
  for (const { re, between, marks: added } of RULES) {
    const found = matchAt(re, line, at)
    if (!found?.[1]) continue
    const end = at + found[0].length
    if (between && (isWordAt(line, at - 1) || isWordAt(line, end))) continue
    const more = added.filter(({ type }) => !marks.some((mark) => mark.type === type))
    return { made: inlineOf(found[1], [...marks, ...more], depth + 1), end }
  }
  return null
}
/** A label that shows another address than it opens says so; what is no web address is words. */
function linkNodes(label: string, address: string, marks: readonly AdfMark[], depth: number): readonly AdfNode[] {
  const url = safeUrl(address)
  if (url === null) return [...inlineOf(label, marks, depth + 1), text(` (${address})`, ...marks)]
  if (!hidesAddress(label, url)) return inlineOf(label, [linkMark(address), ...marks], depth + 1)
  return [
    ...inlineOf(label, [...marks, NO_LINK], depth + 1).map(withoutNoLink),
    text(' (', ...marks),
    text(address, linkMark(address), ...marks),
    text(')', ...marks),
  ]
}
/** Keeps the words of a deceptive label from becoming a link by themselves. */
const NO_LINK: AdfMark = { type: 'link' }
function withoutNoLink(node: AdfNode): AdfNode {
  const marks = (node.marks ?? []).filter((mark) => mark !== NO_LINK)
  return text(node.text ?? '', ...marks)
}
function linkMark(href: string): AdfMark {
  return { type: 'link', attrs: { href } }
}
function matchAt(re: RegExp, line: string, at: number): RegExpExecArray | null {
  re.lastIndex = at
  return re.exec(line)
}
function isWordAt(line: string, at: number): boolean {
  return at >= 0 && at < line.length && /[\p{L}\p{N}]/u.test(line[at] ?? '')
}
