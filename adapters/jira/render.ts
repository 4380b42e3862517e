import type { Action, Block, Message } from '#contract'
import { diffText, tableText } from '../shared/lines.ts'
import { clean, safeUrl } from '../shared/text.ts'
import { type AdfDoc, type AdfNode, EM, paragraph, STRONG, sizeOf, text } from './adf.ts'
import { blocksOf, codeBlock, table } from './from-markdown.ts'
import { SIZES } from './limits.ts'

/** What is sent to Jira for one part: a comment, or a file beside it. */
export type CommentBody =
  | { readonly kind: 'comment'; readonly body: AdfDoc }
  | { readonly kind: 'file'; readonly name: string; readonly mediaType: string; readonly text: string }

const STEPS = 10

export function render({ text: words, blocks = [] }: Message): CommentBody {
  const [first] = blocks
  if (blocks.length === 1 && first?.kind === 'file' && isAttached(first)) {
    const { name, mediaType } = first
    return { kind: 'file', name, mediaType, text: first.text }
  }
  return { kind: 'comment', body: docOf(blocks.length > 0 ? blocks.flatMap(nodesOf) : plainNodes(words)) }
}
export function docOf(content: readonly AdfNode[]): AdfDoc {
  return { version: 1, type: 'doc', content: content.length > 0 ? content : [paragraph(text('(no text)'))] }
}
/** A file that a comment has no room for is attached to the issue. */
export function isAttached(block: Block): boolean {
  return block.kind === 'file' && sizeOf(docOf(nodesOf(block))) > SIZES.inlineFile
}
/** Words as they are: nothing in them links, mentions or formats. */
export function plainNodes(words: string): readonly AdfNode[] {
  return clean(words)
    .split(/\n{2,}/)
    .map((part) => literal(part))
    .filter((content) => content.length > 0)
    .map((content) => paragraph(...content))
}
function literal(words: string, ...marks: Parameters<typeof text>[1][]): AdfNode[] {
  return clean(words)
    .split('\n')
    .flatMap((line, i) => [...(i === 0 ? [] : [{ type: 'hardBreak' }]), ...(line === '' ? [] : [text(line, ...marks)])])
}
export function nodesOf(block: Block): readonly AdfNode[] {
  switch (block.kind) {
    case 'heading': {
      const words = clean(block.text).replace(/\s+/g, ' ').trim()
      return words === '' ? [] : [{ type: 'heading', attrs: { level: 3 }, content: [text(words)] }]
    }
    case 'text':
      return markdown(block.markdown)
    case 'note':
      return markdown(block.markdown).map(quiet)
    case 'code':
      return [codeBlock(clean(block.text), block.language)]
    case 'diff':
      return [codeBlock(diffText(block.before, block.after), 'diff')]
    case 'table':
      if (block.head.length === 0) return [codeBlock(tableText(block.head, block.rows))]
      return [table([block.head, ...block.rows].map((row) => row.map((cell) => literal(cell))))]
    case 'fields': {
      const items = block.items.map(fieldOf).filter((content) => content.length > 0)
      const listed = items.map((content) => ({ type: 'listItem', content: [paragraph(...content)] }))
      return listed.length > 0 ? [{ type: 'bulletList', content: listed }] : []
    }
    case 'progress': {
      const done = block.total > 0 ? Math.min(1, Math.max(0, block.done / block.total)) : 0
      const full = Math.round(done * STEPS)
      const bar = `${'▰'.repeat(full)}${'▱'.repeat(STEPS - full)} ${Math.round(done * 100)} %`
      return [paragraph(...literal(block.label), text(` ${bar}`))]
    }
    case 'actions': {
      const items = block.items.map((action) => ({ type: 'listItem', content: [paragraph(...printed(action))] }))
      return items.length > 0 ? [{ type: 'bulletList', content: items }] : []
    }
    case 'file': {
      const title = clean(block.name).replace(/\s+/g, ' ').trim() || 'file'
      return [{ type: 'expand', attrs: { title }, content: [codeBlock(clean(block.text))] }]
    }
    default:
      return block satisfies never
  }
}
function markdown(source: string): readonly AdfNode[] {
  return blocksOf(clean(source).split('\n'), 0)
}
/** Small print; code, and what is no paragraph, stays as it is. */
function quiet(node: AdfNode): AdfNode {
  if (node.type !== 'paragraph') return node
  const content = (node.content ?? []).map((child) => {
    const marks = child.marks ?? []
    if (child.type !== 'text' || marks.some(({ type }) => type === 'code' || type === 'em')) return child
    return { ...child, marks: [...marks, EM] }
  })
  return { ...node, content }
}
function fieldOf({ label, value }: { readonly label: string; readonly value: string }): readonly AdfNode[] {
  const name = clean(label).replace(/\s+/g, ' ').trim()
  const words = literal(value.trim())
  if (name === '') return words
  return words.length > 0 ? [text(name, STRONG), text(': '), ...words] : [text(name, STRONG)]
}
/** Comments have no buttons: the command is there to be copied. */
function printed(action: Action): readonly AdfNode[] {
  const label = clean(action.label).replace(/\s+/g, ' ').trim() || 'Open'
  if (action.kind !== 'link') {
    const command = clean(`/${action.run}${action.kind === 'form' ? ' …' : ''}`).replace(/\n+/g, ' ')
    return [text(`${label}: `), text(command, { type: 'code' })]
  }
  const url = safeUrl(action.url)
  if (url === null) return [text(`${label}: ${clean(action.url)}`)]
  return [text(label, { type: 'link', attrs: { href: url.href } })]
}
