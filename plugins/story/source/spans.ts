import type { Span } from '../draft.ts'
import { straightenQuotes } from './clean.ts'

/** Longer pieces are cut at a clause; a criterion's quote may hold 600 characters, and a reader wants less. */
const MAX_SPAN = 400
/** A line this long that ends without a full stop was probably wrapped by a mail client. */
const WRAP_WIDTH = 45

export const LIST_MARK =
  /^[ \t]*(?:[-*+•‣▪◦–—][ \t]+(?:\[[ xX]?\][ \t]+)?|\(?\d{1,3}[.)][ \t]+|\(?[a-zA-Z][)][ \t]+|\[[ xX]?\][ \t]+)/
const QUOTE_MARK = /^[ \t]*(?:>[ \t]?)+/
const HEADING_MARK = /^[ \t]*#{1,6}[ \t]+/

const ABBREVIATIONS = new Set(
  (
    'e.g i.e eg ie cf vs mr mrs ms dr prof st approx resp incl excl fig no nr art abs inc ltd co jr sr dept est tel ' +
    'z.b d.h u.a u.ä o.ä bzw ca evtl ggf inkl exkl zzgl usw s.o s.u i.d.r m.e bspw vgl p.ex p.ej av bijv d.w.z es sig sr sra'
  ).split(' '),
)
/** These end a sentence as often as not: the next word's capital decides. */
const MAYBE_END = new Set(['etc', 'usw', 'a.m', 'p.m', 'inc', 'ltd', 'co', 'no', 'es', 'est', 'fig', 'art', 'st'])
const ORDINAL_LEAD = /(?:^|\s)(?:am|vom|zum|der|die|das|den|dem|bis|ab|im|jeden|jedem)\s+\d{1,2}$/iu

interface Range {
  start: number
  end: number
}

/** Sentences, list items and lines of a cleaned text, in order, each an exact slice of it. */
export function splitSpans(text: string): Span[] {
  const ranges = blocks(text)
    .flatMap((block) => sentences(text, block))
    .flatMap((range) => cutLong(text, range))
  return ranges.map(({ start, end }, index) => ({ id: `s${index + 1}`, text: text.slice(start, end), start, end }))
}

function blocks(text: string): Range[] {
  const found: Range[] = []
  let open: Range | null = null
  let lineStart = 0
  for (const line of text.split('\n')) {
    const quoteMark = QUOTE_MARK.exec(line)?.[0].length ?? 0
    const body = line.slice(quoteMark)
    const mark = LIST_MARK.exec(body)?.[0].length ?? HEADING_MARK.exec(body)?.[0].length ?? 0
    const range = trimmed(text, { start: lineStart + quoteMark + mark, end: lineStart + line.length })
    lineStart += line.length + 1
    if (range.end <= range.start) {
      open = null
      continue
    }
    const wrapped =
      open !== null &&
      mark === 0 &&
      quoteMark === 0 &&
      open.end - (text.lastIndexOf('\n', open.end - 1) + 1) >= WRAP_WIDTH &&
      !/[.!?:;。]["'”’)]?$/u.test(text.slice(Math.max(0, open.end - 2), open.end)) &&
      /^[\p{Ll}\p{Nd}"'“„(]/u.test(text.slice(range.start, range.start + 2))
    if (wrapped && open !== null) open.end = range.end
    else {
      open = range
      found.push(range)
    }
  }
  return found
}

function sentences(text: string, block: Range): Range[] {
  const found: Range[] = []
  const body = text.slice(block.start, block.end)
  const end = /[.!?…]+["'”’»)\]]*(?=\s)|[。！？]+/gu
  let from = 0
  for (let match = end.exec(body); match !== null; match = end.exec(body)) {
    const stop = match.index + match[0].length
    if (match[0] === '.' && (isAbbreviation(body, match.index, stop) || isInlineNumber(body, match.index, stop)))
      continue
    found.push(trimmed(text, { start: block.start + from, end: block.start + stop }))
    from = stop
  }
  found.push(trimmed(text, { start: block.start + from, end: block.end }))
  return found.filter((range) => range.end > range.start)
}

function isAbbreviation(body: string, dot: number, stop: number): boolean {
  const before = body.slice(Math.max(0, dot - 40), dot)
  const word = /[\p{L}\p{N}.]+$/u.exec(before)?.[0].toLowerCase() ?? ''
  const next = body.slice(stop, stop + 4).trimStart()
  if (MAYBE_END.has(word)) return !/^\p{Lu}/u.test(next)
  if (ABBREVIATIONS.has(word)) return true
  if (/^\p{L}$/u.test(word)) return /^[\p{L}]/u.test(next) && /(?:^|[\s.])\p{L}$/u.test(before)
  return ORDINAL_LEAD.test(before)
}

/** "Steps: 1. open the profile 2. choose a file": the point belongs to the number, and the list stays in one piece. */
function isInlineNumber(body: string, dot: number, stop: number): boolean {
  const before = body.slice(Math.max(0, dot - 4), dot)
  const number = /(?:^|[\s:])(\d{1,2})$/.exec(before)?.[1]
  if (number === undefined || !/^\s+\p{L}/u.test(body.slice(stop, stop + 4))) return false
  const other = Number(number) === 1 ? 2 : 1
  return new RegExp(`(?:^|[\\s:])${other}\\.\\s`).test(body)
}

function cutLong(text: string, range: Range): Range[] {
  const found: Range[] = []
  let { start } = range
  while (range.end - start > MAX_SPAN) {
    const window = text.slice(start, start + MAX_SPAN)
    const at = Math.max(
      window.lastIndexOf('; '),
      window.lastIndexOf(', '),
      window.lastIndexOf(' – '),
      window.lastIndexOf(' - '),
    )
    const space = Math.max(window.lastIndexOf(' '), window.lastIndexOf('\n'))
    let length = at > MAX_SPAN / 3 ? at + 1 : space > MAX_SPAN / 3 ? space : MAX_SPAN
    // Never between the halves of a surrogate pair.
    if (/[\uD800-\uDBFF]/.test(text.charAt(start + length - 1))) length -= 1
    found.push(trimmed(text, { start, end: start + length }))
    start += length
  }
  found.push(trimmed(text, { start, end: range.end }))
  return found.filter((piece) => piece.end > piece.start)
}

function trimmed(text: string, range: Range): Range {
  let { start, end } = range
  while (start < end && /\s/.test(text.charAt(start))) start += 1
  while (end > start && /\s/.test(text.charAt(end - 1))) end -= 1
  return { start, end }
}

/**
 * Finds a quotation in the spans. White space runs and quote styles compare equal, everything else must match;
 * the answer carries the source's own characters, not the asker's.
 */
export function findQuote(spans: readonly Span[], quote: string): { span: Span; quote: string } | null {
  const wanted = straightenQuotes(quote.normalize('NFC')).replace(/\s+/g, ' ').trim()
  if (wanted === '') return null
  for (const span of spans) {
    const { folded, offsets } = fold(span.text)
    const at = folded.indexOf(wanted)
    if (at < 0) continue
    return { span, quote: span.text.slice(offsets[at], offsets[at + wanted.length]) }
  }
  return null
}

/** White space collapsed and quotes straightened, with the offset in `text` of each remaining character. */
function fold(text: string): { folded: string; offsets: number[] } {
  const straight = straightenQuotes(text)
  const offsets: number[] = []
  let folded = ''
  for (let index = 0; index < straight.length; index += 1) {
    const space = /\s/.test(straight.charAt(index))
    if (space && folded.endsWith(' ')) continue
    folded += space ? ' ' : straight.charAt(index)
    offsets.push(index)
  }
  offsets.push(straight.length)
  return { folded, offsets }
}
