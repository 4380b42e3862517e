/** Atlassian Document Format, as loosely as it arrives: what we do not know is kept. https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
export interface AdfMark {
  readonly type: string
  readonly attrs?: Readonly<Record<string, unknown>>
}
export interface AdfNode {
  readonly type: string
  readonly attrs?: Readonly<Record<string, unknown>>
  readonly marks?: readonly AdfMark[]
  readonly content?: readonly AdfNode[]
  readonly text?: string
}
export interface AdfDoc {
  readonly version: 1
  readonly type: 'doc'
  readonly content: readonly AdfNode[]
}
const EMPTY: AdfDoc = { version: 1, type: 'doc', content: [] }

/** A document as it came, not copied; anything else, as in a field nobody filled, is an empty one. */
export function docOf(value: unknown): AdfDoc {
  return isDoc(value) ? value : EMPTY
}
function isDoc(value: unknown): value is AdfDoc {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'doc' &&
    'content' in value &&
    Array.isArray(value.content)
  )
}
export function text(value: string, ...marks: readonly AdfMark[]): AdfNode {
  return marks.length === 0 ? { type: 'text', text: value } : { type: 'text', text: value, marks }
}
export function paragraph(...content: readonly AdfNode[]): AdfNode {
  return { type: 'paragraph', content }
}
export const STRONG: AdfMark = { type: 'strong' }
export const EM: AdfMark = { type: 'em' }

/** Words of a node, blocks on lines of their own. Time is linear in the document. */
export function plainText(node: AdfNode): string {
  const out: string[] = []
  collect(node, out, 0)
  return out.join('')
}
/** Deeper than any editor nests; a document made to exhaust the stack ends there. */
const MAX_DEPTH = 200
const BLOCKS = new Set([
  'paragraph',
  'heading',
  'codeBlock',
  'listItem',
  'taskItem',
  'decisionItem',
  'tableRow',
  'rule',
])

function collect(node: AdfNode, out: string[], depth: number): void {
  if (depth > MAX_DEPTH) return
  const own = leafText(node)
  if (own !== null) {
    out.push(own)
    return
  }
  for (const child of node.content ?? []) collect(child, out, depth + 1)
  if (BLOCKS.has(node.type) && out.at(-1) !== '\n') out.push('\n')
}
/** What a node without children says; null for one that only holds others. */
export function leafText({ type, text: own, attrs }: AdfNode): string | null {
  switch (type) {
    case 'text':
      return own ?? ''
    case 'hardBreak':
      return '\n'
    case 'mention':
      return mentionText(attrs)
    case 'emoji':
      return String(attrs?.text ?? attrs?.shortName ?? '')
    case 'status':
    case 'placeholder':
      return String(attrs?.text ?? '')
    case 'date':
      return dateText(attrs?.timestamp)
    case 'inlineCard':
    case 'blockCard':
    case 'embedCard':
      return String(attrs?.url ?? '')
    default:
      return null
  }
}
function mentionText(attrs: AdfNode['attrs']): string {
  const name = String(attrs?.text ?? attrs?.id ?? '').replace(/^@/, '')
  return `@${name}`
}
function dateText(timestamp: unknown): string {
  const date = new Date(Number(timestamp))
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10)
}
/** Jira counts the serialised document, not its words. */
export function sizeOf(doc: AdfDoc): number {
  return JSON.stringify(doc).length
}
/** How an edition of Jira keeps documents. */
export interface DocumentFormat {
  /** What is no text in this format is an empty document. */
  read(value: unknown): AdfDoc
  write(doc: AdfDoc): unknown
  /** Characters as Jira counts them against its limit. */
  size(doc: AdfDoc): number
}
export const ADF: DocumentFormat = { read: docOf, write: (doc) => doc, size: sizeOf }
