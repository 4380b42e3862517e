import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'

/** Jira's own figure, kept apart from the adapter's. */
const MOST = 32_767
const SCHEMA = new URL('../../../../shared/data/jira/adf-schema/full.json', import.meta.url)

const hasSchema = existsSync(SCHEMA)
// Aloud where it is a test that checks less; in the demo nobody can do anything about it.
if (!hasSchema && process.env.VITEST !== undefined)
  console.warn('../shared/data/jira is absent: documents are not checked against the ADF schema')

let validate: ValidateFunction | null = null
function validator(): ValidateFunction | null {
  if (!hasSchema) return null
  if (validate) return validate
  // Draft 4, which Ajv reads as far as this schema goes.
  const { $schema: _, ...schema } = JSON.parse(readFileSync(SCHEMA, 'utf8')) as Record<string, unknown>
  validate = new Ajv({ strict: false, validateSchema: false, allErrors: false }).compile(schema)
  return validate
}
/** Why Jira would refuse a document; empty when it would take it. */
export function checkAdf(doc: unknown): string[] {
  const text = JSON.stringify(doc)
  if (text.length > MOST) return [`The entered text is too long. It exceeds the allowed limit of 32,767 characters.`]
  const valid = validator()
  const wrong =
    valid && !valid(doc) ? [`INVALID_INPUT: ${JSON.stringify(valid.errors?.slice(0, 3)).slice(0, 400)}`] : []
  return [...wrong, ...walk(doc)]
}
/** What holds whether or not the schema is at hand. */
function walk(node: unknown, path = 'doc'): string[] {
  if (typeof node !== 'object' || node === null) return [`INVALID_INPUT: ${path} is no node`]
  const { type, content, text, marks } = node as { type?: unknown; content?: unknown; text?: unknown; marks?: unknown }
  if (typeof type !== 'string') return [`INVALID_INPUT: ${path} has no type`]
  if (type === 'text' && (typeof text !== 'string' || text === ''))
    return [`INVALID_INPUT: ${path} is a text without text`]
  if (type === 'text' && Array.isArray(marks)) {
    const types = marks.map((mark: { type?: unknown }) => mark.type)
    if (types.includes('code') && types.some((one) => one !== 'code' && one !== 'link' && one !== 'annotation'))
      return [`INVALID_INPUT: ${path} has marks that code does not take`]
    if (new Set(types).size !== types.length) return [`INVALID_INPUT: ${path} has a mark twice`]
  }
  if (content === undefined) return []
  if (!Array.isArray(content)) return [`INVALID_INPUT: ${path} has no list of nodes`]
  return content.flatMap((child, i) => walk(child, `${path}/${type}[${i}]`)).slice(0, 3)
}

interface Node {
  readonly type?: string
  readonly text?: string
  readonly attrs?: Readonly<Record<string, unknown>>
  readonly marks?: readonly { readonly type?: string; readonly attrs?: Readonly<Record<string, unknown>> }[]
  readonly content?: readonly Node[]
}
export interface ReadDoc {
  /** What a reader sees. */
  readonly words: string
  readonly mentions: readonly string[]
  readonly links: readonly string[]
}
export function readAdf(doc: unknown): ReadDoc {
  const words: string[] = []
  const mentions: string[] = []
  const links: string[] = []
  const visit = (node: Node) => {
    if (node.text !== undefined) words.push(node.text)
    if (node.type === 'hardBreak') words.push('\n')
    if (node.type === 'mention') mentions.push(String(node.attrs?.id))
    if (typeof node.attrs?.title === 'string') words.push(`${node.attrs.title}\n`)
    for (const mark of node.marks ?? []) if (mark.type === 'link') links.push(String(mark.attrs?.href))
    if (typeof node.attrs?.url === 'string') links.push(node.attrs.url)
    const first = Number(node.attrs?.order ?? 1)
    node.content?.forEach((child, i) => {
      // Numbers are shown, not sent.
      if (node.type === 'orderedList') words.push(`${first + i}. `)
      visit(child)
    })
    if (/^(?:paragraph|heading|codeBlock|listItem|tableCell|tableHeader)$/.test(node.type ?? '')) words.push('\n')
  }
  visit(doc as Node)
  return { words: words.join(''), mentions, links }
}
/** What webhooks carry in place of documents: https://developer.atlassian.com/cloud/jira/platform/webhooks/ */
export function wikiOf(doc: unknown): string {
  // As Data Center keeps it.
  if (typeof doc === 'string') return doc
  const lines: string[] = []
  const inline = (node: Node): string => {
    if (node.type === 'mention') return `[~accountid:${String(node.attrs?.id)}]`
    if (node.type === 'hardBreak') return '\n'
    const own = node.text?.replace(/[{}[\]*_]/g, '\\$&') ?? (node.content ?? []).map(inline).join('')
    const href = node.marks?.find(({ type }) => type === 'link')?.attrs?.href
    return href === undefined ? own : `[${own}|${String(href)}]`
  }
  const visit = (node: Node) => {
    if (node.type === 'paragraph' || node.type === 'heading') lines.push((node.content ?? []).map(inline).join(''))
    else if (node.type === 'codeBlock')
      lines.push(`{code}\n${(node.content ?? []).map((one) => one.text).join('')}\n{code}`)
    else for (const child of node.content ?? []) visit(child)
  }
  if (typeof doc === 'object' && doc !== null) visit(doc as Node)
  return lines.join('\n\n')
}
