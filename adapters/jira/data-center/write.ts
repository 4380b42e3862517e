import { type AdfDoc, type AdfNode, plainText } from '../adf.ts'
import { escapeWiki } from './escape.ts'
import { OPENING } from './lines.ts'
import { anchorOf, sourceOf } from './source.ts'
import { writeInline } from './write-inline.ts'

/** What Jira can colour; of another one it would show an error. https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=advanced */
const LANGUAGES = new Set(
  'actionscript ada applescript bash c cpp css erlang go groovy haskell html java javascript js json lua objc perl php python r ruby scala sh sql swift xml yaml'.split(
    ' ',
  ),
)
const LISTS = new Set(['bulletList', 'orderedList', 'taskList', 'decisionList'])

/** A document as wiki markup: blocks that came from Jira as they came, all others written anew. */
export function writeWiki({ content }: Pick<AdfDoc, 'content'>): string {
  return blocks(content, null)
}
function blocks(nodes: readonly AdfNode[], marker: string | null): string {
  const out: string[] = []
  let tail = ''
  const add = (piece: string) => {
    out.push(piece)
    tail = `${tail.slice(-4)}${piece.slice(-4)}`
  }
  let anchor = marker
  let last: AdfNode | undefined
  for (const node of nodes) {
    const text = block(node, anchor)
    const { gap = '' } = sourceOf(node)
    if (text === '' && gap === '') continue
    if (node.type === 'heading') anchor = null
    if (last && text !== '') add(missing(tail, last, node))
    add(text)
    add(gap)
    last = text === '' ? last : node
  }
  return out.join('')
}
/** Line ends that are needed so that two blocks stay two. */
function missing(tail: string, before: AdfNode, node: AdfNode): string {
  const isTight =
    (LISTS.has(node.type) && before.type !== 'codeBlock') ||
    (isRead(before) && isRead(node) && !(takesLines(before) && goesOn(node)))
  const wanted = isTight ? 1 : 2
  let ends = 0
  for (let at = tail.length - 1; ends < wanted && (tail[at] === '\n' || tail[at] === '\r'); at -= 1)
    if (tail[at] === '\n') ends += 1
  return '\n'.repeat(wanted - ends)
}
/** What a line that follows would belong to. */
function takesLines({ type }: AdfNode): boolean {
  return type === 'paragraph' || LISTS.has(type)
}
/** A paragraph that would be lines of the one before it. */
function goesOn(node: AdfNode): boolean {
  return node.type === 'paragraph' && !OPENING.test(sourceOf(node).wiki ?? '')
}
function isRead(node: AdfNode): boolean {
  const { wiki, open } = sourceOf(LISTS.has(node.type) ? (node.content?.at(-1) ?? node) : node)
  return wiki !== undefined || open !== undefined
}
function block(node: AdfNode, marker: string | null): string {
  const { wiki, open, close } = sourceOf(node)
  if (wiki !== undefined) return wiki
  const { type, attrs = {}, content = [] } = node
  if (LISTS.has(type)) return list(node, '')
  switch (type) {
    case 'panel': {
      const localId = typeof attrs.localId === 'string' ? attrs.localId : null
      return container(open ?? '{panel}\n', blocks(content, localId), close ?? '{panel}', content.at(-1))
    }
    case 'expand':
    case 'nestedExpand':
      return container(`{panel:title=${titleOf(attrs.title)}}\n`, blocks(content, null), '{panel}', content.at(-1))
    case 'blockquote':
      return container('{quote}\n', blocks(content, null), '{quote}', content.at(-1))
    case 'heading':
      return `h${Math.min(6, Math.max(1, Number(attrs.level) || 1))}. ${marker === null ? '' : anchorOf(marker)}${writeInline(content, ' \\\\ ')}`
    case 'codeBlock':
      return code(content.map((child) => child.text ?? '').join(''), attrs.language)
    case 'rule':
      return '----'
    case 'table':
      return content.map(row).join('\n')
    case 'paragraph':
      return writeInline(content, '\n')
    default:
      return escapeLines(plainText(node).trim())
  }
}
/** What was read brings its own line end, or none. */
function container(open: string, inner: string, close: string, last: AdfNode | undefined): string {
  const isApart = last === undefined || isRead(last) || inner.endsWith('\n')
  return `${open}${inner}${isApart ? '' : '\n'}${close}`
}
function titleOf(title: unknown): string {
  return (typeof title === 'string' ? title : 'file').replace(/[|{}[\]\\=\s]+/g, ' ').trim()
}
/** Nothing in it is read as markup but what ends it. */
function code(words: string, language: unknown): string {
  const known = typeof language === 'string' && LANGUAGES.has(language.toLowerCase()) ? language.toLowerCase() : null
  const isFree = (name: string) => !words.includes(`{${name}`)
  if (known !== null && isFree('code')) return `{code:${known}}\n${words}\n{code}`
  if (isFree('noformat')) return `{noformat}\n${words}\n{noformat}`
  if (isFree('code')) return `{code:none}\n${words}\n{code}`
  return escapeLines(words)
}
function escapeLines(words: string): string {
  return words
    .split('\n')
    .map((line) => escapeWiki(line.trimEnd()))
    .join('\n')
}
function row({ content = [] }: AdfNode): string {
  const bars = content.map(({ type }) => (type === 'tableHeader' ? '||' : '|'))
  const cells = content.map(({ content: inner = [] }) =>
    inner.map((child) => writeInline(child.content ?? [], ' \\\\ ').trim()).join(' \\\\ '),
  )
  return `${cells.map((cell, i) => `${bars[i]}${cell === '' ? ' ' : cell}`).join('')}${bars.at(-1) ?? '|'}`
}
function list({ type, content = [] }: AdfNode, outer: string): string {
  const signs = `${outer}${type === 'orderedList' ? '#' : '*'}`
  let out = ''
  for (const item of content) {
    const { wiki, gap } = sourceOf(item)
    if (out !== '' && !out.endsWith('\n')) out += '\n'
    out += wiki === undefined || outer !== '' ? listItem(item, signs) : `${wiki}${gap ?? ''}`
  }
  return out.replace(/\r?\n$/, '')
}
function listItem(item: AdfNode, signs: string): string {
  if (item.type === 'taskList') return list(item, signs)
  const content = item.content ?? []
  const isInline = content.every(({ type }) => type === 'text' || type === 'hardBreak')
  const parts = isInline ? [writeInline(content, ' \\\\ ')] : content.map((child) => itemPart(child, signs))
  const [head = '', ...rest] = parts
  return [`${signs} ${head}`, ...rest.filter((part) => part !== '')].join('\n')
}
/** Lines of an item stand below each other; an empty one would end the list. */
function itemPart(node: AdfNode, signs: string): string {
  if (LISTS.has(node.type)) return list(node, signs)
  return node.type === 'paragraph' ? writeInline(node.content ?? [], ' \\\\ ') : block(node, null)
}
