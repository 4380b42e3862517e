import { type AdfNode, paragraph } from '../adf.ts'
import type { Line } from './lines.ts'
import { inlineWiki } from './read-inline.ts'

/** Each line break stays one. */
export function inlineLines(lines: readonly string[]): readonly AdfNode[] {
  return lines.flatMap((line, i) => [...(i === 0 ? [] : [{ type: 'hardBreak' }]), ...inlineWiki(line.trim())])
}
const ROW = /^[ \t]*\|/
/** Brackets hold links, whose bars part no cells. */
const CELL = /(\|\|?)((?:\\.|\[[^\]\n]{0,2500}\]|[^|\\[]|\[|\\$)*)/g

export function tableAt(lines: readonly Line[], at: number): { readonly node: AdfNode; readonly next: number } {
  let next = at
  const rows: AdfNode[] = []
  for (; ROW.test(lines[next]?.text ?? ''); next += 1)
    rows.push({ type: 'tableRow', content: cellsOf(lines[next]?.text ?? '') })
  return { node: { type: 'table', content: rows }, next }
}
function cellsOf(row: string): readonly AdfNode[] {
  const found = [...row.trim().matchAll(CELL)]
  // The sign at the end closes the last cell and opens none.
  const cells = found.length > 1 && found.at(-1)?.[2]?.trim() === '' ? found.slice(0, -1) : found
  return cells.map(([, bar, words = '']) => ({
    type: bar === '||' ? 'tableHeader' : 'tableCell',
    attrs: {},
    content: [paragraph(...inlineLines([words]))],
  }))
}
