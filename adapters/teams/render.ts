import type { Block, Message } from '#contract'
import { markdownPieces, pieces, shorten } from '../shared/cut.ts'
import { diffText, tableText } from '../shared/lines.ts'
import { clean } from '../shared/text.ts'
import * as element from './elements.ts'
import { literal, toLines } from './inlines.ts'
import { SIZES } from './limits.ts'

const CARD = 'application/vnd.microsoft.card.adaptive'
export interface AdaptiveCard {
  readonly $schema?: string
  readonly type: 'AdaptiveCard'
  readonly version: '1.5'
  readonly fallbackText?: string
  readonly msteams?: { readonly width: 'Full' }
  readonly body: readonly object[]
  readonly actions?: readonly object[]
}
export interface OutgoingActivity {
  readonly type: 'message' | 'typing'
  readonly text?: string
  readonly textFormat?: 'plain'
  /** What a notification shows of a card. */
  readonly summary?: string
  readonly attachments?: readonly { readonly contentType: typeof CARD; readonly content: AdaptiveCard }[]
}

export function render(message: Message): OutgoingActivity {
  const body = renderAtoms((message.blocks ?? []).flatMap(atomize))
  const text = literal(message.text).trim() || '(no text)'
  if (body.length === 0) return { type: 'message', text, textFormat: 'plain' }
  const summary = shorten(text, SIZES.summary)
  return { type: 'message', summary, attachments: [cardAttachment(body, summary)] }
}
export function cardAttachment(body: readonly object[], fallbackText: string, actions: readonly object[] = []) {
  const content: AdaptiveCard = {
    type: 'AdaptiveCard',
    version: '1.5',
    fallbackText,
    msteams: { width: 'Full' },
    body,
    ...(actions.length > 0 ? { actions } : {}),
  }
  return { contentType: CARD, content } as const
}
/** UTF-16 units of a value as it is sent. */
export function lengthOf(value: unknown): number {
  return JSON.stringify(value).length
}
const fitsOne = (elements: readonly object[]) => lengthOf(elements) <= SIZES.element

/** Neutral blocks small enough that each makes one part of a card. Whoever splits a message splits between these. */
export function atomize(block: Block): readonly Block[] {
  switch (block.kind) {
    case 'heading': {
      const text = clean(block.text).replace(/\s+/g, ' ').trim()
      return pieces(text, (p) => fitsOne([element.heading(p)]), 2_000).map((p) => ({ kind: 'heading', text: p }))
    }
    case 'text':
    case 'note': {
      const fits = (piece: string) => fitsOne(element.lines(toLines(piece)))
      return markdownPieces(block.markdown, fits, 4_000)
        .filter((piece) => toLines(piece).length > 0)
        .map((markdown) => ({ kind: block.kind, markdown }))
    }
    case 'code':
      return codePieces(block.text)
    case 'file':
      return codePieces(block.text)
    case 'diff':
      return diffAtoms(block)
    case 'fields':
      return block.items.flatMap(fieldAtoms)
    case 'table':
      return tableAtoms(block)
    case 'progress': {
      const label = pieces(clean(block.label), (p) => fitsOne(element.progress(p, 0, 1)), 2_000)
      const before = label.slice(0, -1).map((text) => ({ kind: 'code', text }) as const)
      return [...before, { ...block, label: label.at(-1) ?? '' }]
    }
    case 'actions':
      return actionAtoms(block)
    default:
      return block satisfies never
  }
}
function codePieces(text: string): Block[] {
  const fits = (piece: string) => fitsOne([element.codeBlock(piece)])
  return pieces(clean(text), fits, 4_000).map((piece) => ({ kind: 'code', text: piece.replace(/\n$/, '') }))
}
function diffAtoms(block: Extract<Block, { kind: 'diff' }>): Block[] {
  const text = diffText(block.before, block.after)
  return fitsOne([element.codeBlock(text, element.diffStyle)]) ? [block] : codePieces(text)
}
type Field = Extract<Block, { kind: 'fields' }>['items'][number]
function fieldAtoms(item: Field): Block[] {
  const isEmpty = ({ label, value }: Field) => clean(label).trim() === '' && clean(value).trim() === ''
  if (isEmpty(item)) return []
  if (fitsOne(element.fields([item]))) return [{ kind: 'fields', items: [item] }]
  const parts = [
    ...pieces(item.label, (label) => fitsOne(element.fields([{ label, value: '' }])), 4_000).map((label) => ({
      label,
      value: '',
    })),
    ...pieces(item.value, (value) => fitsOne(element.fields([{ label: '', value }])), 4_000).map((value) => ({
      label: '',
      value,
    })),
  ]
  return parts.filter((part) => !isEmpty(part)).map((part) => ({ kind: 'fields', items: [part] }))
}
/** Rows in groups under the same head; a table too wide for a card is printed. */
function tableAtoms(block: Extract<Block, { kind: 'table' }>): Block[] {
  const { head, rows } = block
  if (head.length === 0) return []
  const isWide = head.length > SIZES.tableColumns || rows.some((row) => row.length > head.length)
  if (isWide || rows.some((row) => !fitsOne([element.table(head, [row])]))) return codePieces(tableText(head, rows))
  const groups: (readonly string[])[][] = [[]]
  for (const row of rows) {
    const last = groups.at(-1) ?? []
    if (last.length > 0 && !fitsOne([element.table(head, [...last, row])])) groups.push([row])
    else last.push(row)
  }
  return groups.map((group) => ({ kind: 'table', head, rows: group }))
}
function actionAtoms(block: Extract<Block, { kind: 'actions' }>): Block[] {
  const buttons = block.items.filter(element.isButton)
  const printed = block.items.filter((item) => !element.isButton(item)).map(element.printedAction)
  const out: Block[] = printed.flatMap(atomize)
  let row: (typeof buttons)[number][] = []
  const flush = () => {
    if (row.length > 0) out.push({ kind: 'actions', items: row })
    row = []
  }
  for (const item of buttons) {
    if (row.length >= SIZES.actions || !fitsRow([...row, item])) flush()
    row.push(item)
  }
  flush()
  return out
}
function fitsRow(items: Parameters<typeof element.actionSet>[0]): boolean {
  return lengthOf(element.actionSet(items)) <= SIZES.body / 2
}

/** Atoms to the body of a card. Neighbouring fields share a set. */
export function renderAtoms(atoms: readonly Block[]): element.CardElement[] {
  const out: element.CardElement[] = []
  for (let i = 0; i < atoms.length; ) {
    const atom = atoms[i]
    if (atom === undefined) break
    let end = i + 1
    const items = atom.kind === 'fields' ? [...atom.items] : []
    for (let next = atoms[end]; items.length > 0 && next?.kind === 'fields'; next = atoms[end]) {
      items.push(...next.items)
      end += 1
    }
    out.push(...(atom.kind === 'fields' ? element.fields(items) : renderAtom(atom)))
    i = end
  }
  return out
}
function renderAtom(atom: Exclude<Block, { kind: 'fields' }>): element.CardElement[] {
  switch (atom.kind) {
    case 'heading':
      return [element.heading(atom.text)]
    case 'text':
      return element.lines(toLines(atom.markdown))
    case 'note':
      return element.lines(toLines(atom.markdown, { isSubtle: true, size: 'Small' }))
    case 'code':
    case 'file':
      return [element.codeBlock(atom.text)]
    case 'diff':
      return [element.codeBlock(diffText(atom.before, atom.after), element.diffStyle)]
    case 'table':
      return [element.table(atom.head, atom.rows)]
    case 'progress':
      return element.progress(atom.label, atom.done, atom.total)
    case 'actions':
      return [element.actionSet(atom.items)]
    default:
      return atom satisfies never
  }
}
