import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changesOf } from '../drift/changes.ts'
import { hunksOf } from '../drift/hunks.ts'
import { exportsOf } from '../generate/exports.ts'
import { applyEdit } from '../propose/apply.ts'
import { brokenBy } from '../propose/verify.ts'
import { excerptOf } from '../search/excerpt.ts'
import { chunksOf, linesOf } from './chunks.ts'
import { lexemesOf } from './terms.ts'

const MILLION = 1_000_000
/** What makes a careless pattern take the square of its input, in one line and in many. */
const HOSTILE = [
  '-',
  '=',
  '#',
  '`',
  '|-',
  '[',
  '](',
  '<a',
  '*a ',
  '_',
  '/-',
  ' ',
  '\n',
  '# \n',
  '@-',
  'aB',
  '> ',
  '<!--',
  'http://a',
  '\\',
]

describe('a document of a megabyte that is meant to be slow', () => {
  it.each(HOSTILE)('made of %j is read, quoted and checked in no time', async (piece) => {
    const text = `# A\n\n${piece.repeat(MILLION / piece.length)}x\n`
    const began = performance.now()
    const chunks = chunksOf(linesOf(text))
    for (const chunk of chunks.slice(0, 300)) {
      lexemesOf('~s', chunk.heading, 'a.md', chunk.text)
      excerptOf({ workspace: 'w', plugin: 'p', repository: 'r', path: 'a.md', ...chunk }, new Map([['x', 1]]))
    }
    brokenBy('a.md', text, `${text}\n[x](y.md)\n`, '', { hasPath: () => true, anchorsOf: () => null })
    await exportsOf('a.ts', `export function ${text}`)
    const patch = `@@ -1,1 +1,1 @@\n-public ${text.slice(5)}\n+export const ${piece}`
    const file = { path: 'src/a.java', previousPath: null, change: 'modified' as const, added: 1, removed: 1, patch }
    changesOf([file], hunksOf([file]))
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})

describe('any document', () => {
  const lines = fc.array(
    fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom('# A', '## B', '```', '~~~', '---', '===', '', '- x', '| a | b |', 'Text with `code`.'),
    ),
    { maxLength: 60 },
  )
  it('is cut so that no line with words is lost, in order, each piece where it says', () => {
    fc.assert(
      fc.property(lines, (all) => {
        const text = linesOf(all.join('\n'))
        const chunks = chunksOf(text)
        for (const chunk of chunks) expect(text.slice(chunk.startLine - 1, chunk.endLine).join('\n')).toBe(chunk.text)
        const covered = chunks.flatMap(({ startLine, endLine }) =>
          Array.from({ length: endLine - startLine + 1 }, (_, i) => startLine + i),
        )
        expect(covered).toEqual([...new Set(covered)].sort((a, b) => a - b))
        text.forEach((line, i) => {
          if (line.trim() !== '') expect(covered).toContain(i + 1)
        })
      }),
      { numRuns: 200 },
    )
  })
  it('keeps every byte outside of an edit', () => {
    fc.assert(
      fc.property(lines, fc.constantFrom('\n', '\r\n'), (all, eol) => {
        const before = all.filter((line) => !/\r/.test(line)).join(eol)
        const text = `${before}${eol}${eol}# Unique place${eol}${eol}Change this word.${eol}`
        const [section] = chunksOf(linesOf(text)).slice(-1)
        if (!section?.text.includes('this word')) return
        const applied = applyEdit(text, { heading: section.heading, find: 'this word', replace: 'that\nword' })
        if ('problem' in applied) return
        expect(applied.text).toBe(text.replace('this word', `that${eol}word`))
      }),
      { numRuns: 200 },
    )
  })
})
