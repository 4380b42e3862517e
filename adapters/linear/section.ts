import type { SectionWrite, TrackedCriterion } from '#contract'
import { escapeMarkdown, hashOf, noteDigest, parseCriteria, plain, renderCriterion } from './criteria.ts'
import type { Marker, SectionMark } from './mark.ts'

const NAME = 'Acceptance criteria'
const heading = (storyRef: string) => `### ${NAME} · ${storyRef}`
const HEADING = /^#{1,6}\s+Acceptance criteria · ([\w-]{1,40})\s*$/
const MARK_LINE = /^\s*`(hub:[^`\s]+)`\s*$/
/** Lines that can be the hub's: a section whose last line is gone ends where the first other one begins. */
const OURS = /^\s*(?:$|[*+-]\s|\d+[.)]\s|>|\*\*|__|AC-\d)/

/** A section of a description: where it stands, what it says, and what was around it, byte for byte. */
export interface Located {
  readonly before: string
  readonly after: string
  readonly criteria: readonly TrackedCriterion[]
  /** The mark in its last line, when it is proven. */
  readonly mark: SectionMark | null
}
/** The words of the section that a write makes, with the mark as its last line. */
export function renderSection(
  marker: Marker,
  issueId: string,
  write: SectionWrite,
): { text: string; mark: SectionMark } {
  const notes = write.notes.map(plain).filter((note) => note !== '')
  const mark = { storyRef: write.storyRef, hash: hashOf(write.criteria), notes: notes.map(noteDigest) }
  const parts = [
    heading(write.storyRef),
    ...write.criteria.map(renderCriterion),
    ...(notes.length > 0 ? [notes.map((note) => `> ${escapeMarkdown(note)}`).join('\n>\n')] : []),
    `\`${marker.write(issueId, mark)}\``,
  ]
  return { text: parts.join('\n\n'), mark }
}
/** With the new section in place of the old one, or at the end. */
export function placeSection(description: string, located: Located | null, section: string): string {
  if (located !== null) return `${located.before}${section}${located.after}`
  if (description.trim() === '') return section
  const apart = description.endsWith('\n\n') ? '' : description.endsWith('\n') ? '\n' : '\n\n'
  return `${description}${apart}${section}`
}

/**
 * The hub's section of a description. Its last line carries a mark that is bound to the issue; `known` is the mark of the issue's attachment, which
 * holds when the key was changed. A mark pasted from elsewhere is text like any other.
 */
export function locateSection(
  marker: Marker,
  issueId: string,
  description: string,
  known: { readonly storyRef: string; readonly mark: string; readonly notes: readonly string[] } | null,
): Located | null {
  const lines = linesOf(description)
  for (const [at, line] of lines.entries()) {
    const words = MARK_LINE.exec(line.text)?.[1]
    const mark = words === undefined ? null : marker.read(issueId, words)
    if (mark === null || !(mark.proven || words === known?.mark)) continue
    const first = startOf(lines, at, mark.storyRef)
    return cut(description, lines, { first, last: at, endsWithMark: true }, mark)
  }
  if (known === null) return null
  // Somebody tidied the last line away: the heading still says whose it is, and the attachment that it is ours.
  const first = lines.findIndex(({ text }) => HEADING.exec(text)?.[1] === known.storyRef)
  if (first < 0) return null
  let last = first
  for (let at = first + 1; at < lines.length && OURS.test(lines[at]?.text ?? ''); at++)
    if (lines[at]?.text.trim() !== '') last = at
  return cut(description, lines, { first, last, endsWithMark: false }, null, known.notes)
}
interface Line {
  readonly from: number
  readonly text: string
}
function linesOf(text: string): readonly Line[] {
  let from = 0
  return text.split('\n').map((line) => {
    const at = from
    from += line.length + 1
    return { from: at, text: line }
  })
}
/** The heading above a mark; where somebody removed it, the first criterion that carries an id. */
function startOf(lines: readonly Line[], mark: number, storyRef: string): number {
  for (let at = mark - 1; at >= 0; at--) {
    const text = lines[at]?.text ?? ''
    if (HEADING.exec(text)?.[1] === storyRef) return at
    // The end of another section: what lies above is not ours.
    if (MARK_LINE.test(text)) break
  }
  let first = mark
  for (let at = mark - 1; at >= 0 && OURS.test(lines[at]?.text ?? ''); at--)
    if (/AC-\d/.test(lines[at]?.text ?? '')) first = at
  return first
}
function cut(
  description: string,
  lines: readonly Line[],
  { first, last, endsWithMark }: { readonly first: number; readonly last: number; readonly endsWithMark: boolean },
  mark: SectionMark | null,
  notes: readonly string[] = mark?.notes ?? [],
): Located {
  const from = lines[first]?.from ?? 0
  const end = lines[last]
  const to = end === undefined ? description.length : end.from + end.text.length
  const inner = lines
    .slice(first, endsWithMark ? last : last + 1)
    .map(({ text }) => text)
    .filter((text) => !HEADING.test(text))
  return {
    before: description.slice(0, from),
    after: description.slice(to),
    criteria: parseCriteria(inner.join('\n'), notes),
    mark,
  }
}
/** What people wrote, with the section taken out. */
export function withoutSection(description: string, located: Located | null): string {
  if (located === null) return description
  const before = located.before.replace(/\n+$/, '')
  const after = located.after.replace(/^\n+/, '')
  return [before, after].filter((part) => part !== '').join('\n\n')
}
