import { fenced, linesOf } from '../index/chunks.ts'
import type { Passage } from '../index/store.ts'
import { termsOf } from '../index/terms.ts'

/** The lines of a passage that answer best. Lines are counted from 1 in the document. */
export interface Excerpt {
  readonly startLine: number
  readonly endLine: number
  /** Words to make bold are marked by \uE000 and \uE001, which no document holds. */
  readonly marked: string
}
const LINES = 6
const CHARACTERS = 420

export function excerptOf(passage: Passage, words: ReadonlySet<string>): Excerpt {
  const lines = linesOf(passage.text)
  const code = fenced(lines)
  const worth = lines.map((line, i) => {
    if (line.trim() === '' || (code[i] && /^\s*(```|~~~)/.test(line))) return 0
    const hits = new Set(
      termsOf(line)
        .map(({ term }) => term)
        .filter((term) => words.has(term)),
    )
    return hits.size + 0.01
  })
  let best = 0
  let most = -1
  lines.forEach((_, from) => {
    if ((worth[from] ?? 0) === 0) return
    const sum = worth.slice(from, from + LINES).reduce((a, b) => a + b, 0) - (isHeading(lines[from]) ? 0.5 : 0)
    if (sum > most) [best, most] = [from, sum]
  })
  let end = best
  let size = 0
  while (end < lines.length && end - best < LINES && size < CHARACTERS) {
    size += (lines[end] ?? '').length + 1
    end += 1
  }
  while (end > best + 1 && (worth[end - 1] ?? 0) === 0) end -= 1
  const text = lines
    .slice(best, end)
    // The heading is named beside the passage already.
    .filter(
      (line, _, all) => !(isHeading(line) && all.length > 1) && !/^\s*(```|~~~|\|?[\s:|-]+\|[\s:|-]*$)/.test(line),
    )
    .join('\n')
  return {
    startLine: passage.startLine + best,
    endLine: passage.startLine + end - 1,
    marked: mark(clip(text), words),
  }
}
const isHeading = (line: string | undefined) => /^ {0,3}#{1,6}\s/.test(line ?? '')
const clip = (text: string) =>
  text.length <= CHARACTERS ? text : `${text.slice(0, CHARACTERS).replace(/\s+\S*$/, '')} …`

function mark(raw: string, words: ReadonlySet<string>): string {
  const text = raw.replace(/[\uE000\uE001]/g, '')
  let out = ''
  let at = 0
  for (const { term, start, end } of termsOf(text)) {
    if (start < at || !words.has(term)) continue
    out += `${text.slice(at, start)}\uE000${text.slice(start, end)}\uE001`
    at = end
  }
  return out + text.slice(at)
}
