import { describe, expect, it } from 'vitest'
import type { Criterion, Draft } from '../draft.ts'
import { draftOffline } from './draft-offline.ts'

const lines = (c: Criterion) => [c.title, ...c.given, c.when, ...c.then].join('\n')
const all = (draft: Draft) => draft.criteria.map(lines).join('\n\n')

describe('chat slang', () => {
  const draft = draftOffline(
    'hey can we pls get slack pings when the nightly backup fails?? nobody noticed for 3 days lol',
  )
  it('is read for what it asks, and none of it is repeated', () => {
    expect(all(draft)).not.toMatch(/\b(?:hey|pls|please|lol)\b|\?\?/i)
    expect(draft.criteria[0]).toMatchObject({ when: 'the nightly backup fails' })
    expect(draft.criteria[0]?.then.join(' ')).toMatch(/gets slack pings/)
  })
  it('takes a backup for no export and a complaint for no limit', () => {
    expect(all(draft)).not.toMatch(/export|download|3 days/i)
    expect(draft.benefit).toBe('it no longer goes unnoticed for 3 days')
  })
})

describe('a report with its steps in one line', () => {
  const draft = draftOffline(
    'Bug: saving a profile picture larger than 5 MB shows an error 500. Steps: 1. open profile 2. choose file 3. press save. Expected: a message that the picture is too large. Actual: an error page.',
  )
  const [first] = draft.criteria
  it('walks the steps once, up to the last one', () => {
    expect(first?.given).toEqual([
      'the user opens profile',
      'the user chooses file',
      'the profile picture is larger than 5 MB',
    ])
    expect(first?.when).toBe('the user presses save')
    expect(first?.then[0]).toBe('the user sees a message that the picture is too large')
    expect(draft.title).toContain('saving a profile picture larger than 5 MB')
  })
  it('expects the new message on one side of the limit alone', () => {
    const below = draft.criteria.find((c) => /below 5 MB/.test(c.title))
    expect(below?.given).toContain('the profile picture is just below 5 MB')
    expect(below?.then.join(' ')).not.toMatch(/message|too large/)
  })
  it('takes numbers in running text for no list', () => {
    const [one] = draftOffline('We moved to version 2. Customers want to export their invoices as CSV.').criteria
    expect(one?.source?.quote).toBe('Customers want to export their invoices as CSV.')
  })
})

describe('how many there may be', () => {
  it.each([
    ['Customers can save at most 5 cards.', 'the customer has 5 cards', 'the limit of 5 cards', /save cards$/],
    [
      'Up to 10 attachments per ticket.',
      'the ticket has 10 attachments',
      'the limit of 10 attachments',
      /upload attachments$/,
    ],
    [
      'Members can register a maximum of three devices.',
      'the member has 3 devices',
      'the limit of 3 devices',
      /register devices$/,
    ],
  ])('%s', (text, full, limit, goal) => {
    const draft = draftOffline(text)
    const refused = draft.criteria.find((c) => c.given.includes(full))
    expect(refused?.then[0]).toContain(limit)
    expect(refused?.source).not.toBeNull()
    expect(draft.goal).toMatch(goal)
    expect(all(draft)).not.toMatch(/at once|carries it out/)
  })
  it('is not how many are handled together', () => {
    expect(all(draftOffline('Users should be able to delete up to 50 photos at once.'))).toMatch(/50 photos are chosen/)
  })
  it('has two ends where a range is given', () => {
    expect(all(draftOffline('Users should be able to rate widgets from 1 to 5 stars.'))).toMatch(/request with 6 stars/)
  })
})

describe('taken out of use', () => {
  it.each(['deactivate a user account', 'suspend a member', 'lock a customer account', 'pause a subscription'])(
    'to %s deletes nothing, and there is a way back',
    (act) => {
      const draft = draftOffline(`Admins should be able to ${act}.`)
      expect(`${all(draft)} ${draft.questions.join(' ')}`).not.toMatch(/\bdelet|\bgone\b|no longer exists/i)
      expect(all(draft)).toMatch(/active again/)
    },
  )
  it('says who is refused, and lets nobody sign in to be refused', () => {
    const draft = draftOffline('Admins should be able to deactivate a user account. A deactivated user cannot log in.')
    expect(all(draft)).not.toMatch(/deactivated user is signed in|has an active account/)
  })
})

describe('a form that everybody can use', () => {
  it('is not about what the form is for', () => {
    const draft = draftOffline(
      'The booking form has to work with a screen reader and with the keyboard only. Error messages must be announced.',
    )
    expect(all(draft)).not.toMatch(/next free time|one place is left|clocks go forward/)
    expect(all(draft)).toMatch(/focus|keyboard|screen reader/i)
  })
})

describe('German rights', () => {
  it('are written as a person would say them, with the case they belong to', () => {
    const draft = draftOffline(
      'Unsere Kunden sollen Termine bis zu 24 Stunden vor dem Termin online stornieren können. Nur Admins dürfen danach noch stornieren.',
    )
    const enough = draft.criteria.find((c) => c.title.includes('genügt'))
    expect(enough?.when).toBe('diese Person storniert')
    expect(enough?.given[0]).toMatch(/eingetreten/)
    expect(all(draft)).not.toMatch(/Folgendes/)
  })
})

describe('two texts', () => {
  const WORDS = /[\p{L}\p{N}]+/gu
  /** What is left once every word of the text is taken out: the scenarios' own skeleton. */
  const skeleton = (text: string) => {
    const said = new Set((text.toLowerCase().match(WORDS) ?? []).flatMap((w) => [w, w.replace(/s$/, ''), `${w}s`]))
    return draftOffline(text)
      .criteria.map((c) =>
        lines(c)
          .toLowerCase()
          .replace(WORDS, (w) => (said.has(w) ? '_' : w)),
      )
      .join('\n')
  }
  const NOUNS = ['widgets', 'gizmos', 'sprockets']
  const FRAMES = [
    (n: string) => `Users should be able to rate ${n} from 1 to 5 stars.`,
    (n: string) => `Members want to rate ${n} after they bought them.`,
    (n: string) => `Only editors can rate ${n}.`,
    (n: string) => `Users should be able to save at most 5 ${n}.`,
    (n: string) => `Users should be able to save ${n} offline.`,
    (n: string) => `If saving ${n} fails, users should see a hint.`,
  ]
  const texts = FRAMES.flatMap((frame, f) => NOUNS.map((noun) => ({ f, noun, text: frame(noun) })))
  it('that say more than one word differently never share their scenarios', () => {
    const same: string[] = []
    for (const a of texts)
      for (const b of texts)
        if (a.f < b.f && a.noun !== b.noun && skeleton(a.text) === skeleton(b.text)) same.push(`${a.text} = ${b.text}`)
    expect(same).toEqual([])
  })
})
