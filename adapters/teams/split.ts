import type { Block, Message } from '#contract'
import { pieces } from '../shared/cut.ts'
import { literal } from './inlines.ts'
import { MAX_BLOCKS, SIZES } from './limits.ts'
import { atomize, lengthOf, renderAtoms } from './render.ts'

/** One message where it fits; else the rest follows in further ones. Nothing is left out, so nothing has to be attached. */
export function split(message: Message): readonly Message[] {
  const atoms = (message.blocks ?? []).flatMap(atomize)
  if (atoms.length === 0) return splitText(message)
  if (fits(atoms)) return [message]
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
  const texts = pieces(message.text, (piece) => lengthOf(literal(piece)) <= SIZES.text, SIZES.text)
  return texts.length < 2 ? [message] : texts.map((text) => ({ ...message, text }))
}
function fits(atoms: readonly Block[]): boolean {
  const body = renderAtoms(atoms)
  return body.length <= MAX_BLOCKS && lengthOf(body) <= SIZES.body
}
