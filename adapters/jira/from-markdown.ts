import { clean, isFence } from '../shared/text.ts'
import { type AdfDoc, type AdfNode, paragraph, text } from './adf.ts'
import { inlineOf } from './inlines.ts'

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
/** Languages that people name behind a fence; anything else there is words, and kept. */
const LANGUAGES = new Set(
  (
    'bash c clojure console cpp cs csharp css csv dart diff dockerfile elixir env feature gherkin go graphql groovy ' +
    'haskell hcl html http ini java javascript js json jsonc jsx kotlin latex log lua make markdown md mermaid nginx ' +
    'objc perl php plaintext powershell properties proto ps1 py python r rb ruby rust scala sh shell sql svelte swift ' +
    'terraform text toml ts tsx txt typescript vue xml yaml yml zig'
  ).split(' '),
)
function fenceAt(lines: readonly string[], at: number): Found {
  const [, ticks = '```', language = ''] = /^ {0,3}(`{3,})([^`]*)$/.exec(lines[at] ?? '') ?? []
  let end = at + 1
  while (end < lines.length && !isEnd(lines[end] ?? '', ticks)) end += 1
  const name = language.trim()
  const isWords = name !== '' && !LANGUAGES.has(name.toLowerCase())
  const code = [...(isWords ? [name] : []), ...lines.slice(at + 1, end)].join('\n')
  return { nodes: [codeBlock(code, isWords ? '' : name)], next: end + 1 }
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
