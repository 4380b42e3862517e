import { clean } from './text.ts'

/** A table where the platform has none, or has no room for it. */
export function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const flat = (cells: readonly string[]) => cells.map((cell) => clean(cell).replace(/\n+/g, ' ')).join(' | ')
  return [flat(head), ...rows.map(flat)].join('\n')
}
/** Equal lines once, then what went and what came. */
export function diffText(before: string, after: string): string {
  const old = clean(before).split('\n')
  const now = clean(after).split('\n')
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1
  let end = 0
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end += 1
  const mark = (sign: string, lines: readonly string[]) => lines.map((line) => `${sign} ${line}`)
  return [
    ...mark(' ', old.slice(0, start)),
    ...mark('-', old.slice(start, old.length - end)),
    ...mark('+', now.slice(start, now.length - end)),
    ...mark(' ', old.slice(old.length - end)),
  ].join('\n')
}
