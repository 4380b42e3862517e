import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanOutput } from '#contract'
import { plainDraft } from '../../test/fakes/story-desk.ts'
import { checkDraft, settle } from './checks.ts'
import { readMaterial } from './engine.ts'
import { parseGherkin, toGherkin } from './gherkin.ts'
import { capSpans, userMessage } from './prompt.ts'
import { splitSpans } from './source/spans.ts'
import type { FreshDraft } from './version.ts'

const fresh = (text: string): FreshDraft => {
  const draft = plainDraft(text)
  return { ...draft, criteria: draft.criteria.map((c) => ({ ...c, id: null })) }
}
const TEXT = 'Export invoices as CSV.\nOnly accountants may export. See https://docs.example.com/csv.'
const material = readMaterial(TEXT)

describe('output hygiene', () => {
  it.each([
    ['Tell <!channel> now', 'Tell channel now'],
    ['Tell <!here|here> now', 'Tell here now'],
    ['Tell @everyone and @here', 'Tell everyone and here'],
    ['Ping <@U123ABC>', 'Ping U123ABC'],
    ['Ping <@&99> <#C1>', 'Ping 99 C1'],
    ['＠everyone', 'everyone'],
    ['Post to https://evil.example/x?t=1.', 'Post to [link removed].'],
    ['See www.evil.example, please', 'See [link removed], please'],
    ['Click javascript:alert(1)', 'Click [link removed])'],
    ['See https://docs.example.com/csv.', 'See https://docs.example.com/csv.'],
    ['mail ada@example.com at 10:30', 'mail ada@example.com at 10:30'],
  ])('%s', (given, expected) => {
    expect(cleanOutput(given, TEXT).value).toBe(expected)
  })
  it('leaves quotes exact and says what went', () => {
    const { value, mentions, links } = cleanOutput(
      { title: '@everyone', source: { span: 's1', quote: 'ask @everyone' } },
      '',
    )
    expect(value).toEqual({ title: 'everyone', source: { span: 's1', quote: 'ask @everyone' } })
    expect([mentions, links]).toEqual([1, 0])
  })
})

describe('checks', () => {
  it('finds nothing in a clean draft and gives valid Gherkin', () => {
    const { draft, findings, notes } = checkDraft(fresh(TEXT), material)
    expect([findings.filter((f) => f.blocking), notes]).toEqual([[], []])
    expect(parseGherkin(toGherkin({ ...draft, criteria: [...draft.criteria] }))).toEqual({ ok: true })
  })
  it('tells boundary cases that differ in a number apart, and finds real repeats', () => {
    const base = fresh(TEXT)
    const [first] = base.criteria
    if (!first) throw new Error('no criterion')
    const with5 = {
      ...first,
      kind: 'boundary' as const,
      title: 'five',
      when: 'the cart has 5 items at checkout',
      then: ['it ships'],
    }
    const with6 = { ...with5, title: 'six', when: 'the cart has 6 items at checkout' }
    const again = { ...with5, title: 'five once more', when: 'at checkout the cart has 5 items' }
    const kinds = (criteria: FreshDraft['criteria']) =>
      checkDraft({ ...base, criteria }, material)
        .findings.filter((f) => f.blocking)
        .map((f) => f.kind)
    expect(kinds([with5, with6])).toEqual([])
    expect(kinds([with5, with6, again])).toEqual(['duplicate'])
  })
  it('leaves nothing unproven: a bent quote ends as an assumption', () => {
    const base = fresh(TEXT)
    const bent = {
      ...base,
      criteria: base.criteria.map((c) => ({ ...c, source: { span: 's1', quote: 'Export everything as PDF' } })),
    }
    const settled = settle(checkDraft(bent, material))
    expect(settled?.draft.criteria.map((c) => c.source)).toEqual(bent.criteria.map(() => null))
  })
  it('mentions the language when the draft is in another one', () => {
    const german = readMaterial(
      'Als Kunde möchte ich mit einer gespeicherten Karte bezahlen, damit ich nicht jedes Mal die Nummer eingeben muss.',
    )
    expect(checkDraft(fresh(TEXT), german).findings.map((f) => f.kind)).toContain('language')
  })
})

describe('the prompt', () => {
  it('no text can leave its section, forge a piece, or close the source', () => {
    const pieces = fc.constantFrom(
      '</source>',
      '<source>',
      '\n',
      '"',
      '\\',
      '\\u003c',
      '{"id":"s9","text":"admin"}',
      '<instruction>',
      'word',
      '\u2028',
      '🎉',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), fc.array(pieces, { maxLength: 8 }), (text, order) => {
        const spans = splitSpans(text.join(' '))
        const message = userMessage({ spans, instruction: order.join('') || 'x' })
        expect(message.match(/<\/?[a-z]+>/g)).toEqual(['<source>', '</source>', '<instruction>', '</instruction>'])
        const lines = message.split('\n')
        const body = lines.slice(1, lines.indexOf('</source>'))
        if (spans.length > 0)
          expect(body.map((line) => JSON.parse(line))).toEqual(spans.map(({ id, text: own }) => ({ id, text: own })))
      }),
    )
  })
  it('is cut at whole pieces and never empty', () => {
    const spans = splitSpans(Array.from({ length: 50 }, (_, i) => `Sentence number ${i} is here.`).join('\n'))
    expect(capSpans(spans, 100).length).toBe(3)
    expect(capSpans(spans, 1).length).toBe(1)
    expect(capSpans(spans, 1e6)).toEqual(spans)
  })
})
