import type { Block, Message } from '#contract'
import { pieces } from '../shared/cut.ts'
import type { SlackBlock } from './elements.ts'
import { SIZES } from './limits.ts'
import { escapeText } from './mrkdwn.ts'
import { atomize, renderAtoms } from './render.ts'

type FileBlock = Extract<Block, { kind: 'file' }>

/**
 * One message where it fits. Else the beginning, its buttons and a remark, followed by the full text as a file; without a file
 * block nothing is left out and the rest follows in further messages.
 */
export function split(message: Message): readonly Message[] {
  const blocks = message.blocks ?? []
  const files = blocks.filter((block) => block.kind === 'file')
  const others = blocks.filter((block) => block.kind !== 'file')
  if (blocks.length === 0) return splitText(message)
  if (others.length === 0 && !message.only) {
    return files.length === 1 ? [message] : files.map((file) => ({ text: file.name, blocks: [file] }))
  }
  const atoms = (others.length > 0 ? others : files).flatMap(atomize)
  if (fits(atoms)) return [message]
  if (others.length > 0 && files.length > 0 && !message.only) return cutWithFiles(message, atoms, files)
  const groups: Block[][] = [[]]
  for (const atom of atoms) {
    const last = groups.at(-1) ?? []
    if (last.length > 0 && !fits([...last, atom])) groups.push([atom])
    else last.push(atom)
  }
  return groups.map((group, i) => ({
    ...message,
    text: i === 0 ? message.text : `Continued (${i + 1} of ${groups.length})`,
    blocks: group,
  }))
}
function splitText(message: Message): readonly Message[] {
  const texts = pieces(message.text, (piece) => escapeText(piece).length <= SIZES.text, SIZES.text)
  return texts.length < 2 ? [message] : texts.map((text) => ({ ...message, text }))
}
function cutWithFiles(message: Message, atoms: readonly Block[], files: readonly FileBlock[]): readonly Message[] {
  const names = files.map((file) => file.name.replace(/`/g, '')).join('`, `')
  const remark: Block = { kind: 'note', markdown: `… full text attached: \`${names}\`` }
  const actions = atoms.filter((atom) => atom.kind === 'actions')
  const body: Block[] = []
  for (const atom of atoms) {
    if (atom.kind === 'actions') continue
    if (!fits([...body, atom, remark, ...actions])) break
    body.push(atom)
  }
  const first: Message = { ...message, blocks: [...body, remark, ...actions] }
  return [first, ...files.map((file) => ({ text: `Full text: ${file.name}`, blocks: [file] }))]
}
function fits(atoms: readonly Block[]): boolean {
  const blocks = renderAtoms(atoms)
  return blocks.length <= SIZES.blocks && blocks.reduce((sum, block) => sum + lengthOf(block), 0) <= SIZES.blocksText
}
/** Characters a block adds to the message. */
function lengthOf(block: SlackBlock): number {
  switch (block.type) {
    case 'section':
      return (block.text?.text.length ?? 0) + (block.fields ?? []).reduce((sum, field) => sum + field.text.length, 0)
    case 'header':
      return block.text.text.length
    case 'context':
      return block.elements.reduce((sum, part) => sum + ('text' in part ? part.text.length : 0), 0)
    case 'table':
      return block.rows.flat().reduce((sum, cell) => sum + ('text' in cell ? String(cell.text).length : 0), 0)
    default:
      return JSON.stringify(block).length
  }
}
