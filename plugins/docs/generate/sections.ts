import { createHash } from 'node:crypto'
import { fenced, linesOf } from '../index/chunks.ts'
import type { Sources } from './sources.ts'
import { SECTION_KINDS, type SectionKind, writeSection } from './write.ts'

/**
 * A section that the hub writes from the code, without a model:
 * `<!-- autodevhub:exports src/index.ts -->` … `<!-- /autodevhub -->`, or openapi, changelog, architecture.
 */
export interface Generated {
  readonly path: string
  /** File, folder or release that it is made from. */
  readonly from: string
  readonly kind: SectionKind
  /** Of what it says: a section that people declined is not proposed again as it was. */
  readonly hash: string
}
export interface Regenerated {
  readonly text: string
  readonly sections: readonly Generated[]
  /** Why a section could not be written, in words. */
  readonly problems: readonly string[]
}
const OPEN = /^<!--\s*autodevhub:([a-z]{1,20})(?:\s+(\S{1,200}))?\s*-->\s*$/
const CLOSE = /^<!--\s*\/autodevhub\s*-->\s*$/
const MOST_SECTIONS = 10

/** A document with its generated sections written anew. Text between other lines stays as it is, line ends included. */
export async function regenerate(
  path: string,
  text: string,
  sources: Sources,
  isDeclined: (hash: string) => boolean,
): Promise<Regenerated> {
  const pieces = text.split(/(?<=\n)/)
  const code = fenced(linesOf(text))
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const out: string[] = []
  const sections: Generated[] = []
  const problems: string[] = []
  for (let at = 0; at < pieces.length; at += 1) {
    const line = pieces[at] ?? ''
    out.push(line)
    const [, word, from = ''] = code[at] ? [] : (OPEN.exec(line) ?? [])
    const kind = SECTION_KINDS.find((one) => one === word)
    if (kind === undefined) continue
    const end = pieces.findIndex((other, i) => i > at && CLOSE.test(other))
    // Without an end, or with another beginning before it, nobody can say what may be replaced.
    if (end === -1 || sections.length === MOST_SECTIONS || pieces.slice(at + 1, end).some((other) => OPEN.test(other)))
      continue
    const old = pieces.slice(at + 1, end).join('')
    const around = { above: pieces.slice(0, at).join(''), below: pieces.slice(end + 1).join('') }
    const made = await writeSection(kind, { from, old, ...around }, sources)
    if (made !== null && 'problem' in made) problems.push(`${path} line ${at + 1}: ${made.problem}`)
    const written = made !== null && 'text' in made ? made : null
    const hash = createHash('sha256')
      .update(JSON.stringify([path, kind, from, written?.text ?? null]))
      .digest('hex')
      .slice(0, 32)
    const block = written === null ? null : `${eol}${written.text.replaceAll('\n', eol)}${eol}${eol}`
    if (written === null || block === null || block === old || isDeclined(hash)) out.push(old)
    else {
      out.push(block)
      sections.push({ path, from: written.from, kind, hash })
    }
    at = end - 1
  }
  return { text: out.join(''), sections, problems }
}
