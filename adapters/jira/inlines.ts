import { hidesAddress, safeUrl } from '../shared/text.ts'
import { type AdfMark, type AdfNode, text } from './adf.ts'

/** In order of precedence; every pattern is bounded by a character it excludes, so the time is linear in the text. */
const RULES: readonly { readonly re: RegExp; readonly between?: true; readonly marks: readonly AdfMark[] }[] = [
  { re: /\*\*\*(?=\S)([^*]+)\*\*\*/y, marks: [{ type: 'em' }, { type: 'strong' }] },
  { re: /\*\*(?=\S)([^*]+(?:\*(?!\*)[^*]+\*[^*]*)?)\*\*/y, marks: [{ type: 'strong' }] },
  { re: /__(?=\S)([^_]+)__/y, between: true, marks: [{ type: 'strong' }] },
  { re: /\*(?=\S)([^*]+)\*/y, marks: [{ type: 'em' }] },
  { re: /_(?=\S)([^_]+)_/y, between: true, marks: [{ type: 'em' }] },
  { re: /~~(?=\S)([^~]+)~~/y, marks: [{ type: 'strike' }] },
]
const ESCAPE = /\\([!-/:-@[-`{-~])/y
const CODE = /(?<!`)(`{1,6})(?!`)([^\n]*?[^`\n])\1(?!`)/y
const LINK = /\[((?:[^[\]\n\\]|\\.){1,500})\]\(([^\s()<>]{1,2000})\)/y
const BARE = /https?:\/\/[^\s<>`|*\\()[\]{}"]+/y
const STARTS = /[\\`[*_~]|https?:\/\//g

/** One line of Markdown as text with marks. Words mention nobody. */
export function inlineOf(line: string, marks: readonly AdfMark[] = [], depth = 0): AdfNode[] {
  const out: AdfNode[] = []
  let plain = ''
  const flush = () => {
    if (plain !== '') out.push(text(plain, ...marks))
    plain = ''
  }
  for (let at = 0; at < line.length; ) {
    STARTS.lastIndex = at
    const start = depth > 4 ? null : STARTS.exec(line)
    plain += line.slice(at, start?.index ?? line.length)
    if (start === null) break
    at = start.index
    const found = inlineAt(line, at, marks, depth)
    if (found === null) {
      plain += line.slice(at, at + 1)
      at += 1
    } else if (typeof found.made === 'string') {
      plain += found.made
      at = found.end
    } else {
      flush()
      out.push(...found.made)
      at = found.end
    }
  }
  flush()
  return out
}
function inlineAt(
  line: string,
  at: number,
  marks: readonly AdfMark[],
  depth: number,
): { readonly made: string | readonly AdfNode[]; readonly end: number } | null {
  const escaped = matchAt(ESCAPE, line, at)
  if (escaped) return { made: escaped[1] ?? '', end: at + 2 }
  const code = matchAt(CODE, line, at)
  if (code) {
    // Code takes no mark beside a link. https://developer.atlassian.com/cloud/jira/platform/apis/document/marks/code/
    const inner = (code[2] ?? '').replace(/^ (?=`)|(?<=`) $/g, '')
    const link = marks.filter(({ type }) => type === 'link')
    return { made: [text(inner, ...link, { type: 'code' })], end: at + code[0].length }
  }
  const isLinked = marks.some(({ type }) => type === 'link')
  const link = isLinked ? null : matchAt(LINK, line, at)
  if (link) return { made: linkNodes(link[1] ?? '', link[2] ?? '', marks, depth), end: at + link[0].length }
  const bare = isLinked ? null : matchAt(BARE, line, at)
  if (bare) {
    const address = bare[0].replace(/[.,;:!?'"]+$/, '')
    const url = safeUrl(address)
    if (url === null) return { made: address, end: at + address.length }
    return { made: [text(address, linkMark(address), ...marks)], end: at + address.length }
  }
  for (const { re, between, marks: added } of RULES) {
    const found = matchAt(re, line, at)
    if (!found?.[1]) continue
    const end = at + found[0].length
    if (between && (isWordAt(line, at - 1) || isWordAt(line, end))) continue
    const more = added.filter(({ type }) => !marks.some((mark) => mark.type === type))
    return { made: inlineOf(found[1], [...marks, ...more], depth + 1), end }
  }
  return null
}
/** A label that shows another address than it opens says so; what is no web address is words. */
function linkNodes(label: string, address: string, marks: readonly AdfMark[], depth: number): readonly AdfNode[] {
  const url = safeUrl(address)
  if (url === null) return [...inlineOf(label, marks, depth + 1), text(` (${address})`, ...marks)]
  if (!hidesAddress(label, url)) return inlineOf(label, [linkMark(address), ...marks], depth + 1)
  return [
    ...inlineOf(label, [...marks, NO_LINK], depth + 1).map(withoutNoLink),
    text(' (', ...marks),
    text(address, linkMark(address), ...marks),
    text(')', ...marks),
  ]
}
/** Keeps the words of a deceptive label from becoming a link by themselves. */
const NO_LINK: AdfMark = { type: 'link' }
function withoutNoLink(node: AdfNode): AdfNode {
  const marks = (node.marks ?? []).filter((mark) => mark !== NO_LINK)
  return text(node.text ?? '', ...marks)
}
function linkMark(href: string): AdfMark {
  return { type: 'link', attrs: { href } }
}
function matchAt(re: RegExp, line: string, at: number): RegExpExecArray | null {
  re.lastIndex = at
  return re.exec(line)
}
function isWordAt(line: string, at: number): boolean {
  return at >= 0 && at < line.length && /[\p{L}\p{N}]/u.test(line[at] ?? '')
}
