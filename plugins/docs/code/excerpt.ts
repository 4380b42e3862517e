/** A stretch of code that is written differently: a comment left out, a name given. */
export interface Change {
  readonly from: number
  readonly to: number
  readonly text: string
}
const SIGNATURE_CHARACTERS = 400
/** A longer stretch is cut before anything is done to it. */
const STRETCH_CHARACTERS = 4_000
const ELLIPSIS = '…'

/**
 * Quoted text stays as it is; a line break within brackets is none, with the comma before the closing one; a union that begins on
 * its own line begins on this one; other blanks become one.
 */
const BLANKS =
  /(?<quoted>(["'`])(?:\\[\s\S]|(?!\2)[^\\])*\2)|(?<none>,?\s*\n\s*(?=[)\]>])|(?<=[([<])\s*\n\s*)|(?<=[=:(<,])\s*\n\s*[|&]\s+|\s+/g

/** A stretch of code in one line, as it is written. */
export function excerpt(
  code: string,
  from: number,
  to: number,
  changes: readonly Change[] = [],
  most = SIGNATURE_CHARACTERS,
): string {
  let text = ''
  let at = from
  const end = Math.min(to, from + STRETCH_CHARACTERS)
  for (const change of changes.toSorted((a, b) => a.from - b.from)) {
    if (change.from < at || change.to > end) continue
    text += code.slice(at, change.from) + change.text
    at = change.to
  }
  text += code.slice(at, end)
  const even = text
    .replace(BLANKS, (...found) => {
      const { quoted, none }: Record<string, string | undefined> = found.at(-1)
      return quoted ?? (none === undefined ? ' ' : '')
    })
    .trim()
  return clipped(end < to ? `${even}${ELLIPSIS}` : even, most)
}
/** The beginning of a text that is too long, without half a character. */
export function clipped(text: string, most: number): string {
  if (text.length <= most) return text
  const cut = text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')
  return `${cut.trimEnd()}${ELLIPSIS}`
}
