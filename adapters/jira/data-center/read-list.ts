import { type AdfNode, paragraph } from '../adf.ts'
import type { Line } from './lines.ts'
import { inlineLines } from './read-text.ts'
import { withSource } from './source.ts'

/** `* one`, `** two`, `# first`, `#* mixed`, `- dash`. */
export const BULLET = /^[ \t]*([*#]{1,10}|-)[ \t]+(.*)$/

interface Entry {
  readonly signs: string
  /** The line of its sign, and those that go on. */
  readonly lines: string[]
}
/** A list, each outermost item with the text it was read from. Lines that follow without a sign go on with the item. */
export function listAt(
  wiki: string,
  lines: readonly Line[],
  at: number,
  isEnd: (line: Line | undefined) => boolean,
): { readonly node: AdfNode; readonly next: number } {
  const outer = BULLET.exec(lines[at]?.text ?? '')?.[1] ?? '*'
  const kind = outer[0] ?? '*'
  const groups: { first: number; readonly entries: Entry[] }[] = []
  let next = at
  for (; next < lines.length; next += 1) {
    const [, signs, words = ''] = BULLET.exec(lines[next]?.text ?? '') ?? []
    if (signs === undefined) {
      if (isEnd(lines[next])) break
      groups
        .at(-1)
        ?.entries.at(-1)
        ?.lines.push(lines[next]?.text ?? '')
    } else if (signs.length <= outer.length) {
      if (signs[0] !== kind) break
      groups.push({ first: next, entries: [{ signs, lines: [words] }] })
    } else groups.at(-1)?.entries.push({ signs, lines: [words] })
  }
  const content = groups.map(({ first, entries }, i) => {
    const behind = groups[i + 1]?.first ?? next
    const [from, to] = [lines[first]?.from ?? 0, lines[behind - 1]?.to ?? wiki.length]
    const gap = behind < next ? wiki.slice(to, lines[behind]?.from) : ''
    return withSource(itemOf(entries, outer.length), { wiki: wiki.slice(from, to), gap })
  })
  return { node: { type: typeOf(kind), content }, next }
}
function itemOf([own, ...nested]: readonly Entry[], depth: number): AdfNode {
  const content = [paragraph(...inlineLines(own?.lines ?? []))]
  return { type: 'listItem', content: [...content, ...listsOf(nested, depth + 1)] }
}
/** What stands below an item, however many levels it skips. */
function listsOf(entries: readonly Entry[], depth: number): readonly AdfNode[] {
  if (entries.length === 0) return []
  const items: Entry[][] = []
  for (const entry of entries) {
    const last = items.at(-1)
    if (last && entry.signs.length > depth) last.push(entry)
    else items.push([entry])
  }
  const kind = entries[0]?.signs.at(depth - 1) ?? '*'
  return [{ type: typeOf(kind), content: items.map((one) => itemOf(one, depth)) }]
}
function typeOf(sign: string): string {
  return sign === '#' ? 'orderedList' : 'bulletList'
}
