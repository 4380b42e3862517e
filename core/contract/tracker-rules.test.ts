import { describe, expect, test } from 'vitest'
import { parseTrackerRules } from './tracker-rules.ts'

const parse = (rules: Parameters<typeof parseTrackerRules>[0]) =>
  parseTrackerRules(rules, 'Jira', ['description', 'field', 'comment'])

describe('rules of a tracker project', () => {
  test('nothing given means nothing happens by itself', () =>
    expect(parse({})).toEqual({
      mode: 'manual',
      types: [],
      labels: [],
      states: [],
      place: null,
      dryRun: false,
      issuesPerDay: 50,
    }))
  test('are stored as they were meant', () =>
    expect(
      parse({
        mode: 'auto',
        types: [' Story '],
        labels: ['needs-criteria'],
        states: ['To Do'],
        place: { kind: 'field', field: 'Acceptance criteria' },
        dryRun: true,
        issuesPerDay: 5,
      }),
    ).toEqual({
      mode: 'auto',
      types: ['Story'],
      labels: ['needs-criteria'],
      states: ['To Do'],
      place: { kind: 'field', field: 'Acceptance criteria' },
      dryRun: true,
      issuesPerDay: 5,
    }))
  test('checked again they are the same', () => {
    const once = parse({ mode: 'auto', labels: ['x'] })
    expect(parse(once)).toEqual(once)
  })
  test.each<[string, Parameters<typeof parseTrackerRules>[0], RegExp]>([
    ['an unknown key', { label: ['x'] }, /Rules for Jira: .*label/],
    ['a mode', { mode: 'sometimes' }, /mode: must be "auto" or "manual"/],
    ['a list that is none', { types: 'Story' }, /types: must be a list, such as \["Story"\]/],
    ['an empty name', { labels: [''] }, /labels\.0: names an empty label: leave it out/],
    ['a budget of nothing', { issuesPerDay: 0 }, /issuesPerDay: must be 1 or more; "mode": "manual"/],
    ['a place', { place: 'description' }, /place: must be \{"kind": "description"\}/],
    ['a field without a name', { place: { kind: 'field' } }, /place\.field: must be the id or the name of a field/],
    ['a place the tracker lacks', { place: { kind: 'attachment' } }, /description, field, comment, not in attachment/],
  ])('%s is refused with its cure', (_what, rules, said) => {
    expect(() => parse(rules)).toThrow(said)
  })
  test('every mistake is named at once', () =>
    expect(() => parse({ mode: 1, dryRun: 'no' })).toThrow(/mode: .*dryRun: must be true or false/))
})
