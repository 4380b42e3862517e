import { describe, expect, it } from 'vitest'
import type { Criterion } from '../draft.ts'
import { draftOffline } from './draft-offline.ts'
import { keepHonest } from './honest.ts'

const text = (c: Criterion) => [c.title, ...c.given, c.when, ...c.then].join('\n')

describe('a draft never says the opposite of what it quotes', () => {
  it.each([
    [
      'A deactivated user cannot log in, but their documents stay available to the team.',
      /deactivated user tries to log in[\s\S]*refused/i,
    ],
    ["Guests can't download invoices.", /guests try to download invoices/i],
    ['Suspended members can no longer post comments.', /suspended members can no longer post comments/i],
  ])('%s', (rule, expected) => {
    const draft = draftOffline(`Admins should be able to deactivate a user account. ${rule}`)
    const about = draft.criteria.filter((c) => c.source?.quote.includes(rule.slice(0, 20)))
    expect(about.length).toBeGreaterThan(0)
    for (const c of about) expect(text(c)).not.toMatch(/start page of their own account/)
    expect(about.map(text).join('\n')).toMatch(expected)
  })

  it('invents no right that no passage gives', () => {
    const { criteria } = draftOffline(
      'Admins should be able to deactivate a user account. A deactivated user cannot log in, but their documents stay available to the team.',
    )
    expect(criteria.map(text).join('\n')).not.toMatch(/team member/)
  })

  it('calls no two scenarios the same', () => {
    const base: Criterion = { title: 'Saved', kind: 'happy', given: [], when: 'a', then: ['b'], source: null }
    const made = keepHonest([base, { ...base, title: 'saved', when: 'c' }, { ...base, when: 'c', then: ['d'] }])
    expect(made.map((c) => c.title)).toEqual(['Saved', 'saved: c', 'Saved (2)'])
    const odd = draftOffline('As an admin, I want to As an admin, I want to unless As an admin, I want to')
    expect(new Set(odd.criteria.map((c) => c.title.toLowerCase())).size).toBe(odd.criteria.length)
  })

  it('gives a bare message a verb, and a title an end', () => {
    const base: Criterion = { title: 'x', kind: 'happy', given: [], when: 'a', then: ['b'], source: null }
    const [first] = keepHonest([
      {
        ...base,
        title: 'Expired is not offered in a card that',
        then: ['an error message that says it is too large'],
        source: { span: 's1', quote: 'A card that has expired is not offered.' },
      },
      { ...base, when: 'c' },
      { ...base, when: 'd' },
    ])
    expect(first).toMatchObject({
      title: 'A card that has expired is not offered',
      then: ['the user sees an error message that says it is too large'],
    })
  })
})
