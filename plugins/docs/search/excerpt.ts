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

/** `weights`: what each word that was looked for says. */
export function excerptOf(passage: Passage, weights: ReadonlyMap<string, number>): Excerpt {
  const lines = linesOf(passage.text)
  const code = fenced(lines)
  const shown = lines.map((line, i) => !isMarkup(line, code[i] === true))
  const words = lines.map((line, i) => (shown[i] ? new Set(termsOf(line).map(({ term }) => term)) : new Set<string>()))
  let best = shown.indexOf(true)
  let most = 0
  lines.forEach((_, from) => {
    if (!shown[from] || isHeading(lines[from])) return
    const said = new Set(words.slice(from, from + LINES).flatMap((line) => [...line]))
    // What the heading says already is said by the whole section: its beginning is as good as the rest.
    const sum = [...said].reduce((total, word) => total + (weights.get(word) ?? 0), 0)
    const first = [...(words[from] ?? [])].reduce((total, word) => total + (weights.get(word) ?? 0), 0)
    const worth = sum + first * 0.25
    if (worth > most + 0.01) [best, most] = [from, worth]
  })
  best = Math.max(0, best)
  let end = best
  let size = 0
  while (end < lines.length && end - best < LINES && size < CHARACTERS) {
    size += (lines[end] ?? '').length + 1
    end += 1
  }
  while (end > best + 1 && !shown[end - 1]) end -= 1
  const text = lines
    .slice(best, end)
    // The heading is named beside the passage already.
    .filter((line, i, all) => shown[best + i] && !(isHeading(line) && all.length > 1))
    .map((line, i) => (code[best + i] ? line : readable(line)))
    .join('\n')
  return {
    startLine: passage.startLine + best,
    endLine: passage.startLine + end - 1,
    marked: mark(clip(text), new Set(weights.keys())),
  }
}
const isHeading = (line: string | undefined) => /^ {0,3}#{1,6}\s/.test(line ?? '')
/** Lines that only tell a renderer something: fences, rules of tables, tags, comments. */
const isMarkup = (line: string, isCode: boolean): boolean =>
  line.trim() === '' ||
  (isCode && /^\s*(?:```|~~~)/.test(line)) ||
  (!isCode && (/^[\s:|*_=-]+$/.test(line) || /^\s*(?:<!--.*-->|(?:<\/?[a-z][^>]*>\s*)+)$/i.test(line.trimEnd())))
/** As a reader sees it: cells of a table side by side, no marks of emphasis, links as their words. */
function readable(line: string): string {
  const cells = /^\s*\|(.*)\|\s*$/.exec(line)?.[1]
  const text =
    cells === undefined
      ? line
      : cells
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim())
          .filter(Boolean)
          .join(' · ')
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (part.startsWith('`') ? part : unmarked(part)).replaceAll('\\|', '|'))
    .join('')
}
const unmarked = (text: string): string =>
  text
    .replace(/!?\[([^\]]*)\]\([^)\s]*\)/g, '$1')
    .replace(/<\/?[a-z][^>]*>/gi, '')
    .replace(/(\*{1,3})(?=\S)([^*]*\S)\1/g, '$2')
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
