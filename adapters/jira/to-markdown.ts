import { type AdfDoc, type AdfMark, type AdfNode, leafText, plainText } from './adf.ts'

const MAX_DEPTH = 40

/** A document as Markdown, to be read: nodes without a counterpart keep their words. What is written back is the document, never this. */
export function toMarkdown({ content }: Pick<AdfDoc, 'content'>): string {
  return blocks(content, 0)
}
function blocks(nodes: readonly AdfNode[], depth: number): string {
  if (depth > MAX_DEPTH) return nodes.map(plainText).join('').trim()
  return nodes
    .map((node) => block(node, depth))
    .filter((text) => text !== '')
    .join('\n\n')
}
function block(node: AdfNode, depth: number): string {
  const { type, attrs = {}, content = [] } = node
  switch (type) {
    case 'paragraph':
      return lineStarts(inline(content))
    case 'heading': {
      const level = Math.min(6, Math.max(1, Number(attrs.level) || 1))
      return `${'#'.repeat(level)} ${inline(content).replace(/\n+/g, ' ')}`.trim()
    }
    case 'codeBlock':
      return fence(content.map((child) => child.text ?? '').join(''), attrs.language)
    case 'blockquote':
    case 'panel':
      return prefixed(blocks(content, depth + 1), '> ')
    case 'bulletList':
    case 'decisionList':
      return content.map((item) => listItem(item, '- ', depth)).join('\n')
    case 'orderedList': {
      const first = Number(attrs.order ?? 1) || 1
      return content.map((item, i) => listItem(item, `${first + i}. `, depth)).join('\n')
    }
    case 'taskList':
      return content
        .map((item) =>
          item.type === 'taskList'
            ? indented(block(item, depth + 1), '  ')
            : listItem(item, item.attrs?.state === 'DONE' ? '- [x] ' : '- [ ] ', depth),
        )
        .join('\n')
    case 'rule':
      return '---'
    case 'table':
      return table(content)
    case 'expand':
    case 'nestedExpand': {
      const title = typeof attrs.title === 'string' ? attrs.title.trim() : ''
      return [title === '' ? '' : `**${escapeText(title)}**`, blocks(content, depth + 1)].filter(Boolean).join('\n\n')
    }
    case 'mediaSingle':
    case 'mediaGroup':
      return content.map(media).filter(Boolean).join('\n')
    case 'media':
      return media(node)
    default: {
      const own = leafText(node)
      if (own !== null) return own
      return content.length > 0 ? (hasInline(content) ? inline(content) : blocks(content, depth + 1)) : ''
    }
  }
}
function hasInline(content: readonly AdfNode[]): boolean {
  return content.some(
    ({ type }) => type === 'text' || type === 'mention' || type === 'hardBreak' || type === 'inlineCard',
  )
}
function media({ type, attrs, content = [] }: AdfNode): string {
  if (type === 'caption') return inline(content)
  const name = typeof attrs?.alt === 'string' && attrs.alt !== '' ? attrs.alt : 'attachment'
  return `[${escapeText(name)}]`
}
function listItem({ content = [] }: AdfNode, bullet: string, depth: number): string {
  const inner = hasInline(content) ? inline(content) : content.map((child) => block(child, depth + 1)).join('\n')
  const indent = ' '.repeat(bullet.startsWith('- ') ? 2 : bullet.length)
  return `${bullet}${inner.split('\n').join(`\n${indent}`)}`
}
function indented(text: string, indent: string): string {
  return text.replace(/^/gm, indent)
}
function prefixed(text: string, prefix: string): string {
  return text
    .split('\n')
    .map((line) => `${prefix}${line}`.trimEnd())
    .join('\n')
}
function table(rows: readonly AdfNode[]): string {
  const cells = rows.map((row) =>
    (row.content ?? []).map((cell) =>
      blocks(cell.content ?? [], 1)
        .replace(/(?<!\\)\|/g, '\\|')
        .replace(/\n+/g, '<br>'),
    ),
  )
  const width = Math.max(0, ...cells.map((row) => row.length))
  const line = (row: readonly string[]) => `| ${Array.from({ length: width }, (_, i) => row[i] ?? '').join(' | ')} |`
  const [head = [], ...rest] = cells
  return [line(head), `|${' --- |'.repeat(width)}`, ...rest.map(line)].join('\n')
}
function fence(code: string, language: unknown): string {
  const longest = [...code.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 2)
  const ticks = '`'.repeat(longest + 1)
  return `${ticks}${typeof language === 'string' && /^[\w+#-]{1,30}$/.test(language) ? language : ''}\n${code}\n${ticks}`
}

/** Neighbours with the same marks are one run, so that `**a****b**` never comes about. */
function inline(nodes: readonly AdfNode[]): string {
  const runs: { text: string; marks: readonly AdfMark[]; isText: boolean }[] = []
  for (const node of nodes) {
    const isText = node.type === 'text'
    const own = leafText(node) ?? inline(node.content ?? [])
    const marks = isText ? (node.marks ?? []) : []
    const last = runs.at(-1)
    if (isText && last?.isText && isAlike(last.marks, marks)) last.text += own
    else runs.push({ text: own, marks, isText })
  }
  return runs.map(({ text, marks, isText }) => (isText ? marked(text, marks) : text)).join('')
}
function isAlike(one: readonly AdfMark[], other: readonly AdfMark[]): boolean {
  if (one.length === 0 || other.length === 0) return one.length === other.length
  return JSON.stringify(one) === JSON.stringify(other)
}
const SIGNS: Readonly<Record<string, string>> = { em: '*', strong: '**', strike: '~~' }

function marked(text: string, marks: readonly AdfMark[]): string {
  const types = new Set(marks.map(({ type }) => type))
  const lead = /^\s*/.exec(text)?.[0] ?? ''
  const core = text.slice(lead.length).trimEnd()
  if (core === '') return text
  const trail = text.slice(lead.length + core.length)
  let out = types.has('code') ? codeSpan(core) : escapeText(core)
  for (const [type, sign] of Object.entries(SIGNS)) if (types.has(type)) out = `${sign}${out}${sign}`
  const href = marks.find(({ type }) => type === 'link')?.attrs?.href
  if (typeof href === 'string' && href !== core)
    out = `[${out}](${href.replace(/[\s()<>]/g, (sign) => encodeURIComponent(sign).replace('(', '%28').replace(')', '%29'))})`
  else if (typeof href === 'string') out = core
  return `${lead}${out}${trail}`
}
function codeSpan(code: string): string {
  const longest = [...code.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0)
  const ticks = '`'.repeat(longest + 1)
  const gap = code.startsWith('`') || code.endsWith('`') ? ' ' : ''
  return `${ticks}${gap}${code}${gap}${ticks}`
}
/** Addresses stay readable; everything else that Markdown would read as a sign is taken for what it is. */
function escapeText(text: string): string {
  return text.replace(/https?:\/\/\S+|[\\`*_~[\]|]/g, (found) => (found.length > 1 ? found : `\\${found}`))
}
function lineStarts(text: string): string {
  return text.replace(/^(\s*)([#>+-]|\d+[.)])(?=\s)/gm, (_, space: string, sign: string) =>
    sign.length === 1 ? `${space}\\${sign}` : `${space}${sign.slice(0, -1)}\\${sign.at(-1)}`,
  )
}
