import { describe, expect, it } from 'vitest'
import { plainDraft } from '../../test/fakes/story-desk.ts'
import { editPart, parseSteps } from './edit.ts'
import { addOffline, applyLiteral, isLiteral } from './instruction.ts'
import { firstVersion } from './merge.ts'
import { parseReference, sourceHash } from './reference.ts'

const plain = plainDraft('Export invoices as CSV.\nOnly accountants may export.')
const base = firstVersion({ ...plain, criteria: plain.criteria.map((c) => ({ ...c, id: null })) })

describe('steps in words', () => {
  it.each([
    ['Given a, when b, then c', 'en', { given: ['a'], when: 'b', then: ['c'] }],
    ['Given a\nAnd a2\nWhen b\nThen c\nAnd c2', 'en', { given: ['a', 'a2'], when: 'b', then: ['c', 'c2'] }],
    ['when b then c', 'en', null],
    ['When b, then c.', 'en', { given: [], when: 'b', then: ['c'] }],
    ['Angenommen a, wenn b, dann c', 'de', { given: ['a'], when: 'b', then: ['c'] }],
    ['Given a, when b, then c', 'de', { given: ['a'], when: 'b', then: ['c'] }],
    ['Soit a, quand b, alors c et d', 'fr', { given: ['a'], when: 'b', then: ['c et d'] }],
    ['Nothing of the kind', 'en', null],
    ['Given a and nothing else', 'en', null],
  ])('%s', (text, language, expected) => {
    expect(parseSteps(text, language)).toEqual(expected)
  })
})

describe("a person's edit", () => {
  it('replaces steps, or title and outcome, and touches nothing else', () => {
    const { draft } = editPart(base, '2', 'Given a, when b, then c')
    expect(draft.criteria[1]).toMatchObject({
      id: 'AC-2',
      title: base.criteria[1]?.title,
      given: ['a'],
      when: 'b',
      then: ['c'],
    })
    expect(draft.criteria.filter((_, i) => i !== 1)).toEqual(base.criteria.filter((_, i) => i !== 1))
    const sentence = editPart(base, 'ac2', 'Refund within\n 14 days').draft.criteria[1]
    expect(sentence).toMatchObject({
      title: 'Refund within 14 days',
      then: ['Refund within 14 days'],
      source: base.criteria[1]?.source,
    })
    expect(editPart(base, 'Benefit', 'I save time').draft.benefit).toBe('I save time')
  })
  it.each([
    ['AC-99', 'x', 'NOT_FOUND', /^AC-99 does not exist: the story has AC-1, /],
    ['nonsense', 'x', 'INPUT_INVALID', /is no part of a story: write a criterion such as AC-2, or title/],
    ['title', 'x'.repeat(121), 'INPUT_INVALID', /^That does not fit into a story: title/],
    ['AC-1', '  ', 'INPUT_INVALID', /^Write the new text behind AC-1/],
  ])('%s %s is refused in words', (part, text, code, message) => {
    expect(() => editPart(base, part, text)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })
})

describe('instructions to the letter', () => {
  it.each([
    ['remove AC-3', 'AC-3 removed'],
    ['please delete criterion ac2.', 'AC-2 removed'],
    ['Drop the scenario AC-1', 'AC-1 removed'],
    ['lösche AC-2', 'AC-2 removed'],
    ['AC-2 löschen', 'AC-2 removed'],
    ['rename AC-1 to Pays at once', 'AC-1 renamed'],
    ['benenne AC-1 in Zahlt sofort um', 'AC-1 renamed'],
    ['change AC-1 to Given a, when b, then c', 'AC-1 changed'],
    ['ändere AC-1 zu Zahlt sofort', 'AC-1 changed'],
  ])('%s', (instruction, done) => {
    expect(applyLiteral(base, instruction)?.done).toBe(done)
    expect(isLiteral(instruction)).toBe(true)
  })
  it.each([
    'add a criterion for refunds',
    'make it shorter',
    'remove the part about AC-2 and AC-3',
    'split AC-2',
    'remove everything',
  ])('leaves "%s" to whoever understands it', (instruction) => {
    expect(applyLiteral(base, instruction)).toBeNull()
    expect(isLiteral(instruction)).toBe(false)
  })
  it('the last criterion cannot be removed', () => {
    const single = { ...base, criteria: base.criteria.slice(0, 1) }
    expect(() => applyLiteral(single, 'remove AC-1')).toThrow(/only criterion/)
  })
})

describe('additions without a model', () => {
  const cite = (quote: string) => ({ span: 's3', quote })
  it.each([
    ['add a criterion for refunds within 14 days', 'refunds within 14 days'],
    ['Please add a new scenario: guests cannot export', 'guests cannot export'],
    ['cover expired cards', 'expired cards'],
    ['ergänze ein Kriterium für Rückerstattungen', 'Rückerstattungen'],
    ['füge einen Fall für Gäste hinzu', 'Gäste'],
  ])('%s', (instruction, quote) => {
    const added = addOffline(base, instruction, cite, plainDraft)
    expect(added?.done).toBe(`AC-${base.lastId + 1} added`)
    expect(added?.draft.criteria.at(-1)?.source).toEqual({ span: 's3', quote })
  })
  it('takes steps as they are', () => {
    const added = addOffline(base, 'add: given a, when b, then c', cite, plainDraft)
    expect(added?.draft.criteria.at(-1)).toMatchObject({ given: ['a'], when: 'b', then: ['c'] })
  })
  it('admits what it does not understand', () => {
    expect(addOffline(base, 'make it more about trust', cite, plainDraft)).toBeNull()
  })
})

it('one story has many spellings, and one text many looks', () => {
  expect(['ST-12', 'st12', '#12', '12'].map(parseReference)).toEqual([12, 12, 12, 12])
  for (const wrong of ['ST-0', 'AC-1', 'ST-12x', '']) expect(() => parseReference(wrong)).toThrow(/is no story/)
  expect(sourceHash('\ufeffPay  “now”\r\n')).toBe(sourceHash('pay "now"'))
  expect(sourceHash('pay now')).not.toBe(sourceHash('pay later'))
})
