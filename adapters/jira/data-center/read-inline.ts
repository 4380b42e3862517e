import { type AdfMark, type AdfNode, text } from '../adf.ts'
import { decodeEntity } from './escape.ts'
import { isWord, MARK_OF } from './signs.ts'

const STARTS = /[\\&{[*_^~+-]|https?:\/\//g
const CODE = /\{\{(?=[^}\n])([^\n]{1,2000}?)\}\}(?!\})/y
const SILENT = /\{(?:color|anchor)(?::[^{}\n]{0,200})?\}/y
const BRACED = /\{([*_^~+-])\}/y
const BRACKET = /\[([^[\]\n]{1,2500}?)(?<!\\)\]/y
const BARE = /https?:\/\/[^\s<>|\\()[\]{}"]+/y
const ENTITY = /&(?:#x?[\da-f]{1,7}|[a-z]{2,31});/iy
const MAX_DEPTH = 4

interface Found {
  readonly nodes: readonly AdfNode[]
  readonly end: number
}
/** One line of wiki markup as text with marks. What is no markup is words. */
export function inlineWiki(line: string, marks: readonly AdfMark[] = [], depth = 0): readonly AdfNode[] {
  const out: AdfNode[] = []
  /** Signs that close nowhere behind: looked for once, so that the time stays linear. */
  const open = new Set<string>()
  let plain = ''
  const flush = () => {
    if (plain !== '') out.push(text(plain, ...marks))
    plain = ''
  }
  for (let at = 0; at < line.length; ) {
    STARTS.lastIndex = at
    const start = STARTS.exec(line)
    plain += line.slice(at, start?.index ?? line.length)
    if (start === null) break
    at = start.index
    const literal = literalAt(line, at)
    const found = literal === null && depth <= MAX_DEPTH ? nodesAt(line, at, marks, depth, open) : null
    if (literal !== null) {
      plain += literal.words
      at = literal.end
    } else if (found !== null) {
      flush()
      out.push(...found.nodes)
      at = found.end
    } else {
      plain += line[at] ?? ''
      at += 1
    }
  }
  flush()
  return depth === 0 ? spaced(out) : out
}
function literalAt(line: string, at: number): { readonly words: string; readonly end: number } | null {
  const sign = line[at]
  if (sign === '\\' && /[^\p{L}\p{N}\s\\]/u.test(line[at + 1] ?? '')) return { words: line[at + 1] ?? '', end: at + 2 }
  const entity = sign === '&' ? matchAt(ENTITY, line, at) : null
  return entity ? { words: decodeEntity(entity[0]), end: at + entity[0].length } : null
}
function nodesAt(line: string, at: number, marks: readonly AdfMark[], depth: number, open: Set<string>): Found | null {
  const sign = line[at] ?? ''
  if (sign === '\\') return line[at + 1] === '\\' ? { nodes: [{ type: 'hardBreak' }], end: at + 2 } : null
  if (sign === '{') return bracedAt(line, at, marks, depth)
  if (sign === '[') {
    const found = matchAt(BRACKET, line, at)
    const nodes = found ? bracketNodes(found[1] ?? '', marks, depth) : null
    return found && nodes ? { nodes, end: at + found[0].length } : null
  }
  if (sign === 'h') {
    const address = (matchAt(BARE, line, at)?.[0] ?? '').replace(/[.,;:!?']+$/, '')
    return address === '' ? null : { nodes: [text(address, linkTo(address), ...marks)], end: at + address.length }
  }
  if (open.has(sign) || isWord(line[at - 1] ?? '') || /[\s]/.test(line[at + 1] ?? ' ')) return null
  const close = closeOf(line, at + 1, sign)
  if (close < 0) open.add(sign)
  return close <= at + 1 ? null : { nodes: marked(line.slice(at + 1, close), sign, marks, depth), end: close + 1 }
}
function bracedAt(line: string, at: number, marks: readonly AdfMark[], depth: number): Found | null {
  const code = matchAt(CODE, line, at)
  if (code) {
    const words = inlineWiki(code[1] ?? '', [], MAX_DEPTH + 1)
      .map((node) => node.text ?? '')
      .join('')
    return { nodes: [text(words, { type: 'code' })], end: at + code[0].length }
  }
  const silent = matchAt(SILENT, line, at)
  if (silent) return { nodes: [], end: at + silent[0].length }
  const sign = matchAt(BRACED, line, at)?.[1]
  const close = sign === undefined ? -1 : line.indexOf(`{${sign}}`, at + 3)
  if (sign === undefined || close < 0) return null
  return { nodes: marked(line.slice(at + 3, close), sign, marks, depth), end: close + 3 }
}
function marked(words: string, sign: string, marks: readonly AdfMark[], depth: number): readonly AdfNode[] {
  const type = MARK_OF[sign] ?? 'strong'
  return inlineWiki(words, marks.some((mark) => mark.type === type) ? marks : [...marks, { type }], depth + 1)
}
/** Where a format ends; -1 where it does not. Links and code in between are whole. */
function closeOf(line: string, from: number, sign: string): number {
  for (let at = from; at < line.length; at += 1) {
    const found = line[at]
    if (found === '\\') at += 1
    else if (found === '[') at += Math.max(0, (matchAt(BRACKET, line, at)?.[0].length ?? 0) - 1)
    else if (found === '{') at += Math.max(0, (matchAt(CODE, line, at)?.[0].length ?? 0) - 1)
    else if (found === sign && at > from && !/\s/.test(line[at - 1] ?? ' ') && !isWord(line[at + 1] ?? '')) {
      if (line[at - 1] !== '{' || line[at + 1] !== '}') return at
    }
  }
  return -1
}
/** A mention, a link, an attachment; null for brackets that are words. */
function bracketNodes(inner: string, marks: readonly AdfMark[], depth: number): readonly AdfNode[] | null {
  if (inner.startsWith('~')) {
    const name = inner.slice(1).replace(/^accountid:/, '')
    return /^[^\s|]{1,255}$/.test(name) ? [{ type: 'mention', attrs: { id: name, text: `@${name}` } }] : null
  }
  if (inner.startsWith('^')) return [text(inner.slice(1), ...marks)]
  const cut = inner.search(/(?<!\\)\|/)
  const [label, address] = cut < 0 ? [inner, inner] : [inner.slice(0, cut), inner.slice(cut + 1).split('|')[0] ?? '']
  if (!/^(?:https?:\/\/|mailto:)\S+$/i.test(address)) return null
  if (cut < 0) return [text(address, linkTo(address), ...marks)]
  return inlineWiki(label, [linkTo(address), ...marks], depth + 1)
}
function linkTo(href: string): AdfMark {
  return { type: 'link', attrs: { href } }
}
/** Space between two that are set in italics is set so too: there is no way to write it. */
function spaced(nodes: readonly AdfNode[]): readonly AdfNode[] {
  const isSmall = (node: AdfNode | undefined) => node?.marks?.some(({ type }) => type === 'em' || type === 'code')
  return nodes.map((node, i) => {
    const isGap = node.type === 'text' && (node.marks ?? []).length === 0 && node.text?.trim() === ''
    return isGap && isSmall(nodes[i - 1]) && isSmall(nodes[i + 1]) ? text(node.text ?? '', { type: 'em' }) : node
  })
}
function matchAt(re: RegExp, line: string, at: number): RegExpExecArray | null {
  re.lastIndex = at
  return re.exec(line)
}
