import { isFence } from './text.ts'

const MARKUP = /`[^`\n]+`|\[[^[\]\n]{1,500}\]\([^\s()<>]{1,2000}\)|\*\*[^*]+\*\*|<[^<>\s]+>/g
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Pieces of `text` whose rendered form fits. Cuts fall between paragraphs, else lines, else words, never inside a link, a code span,
 * a mention or a character of several code units.
 */
export function pieces(text: string, fits: (piece: string) => boolean, targetLength: number): string[] {
  if (text === '' || fits(text)) return text === '' ? [] : [text]
  const out: string[] = []
  let rest = text
  while (rest !== '') {
    let length = Math.min(rest.length, targetLength)
    let cut = boundary(rest, length)
    while (cut > 1 && !fits(rest.slice(0, cut))) {
      length = Math.max(1, Math.floor(length * 0.6))
      const shorter = boundary(rest, length)
      if (shorter >= cut) break
      cut = shorter
    }
    out.push(rest.slice(0, cut))
    rest = rest.slice(cut)
  }
  return out
}
/** As `pieces`, for markdown: a fence that is cut is closed and opened again. */
export function markdownPieces(markdown: string, fits: (piece: string) => boolean, targetLength: number): string[] {
  const text = markdown.replace(/\r\n?/g, '\n')
  if (fits(text)) return [text]
  let open = false
  const both = (piece: string) => fits(piece) && fits(`\`\`\`\n${piece}\n\`\`\``)
  return pieces(text, both, targetLength).map((piece) => {
    const start = open ? '```\n' : ''
    for (const line of piece.split('\n')) if (isFence(line, open)) open = !open
    return `${start}${piece}${open ? `${piece.endsWith('\n') ? '' : '\n'}\`\`\`` : ''}`
  })
}
function boundary(text: string, length: number): number {
  if (length >= text.length) return text.length
  const window = text.slice(0, length)
  const least = Math.floor(length / 2)
  const kept = [...text.slice(0, length + 3_000).matchAll(MARKUP)].map((m) => ({
    from: m.index,
    to: m.index + m[0].length,
  }))
  const isInside = (at: number) => kept.find(({ from, to }) => from < at && at < to)
  for (const mark of ['\n\n', '\n']) {
    const at = window.lastIndexOf(mark)
    if (at >= least) return at + mark.length
  }
  for (let at = window.lastIndexOf(' '); at >= least; at = window.lastIndexOf(' ', at - 1)) {
    const markup = isInside(at + 1)
    if (markup === undefined) return at + 1
    at = Math.min(at, markup.from + 1)
  }
  const markup = isInside(length)
  if (markup !== undefined && markup.from > 0) return markup.from
  return graphemeBoundary(text, length)
}
/** The last boundary at or before `at`; a cluster longer than the look-back is cut between code points. */
function graphemeBoundary(text: string, at: number): number {
  const from = Math.max(0, at - 64)
  const start = isLow(text, from) ? from + 1 : from
  let last = 0
  for (const { index } of segmenter.segment(text.slice(start, at + 64))) {
    if (start + index > at) break
    if (index > 0) last = start + index
  }
  if (last > 0) return last
  const cut = isLow(text, at) ? at - 1 : at
  return cut > 0 ? cut : at + 1
}
function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff
}
/** The beginning of a text, with an ellipsis where something was left out. */
export function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  return `${text.slice(0, graphemeBoundary(text, maxLength - 1))}…`
}
