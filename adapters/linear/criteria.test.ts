import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical, hashOf, parseCriteria, renderCriterion } from './criteria.ts'

const read = (text: string) => parseCriteria(text, [])

describe('what people make of criteria', () => {
  test.each<[string, string, unknown]>([
    ['another bullet', '**AC-1 · Pays**\n\n- Given a card', [{ id: 'AC-1', title: 'Pays', lines: ['Given a card'] }]],
    ['a heading', '#### AC-1: Pays\n1. Given a card', [{ id: 'AC-1', title: 'Pays', lines: ['Given a card'] }]],
    ['a check list', '**AC-1 · Pays**\n- [ ] Given a card', [{ id: 'AC-1', title: 'Pays', lines: ['Given a card'] }]],
    ['no bold', 'AC-1 Pays\n* Given a card', [{ id: 'AC-1', title: 'Pays', lines: ['Given a card'] }]],
    [
      'a list of criteria',
      '* **AC-1 · Pays**\n* **AC-2 · Cancels**',
      [
        { id: 'AC-1', title: 'Pays', lines: [] },
        { id: 'AC-2', title: 'Cancels', lines: [] },
      ],
    ],
    ['one of their own', 'It is fast', [{ id: null, title: 'It is fast', lines: [] }]],
    [
      'bold words in a step',
      '**AC-1 · Pays**\n* Given **a card**',
      [{ id: 'AC-1', title: 'Pays', lines: ['Given a card'] }],
    ],
    ['nothing', '\n \n', []],
  ])('%s', (_what, text, criteria) => expect(read(text)).toEqual(criteria))
})
test('any words are read back as they were written', () => {
  const words = fc
    .array(
      fc.constantFrom(
        'Given ',
        'a_b ',
        '**',
        '*',
        '`x`',
        '#',
        '1. ',
        '- ',
        '> ',
        '\\',
        '~~',
        '|',
        '<b>',
        '[a](b)',
        '&amp;',
        '@ann ',
        'https://x.example/a ',
        'ü',
        '👩‍👩‍👧 ',
      ),
      { minLength: 1, maxLength: 8 },
    )
    .map((parts) => `x${parts.join('')}`.replace(/\s+/g, ' ').trim())
  const criterion = fc.record({
    id: fc.constantFrom('AC-1', 'AC-12'),
    title: words,
    lines: fc.array(words, { maxLength: 4 }),
  })
  fc.assert(
    fc.property(fc.array(criterion, { maxLength: 4 }), (criteria) => {
      const text = criteria.map(renderCriterion).join('\n\n')
      expect(read(text)).toEqual(canonical(criteria))
      expect(hashOf(read(text))).toBe(hashOf(criteria))
      // Nothing links or mentions by itself.
      expect(text).not.toMatch(/(?<!\\):\/\//)
    }),
    { numRuns: 200 },
  )
})
