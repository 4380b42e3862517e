import { describe, expect, test } from 'vitest'
import { refusal, type Vote, type Voter, voiceOf } from './approval.ts'

const rules = { approvers: ['chat:ben', 'chat:boss'], quorum: 2, self: false, default: 'reject' as const, places: [] }
const asked = { rules, startedBy: 'chat:ada' }
const voter = (id: string, over: Partial<Voter> = {}): Voter => ({
  accounts: [`chat:${id}`],
  unproven: [],
  name: id,
  role: 'member',
  ...over,
})
const cast = (by: string, vote: Vote['vote'], more: Partial<Vote> = {}): Vote => ({
  voter: `chat:${by}`,
  name: by,
  vote,
  reason: null,
  delegate: null,
  voice: null,
  jobId: by,
  ...more,
})
const handed = cast('ben', 'delegate', { delegate: 'chat:cleo' })
const used = cast('cleo', 'approve', { voice: 'chat:ben' })

describe('a voice that was handed over', () => {
  test('is what somebody answers with who has none; who has one answers with that', () => {
    expect(voiceOf(asked, [handed], voter('cleo'))).toBe('chat:ben')
    expect(voiceOf(asked, [cast('boss', 'delegate', { delegate: 'chat:cleo' }), handed, used], voter('cleo'))).toBe(
      'chat:ben',
    )
    expect(voiceOf(asked, [cast('ben', 'delegate', { delegate: 'chat:boss' })], voter('boss'))).toBeNull()
  })
  test('is its giver’s until somebody answered with it, and then nobody’s', () => {
    for (const vote of ['approve', 'reject', 'delegate'] as const) {
      expect(refusal(asked, [handed], voter('ben'), vote)).toBeNull()
      expect(refusal(asked, [handed, used], voter('ben'), vote)).toContain('cleo answered for you already')
      expect(refusal(asked, [handed, used], voter('mail', { unproven: ['chat:ben'] }), vote)).toContain(
        'for you already',
      )
      expect(refusal(asked, [handed, used], voter('boss'), vote)).toBeNull()
    }
  })
  test('is not handed on, and gone when its giver hands it to another one', () => {
    expect(refusal(asked, [handed], voter('cleo'), 'approve')).toBeNull()
    expect(refusal(asked, [handed], voter('cleo'), 'reject')).toBeNull()
    expect(refusal(asked, [handed], voter('cleo'), 'delegate')).toContain("is somebody else's")
    expect(refusal(asked, [{ ...handed, delegate: 'chat:dan' }], voter('cleo'))).toContain('You are not among those')
  })
})
