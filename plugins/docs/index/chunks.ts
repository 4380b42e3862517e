/** A piece of a document that is small enough to quote, and where it stands. Lines are counted from 1. */
export interface Chunk {
  readonly heading: string
  readonly anchor: string
  readonly startLine: number
  readonly endLine: number
  readonly text: string
}
export interface Heading {
  readonly level: number
  readonly title: string
  readonly anchor: string
  /** Index of its line, from 0. */
  readonly line: number
}
/** Some 400 words: more is no passage, less loses what the sentence before said. */
const MAX_CHARACTERS = 2_400
const MAX_CHUNKS = 2_000
/** A longer line is no prose, and every pattern that looks at it would take its square. */
const MAX_TEXT = 6_000
const MAX_HEADING = 400

/** Windows line ends and a byte order mark say nothing; line numbers stay. */
export const linesOf = (text: string): string[] => text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)

/** Which lines are inside a fenced code block or the front matter: nothing there is a heading. */
export function fenced(lines: readonly string[]): boolean[] {
  let fence: string | null = null
  let front = lines[0]?.trimEnd() === '---' && lines.indexOf('---', 1) > 0
  return lines.map((line, index) => {
    if (front) {
      if (index > 0 && line.trimEnd() === '---') front = false
      return true
    }
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === null) {
      if (mark === undefined) return false
      fence = mark
      return true
    }
    if (mark?.startsWith(fence) && line.trim() === mark) fence = null
    return true
  })
}

export function headingsOf(lines: readonly string[], code = fenced(lines)): Heading[] {
  const found: Heading[] = []
  const used = new Map<string, number>()
  const add = (level: number, raw: string, line: number) => {
    const title = plainHeading(raw)
    if (title === '') return
    const slug = slugOf(title)
    const nth = used.get(slug) ?? 0
    used.set(slug, nth + 1)
    found.push({ level, title, anchor: nth === 0 ? slug : `${slug}-${nth}`, line })
  }
  lines.forEach((line, index) => {
    if (code[index]) return
    const marks = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/.exec(line)
    if (marks?.[1]) {
      add(marks[1].length, (marks[2] ?? '').slice(0, MAX_HEADING).replace(/[ \t]+#+[ \t]*$/, ''), index)
      return
    }
    const under = /^ {0,3}(=+|-{2,})[ \t]*$/.exec(lines[index + 1] ?? '')?.[1]
    const before = lines[index - 1] ?? ''
    if (under && before.trim() === '' && /^ {0,3}[^\s>#|*+-]/.test(line) && !code[index + 1])
      add(under.startsWith('=') ? 1 : 2, line, index)
  })
  return found
}

const plainHeading = (raw: string): string =>
  raw
    .slice(0, MAX_HEADING)
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<[^>]+>/g, '')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)

/** The anchor that GitHub gives a heading. */
const slugOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-')

export function titleOf(path: string, lines: readonly string[]): string {
  const all = headingsOf(lines)
  return (all.find(({ level }) => level === 1) ?? all[0])?.title ?? path.slice(path.lastIndexOf('/') + 1)
}

/** Sections by heading; a long one is cut at an empty line. What stands above the first heading is a section too. */
export function chunksOf(lines: readonly string[]): Chunk[] {
  const code = fenced(lines)
  const headings = headingsOf(lines, code)
  const starts = headings[0]?.line === 0 ? headings : [null, ...headings]
  const above: Heading[] = []
  const found: Chunk[] = []
  starts.forEach((heading, index) => {
    if (heading) {
      while ((above.at(-1)?.level ?? 0) >= heading.level) above.pop()
      above.push(heading)
    }
    const end = starts[index + 1]?.line ?? lines.length
    const title = above.map(({ title: words }) => words).join(' › ')
    for (const [from, to] of cut(lines, heading?.line ?? 0, end, code)) {
      const text = lines.slice(from, to).join('\n').slice(0, MAX_TEXT)
      const anchor = heading?.anchor ?? ''
      if (text.trim() !== '') found.push({ heading: title, anchor, startLine: from + 1, endLine: to, text })
    }
  })
  return found.slice(0, MAX_CHUNKS)
}

function cut(lines: readonly string[], start: number, end: number, code: readonly boolean[]): [number, number][] {
  const pieces: [number, number][] = []
  let from = start
  let size = 0
  let pause = -1
  for (let at = start; at < end; at += 1) {
    const line = lines[at] ?? ''
    if (line.trim() === '' && !code[at] && at > from) pause = at
    size += line.length + 1
    if (size <= MAX_CHARACTERS || at === from) continue
    // Without a pause a block of code or a table is cut where it is: a chunk that grows without end could not be quoted.
    const to = pause > from ? pause : at
    pieces.push([from, to])
    from = to
    pause = -1
    size = lines.slice(from, at + 1).reduce((sum, one) => sum + one.length + 1, 0)
  }
  pieces.push([from, end])
  return pieces.map(([a, b]) => trimmed(lines, a, b)).filter(([a, b]) => b > a)
}
function trimmed(lines: readonly string[], from: number, to: number): [number, number] {
  let [start, end] = [from, to]
  while (start < end && (lines[start] ?? '').trim() === '') start += 1
  while (end > start && (lines[end - 1] ?? '').trim() === '') end -= 1
  return [start, end]
}
