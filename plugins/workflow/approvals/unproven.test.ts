import { describe, expect, test } from 'vitest'
import type { JoinedAccount, Role, WorkspaceAccount } from '#contract'
import { contextOf } from '../../../test/dispatch/run-fixture.ts'
import type { Ports } from '../ports.ts'
import { voterOf } from './answer.ts'
import { refusal, type Vote } from './approval.ts'

const BOSS: WorkspaceAccount = { workspace: 'chat:T1', account: { plugin: 'chat', id: 'boss' } }
const rules = { approvers: ['role:maintainer'], quorum: 1, self: false, default: 'reject', places: [] } as const
const vote: Vote = {
  voter: 'chat:boss',
  name: 'Boss',
  vote: 'approve',
  reason: null,
  delegate: null,
  voice: null,
  jobId: 'j',
}

/** Somebody of another workspace, with one more account here that has this role. */
async function voterWith(role: Role | null, isProven: boolean) {
  const account = { plugin: 'git', id: 'octo' }
  const own: JoinedAccount = { workspace: 'git:1', account, isProven: true }
  const { ctx } = contextOf({ id: 'p', name: 'Octo', role: 'member', account }, 'j', 'git:1')
  const ports = {
    links: () => ({
      of: async () => (isProven ? [own, BOSS] : [own]),
      joined: async () => [own, { ...BOSS, isProven }],
    }),
    directory: () => ({ standing: async () => ({ role, from: 'grant', defaultRole: 'member' }) }),
  } as unknown as Ports
  return voterOf(ctx, 'chat:T1', ports)
}

describe('an account that a verified address joined', () => {
  test.each<[Role | null, Role | null]>([
    ['admin', 'member'],
    ['maintainer', 'member'],
    ['member', 'member'],
    ['viewer', 'viewer'],
    [null, null],
  ])('lends of the role %s no more than %s until a challenge confirms it', async (role, lent) => {
    expect(await voterWith(role, false)).toMatchObject({ role: lent, accounts: ['git:octo'], unproven: ['chat:boss'] })
    expect(await voterWith(role, true)).toMatchObject({ role, accounts: ['git:octo', 'chat:boss'], unproven: [] })
  })
  test('answers nothing that names the other one, and says the cure', async () => {
    const named = { startedBy: 'chat:ada', rules: { ...rules, approvers: ['chat:boss'], places: [] } }
    expect(refusal(named, [], await voterWith('admin', true))).toBeNull()
    expect(refusal(named, [], await voterWith('admin', false))).toContain('confirm with /hub link that it is yours')
    expect(
      refusal(
        { ...named, rules: { ...rules, approvers: ['role:maintainer'], places: [] } },
        [],
        await voterWith('admin', false),
      ),
    ).toMatch(/^You are not among/)
  })
  test('is the same human where that restricts: not of one’s own run, and not twice', async () => {
    const open = { startedBy: 'chat:boss', rules: { ...rules, approvers: ['role:member'], places: [] } }
    const voter = await voterWith('admin', false)
    expect(refusal(open, [], voter)).toContain('You started this run')
    expect(refusal({ ...open, startedBy: 'chat:ada' }, [], voter)).toBeNull()
    expect(refusal({ ...open, startedBy: 'chat:ada' }, [vote], voter)).toContain('You answered already')
  })
})
