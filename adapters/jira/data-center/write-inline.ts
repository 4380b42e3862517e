import { type AdfMark, type AdfNode, leafText } from '../adf.ts'
import { escapeWiki } from './escape.ts'
import { isWord, MARK_OF } from './signs.ts'

interface Run {
  words: string
  readonly marks: readonly AdfMark[]
}
/** How a line break is written: in a paragraph as one, elsewhere by its sign. */
type Break = '\n' | ' \\\\ '

/** Words with marks as wiki markup; whatever they say, they open nothing. */
export function writeInline(nodes: readonly AdfNode[], lineBreak: Break): string {
  const runs: Run[] = []
  for (const node of nodes) {
    const words = node.type === 'hardBreak' ? '\n' : (leafText(node) ?? '')
    const marks = node.type === 'text' ? (node.marks ?? []) : []
    const last = runs.at(-1)
    if (last && JSON.stringify(last.marks) === JSON.stringify(marks)) last.words += words
    else if (words !== '') runs.push({ words, marks })
  }
  let out = ''
  runs.forEach(({ words, marks }, i) => {
    words.split('\n').forEach((line, at) => {
      if (at > 0) out = `${out.trimEnd()}${lineBreak}`
      const isLast = at === words.split('\n').length - 1
      out += marked(line, marks, out.at(-1) ?? '', isLast ? (runs[i + 1]?.words[0] ?? '') : '')
    })
  })
  return out
}
function marked(words: string, marks: readonly AdfMark[], before: string, after: string): string {
  const core = words.trim()
  if (core === '') return words
  const lead = words.slice(0, words.length - words.trimStart().length)
  const trail = words.slice(lead.length + core.length)
  const types = new Set(marks.map(({ type }) => type))
  const href = marks.find(({ type }) => type === 'link')?.attrs?.href
  let out = types.has('code')
    ? `{{${escapeWiki(core)}}}`
    : typeof href === 'string'
      ? link(core, href)
      : escapeWiki(core)
  const touches = (lead === '' && isWord(before)) || (trail === '' && isWord(after))
  for (const [sign, type] of Object.entries(MARK_OF)) {
    if (!types.has(type) || types.has('code')) continue
    const wrap = touches ? `{${sign}}` : sign
    out = `${wrap}${out}${wrap}`
  }
  return `${lead}${out}${trail}`
}
function link(words: string, href: string): string {
  if (!/^https?:\/\//i.test(href)) return escapeWiki(words)
  const address = href.replace(/[\s|[\]{}\\^"<>]/g, (sign) => encodeURIComponent(sign))
  return words === address ? `[${address}]` : `[${escapeWiki(words)}|${address}]`
}
