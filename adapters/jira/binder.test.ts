import { afterEach, beforeEach, expect, test } from 'vitest'
import { ANN, BEN } from '../../test/fakes/jira/index.ts'
import { type JiraRig, openJira } from '../../test/fakes/jira/ports.ts'
import { createBinder } from './binder.ts'

const { signal } = new AbortController()
const account = (id: string, plugin = 'jira') => ({ plugin, id })
let rig: JiraRig
beforeEach(async () => {
  rig = await openJira()
})
afterEach(async () => {
  await rig.close()
})
const check = (target: string, accounts: readonly ReturnType<typeof account>[] = []) =>
  createBinder(rig.client, rig.workspace).checkBinding({ workspace: 'slack:T1', target, accounts }, signal)

test('vouches for a project, whatever the case of its key', async () => {
  expect(await check('pay', [account(ANN.accountId)])).toEqual({
    target: 'PAY',
    targetWorkspace: rig.workspace,
    label: 'PAY · Payments',
    missing: [],
    administers: true,
  })
})
test.each(['NOPE', 'no such thing', '../PAY', ''])('knows no %s', async (target) => {
  expect(await check(target)).toBeNull()
})
test('names what the hub lacks', async () => {
  expect((await check('OPS'))?.missing).toEqual(['Create Issues', 'Edit Issues', 'Add Comments', 'Link Issues'])
})
test.each<[string, readonly ReturnType<typeof account>[], boolean | null]>([
  ['one of several administers', [account(BEN.accountId), account(ANN.accountId)], true],
  ['none administers', [account(BEN.accountId)], false],
  ['nobody linked an account of Jira: there is no e-mail to know them by', [account('U1', 'slack')], null],
  ['Jira does not know the account', [account('gone')], null],
])('%s', async (_what, accounts, expected) => {
  expect((await check('PAY', accounts))?.administers).toBe(expected)
})
test('without the right to ask about others nobody is vouched for', async () => {
  rig.fake.setSiteAdmin(false)
  expect((await check('PAY', [account(ANN.accountId)]))?.administers).toBeNull()
})
test('checks the rules for what Jira can do', () => {
  const binder = createBinder(rig.client, rig.workspace)
  expect(binder.parseRules({ mode: 'auto', place: { kind: 'comment' } })).toMatchObject({
    mode: 'auto',
    issuesPerDay: 50,
  })
  expect(() => binder.parseRules({ place: { kind: 'attachment' } })).toThrow(
    /Jira holds criteria in description, field, comment/,
  )
})
