import type { Block, Message } from '#contract'
import { SIZES } from './limits.ts'
import { type Atom, atomize, joined, textAtoms, titleOf } from './render.ts'

type FileBlock = Extract<Block, { kind: 'file' }>

/**
 * One message where it fits. Else the beginning, its buttons and a remark, with the full text attached as a file; without a file block
 * nothing is left out and the rest follows in further messages. A file is for what had to be cut: beside blocks that say it all it is left out.
 */
export function split(message: Message): readonly Message[] {
  const blocks = message.blocks ?? []
  const files = blocks.filter((block) => block.kind === 'file')
  const others = blocks.filter((block) => block.kind !== 'file')
  if (others.length === 0) return files.length > 0 ? withFiles(message, [], files) : splitText(message)
  const atoms = others.flatMap(atomize)
  if (fits(atoms)) return [files.length > 0 ? { ...message, blocks: others } : message]
  if (files.length > 0) return cutWithFiles(message, atoms, files)
  // Buttons stand below a message: between two parts of a text they would part it.
  const groups = grouped([...atoms.filter((a) => a.kind !== 'actions'), ...atoms.filter((a) => a.kind === 'actions')])
  return groups.map((group, i) => ({
    ...message,
    text: i === 0 ? message.text : `Continued (${i + 1} of ${groups.length})`,
    blocks: group.map(blockOf),
  }))
}
function splitText(message: Message): readonly Message[] {
  const atoms = textAtoms(message.text)
  if (atoms.length < 2) return [message]
  return atoms.map((atom) => ({ ...message, text: atom.kind === 'plain' ? atom.text : message.text }))
}
function grouped(atoms: readonly Atom[]): Atom[][] {
  const groups: Atom[][] = [[]]
  for (const atom of atoms) {
    const last = groups.at(-1) ?? []
    if (last.length > 0 && !fits([...last, atom])) groups.push([atom])
    else last.push(atom)
  }
  return groups
}
function cutWithFiles(message: Message, atoms: readonly Atom[], files: readonly FileBlock[]): readonly Message[] {
  const remark: Block = { kind: 'note', markdown: '… the full text is attached' }
  const rows = atoms.filter((atom) => atom.kind === 'actions')
  const actions = rows.slice(0, SIZES.rows)
  const body: Atom[] = []
  for (const atom of atoms) {
    if (atom.kind === 'actions') continue
    if (!fits([...body, atom, remark, ...actions])) break
    body.push(atom)
  }
  const more = grouped(rows.slice(SIZES.rows)).filter((group) => group.length > 0)
  return [
    ...withFiles(message, [...body.map(blockOf), remark, ...actions.map(blockOf)], files),
    ...more.map((group) => ({ ...onlyOf(message), text: 'More actions', blocks: group.map(blockOf) })),
  ]
}
function withFiles(message: Message, blocks: readonly Block[], files: readonly FileBlock[]): readonly Message[] {
  const out: Message[] = []
  for (let i = 0; i < files.length; i += SIZES.files) {
    const some = files.slice(i, i + SIZES.files)
    out.push(
      i === 0 ? { ...message, blocks: [...blocks, ...some] } : { text: 'More files', blocks: some, ...onlyOf(message) },
    )
  }
  return out
}
function onlyOf({ only }: Message): Pick<Message, 'only'> {
  return only ? { only } : {}
}
/** Words without markup, as a neutral block of their own. */
function blockOf(atom: Atom): Block {
  return atom.kind === 'plain' ? { kind: 'fields', items: [{ label: '', value: atom.text }] } : atom
}
function fits(atoms: readonly Atom[]): boolean {
  const rows = atoms.filter((atom) => atom.kind === 'actions').length
  return rows <= SIZES.rows && joined(titleOf(atoms).body).length <= SIZES.description
}
