import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TrackedCriterion } from '#contract'
import { type AdfNode, paragraph, plainText, text } from '../adf.ts'
import { criterionNodes, readCriteria } from '../criteria.ts'
import { fromMarkdown } from '../from-markdown.ts'
import type { Proof } from '../mark.ts'
import { composeSection, panelAt, panelNode, readSection } from '../section.ts'
import { toMarkdown } from '../to-markdown.ts'
import { escapeWiki } from './escape.ts'
import { readWiki } from './read.ts'
import { inlineWiki } from './read-inline.ts'
import { writeWiki } from './write.ts'

/** Pieces that mean something to Jira, between words. */
const PIECES = fc.constantFrom(
  ...['{code}', '{code:java}', '{noformat}', '{panel}', '{panel:title=x}', '{quote}', '{color:red}', '{anchor:a}'],
  ...[
    '[~ann]',
    '[x|https://a.test]',
    '[https://a.test]',
    '!a.png!',
    '||',
    '|',
    '* ',
    '** ',
    '# ',
    '- ',
    'h1. ',
    'bq. ',
  ],
  ...['----', '\\', '\\\\', '*', '_', '{*}', '{{', '}}', '+', '^', '~', '??', ':)', '(x)', 'PAY-12', '&amp;', '&#91;'],
  ...['\n', '\r\n', '\n\n', ' ', '\t', 'https://a.test/b', 'word', 'Given a card', 'AC-1', 'é', '👍', '@ann'],
)
const wiki = fc
  .array(fc.oneof(PIECES, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 40 })
  .map((all) => all.join(''))
const line = wiki.map((one) => one.replace(/\s+/g, ' ').trim())

test('what nobody changed is written back byte for byte', () => {
  fc.assert(
    fc.property(wiki, (given) => {
      expect(writeWiki(readWiki(given))).toBe(given.trim() === '' ? '' : given)
    }),
    { numRuns: 2_000 },
  )
})
describe('words', () => {
  test('stay words, whatever they say: no mention, no link, no macro, no format', () => {
    fc.assert(
      fc.property(line, (words) => {
        const nodes = inlineWiki(escapeWiki(words))
        expect(nodes.map(({ type, marks }) => [type, marks])).toEqual(words === '' ? [] : [['text', undefined]])
        expect(nodes.map(plainText).join('')).toBe(words)
      }),
      { numRuns: 2_000 },
    )
  })
  test.each([
    ['[~ann] pay', '\\[\\~ann\\] pay'],
    ['{code}x{code}', '\\{code\\}x\\{code\\}'],
    ['see https://evil.test', 'see https\\://evil.test'],
    ['mailto:ann@example.com', 'mailto\\:ann@example.com'],
    ['!secret.png!', '\\!secret.png\\!'],
    ['C:\\temp', 'C\\:&#92;temp'],
    ['&#91;~ann]', '&amp;#91;\\~ann\\]'],
    ['fixes PAY-12 in check-out', 'fixes PAY\\-12 in check-out'],
    ['h1. big', '&#104;1. big'],
    ['at 12:30', 'at 12:30'],
    ['really (x) :)', 'really \\(x) \\:)'],
  ])('%s', (words, written) => expect(escapeWiki(words)).toBe(written))
})

const PROOF: Proof = {
  v: 1,
  issue: '10001',
  marker: '0123456789ab',
  story: 'ST-1',
  hash: '',
  notes: [],
  place: 'description',
  rest: '',
  writes: 1,
}
const MARK = { marker: PROOF.marker, heading: true }
const criterion = (title: string, ...lines: string[]): TrackedCriterion => ({ id: 'AC-1', title, lines })
/** A description with a section, as it is stored, and what is read of it again. */
function stored(before: string, criteria: readonly TrackedCriterion[], notes: readonly string[] = []) {
  const { content } = readWiki(before)
  const made = composeSection(null, null, { criteria, notes, storyRef: 'ST-1' }, MARK)
  const text_ = writeWiki({ content: [...content, panelNode(made.nodes, PROOF.marker, undefined)] })
  const proof = { ...PROOF, notes: [...made.notes] }
  const doc = readWiki(text_)
  const panel = panelAt(doc, proof)
  return { text: text_, doc, panel, proof, section: readSection(doc.content[panel]?.content ?? null, proof) }
}
describe('a section in a description', () => {
  const title = line.filter((one) => one !== '' && !/^AC-\d/i.test(one))
  const any = fc.record({
    id: fc.constantFrom('AC-1', 'AC-22'),
    title,
    lines: fc.array(
      title.map((one) => `Given ${one}`),
      { maxLength: 4 },
    ),
  })
  test('is read back as it was written, below whatever people wrote, which stays', () => {
    fc.assert(
      fc.property(
        wiki,
        fc.array(any, { minLength: 1, maxLength: 4 }),
        fc.array(title, { maxLength: 2 }),
        (given, criteria, notes) => {
          const [before] = [stored('', criteria, notes)]
          const after = stored(given, criteria, notes)
          expect(after.section).toEqual(before.section)
          expect(after.text.startsWith(given.trim() === '' ? '' : given)).toBe(true)
          expect(after.section?.criteria.map(({ id }) => id)).toEqual(criteria.map(({ id }) => id))
          const flat = (words: string) => words.normalize('NFC').replace(/\s+/g, '')
          const said = after.section?.criteria.map((one) => flat([one.title, ...one.lines].join(''))).join('')
          expect(said).toBe(before.section?.criteria.map((one) => flat([one.title, ...one.lines].join(''))).join(''))
        },
      ),
      { numRuns: 400 },
    )
  })
  test('reads well in the editor', () => {
    expect(
      stored(
        'As a shopper\r\nI want to pay',
        [criterion('Pay with a saved card', 'Given a saved card', 'When I pay [~ann]')],
        ['assumed: one `card`'],
      ).text,
    ).toBe(`As a shopper\r
I want to pay

{panel}
h3. {anchor:hub-0123456789ab}Acceptance criteria

*AC-1* Pay with a saved card
* *Given* a saved card
* *When* I pay \\[\\~ann\\]

_assumed: one_ {{card}}

_ST\\-1 · kept in step by AutoDevHub · 0123456789ab_
{panel}`)
  })
  test('is found by its anchor alone where somebody tidied the last line away, and not without proof', () => {
    const { text: whole, proof } = stored('Text', [criterion('Pay', 'Given a card')])
    const tidied = readWiki(whole.replace(/\n_ST.*_\n/, '\n'))
    expect(panelAt(tidied, proof)).toBe(1)
    expect(readSection(tidied.content[1]?.content ?? null, proof)?.criteria).toEqual([criterion('Pay', 'Given a card')])
    expect(panelAt(tidied, null)).toBe(-1)
  })
  test.each<[string, string, readonly TrackedCriterion[]]>([
    ['a step is typed below', '* *Given* a card\n* Then it works', [criterion('Pay', 'Given a card', 'Then it works')]],
    [
      'numbers in place of dots',
      '# Given a card\n## or a token\n# When I pay',
      [criterion('Pay', 'Given a card', 'or a token', 'When I pay')],
    ],
    ['lines of their own', 'Given a card\nWhen I pay', [criterion('Pay', 'Given a card', 'When I pay')]],
    [
      'formats, colours, a mention and a link',
      '* Given {color:red}a{color} *card* of [~ann] ([terms|https://a.test])',
      [criterion('Pay', 'Given a card of @ann (terms)')],
    ],
    [
      'a criterion of their own',
      '* *Given* a card\n\nh4. AC-2: Refunds\n- Given a payment',
      [criterion('Pay', 'Given a card'), { id: 'AC-2', title: 'Refunds', lines: ['Given a payment'] }],
    ],
    [
      'Gherkin',
      '{code}\nScenario: Refund\nGiven a payment\n{code}',
      [criterion('Pay'), { id: null, title: 'Refund', lines: ['Given a payment'] }],
    ],
  ])('people edit it: %s', (_, steps, expected) => {
    const { text: whole, proof } = stored('', [criterion('Pay', 'Given a card')])
    for (const end of ['\n', '\r\n']) {
      const edited = readWiki(whole.replace('* *Given* a card', steps).replaceAll('\n', end))
      expect(readSection(edited.content[0]?.content ?? null, proof)?.criteria).toEqual(expected)
    }
  })
  test('keeps what people put into it, and a criterion that stays keeps its own text', () => {
    const { text: whole, proof } = stored('', [criterion('Pay', 'Given a card')])
    const typed = '* *Given* a {color:red}card{color}\r\n\r\n||who||why||\r\n|[~ann]|she *knows*|\r\n'
    const { content } = readWiki(whole.replace('* *Given* a card\n', typed))
    const next = [criterion('Pay', 'Given a card'), { id: 'AC-2', title: 'Refund', lines: [] }]
    const made = composeSection(
      content[0]?.content ?? null,
      proof,
      { criteria: next, notes: [], storyRef: 'ST-1' },
      MARK,
    )
    const written = writeWiki({ content: [panelNode(made.nodes, proof.marker, content[0])] })
    expect(written).toContain('*AC-1* Pay\n')
    expect(written).toContain('* *Given* a {color:red}card{color}\r\n')
    expect(written).toContain('||who||why||\r\n|[~ann]|she *knows*|')
    expect(written).toContain('*AC-2* Refund')
    expect(readSection(readWiki(written).content[0]?.content ?? null, proof)?.criteria).toEqual(next)
    expect(written.match(/anchor:hub/g)).toHaveLength(1)
  })
})
test('Markdown of a story becomes markup that reads the same', () => {
  const markdown =
    '# Head\n\nwords **bold** *em* `code {x}` and [a link](https://a.test/b)\n\n- one\n  - two\n- three\n\n1. first\n\n> said\n\n```java\nint a = 1\n```\n\n| a | b |\n| --- | --- |\n| 1 | x |'
  const written = writeWiki(fromMarkdown(markdown))
  expect(written).toBe(
    'h1. Head\n\nwords *bold* _em_ {{code \\{x\\}}} and [a link|https://a.test/b]\n* one\n** two\n* three\n# first\n\n{quote}\nsaid\n{quote}\n\n{code:java}\nint a = 1\n{code}\n\n||a||b||\n|1|x|',
  )
  expect(toMarkdown(readWiki(written))).toBe(toMarkdown(fromMarkdown(markdown)))
})
test('code that holds the ends of both macros is written as words', () => {
  const nodes: AdfNode[] = [{ type: 'codeBlock', content: [text('{code} {noformat}')] }]
  expect(writeWiki({ content: nodes })).toBe('\\{code\\} \\{noformat\\}')
  expect(writeWiki({ content: [{ type: 'codeBlock', content: [text('{noformat}')] }] })).toBe(
    '{code:none}\n{noformat}\n{code}',
  )
})
test('text made to take long does not', () => {
  const began = performance.now()
  for (const one of [
    '{{a',
    '{panel:a}',
    '{code:a}\n',
    '[a|',
    '*a ',
    '_a*',
    '{*}a',
    '* a\n',
    '|a|[',
    '\\',
    '&#1',
    '{quote}',
  ])
    expect(writeWiki(readWiki(one.repeat(32_000 / one.length)))).toHaveLength(
      one.length * Math.floor(32_000 / one.length),
    )
  expect(performance.now() - began).toBeLessThan(3_000)
})
test('a text that is shown again says what was typed', () => {
  expect(readCriteria([paragraph(text('x')), ...criterionNodes(criterion('a'))])).toHaveLength(2)
})
