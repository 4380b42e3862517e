import { createHash } from 'node:crypto'
import { fenced, linesOf } from '../index/chunks.ts'
import { exportsOf } from './exports.ts'
import { operationsOf } from './openapi.ts'

/**
 * A section that the hub writes from the code, without a model:
 * `<!-- autodevhub:exports src/index.ts -->` … `<!-- /autodevhub -->`, or `autodevhub:openapi api.yaml`.
 */
export interface Generated {
  readonly path: string
  /** File of the code it is made from. */
  readonly from: string
  readonly kind: 'exports' | 'openapi'
  /** Of what it says: a section that people declined is not proposed again as it was. */
  readonly hash: string
}
const OPEN = /^<!--\s*autodevhub:(exports|openapi)\s+(\S{1,200})\s*-->\s*$/
const CLOSE = /^<!--\s*\/autodevhub\s*-->\s*$/
const MOST_SECTIONS = 10

/** A document with its generated sections written anew. Text between other lines stays as it is, line ends included. */
export async function regenerate(
  path: string,
  text: string,
  read: (file: string) => Promise<string | null>,
  isDeclined: (hash: string) => boolean,
): Promise<{ readonly text: string; readonly sections: readonly Generated[] }> {
  const pieces = text.split(/(?<=\n)/)
  const code = fenced(linesOf(text))
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const out: string[] = []
  const sections: Generated[] = []
  for (let at = 0; at < pieces.length; at += 1) {
    const line = pieces[at] ?? ''
    out.push(line)
    const [, kind, from] = code[at] ? [] : (OPEN.exec(line) ?? [])
    if ((kind !== 'exports' && kind !== 'openapi') || from === undefined) continue
    const end = pieces.findIndex((other, i) => i > at && CLOSE.test(other))
    // Without an end, or with another beginning before it, nobody can say what may be replaced.
    if (end === -1 || sections.length === MOST_SECTIONS || pieces.slice(at + 1, end).some((other) => OPEN.test(other)))
      continue
    const source = await read(from)
    const made = source === null ? null : await written(kind, from, source)
    const old = pieces.slice(at + 1, end).join('')
    const hash = createHash('sha256')
      .update(JSON.stringify([path, kind, from, made]))
      .digest('hex')
      .slice(0, 32)
    const block = made === null ? null : `${eol}${made.replaceAll('\n', eol)}${eol}${eol}`
    if (block === null || block === old || isDeclined(hash)) out.push(old)
    else {
      out.push(block)
      sections.push({ path, from, kind, hash })
    }
    at = end - 1
  }
  return { text: out.join(''), sections }
}

/** Null: the file holds nothing of the kind, and what stands there is better than nothing. */
async function written(kind: Generated['kind'], from: string, source: string): Promise<string | null> {
  if (kind === 'openapi') {
    const operations = await operationsOf(source)
    if (!operations || operations.length === 0) return null
    const rows = operations.map(
      ({ method, path, summary }) => `| \`${method}\` | \`${cell(path)}\` | ${cell(summary)} |`,
    )
    return ['| Method | Path | |', '|---|---|---|', ...rows].join('\n')
  }
  const exported = exportsOf(from, source)
  if (exported.length === 0) return null
  const language = /\.pyi?$/.test(from) ? 'python' : 'ts'
  return exported
    .map(({ signature, about }) => {
      const said = about.replace(/[<>]/g, (mark) => (mark === '<' ? '&lt;' : '&gt;')).replaceAll('```', '')
      return [`\`\`\`${language}`, signature.replaceAll('```', ''), '```', ...(said ? ['', said] : [])].join('\n')
    })
    .join('\n\n')
}
const cell = (text: string): string =>
  text.replace(/\s+/g, ' ').replaceAll('`', "'").replaceAll('|', '\\|').replaceAll('<', '&lt;').trim().slice(0, 200)
