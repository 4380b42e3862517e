/** A line and where it stands; the sign that ends it lies between `to` and the next. */
export interface Line {
  readonly from: number
  readonly to: number
  readonly text: string
}
/** Jira keeps the line ends that browsers send, which are two characters. */
export function linesOf(wiki: string): readonly Line[] {
  const out: Line[] = []
  for (let from = 0; from <= wiki.length; ) {
    const end = wiki.indexOf('\n', from)
    const stop = end < 0 ? wiki.length : end
    const to = stop > from && wiki[stop - 1] === '\r' ? stop - 1 : stop
    out.push({ from, to, text: wiki.slice(from, to) })
    from = stop + 1
  }
  return out
}
/** A macro that holds lines of its own, at the start of one; whether it is closed is another question. */
export const OPENING = /^[ \t]*\{(code|noformat|panel|quote)(:[^}\n]*)?\}/
