import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Binder } from '#contract'
import { ANN, type GitHubFake, REPO, startGitHubFake } from '../../test/fakes/github/index.ts'
import { createBinder } from './binder.ts'
import { createClient, type GitHubClient } from './client.ts'
import { config } from './config.ts'

const signal = AbortSignal.timeout(60_000)
let fake: GitHubFake
let client: GitHubClient
let binder: Binder
const open = (more: Record<string, string>) => {
  client?.close()
  client = createClient(config.parse({ webhookSecret: fake.webhookSecret, apiUrl: fake.apiUrl, ...more }))
  binder = createBinder(client)
}
beforeEach(async () => {
  fake = await startGitHubFake()
  fake.push('main', { 'README.md': '# App\n' })
  open({ token: fake.token })
})
afterEach(async () => {
  client.close()
  await fake.close()
})
const ann = { plugin: 'github', id: String(ANN.id) }
const check = (target: string, accounts = [ann]) =>
  binder.checkBinding({ workspace: 'slack:T1', target, accounts }, signal)

describe('the far side of a binding', () => {
  test('is named as GitHub writes it, with what the hub may do and who administers it', async () => {
    expect(await check('OCTO/app')).toEqual({
      target: REPO,
      targetWorkspace: 'github:9919',
      label: REPO,
      missing: [],
      administers: true,
    })
  })
  test.each([
    ['admin', true],
    ['write', false],
    ['read', false],
    ['none', false],
  ])('a collaborator with %s: %s', async (permission, administers) => {
    fake.repository().state.collaborators.set(ANN.login, permission)
    expect(await check(REPO)).toMatchObject({ administers })
  })
  test('nobody who has no account on GitHub is taken for an administrator', async () => {
    expect(await check(REPO, [])).toMatchObject({ administers: null })
    expect(await check(REPO, [{ plugin: 'slack', id: 'U1' }])).toMatchObject({ administers: null })
    expect(await check(REPO, [{ plugin: 'github', id: '424242' }])).toMatchObject({ administers: false })
  })
  test('there is none', async () => {
    expect(await check('octo/none')).toBeNull()
    await expect(check('octo')).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })
  test('what a token lacks is named', async () => {
    fake.permissions.contents = 'read'
    expect(await check(REPO)).toMatchObject({ missing: ['contents=write'] })
  })
  test('what the installation of an app lacks is named', async () => {
    open({ appId: fake.app.id, privateKey: fake.app.privateKey })
    expect(await check(REPO)).toMatchObject({ missing: [] })
    fake.permissions.contents = 'read'
    fake.permissions.issues = 'none'
    expect(await check(REPO)).toMatchObject({ missing: ['contents=write', 'issues=write'] })
  })
  test('an archived repository takes no writes', async () => {
    fake.repository().state.archived = true
    expect(await check(REPO)).toMatchObject({ missing: ['a repository that is not archived'] })
  })
})
describe('rules', () => {
  test.each([
    [{}, {}],
    [null, {}],
    [
      { docs: true, deployments: false },
      { docs: true, deployments: false },
    ],
  ])('%o', (given, stored) => expect(binder.parseRules(given)).toEqual(stored))
  test.each([{ docs: 'yes' }, { doc: true }, [], 'docs', 1])('%o is refused', (wrong) =>
    expect(() => binder.parseRules(wrong)).toThrow(/Rules for GitHub/),
  )
})
