import { type Hunk, hunkText } from '../drift/hunks.ts'
import { fenced, headingsOf, linesOf } from '../index/chunks.ts'
import { identifiersOf, termsOf } from '../index/terms.ts'

/** Words that a new sentence may add beside what its stretch of the diff and the old text say. */
const OWN_WORDS = 0.6
const MAX_GROWTH = 1_200

/** What an edit says that neither the section nor the cited code says. Empty: every sentence stands on the diff. */
export function ungrounded(
  edit: { readonly find: string; readonly replace: string },
  section: string,
  hunk: Hunk,
): string[] {
  const problems: string[] = []
  const code = hunkText(hunk)
  if (edit.replace.length > edit.find.length + MAX_GROWTH)
    problems.push('the replacement is too long: change only what the diff makes untrue')
  for (const token of tokensOf(edit.replace))
    if (!section.includes(token) && !code.includes(token))
      problems.push(`“${token}” stands neither in the section nor in the cited stretch of the diff`)
  const known = new Set(termsOf(`${edit.find} ${code}`).map(({ term }) => term))
  for (const sentence of edit.replace.split(/(?<=[.!?])\s+|\n+/)) {
    const words = termsOf(sentence).map(({ term }) => term)
    if (words.length < 3 || edit.find.includes(sentence)) continue
    const own = words.filter((word) => !known.has(word)).length / words.length
    if (own > OWN_WORDS) problems.push(`“${sentence.slice(0, 60)}” is not what the cited stretch of the diff shows`)
  }
  if (
    /@(?:everyone|channel|here|all)\b|(?<![\w./])@[a-z\d][\w-]*(?!\/)/i.test(withoutKnown(edit.replace, section, code))
  )
    problems.push('the replacement mentions somebody')
  if (/<!--|<(?:script|iframe|object|embed|form|img)\b|javascript:/i.test(withoutKnown(edit.replace, section, code)))
    problems.push('the replacement brings in HTML that was not there')
  return problems
}
/** Numbers, versions and names of code: what a reader would copy. */
function tokensOf(text: string): Set<string> {
  return new Set([
    ...identifiersOf(text),
    ...[...text.matchAll(/(?<![\w.])\d[\d.,_]*\d|(?<![\w.])\d(?![\w.])/g)].map(([n]) => n),
  ])
}
const withoutKnown = (text: string, ...known: readonly string[]): string =>
  text
    .split('\n')
    .filter((line) => !known.some((one) => one.includes(line)))
    .join('\n')

export interface Targets {
  /** Is there such a file in the repository? */
  hasPath(path: string): boolean
  /** Anchors of another document, or null when it is none. */
  anchorsOf(path: string): ReadonlySet<string> | null
}

/** Does the document still hold together: its code blocks, and every link that is new or whose target went away? */
export function brokenBy(path: string, before: string, after: string, hunks: string, targets: Targets): string[] {
  const problems: string[] = []
  const now = linesOf(after)
  if (isOpen(linesOf(before)) === false && isOpen(now)) problems.push(`${path}: a code block is not closed any more`)
  const had = new Map(linksOf(before).map((link) => [link, true]))
  const anchors = new Set(headingsOf(now).map(({ anchor }) => anchor))
  const lost = headingsOf(linesOf(before)).filter(({ anchor }) => !anchors.has(anchor))
  for (const link of new Set(linksOf(after))) {
    const [target = '', anchor] = link.split('#')
    const isNew = !had.has(link)
    if (/^[a-z][a-z\d+.-]*:/i.test(target) || target.startsWith('//')) {
      if (isNew && !hunks.includes(link)) problems.push(`${path}: the link ${link} is in no stretch of the diff`)
      continue
    }
    const file = target === '' ? path : resolve(path, target)
    if (isNew && (file === null || !targets.hasPath(file))) problems.push(`${path}: the link ${link} leads nowhere`)
    else if (anchor && (isNew || lost.some((one) => one.anchor === anchor))) {
      const there = file === path ? anchors : file === null ? null : targets.anchorsOf(file)
      // A heading of what is no document cannot be looked up: an old link to it stays, a new one is not made.
      if (there === null ? isNew : !there.has(anchor)) problems.push(`${path}: there is no heading for ${link}`)
    }
  }
  return problems
}
function isOpen(lines: readonly string[]): boolean {
  const code = fenced([...lines, ''])
  return code.at(-1) === true
}
export function linksOf(text: string): string[] {
  return [
    ...text.matchAll(
      /\]\(<?([^)\s>]{1,500})>?(?:\s{1,9}"[^"]{0,200}")?\)|^ {0,3}\[[^\]\n]{1,200}\]:[ \t]{0,9}(\S{1,500})/gm,
    ),
  ].flatMap(([, a, b]) => a ?? b ?? [])
}
/** A relative link as a path of the repository; null when it leads out of it. */
export function resolve(from: string, link: string): string | null {
  const parts = link.startsWith('/') ? [] : from.split('/').slice(0, -1)
  for (const part of decoded(link).split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null
    } else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}
function decoded(link: string): string {
  try {
    return decodeURIComponent(link)
  } catch {
    return link
  }
}
