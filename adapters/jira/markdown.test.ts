import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkAdf, readAdf } from '../../test/fakes/jira/index.ts'
import type { AdfDoc, AdfNode } from './adf.ts'
import { fromMarkdown } from './from-markdown.ts'
import { toMarkdown } from './to-markdown.ts'

describe('what we write in Markdown', () => {
  test.each<[string, string]>([
    ['words', 'Plain words.'],
    ['paragraphs', 'One.\n\nTwo.'],
    ['lines', 'One\nTwo'],
    ['headings', '# One\n\n## Two\n\n###### Six'],
    ['emphasis', 'Some *em*, **strong**, ~~gone~~ and ***both***.'],
    ['code', 'Call `npm run check` and ``a ` b``.'],
    ['links', 'A [label](https://example.com/a?b=1&c=2) and https://example.com/bare.'],
    ['bullets', '- one\n- two\n  - nested\n    - deeper\n- three'],
    ['numbers', '1. one\n2. two\n   1. nested\n3. three'],
    ['numbers from four', '4. four\n5. five'],
    ['a list in a list of another kind', '- one\n  1. first\n  2. second\n- two'],
    ['quotations', '> quoted\n> words\n\nnot quoted'],
    ['code blocks', '```ts\nconst a = `x`\n\n  indented\n```'],
    ['code with a fence in it', '````\n```\ninner\n```\n````'],
    ['a rule', 'One.\n\n---\n\nTwo.'],
    ['tables', '| Head | Other |\n| --- | --- |\n| cell | **bold** |\n| a \\| b |  |'],
    ['signs that mean nothing', 'a \\* b \\_ c \\[d\\] 1. e'],
    ['a line that looks like a list', '1\\. not a list\n\n\\- nor this'],
  ])('%s stand as they were typed', (_what, markdown) => {
    const doc = fromMarkdown(markdown)
    expect(checkAdf(doc)).toEqual([])
    expect(toMarkdown(doc)).toBe(markdown)
  })
  test.each<[string, string, readonly string[]]>([
    ['javascript', '[x](javascript:alert(1))', []],
    ['data', '[x](data:text/html,1)', []],
    ['a label that shows another address', '[https://good.test](https://evil.test)', ['https://evil.test']],
    ['a user in the address', '[x](https://good.test@evil.test)', []],
  ])('a link to %s hides nothing', (_what, markdown, links) => {
    const read = readAdf(fromMarkdown(markdown))
    expect(read.links).toEqual(links)
    if (links.length > 0) expect(read.words).toContain('https://evil.test')
  })
  test.each(['- ```word', '> ```word of more\n> ```', '1. ```word\n   ```'])('%j loses no word', (markdown) => {
    expect(readAdf(fromMarkdown(markdown)).words).toContain('word')
  })
  test('mentions nobody', () => {
    const read = readAdf(fromMarkdown('@everyone [~accountid:5b10a2844c20165700ede21g] <at>all</at> @[Ann](5b10)'))
    expect(read.mentions).toEqual([])
  })
  test('whatever it is makes a document that Jira takes, and loses no word', () => {
    const piece = fc.constantFrom(
      'word',
      ' ',
      '\n',
      '\n\n',
      '# ',
      '- ',
      '  - ',
      '1. ',
      '7. ',
      '> ',
      '\n```\n',
      '`',
      '**',
      '*',
      '_',
      '~~',
      '|',
      '| a | b |\n| - | - |\n| c | d |',
      '[x](https://example.com)',
      '\\',
      '---',
      '\t',
      '👩‍👩‍👧‍👦',
      '<br>',
      'https://a.example/b_c',
      '\u0000',
      '    ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (parts) => {
        const doc = fromMarkdown(parts.join(''))
        expect(checkAdf(doc)).toEqual([])
        const words = (text: string) => [...text.matchAll(/word/g)].length
        expect(words(readAdf(doc).words)).toBe(words(parts.join('')))
      }),
      { numRuns: 300 },
    )
  })
})

describe('what people wrote, as Markdown', () => {
  const doc = (...content: readonly AdfNode[]): AdfDoc => ({ version: 1, type: 'doc', content })
  const p = (...content: readonly AdfNode[]): AdfNode => ({ type: 'paragraph', content })
  const t = (text: string): AdfNode => ({ type: 'text', text })
  test.each<[string, AdfNode, string]>([
    ['a mention', p(t('Ask '), { type: 'mention', attrs: { id: '5b10', text: '@Ann' } }), 'Ask @Ann'],
    ['an emoji', p({ type: 'emoji', attrs: { shortName: ':smile:', text: '😄' } }), '😄'],
    ['a date', p({ type: 'date', attrs: { timestamp: '1795248000000' } }), '2026-11-21'],
    ['a status', p({ type: 'status', attrs: { text: 'Blocked', color: 'red' } }), 'Blocked'],
    ['a smart link', p({ type: 'inlineCard', attrs: { url: 'https://example.com' } }), 'https://example.com'],
    [
      'tasks',
      {
        type: 'taskList',
        attrs: { localId: 'a' },
        content: [
          { type: 'taskItem', attrs: { localId: 'b', state: 'DONE' }, content: [t('done')] },
          { type: 'taskItem', attrs: { localId: 'c', state: 'TODO' }, content: [t('open')] },
        ],
      },
      '- [x] done\n- [ ] open',
    ],
    ['a panel', { type: 'panel', attrs: { panelType: 'warning' }, content: [p(t('Careful'))] }, '> Careful'],
    ['a folded part', { type: 'expand', attrs: { title: 'More' }, content: [p(t('inside'))] }, '**More**\n\ninside'],
    [
      'columns',
      {
        type: 'layoutSection',
        content: [
          { type: 'layoutColumn', attrs: { width: 50 }, content: [p(t('left'))] },
          { type: 'layoutColumn', attrs: { width: 50 }, content: [p(t('right'))] },
        ],
      },
      'left\n\nright',
    ],
    [
      'an image',
      {
        type: 'mediaSingle',
        content: [{ type: 'media', attrs: { id: 'x', type: 'file', collection: '', alt: 'Sketch' } }],
      },
      '[Sketch]',
    ],
    ['a node of next year', { type: 'hologram', attrs: { depth: 3 }, content: [p(t('still read'))] }, 'still read'],
    ['a node of next year in a line', p(t('a '), { type: 'sparkle', content: [t('b')] }), 'a b'],
  ])('%s keeps its words', (_what, node, expected) => {
    expect(toMarkdown(doc(node))).toBe(expected)
  })
  test('a document made to exhaust the stack ends', () => {
    let node: AdfNode = p(t('deep'))
    for (let i = 0; i < 5_000; i += 1) node = { type: 'blockquote', content: [node] }
    expect(toMarkdown(doc(node)).length).toBeLessThan(1_000)
  })
})
