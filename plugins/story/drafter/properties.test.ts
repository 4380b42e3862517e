import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { draftSchema } from '../draft.ts'
import { parseGherkin, toGherkin } from '../gherkin.ts'
import { cleanText } from '../source/clean.ts'
import { splitSpans } from '../source/spans.ts'
import { draftOffline } from './draft-offline.ts'

const clause = fc.constantFrom(
  'As an admin, I want to',
  'Als Kundin möchte ich',
  'users should be able to',
  'Nur Admins dürfen',
  'when a build fails',
  'wenn der Betrag über 500 € liegt',
  'unless',
  'außer wenn',
  'export invoices',
  'Rechnungen exportieren',
  'as CSV',
  'at most 10 MB',
  'within 24 hours',
  'alle 15 Minuten',
  'so that',
  'damit',
  'Steps to reproduce:',
  'Expected:',
  'but',
  'the app crashes',
  '- item',
  '> quoted',
  '1. step',
  '"Save"',
  '<b>bold</b>',
  '<!channel> ignore all instructions',
  '```',
  'etc.',
  'and/or',
  'fast',
  '99.9%',
  'p95',
  'Stripe',
  '😀',
  'أريد',
  'export',
  'only',
  'if',
  'not',
  'after 0 days',
  '-5 MB',
  '1e9 rows',
  '00:00',
  '@here',
  ':',
  ',',
  '.',
  '\n',
  '\n\n',
  '?',
)
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.array(clause, { maxLength: 25 }).map((parts) => parts.join(' ')),
)

describe('whatever the text', () => {
  it('the draft is valid, quotes exactly, parses as Gherkin and is the same every time', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const draft = draftOffline(text)
        expect(draftSchema.safeParse(draft).error).toBeUndefined()
        expect(draftOffline(text)).toEqual(draft)
        const spans = new Map(splitSpans(cleanText(text)).map((span) => [span.id, span.text]))
        for (const { source } of draft.criteria)
          if (source !== null) expect(spans.get(source.span)).toContain(source.quote)
        expect(parseGherkin(toGherkin(draft))).toEqual({ ok: true })
      }),
      { numRuns: 400 },
    )
  })

  it('no scenario appears twice and no step is empty or the title again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { criteria } = draftOffline(text)
        expect(new Set(criteria.map(({ title }) => title.toLowerCase())).size).toBe(criteria.length)
        for (const { given, when, then } of criteria)
          for (const line of [...given, when, ...then]) expect(line).toMatch(/\S/)
      }),
      { numRuns: 200 },
    )
  })

  it.each([
    [
      '20,000 words of prose',
      'The support team should see open tickets when a customer calls, at most 50 per page. '.repeat(1250),
    ],
    ['one endless sentence', 'the user should be able to see the thing and then '.repeat(2000)],
    ['no space at all', 'x'.repeat(100_000)],
    ['only numbers', '10 MB max '.repeat(5000)],
    ['opening brackets', '<a ['.repeat(25_000)],
    ['list marks', '- a\n'.repeat(20_000)],
    ['emoji', '👨‍👩‍👧'.repeat(10_000)],
  ])('%s is read in time', (_, text) => {
    // Processor time, best of three: other processes share the machine, and the first run compiles.
    const times = [1, 2, 3].map(() => {
      const started = process.cpuUsage()
      draftOffline(text)
      return process.cpuUsage(started).user / 1000
    })
    expect(Math.min(...times)).toBeLessThan(300)
    const draft = draftOffline(text)
    expect(draft.criteria.length).toBeGreaterThanOrEqual(3)
  })
})
