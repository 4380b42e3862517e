import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Draft } from './draft.ts'
import { parseGherkin, toGherkin } from './gherkin.ts'

const draft = (change: Partial<Draft> = {}): Draft => ({
  title: 'Pay with a saved card',
  role: 'shopper',
  goal: 'pay with a saved card',
  benefit: 'checkout takes less time',
  criteria: [
    {
      title: 'Paid',
      kind: 'happy',
      given: ['a saved card', 'a full cart'],
      when: 'the shopper pays',
      then: ['the order is paid', 'a receipt is sent'],
      source: { span: 's1', quote: 'a saved\ncard' },
    },
    {
      title: 'Declined',
      kind: 'failure',
      given: [],
      when: 'the bank declines',
      then: ['nothing is charged'],
      source: null,
    },
    { title: 'Limit', kind: 'boundary', given: [], when: 'the amount is 0', then: ['paying is refused'], source: null },
  ],
  questions: [],
  assumptions: [],
  invest: [],
  size: 'S',
  sizeReason: 'one goal',
  confidence: 0.5,
  language: 'en',
  ...change,
})

describe('toGherkin', () => {
  it('writes the story, the tags, the origin of each scenario and And for further steps', () => {
    expect(toGherkin(draft()).split('\n').slice(0, 12)).toEqual([
      'Feature: Pay with a saved card',
      '  As a shopper, I want to pay with a saved card',
      '  so that checkout takes less time',
      '',
      '  # s1: "a saved card"',
      '  @happy',
      '  Scenario: Paid',
      '    Given a saved card',
      '    And a full cart',
      '    When the shopper pays',
      '    Then the order is paid',
      '    And a receipt is sent',
    ])
    expect(toGherkin(draft())).toContain('  # assumption\n  @failure @assumption\n  Scenario: Declined')
  })

  it('does not repeat what the fields already say, and finds the article', () => {
    const text = toGherkin(draft({ role: 'admin', goal: 'to delete it', benefit: 'so that it is gone' }))
    expect(text).toContain('As an admin, I want to delete it\n  so that it is gone')
    expect(toGherkin(draft({ role: 'the owner' }))).toContain('As the owner, I want')
  })

  it.each(['de', 'fr', 'es', 'nl', 'it', 'pt'])('uses the keywords of %s and the parser agrees', (language) => {
    const text = toGherkin(draft({ language }))
    expect(text.startsWith(`# language: ${language}\n`)).toBe(true)
    expect(text).not.toContain('Given ')
    expect(parseGherkin(text)).toEqual({ ok: true })
  })

  it('keeps English keywords for other languages', () => {
    expect(toGherkin(draft({ language: 'ja', title: '請求書' }))).toMatch(/^Feature: 請求書/)
  })

  it('lets no text break out of its line', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.constantFrom(
        '"""',
        '| a |',
        '@tag',
        '# language: xx',
        'Scenario: x',
        'Examples:',
        'x\nThen y',
        '\u2028Rule: z',
        '```',
        '\r\nFeature: q',
        '* step',
        '<a>',
      ),
    )
    const line = hostile.filter((text) => text.replace(/[\s\p{Cc}]/gu, '') !== '')
    const criterion = fc.record({
      title: line,
      kind: fc.constantFrom('happy' as const, 'quality' as const),
      given: fc.array(line, { maxLength: 3 }),
      when: line,
      then: fc.array(line, { minLength: 1, maxLength: 3 }),
      source: fc.option(fc.record({ span: fc.constant('s1'), quote: line })),
    })
    const languages = fc.constantFrom('en', 'de', 'fr', 'es', 'nl', 'it', 'pt', 'ja')
    fc.assert(
      fc.property(
        line,
        line,
        line,
        fc.array(criterion, { minLength: 3, maxLength: 5 }),
        languages,
        (title, role, benefit, criteria, language) => {
          const text = toGherkin(draft({ title, role, goal: title, benefit, criteria, language }))
          expect(parseGherkin(text)).toEqual({ ok: true })
          const words = language === 'de' ? /^ {2}Szenario: /gm : /^ {2}(?:Scenario|Scénario|Escenario|Cenário): /gm
          expect(text.match(words)).toHaveLength(criteria.length)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('parseGherkin', () => {
  it('names the place of a mistake', () => {
    const broken = parseGherkin('Feature: x\n  Scenario: y\n    Given z\n  nonsense')
    expect(broken.ok).toBe(false)
    expect(broken.ok ? '' : broken.message).toContain('(4:3)')
  })

  it('wants at least one scenario', () => {
    expect(parseGherkin('')).toEqual({ ok: false, message: 'The feature has no scenario.' })
    expect(parseGherkin('Feature: x')).toEqual({ ok: false, message: 'The feature has no scenario.' })
  })
})
