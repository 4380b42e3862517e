import { createHash } from 'node:crypto'
import type { TrackedCriterion } from '#contract'
import { clean } from '../shared/text.ts'
import { type AdfNode, paragraph, plainText, STRONG, text } from './adf.ts'

/** A stretch of a section: a criterion with the nodes that say it, or what is no criterion and stays as it is. */
export type Stretch =
  | { readonly kind: 'criterion'; readonly criterion: TrackedCriterion; readonly nodes: readonly AdfNode[] }
  | { readonly kind: 'kept'; readonly node: AdfNode }

const ID = /^(AC-\d{1,6})(?![\w-])[ \t]*(?:[·:.–—-][ \t]+)?/i
const STEP = /^(?:Given|When|Then|And|But)\b/
const LISTS = new Set(['bulletList', 'orderedList', 'taskList', 'decisionList'])
const KEYWORD = /^(?:Given|When|Then|And|But)(?= )/

interface Open {
  id: string | null
  title: string
  readonly lines: string[]
  readonly nodes: AdfNode[]
}
/** Reads what the hub wrote and what people made of it. */
export function readCriteria(nodes: readonly AdfNode[]): readonly Stretch[] {
  const out: (Open | AdfNode)[] = []
  let open: Open | null = null
  const begin = (title: Parameters<typeof titled>[0], node: AdfNode | null): Open => {
    const made = { ...titled(title), lines: [], nodes: node === null ? [] : [node] }
    out.push(made)
    open = made
    return made
  }
  nodes.forEach((node, at) => {
    if (isSmallPrint(node)) {
      out.push(node)
      open = null
    } else if (node.type === 'paragraph' || (node.type === 'heading' && isTitle(node, nodes[at + 1]))) {
      const [title = '', ...lines] = linesOf(node)
      if (title === '') open?.nodes.push(node)
      else if (open && STEP.test(title) && node.type === 'paragraph') {
        open.lines.push(title, ...lines)
        open.nodes.push(node)
      } else begin(writtenId(node) ?? title, node).lines.push(...lines)
    } else if (LISTS.has(node.type)) {
      if (open) {
        open.lines.push(...itemsOf(node).flatMap(({ lines }) => lines))
        open.nodes.push(node)
      } else {
        for (const { item, lines } of itemsOf(node)) {
          const [title = '', ...rest] = lines
          if (title !== '') begin(title, { ...node, content: [item] }).lines.push(...rest)
        }
        open = null
      }
    } else if (node.type === 'codeBlock' && isGherkin(plainText(node))) {
      open = readGherkin(plainText(node), node, open, begin)
    } else {
      out.push(node)
      open = null
    }
  })
  return out.map((one): Stretch => {
    if ('type' in one) return { kind: 'kept', node: one }
    const criterion = normal({ id: one.id, title: one.title, lines: one.lines })
    return { kind: 'criterion', criterion, nodes: one.nodes }
  })
}
/** Words by which a criterion is compared: one kind of space, nothing empty. */
function normal({ id, title, lines }: TrackedCriterion): TrackedCriterion {
  const flat = [title, ...lines].map((line) => clean(line).replace(/\s+/g, ' ').trim())
  const [head = '', ...rest] = flat
  const kept = rest.filter((line) => line !== '')
  return head === '' && id === null
    ? { id, title: kept[0] ?? '', lines: kept.slice(1) }
    : { id, title: head, lines: kept }
}
export function hashOf(criteria: readonly TrackedCriterion[]): string {
  const words = criteria.map(normal).map(({ id, title, lines }) => [id, title, ...lines])
  return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 32)
}
export function isSame(one: TrackedCriterion, other: TrackedCriterion): boolean {
  return hashOf([one]) === hashOf([other])
}
/** As the hub writes one: id and title, below them its steps. Words are words: nothing in them links, mentions or formats. */
export function criterionNodes(criterion: TrackedCriterion): readonly AdfNode[] {
  const { id, title, lines } = normal(criterion)
  const head =
    id === null ? [text(title, STRONG)] : title === '' ? [text(id, STRONG)] : [text(id, STRONG), text(` ${title}`)]
  const items = lines.map((line) => ({ type: 'listItem', content: [paragraph(...stepOf(line))] }))
  return [paragraph(...head), ...(items.length > 0 ? [{ type: 'bulletList', content: items }] : [])]
}
function stepOf(line: string): readonly AdfNode[] {
  const keyword = KEYWORD.exec(line)?.[0]
  return keyword === undefined ? [text(line)] : [text(keyword, STRONG), text(line.slice(keyword.length))]
}
/** Exactly as written where nobody touched it: the rest of the line is the title, whatever it begins with. */
function writtenId({ content = [] }: AdfNode): { readonly id: string; readonly title: string } | null {
  const [first] = content
  const isId = first?.marks?.some(({ type }) => type === 'strong') && /^AC-\d{1,6}$/.test(first.text ?? '')
  if (!isId || !first?.text) return null
  const rest = content.slice(1).map(plainText).join('')
  return rest === '' || rest.startsWith(' ') ? { id: first.text, title: rest.split('\n')[0] ?? '' } : null
}
function titled(title: string | { readonly id: string; readonly title: string }): { id: string | null; title: string } {
  if (typeof title !== 'string') return { ...title }
  const found = ID.exec(title)
  return found?.[1] ? { id: found[1].toUpperCase(), title: title.slice(found[0].length) } : { id: null, title }
}
/** As the hub writes remarks; one that somebody changed is a remark still, and no criterion. */
function isSmallPrint({ type, content = [] }: AdfNode): boolean {
  if (type !== 'paragraph' || content.length === 0) return false
  return content.every(
    (node) => node.type !== 'text' || node.marks?.some((mark) => mark.type === 'em' || mark.type === 'code'),
  )
}
/** A heading is a title when steps follow it. */
function isTitle(node: AdfNode, next: AdfNode | undefined): boolean {
  return ID.test(plainText(node)) || (next !== undefined && (LISTS.has(next.type) || next.type === 'codeBlock'))
}
function linesOf(node: AdfNode): string[] {
  return plainText(node)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
/** Each item of a list with its own lines, those of lists inside it after them. */
function itemsOf(list: AdfNode): readonly { readonly item: AdfNode; readonly lines: readonly string[] }[] {
  return (list.content ?? []).map((item) => ({ item, lines: linesOf(item) }))
}
function isGherkin(code: string): boolean {
  return /^\s*(?:Scenario(?: Outline)?:|Given\b|When\b|Then\b)/m.test(code)
}
/** Scenarios of one block. Its node says one criterion alone only when there is one. */
function readGherkin(
  code: string,
  node: AdfNode,
  open: Open | null,
  begin: (title: string, node: AdfNode | null) => Open,
): Open | null {
  const lines = code.split('\n').map((line) => line.trim())
  const scenarios = lines.filter((line) => /^Scenario/.test(line)).length
  let current = open
  if (scenarios === 0) {
    current ??= begin(lines.find((line) => line !== '') ?? '', null)
    current.nodes.push(node)
  }
  for (const line of lines) {
    const title = /^Scenario(?: Outline)?:\s*(.*)$/.exec(line)?.[1]
    if (title !== undefined) current = begin(title, scenarios === 1 ? node : null)
    else if (line !== '' && current && !/^(?:Feature:|#|@)/.test(line)) current.lines.push(line)
  }
  return current
}
