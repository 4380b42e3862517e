import { createHash } from 'node:crypto'
import type { TrackedCriterion } from '#contract'

/** Words alone: Linear writes Markdown anew, with other bullets, escapes and spaces, and that is no edit. */
export function plain(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim()
}
export function canonical(criteria: readonly TrackedCriterion[]): readonly TrackedCriterion[] {
  return criteria.map(({ id, title, lines }) => ({
    id,
    title: plain(title),
    lines: lines.map(plain).filter((line) => line !== ''),
  }))
}
export function hashOf(criteria: readonly TrackedCriterion[]): string {
  const words = canonical(criteria).map(({ id, title, lines }) => [id, title, ...lines])
  return createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 12)
}
/** Of letters and digits alone: quotation marks and dashes are what editors change by themselves. */
export function noteDigest(note: string): string {
  const letters = note.normalize('NFC').replace(/[^\p{L}\p{N}]+/gu, '')
  return createHash('sha256').update(letters).digest('hex').slice(0, 6)
}

/** Everything that could format, link or mention: Linear makes a mention of the address of somebody's profile. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_~[\]<>|@&]/g, '\\$&')
    .replaceAll('://', '\\://')
    .replace(/^([#+-])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2')
}
function unescapeMarkdown(text: string): string {
  return text.replace(/\\([!-/:-@[-`{-~])/g, '$1')
}
/** Marks around words that an editor put there: what they say is the same. */
function withoutMarks(text: string): string {
  return unescapeMarkdown(
    text.replace(/(?<!\\)(?:\*\*|__|~~)/g, '').replace(/(?<![\\\p{L}\p{N}])\*(?=\S)([^*\n]*[^*\n\\])\*/gu, '$1'),
  )
}

export function renderCriterion({ id, title, lines }: TrackedCriterion): string {
  const head = id === null ? plain(title) : title === '' ? id : `${id} · ${plain(title)}`
  const steps = lines
    .map(plain)
    .filter((line) => line !== '')
    .map((line) => `* ${escapeMarkdown(line)}`)
  return [...(head === '' ? [] : [`**${escapeMarkdown(head)}**`, '']), ...steps].join('\n').trimEnd()
}

const BULLET = /^\s*(?:[*+-]|\d+[.)])\s+(?:\[[ xX]\]\s+)?(.*)$/
const HEAD = /^\s*(?:[*+-]\s+)?(?:#{1,6}\s+)?(?:\*\*|__)((?:\\.|[^\\])+?)(?:\*\*|__)\s*(.*)$/
const NAMED = /^(AC-\d+)(?:\s*[·:.–—-]\s*|\s+|$)(.*)$/
const QUOTE = /^\s*>\s?(.*)$/

/**
 * Reads what the hub wrote, or what people made of it. Nothing people wrote is dropped: what is no criterion is a line of the one before it.
 * `notes` are digests of the lines the hub added below the criteria.
 */
export function parseCriteria(text: string, notes: readonly string[]): readonly TrackedCriterion[] {
  const found: { id: string | null; title: string; lines: string[] }[] = []
  const known = new Set(notes)
  for (const raw of text.split('\n')) {
    if (raw.trim() === '') continue
    const quote = QUOTE.exec(raw)?.[1]
    if (quote !== undefined && (quote.trim() === '' || known.has(noteDigest(unescapeMarkdown(quote))))) continue
    const bullet = BULLET.exec(quote ?? raw)?.[1]
    const head = quote === undefined ? HEAD.exec(raw) : null
    const text = head ? `${head[1] ?? ''} ${head[2] ?? ''}` : (bullet ?? quote ?? raw.replace(/^\s*#{1,6}\s+/, ''))
    const words = plain(withoutMarks(text))
    if (words === '') continue
    const named = head !== null || bullet === undefined ? NAMED.exec(words) : null
    const current = found.at(-1)
    if (named) found.push({ id: named[1] ?? null, title: named[2] ?? '', lines: [] })
    else if (current === undefined || (head !== null && bullet === undefined))
      found.push({ id: null, title: words, lines: [] })
    else current.lines.push(words)
  }
  return found
}
