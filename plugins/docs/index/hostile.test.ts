import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../../core/store/open.ts'
import { openTestStore } from '../../../test/fakes/story-desk.ts'
import { changesOf } from '../drift/changes.ts'
import { hunkStart, hunksOf } from '../drift/hunks.ts'
import { createDriftStore } from '../drift/store.ts'
import { exportsOf } from '../generate/exports.ts'
import { applyEdit } from '../propose/apply.ts'
import { brokenBy } from '../propose/verify.ts'
import { excerptOf } from '../search/excerpt.ts'
import { chunksOf, linesOf } from './chunks.ts'
import { createIndexStore } from './store.ts'
import { lexemesOf } from './terms.ts'

let store: Store
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store.close())

const MILLION = 1_000_000
/** What is stored of each: all that a database refuses, it refuses in the first of them. */
const STORED = 5
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
  'aB/9',
  '`a',
  'f(',
  'https://a.test/b',
  'npm run a:b',
  '𐍈',
  '\u{1F389}a_',
]

const LINE = { path: 'src/a.ts', previousPath: 'src/a.ts', line: 1 }
const DRIFT = { kind: 'symbol' as const, old: 'old', new: null, of: null, path: 'src/a.ts' }

describe('a document of a megabyte that is meant to be slow', () => {
  it.each(HOSTILE)('made of %j is read, quoted, checked and stored in no time', async (piece) => {
    const text = `# A\n\n${piece.repeat(Math.floor(MILLION / piece.length))}x\n`
    const began = performance.now()
    const chunks = chunksOf(linesOf(text))
    for (const chunk of chunks.slice(0, 300)) {
      lexemesOf('~s', chunk.heading, 'a.md', chunk.text)
      excerptOf(
        { workspace: 'w', plugin: 'p', repository: 'r', path: 'a.md', sha: null, ...chunk },
        new Map([['x', 1]]),
      )
    }
    brokenBy('a.md', text, `${text}\n[x](y.md)\n`, '', { hasPath: () => true, anchorsOf: () => null })
    await exportsOf('a.ts', `export function ${text}`)
    const patch = `@@ -1,1 +1,1 @@\n-public ${text.slice(5)}\n+export const ${piece}`
    const file = { path: 'src/a.java', previousPath: null, change: 'modified' as const, added: 1, removed: 1, patch }
    const changes = changesOf([file], hunksOf([file]))
    const key = { workspace: 'test:H', plugin: 'memory', repository: 'octo/shop' }
    const index = createIndexStore(store.db)
    await index.put(key, [{ path: 'a.md', blob: piece, title: 'A', chunks: chunks.slice(0, STORED), sha: null }])
    await index.naming(
      key,
      changes.map(({ old }) => old),
      10,
    )
    const found = [
      ...changes,
      { ...DRIFT, hunk: hunkStart({ ...LINE, lines: [{ mark: '-', text: `x${text}` }] }, 600) },
    ]
    await createDriftStore(store.db).keep(
      { ...key, branch: 'main' },
      'abc',
      found.map((change, i) => ({
        hash: String(i),
        state: 'new' as const,
        drift: { ...change, document: 'a.md', line: 1, text: 'x' },
      })),
    )
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
