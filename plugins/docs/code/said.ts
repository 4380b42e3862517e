import { clipped } from './excerpt.ts'

const ABOUT_CHARACTERS = 300
/** What is written above a declaration about it. */
export interface Said {
  readonly about: string
  readonly deprecated: string | null
  /** Not for those who use it. */
  readonly isInternal: boolean
}
export const NOTHING_SAID: Said = { about: '', deprecated: null, isInternal: false }

/** Up to the first full stop of the first paragraph that is none of an abbreviation. */
export function firstSentence(paragraph: string): string {
  const text = paragraph.replace(/\s+/g, ' ').trim()
  return clipped(
    /^.*?(?<!\b(?:e\.g|i\.e|etc|vs|cf|resp|approx))[.!?](?=\s|$)/i.exec(text)?.[0] ?? text,
    ABOUT_CHARACTERS,
  )
}

/** A comment between `/**` and its end, as TypeScript's own documentation writes it: https://tsdoc.org */
export function jsDoc(comment: string): Said {
  const lines = comment
    .slice(0, 8_000)
    .split('\n')
    .map((line) => line.replace(/^\s*\*+ ?/, '').trimEnd())
  const tags = lines.findIndex((line) => /^\s*@/.test(line))
  const lead = tags === -1 ? lines : lines.slice(0, tags)
  const tagged = tags === -1 ? '' : lines.slice(tags).join('\n')
  const tag = (name: RegExp) => name.exec(tagged)?.[1]
  const deprecated = tag(/^\s*@deprecated\b((?:.*)(?:\n(?!\s*@|\s*$).*)*)/m)
  const summary = tag(/^\s*@(?:summary|description|desc)\b((?:.*)(?:\n(?!\s*@|\s*$).*)*)/m)
  return {
    about: firstSentence(plainLinks(paragraphOf(lead) || summary || '')),
    deprecated: deprecated === undefined ? null : firstSentence(plainLinks(deprecated)),
    isInternal: /^\s*@(?:internal|private)\b/m.test(tagged),
  }
}
const plainLinks = (text: string): string =>
  text.replace(/\{@(?:link|linkcode|linkplain)\s+([^\s}|]+)[\s|]*([^}]*)\}/g, (_, target: string, label: string) =>
    (label || target).trim(),
  )

/** The text of a Python string literal that documents what it stands in. https://peps.python.org/pep-0257/ */
export function docstring(literal: string): Said {
  const text = literal
    .slice(0, 8_000)
    .replace(/^[A-Za-z]{0,2}("""|'''|"|')/, '')
    .replace(/(?:"""|'''|"|')$/, '')
  const lines = text.split('\n').map((line) => line.trim())
  // Sphinx: https://www.sphinx-doc.org/en/master/usage/restructuredtext/directives.html#directive-deprecated
  const deprecated = /^\.\. deprecated::[ \t]*([^\n]*(?:\n(?!$)[^\n]*)*)/m.exec(lines.join('\n'))?.[1]
  const lead = lines.filter((line) => !line.startsWith('.. '))
  return {
    about: firstSentence(paragraphOf(lead)),
    deprecated: deprecated === undefined ? null : firstSentence(deprecated.replace(/^[\d.]+\s*/, '')),
    isInternal: /^:meta private:/m.test(lines.join('\n')),
  }
}
function paragraphOf(lines: readonly string[]): string {
  const first = lines.findIndex((line) => line.trim() !== '')
  if (first === -1) return ''
  const length = lines.slice(first).findIndex((line) => line.trim() === '')
  return lines.slice(first, length === -1 ? undefined : first + length).join(' ')
}
