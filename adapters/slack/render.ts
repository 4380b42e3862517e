import type { Block, Message } from '#contract'
import { markdownPieces, pieces, shorten } from '../shared/cut.ts'
import { diffText, tableText } from '../shared/lines.ts'
import { clean } from '../shared/text.ts'
import * as element from './elements.ts'
import { SIZES } from './limits.ts'
import { escapeText, fence, toMrkdwn } from './mrkdwn.ts'

type FileBlock = Extract<Block, { kind: 'file' }>

/** What is sent to Slack for one part: a message, or a file that follows it. */
export type SlackBody =
  | { readonly kind: 'message'; readonly text: string; readonly blocks: readonly element.SlackBlock[] }
  | { readonly kind: 'file'; readonly name: string; readonly text: string; readonly title: string }

/** Whether it will be sent as a file, told without rendering it. */
export function isFile(message: Message): boolean {
  return fileAlone(message) !== null
}

export function render(message: Message): SlackBody {
  const alone = fileAlone(message)
  if (alone) return { kind: 'file', name: alone.name, text: alone.text, title: message.text || alone.name }
  const blocks = renderAtoms(atomsOf(message).flatMap(atomize))
  // With blocks the text is only what a notification shows.
  const text = escapeText(blocks.length > 0 ? shorten(message.text, 700) : message.text)
  return { kind: 'message', text: text.trim() || '(no text)', blocks }
}
/** Ephemeral messages carry no files, so there the file is read as a block of code. */
function fileAlone(message: Message): FileBlock | null {
  const [block, second] = message.blocks ?? []
  return block?.kind === 'file' && !second && !message.only ? block : null
}
/** A file is for what had to be cut; beside blocks that say it all it is left out. */
function atomsOf(message: Message): readonly Block[] {
  const blocks = message.blocks ?? []
  const others = blocks.filter((block) => block.kind !== 'file')
  if (others.length > 0) return others
  return blocks.map((block) => (block.kind === 'file' ? { kind: 'code', text: block.text } : block))
}

/** Neutral blocks small enough that each makes one block of Slack's. Whoever splits a message splits between these. */
export function atomize(block: Block): readonly Block[] {
  switch (block.kind) {
    case 'heading': {
      const text = clean(block.text).replace(/\s+/g, ' ').trim()
      if (text.length <= SIZES.header) return text === '' ? [] : [{ kind: 'heading', text }]
      return pieces(text, (p) => escapeText(p).length <= SIZES.section - 2, SIZES.section).map((p) => ({
        kind: 'heading',
        text: p,
      }))
    }
    case 'text':
    case 'note':
      return markdownPieces(block.markdown, (p) => toMrkdwn(p).length <= SIZES.section, SIZES.section - 200)
        .filter((p) => toMrkdwn(p) !== '')
        .map((markdown) => ({ kind: block.kind, markdown }))
    case 'code':
      return codePieces(clean(block.text), block.language)
    case 'diff':
      return codePieces(diffText(block.before, block.after))
    case 'fields':
      return block.items.flatMap(fieldAtoms)
    case 'table':
      return tableAtoms(block)
    case 'progress': {
      const label = pieces(clean(block.label), (p) => escapeText(p).length <= 2_500, 2_500)
      const before = label.slice(0, -1).map((markdown) => ({ kind: 'text', markdown }) as const)
      return [...before, { ...block, label: label.at(-1) ?? '' }]
    }
    case 'actions':
      return actionAtoms(block)
    case 'file':
      return codePieces(clean(block.text))
    default:
      return block satisfies never
  }
}
function codePieces(text: string, language?: string): Block[] {
  return pieces(text, (p) => fence(p).length <= SIZES.section, SIZES.section - 200).map((text) => ({
    kind: 'code',
    text,
    ...(language === undefined ? {} : { language }),
  }))
}
function fieldAtoms(item: { readonly label: string; readonly value: string }): Block[] {
  if (fieldText(item).length <= SIZES.field) return fieldText(item) === '' ? [] : [{ kind: 'fields', items: [item] }]
  const fits = (text: string) => escapeText(text).length <= SIZES.field - 10
  const parts = [...pieces(item.label, fits, 1_900).map((label) => ({ label, value: '' }))]
  parts.push(...pieces(item.value, fits, 1_900).map((value) => ({ label: '', value })))
  return parts.filter((part) => fieldText(part) !== '').map((part) => ({ kind: 'fields', items: [part] }))
}
function fieldText({ label, value }: { readonly label: string; readonly value: string }): string {
  const name = escapeText(label).trim()
  const bold = name !== '' && !name.includes('*') && !name.includes('\n') ? `*${name}*` : name
  return [bold, escapeText(value).trim()].filter((s) => s !== '').join('\n')
}
function tableAtoms(block: Extract<Block, { kind: 'table' }>): Block[] {
  const all = [block.head, ...block.rows]
  const wide = all.some((row) => row.length > block.head.length) || block.head.length > SIZES.tableColumns
  const length = all.flat().reduce((sum, cell) => sum + Math.max(1, cell.length), 0)
  if (block.head.length === 0) return []
  if (wide || block.rows.length >= SIZES.tableRows || length > SIZES.tableText) {
    return codePieces(tableText(block.head, block.rows))
  }
  return [block]
}
function actionAtoms(block: Extract<Block, { kind: 'actions' }>): Block[] {
  const buttons = block.items.filter(element.isButton)
  const printed = block.items.filter((item) => !element.isButton(item)).map(element.printedAction)
  const out: Block[] = printed.flatMap(atomize)
  for (let i = 0; i < buttons.length; i += SIZES.actions) {
    out.push({ kind: 'actions', items: buttons.slice(i, i + SIZES.actions) })
  }
  return out
}

/** Atoms to blocks. Neighbouring fields share a section; only the first table is one of Slack's, as a message may have just one. */
export function renderAtoms(atoms: readonly Block[]): element.SlackBlock[] {
  const out: element.SlackBlock[] = []
  let fields: string[] = []
  let tables = 0
  const flush = () => {
    if (fields.length > 0) out.push({ type: 'section', fields: fields.map(element.mrkdwn) })
    fields = []
  }
  for (const atom of atoms) {
    if (atom.kind === 'fields') {
      fields.push(...atom.items.map(fieldText))
      if (fields.length >= SIZES.fields) flush()
      continue
    }
    flush()
    if (atom.kind === 'table' && tables++ > 0) {
      out.push(...renderAtoms(codePieces(tableText(atom.head, atom.rows))))
    } else out.push(renderAtom(atom, out.length))
  }
  flush()
  return out
}
function renderAtom(atom: Exclude<Block, { kind: 'fields' }>, at: number): element.SlackBlock {
  switch (atom.kind) {
    case 'heading':
      if (atom.text.length > SIZES.header) return element.section(escapeText(atom.text))
      return { type: 'header', text: element.plain(atom.text, SIZES.header) }
    case 'text':
      return element.section(toMrkdwn(atom.markdown))
    case 'note':
      return { type: 'context', elements: [element.mrkdwn(toMrkdwn(atom.markdown))] }
    case 'code':
    case 'file':
      return element.section(fence(atom.text))
    case 'diff':
      return element.section(fence(diffText(atom.before, atom.after)))
    case 'table':
      return element.tableBlock(atom.head, atom.rows)
    case 'progress':
      return element.section(element.progressText(atom.label, atom.done, atom.total))
    case 'actions':
      return element.actionsBlock(atom.items, at)
    default:
      return atom satisfies never
  }
}
