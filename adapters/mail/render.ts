import type { Block, Message } from '#contract'
import { markdownPieces, pieces, shorten } from '../shared/cut.ts'
import { diffText, tableText } from '../shared/lines.ts'
import { clean } from '../shared/text.ts'
import { blockHtml, htmlPage, plainHtml, row } from './html.ts'
import { SIZES } from './limits.ts'
import { STYLES } from './styles.ts'
import { plainText } from './text.ts'

/** One mail without its envelope; what its reader needs to end a subscription is added when it leaves. */
export interface MailBody {
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly files: readonly { readonly name: string; readonly mediaType: string; readonly text: string }[]
}
/** Below every part of the message, above the end of the page. */
export interface Footer {
  readonly html: string
  readonly text: string
}

export function render(message: Message, footer?: Footer): MailBody {
  const { blocks = [] } = message
  const subject = subjectOf(message.text)
  const text = blocks.length > 0 ? plainText(blocks) : clean(message.text)
  const rows = blocks.length > 0 ? blocks.map(rowOf).join('') : row(plainHtml(message.text))
  return {
    subject,
    text: footer ? `${text}\n\n-- \n${footer.text}` : text,
    html: htmlPage(subject, `${rows}${footer ? row(footer.html) : ''}`),
    files: blocks.flatMap((block) => (block.kind === 'file' ? [fileOf(block)] : [])),
  }
}
/** Called like what it answers. */
export function answerTo(subject: string): string {
  return /^re:/i.test(subject) ? subjectOf(subject) : `Re: ${subjectOf(subject)}`
}
/** One line without anything that could end it: header fields are lines. */
function subjectOf(text: string): string {
  const [first] = clean(text)
    .split('\n')
    .map((line) => line.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim())
    .filter((line) => line !== '')
  return shorten(first ?? 'AutoDevHub', SIZES.subject)
}
const rowOf = (block: Block): string =>
  row(blockHtml(block), block.kind === 'heading' ? STYLES.headingBlock : STYLES.block)
const sizeOf = (block: Block): number => Buffer.byteLength(rowOf(block))

function fileOf({ name, mediaType, text }: Extract<Block, { kind: 'file' }>): MailBody['files'][number] {
  const plain = clean(name).replace(/[\p{Cc}\s"\\/:<>|?*]+/gu, '-')
  return {
    name: shorten(plain, 100) || 'attached.txt',
    mediaType: /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(mediaType) ? mediaType : 'text/plain',
    text: text.toWellFormed(),
  }
}
/** One mail where no program would cut it off; else as many as it takes, each block whole where that is possible. */
export function split(message: Message): readonly Message[] {
  const { blocks = [] } = message
  if (blocks.length === 0) {
    const fits = (p: string) => Buffer.byteLength(row(plainHtml(p))) <= SIZES.piece
    const parts = pieces(clean(message.text), fits, SIZES.piece / 4)
    return parts.length < 2 ? [message] : parts.map((text) => ({ ...message, text }))
  }
  if (blocks.reduce((sum, block) => sum + sizeOf(block), 0) <= SIZES.html - SIZES.piece / 2) return [message]
  const groups: Block[][] = [[]]
  let size = 0
  for (const block of blocks.flatMap(small)) {
    const more = sizeOf(block)
    if (size > 0 && size + more > SIZES.html - SIZES.piece / 2) {
      groups.push([])
      size = 0
    }
    groups.at(-1)?.push(block)
    size += more
  }
  const [first = ''] = clean(message.text).split('\n')
  return groups.map((group, i) => ({
    ...message,
    text: i === 0 ? message.text : `${shorten(first, 90)} (${i + 1} of ${groups.length})`,
    blocks: group,
  }))
}
/** A block in pieces of which two fit into one mail. */
function small(block: Block): readonly Block[] {
  if (sizeOf(block) <= SIZES.piece) return [block]
  const target = SIZES.piece / 4
  if (block.kind === 'text' || block.kind === 'note')
    return markdownPieces(block.markdown, (p) => sizeOf({ ...block, markdown: p }) <= SIZES.piece, target).map(
      (markdown) => ({ ...block, markdown }),
    )
  const fits = (p: string) => sizeOf({ kind: 'code', text: p }) <= SIZES.piece
  return pieces(clean(wordsOf(block)), fits, target).map((text) => ({ kind: 'code', text }))
}
function wordsOf(block: Exclude<Block, { kind: 'text' | 'note' }>): string {
  switch (block.kind) {
    case 'heading':
    case 'code':
      return block.text
    case 'table':
      return tableText(block.head, block.rows)
    case 'diff':
      return diffText(block.before, block.after)
    default:
      return plainText([block])
  }
}
