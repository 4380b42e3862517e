import { describe, expect, it } from 'vitest'
import { chunksOf, headingsOf, linesOf } from './chunks.ts'
import { identifiersOf, lexemesOf, stem, termsOf } from './terms.ts'

const chunks = (text: string) => chunksOf(linesOf(text))

describe('sections of a document', () => {
  it('begin at headings of both kinds, with where they stand', () => {
    const text = 'Intro\n\nTitle\n=====\n\nOne\n\n## Part *two* [x](y)\n\nTwo\n\n### Deep ###\n\nThree\n'
    expect(
      chunks(text).map(({ heading, anchor, startLine, endLine }) => [heading, anchor, startLine, endLine]),
    ).toEqual([
      ['', '', 1, 1],
      ['Title', 'title', 3, 6],
      ['Title › Part two x', 'part-two-x', 8, 10],
      ['Title › Part two x › Deep', 'deep', 12, 14],
    ])
  })
  it('are not begun by what is code or front matter', () => {
    const text = '---\ntitle: x\n# no heading\n---\n\n# A\n\n```sh\n# comment\n~~~\n```\n\n## B\n'
    expect(headingsOf(linesOf(text)).map(({ title }) => title)).toEqual(['A', 'B'])
  })
  it('of one name have anchors of their own, as GitHub gives them', () => {
    expect(headingsOf(linesOf('# Über uns!\n\n# Über uns!\n\n# a_b – C\n')).map(({ anchor }) => anchor)).toEqual([
      'über-uns',
      'über-uns-1',
      'a_b--c',
    ])
  })
  it('have the same lines whatever the line ends are', () => {
    const text = '\uFEFF# A\n\nOne\n\n## B\n\nTwo\n'
    expect(chunks(text.replaceAll('\n', '\r\n'))).toEqual(chunks(text))
  })
  it('that are long are cut where there is a pause, and no line is lost', () => {
    const text = Array.from(
      { length: 200 },
      (_, i) => `Paragraph ${i} says something that is long enough to count.\n`,
    ).join('\n')
    const all = chunks(text)
    expect(all.length).toBeGreaterThan(3)
    expect(all.every((one) => one.text.length <= 2_500)).toBe(true)
    expect(all.map((one) => one.text).join('\n\n')).toBe(text.trimEnd())
  })
})

describe('words', () => {
  it.each([
    ['settings', 'setting', 'setting'],
    ['rotating', 'rotated', 'rotates'],
    ['stories', 'story', 'story'],
    ['configured', 'configure', 'configuring'],
  ])('%s, %s and %s are one', (...words) => {
    expect(new Set(words.map(stem)).size).toBe(1)
  })
  it('fold case and accents, drop what says nothing, and give the parts of names', () => {
    expect(termsOf('How does the Größe of createHub change?').map(({ term }) => term)).toEqual([
      'gross',
      'createhub',
      'creat',
      'hub',
      'chang',
    ])
  })
  it('names of code are kept as they are written', () => {
    const text =
      'Call `hub.start()` in src/main.ts with --dry-run, HUB_DATA_DIR and http://localhost:3000/api/v1/stories. npm run build'
    const names = identifiersOf(text)
    for (const name of [
      'hub.start',
      'start',
      'src/main.ts',
      '--dry-run',
      'HUB_DATA_DIR',
      '/api/v1/stories',
      'npm run build',
    ])
      expect(names, name).toContain(name)
    expect(names).not.toContain('Call')
    expect(lexemesOf('~scope', 'Start it', 'a.md', 'x')).toEqual(expect.arrayContaining(['~scope', 'h:start', 'start']))
  })
})
