import { describe, expect, it } from 'vitest'
import type { TrackedCriterion } from '#contract'
import { plainDraft } from '../../../test/fakes/story-desk.ts'
import type { Criterion } from '../draft.ts'
import { fromTracked, sameTracked, toTracked } from './tracked.ts'

const source = { span: 's1', quote: 'wird benachrichtigt' }
const german: Criterion = {
  title: 'Fehlgeschlagene Zahlung',
  kind: 'failure',
  given: ['ein Kunde, der zahlt'],
  when: 'der Kunde bezahlt, und zwar sofort',
  then: ['wird er benachrichtigt, wenn die Zahlung fehlschlägt', 'steht es im Protokoll'],
  source,
}
const english: Criterion = {
  title: 'Failed payment',
  kind: 'failure',
  given: [],
  when: 'the shopper pays, given a saved card',
  then: ['they are told, when the payment fails, and then asked again'],
  source,
}
const inIssue = (criterion: Criterion, language: string, over: { title?: string; lines?: readonly string[] } = {}) => ({
  ...toTracked({ ...criterion, id: 'AC-1' }, language),
  ...over,
})
const read = (tracked: TrackedCriterion, language: string, before: Criterion) =>
  fromTracked(tracked, language, before, plainDraft).criterion

describe('a criterion as it stands in an issue', () => {
  it('is the same in other white space and other composed letters, which no tracker keeps', () => {
    const one = { id: 'AC-1', title: 'Pay 10\u00a0000 €', lines: ['Then  it is\npaid', 'And Café'] }
    const other = { id: 'AC-1', title: 'Pay 10 000 €', lines: ['Then it is paid', 'And Cafe\u0301'] }
    expect(sameTracked(one, other)).toBe(true)
    expect(sameTracked(one, { ...other, lines: ['Then it is paid', 'And Cafe'] })).toBe(false)
    const told = toTracked(
      { ...english, id: 'AC-1', title: 'Pay 10\u00a0000 €', then: ['Cafe\u0301  is\u202e open'] },
      'en',
    )
    expect(told).toMatchObject({ title: 'Pay 10 000 €' })
    expect(told.lines.at(-1)).toBe('Then Café is open')
  })
  it.each([
    ['German', german, 'de'],
    ['English', english, 'en'],
  ])('that was only renamed keeps its steps and its quote: %s', (_, before, language) => {
    const renamed = inIssue(before, language, { title: 'Zahlung scheitert' })
    expect(read(renamed, language, before)).toEqual({ ...before, title: 'Zahlung scheitert' })
  })
  it('has one step in each line, whatever words stand inside them', () => {
    const lines = [...inIssue(german, 'de').lines.slice(0, -1), 'Und steht es im Journal.']
    expect(read(inIssue(german, 'de', { lines }), 'de', german)).toEqual({
      ...german,
      then: [german.then[0], 'steht es im Journal'],
      source: null,
    })
    // A bullet that somebody puts below the steps is one more result.
    const more = [...inIssue(english, 'en').lines, 'They see it in the app']
    expect(read(inIssue(english, 'en', { lines: more }), 'en', english)).toMatchObject({
      when: english.when,
      then: [...english.then, 'They see it in the app'],
    })
  })
  it('may be one sentence with all the steps in it', () => {
    const lines = ['Angenommen ein Kunde, wenn er zahlt, dann kommt ein Beleg.']
    expect(read(inIssue(german, 'de', { lines }), 'de', german)).toMatchObject({
      given: ['ein Kunde'],
      when: 'er zahlt',
      then: ['kommt ein Beleg'],
    })
  })
})
