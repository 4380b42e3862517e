import type { Block, Message } from '#contract'
import { markdownPieces, pieces } from '../shared/cut.ts'
import { diffText, tableText } from '../shared/lines.ts'
import { clean } from '../shared/text.ts'
import type { AdfNode, DocumentFormat } from './adf.ts'
import { SIZES } from './limits.ts'
import { docOf, isAttached, nodesOf, plainNodes } from './render.ts'

/** In the place of a secret: everybody who sees the issue reads its comments. */
const FOR_ONE: Message = {
  text: 'The answer is for you alone, and in Jira everybody would read it: ask in a direct message to the hub in your chat.',
}
/** One comment where it fits; else as many as it takes, each block whole where that is possible, and long files attached. */
export function split(message: Message, format: DocumentFormat): readonly Message[] {
  if (message.secret) return [FOR_ONE]
  const blocks = message.blocks ?? []
  if (blocks.length === 0) {
    const parts = pieces(clean(message.text), (piece) => fits(format, plainNodes(piece)), SIZES.piece)
    return parts.length < 2 ? [message] : parts.map((text) => ({ ...message, text }))
  }
  const files = blocks.filter(isAttached)
  const others = blocks.filter((block) => !isAttached(block))
  if (others.length === 0 && files.length === 1) return [message]
  const attached = files.map((file) => ({ text: file.kind === 'file' ? file.name : '', blocks: [file] }))
  if (others.length === 0) return attached
  if (fits(format, others.flatMap(nodesOf))) {
    return files.length === 0 ? [message] : [{ ...message, blocks: others }, ...attached]
  }
  if (files.length > 0)
    return [
      beginning(
        format,
        message,
        others,
        attached.map(({ text }) => text),
      ),
      ...attached,
    ]
  const groups: Block[][] = [[]]
  for (const block of others.flatMap((block) => small(format, block))) {
    const last = groups.at(-1) ?? []
    if (last.length > 0 && !fits(format, [...last, block].flatMap(nodesOf))) groups.push([block])
    else last.push(block)
  }
  return groups.map((group, i) => ({
    ...message,
    text: i === 0 ? message.text : `Continued (${i + 1} of ${groups.length})`,
    blocks: group,
  }))
}
/** As much as fits, what can be done next, and where the rest is. */
function beginning(
  format: DocumentFormat,
  message: Message,
  blocks: readonly Block[],
  names: readonly string[],
): Message {
  const remark: Block = { kind: 'note', markdown: `… full text attached: \`${names.join(', ').replace(/`/g, '')}\`` }
  const actions = blocks.filter(({ kind }) => kind === 'actions')
  const body: Block[] = []
  for (const block of blocks.filter(({ kind }) => kind !== 'actions').flatMap((one) => small(format, one))) {
    if (!fits(format, [...body, block, remark, ...actions].flatMap(nodesOf))) break
    body.push(block)
  }
  return { ...message, blocks: [...body, remark, ...actions] }
}
function fits(format: DocumentFormat, nodes: readonly AdfNode[]): boolean {
  return format.size(docOf(nodes)) <= SIZES.document
}
/** A block in pieces that leave room for each other. */
function small(format: DocumentFormat, block: Block): readonly Block[] {
  const isSmall = (one: Block) => format.size(docOf(nodesOf(one))) <= SIZES.piece
  if (isSmall(block)) return [block]
  if (block.kind === 'text' || block.kind === 'note') {
    const fitting = (markdown: string) => isSmall({ ...block, markdown })
    return markdownPieces(block.markdown, fitting, SIZES.piece / 2).map((markdown) => ({ ...block, markdown }))
  }
  const fitting = (text: string) => isSmall({ kind: 'code', text })
  return pieces(clean(wordsOf(block)), fitting, SIZES.piece / 2).map((text) => ({ kind: 'code', text }))
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
