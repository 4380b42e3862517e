import type { Action, Block, Message } from '#contract'
import { markdownPieces, pieces } from '../shared/cut.ts'
import { diffText, tableText } from '../shared/lines.ts'
import { clean, safeUrl } from '../shared/text.ts'
import { SIZES } from './limits.ts'
import { codeSpan, escapeText, fence, toLinear } from './markdown.ts'

/** What is sent to Linear for one part: the body of a comment or of an agent activity. */
export interface CommentBody {
  readonly body: string
}
/** In the place of a secret: everybody who sees the issue reads its comments. */
const FOR_ONE: Message = {
  text: 'The answer is for you alone, and in Linear everybody would read it: ask in a direct message to the hub in your chat.',
}
const STEPS = 10

export function render({ text, blocks = [] }: Message): CommentBody {
  const body = blocks.length > 0 ? joined(blocks) : escapeText(text)
  return { body: body.trim() === '' ? '(no text)' : body }
}
/** One comment where it fits; else as many as it takes, each block whole where that is possible. */
export function split(message: Message): readonly Message[] {
  if (message.secret) return [FOR_ONE]
  const blocks = message.blocks ?? []
  if (blocks.length === 0) {
    const parts = pieces(clean(message.text), (p) => escapeText(p).length <= SIZES.comment, SIZES.piece)
    return parts.length < 2 ? [message] : parts.map((text) => ({ ...message, text }))
  }
  if (joined(blocks).length <= SIZES.comment) return [message]
  // What is folded in comes last: everything that is read at once stands before it.
  const ordered = [...blocks.filter((b) => b.kind !== 'file'), ...blocks.filter((b) => b.kind === 'file')]
  const groups: Block[][] = [[]]
  for (const block of ordered.flatMap(small)) {
    const last = groups.at(-1) ?? []
    if (last.length > 0 && joined([...last, block]).length > SIZES.comment) groups.push([block])
    else last.push(block)
  }
  return groups.map((group, i) => ({
    ...message,
    text: i === 0 ? message.text : `Continued (${i + 1} of ${groups.length})`,
    blocks: group,
  }))
}
/** A block in pieces that fit into one comment each. */
function small(block: Block): readonly Block[] {
  if (textOf(block).length <= SIZES.piece) return [block]
  if (block.kind === 'text' || block.kind === 'note')
    return markdownPieces(
      block.markdown,
      (p) => textOf({ ...block, markdown: p }).length <= SIZES.piece,
      SIZES.piece / 2,
    ).map((markdown) => ({ ...block, markdown }))
  const fits = (p: string) => fence(p).length <= SIZES.piece
  return pieces(clean(wordsOf(block)), fits, SIZES.piece - 200).map((text) => ({ kind: 'code', text }))
}
function wordsOf(block: Exclude<Block, { kind: 'text' | 'note' }>): string {
  switch (block.kind) {
    case 'heading':
    case 'code':
    case 'file':
      return block.text
    case 'fields':
      return block.items.map(({ label, value }) => `${label}\n${value}`).join('\n')
    case 'table':
      return tableText(block.head, block.rows)
    case 'diff':
      return diffText(block.before, block.after)
    case 'progress':
      return block.label
    case 'actions':
      return block.items
        .map((action) => `${action.label} ${action.kind === 'link' ? action.url : `/${action.run}`}`)
        .join('\n')
    default:
      return block satisfies never
  }
}
function joined(blocks: readonly Block[]): string {
  return blocks
    .map(textOf)
    .filter((text) => text.trim() !== '')
    .join('\n\n')
}
function textOf(block: Block): string {
  switch (block.kind) {
    case 'heading': {
      const text = clean(block.text).replace(/\s+/g, ' ').trim()
      return text === '' ? '' : `### ${escapeText(text)}`
    }
    case 'text':
      return toLinear(block.markdown)
    case 'note':
      return quiet(toLinear(block.markdown))
    case 'code':
      return fence(block.text, block.language)
    case 'diff':
      return fence(diffText(block.before, block.after), 'diff')
    case 'table':
      return block.head.length === 0 ? fence(tableText(block.head, block.rows)) : table(block.head, block.rows)
    case 'fields':
      return block.items.map(field).filter(Boolean).join('\n')
    case 'progress': {
      const done = block.total > 0 ? Math.min(1, Math.max(0, block.done / block.total)) : 0
      const full = Math.round(done * STEPS)
      return `${escapeText(block.label)} ${'▰'.repeat(full)}${'▱'.repeat(STEPS - full)} ${Math.round(done * 100)} %`
    }
    case 'actions':
      return block.items.map(printed).join('\n')
    case 'file':
      // Folded in: https://linear.app/docs/editor#collapsible-sections
      return `+++ ${escapeText(block.name).replace(/\n+/g, ' ')}\n\n${fence(block.text)}\n\n+++`
    default:
      return block satisfies never
  }
}
/** Small print is a quote here; a fence in it would end it. */
function quiet(text: string): string {
  if (/^(?:`{3,}|### )/m.test(text)) return text
  return text
    .split('\n')
    .map((line) => (line.startsWith('> ') ? line : `> ${line}`.trimEnd()))
    .join('\n')
}
function field({ label, value }: { readonly label: string; readonly value: string }): string {
  const name = escapeText(label).trim()
  const text = escapeText(value).trim()
  if (name === '' || text === '') return name || text ? `* ${name || text}` : ''
  return `* **${name.replace(/\n+/g, ' ')}**: ${text.replace(/\n/g, '\n  ')}`
}
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = Math.max(head.length, ...rows.map((cells) => cells.length))
  const cell = (text: string | undefined) => escapeText(text ?? '').replace(/\n+/g, ' ')
  const line = (cells: readonly string[]) =>
    `| ${Array.from({ length: width }, (_, i) => cell(cells[i])).join(' | ')} |`
  return [line(head), `|${' --- |'.repeat(width)}`, ...rows.map(line)].join('\n')
}
/** There are no buttons: the command is there to be copied. */
function printed(action: Action): string {
  const label = escapeText(action.label).replace(/\s+/g, ' ').trim()
  if (action.kind !== 'link') return `* ${label}: ${codeSpan(`/${action.run}${action.kind === 'form' ? ' …' : ''}`)}`
  const url = safeUrl(action.url)
  return url === null || /\/profiles\//i.test(url.href)
    ? `* ${label}: ${escapeText(action.url)}`
    : `* [${label}](${url.href.replaceAll('(', '%28').replaceAll(')', '%29')})`
}
