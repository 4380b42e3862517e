import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, Binder } from '#contract'
import { type LinearFake, startLinearFake } from '../../test/fakes/linear/index.ts'
import { SILENT } from '../../test/fakes/linear/kv.ts'
import { createClient } from './client.ts'
import { config } from './config.ts'
import { createHealth } from './health.ts'
import { createIdentities } from './identity.ts'
import { createBinder, createProjects } from './projects.ts'
import { parseTarget, slugIn, targetName } from './targets.ts'
import { PLACES } from './tracker.ts'

const never = new AbortController().signal
let fake: LinearFake
let binder: Binder
const clientOf = (apiKey: string) =>
  createClient(config.parse({ apiKey, webhookSecret: fake.webhookSecret, apiUrl: fake.apiUrl }))
beforeEach(async () => {
  fake = await startLinearFake()
  fake.people.create({ team: 'RO' })
  const client = clientOf(fake.apiKey)
  const identities = createIdentities(client, SILENT)
  binder = createBinder(createProjects(client, identities), identities, PLACES)
})
afterEach(() => fake.close())
const ask = (target: string, ...accounts: Account[]) =>
  binder.checkBinding({ workspace: 'slack:T1', target, accounts }, never)
const account = (id: string, plugin = 'linear'): Account => ({ plugin, id })

describe('a binding', () => {
  test('names the team as Linear does, and who may bind it', async () => {
    const { ann, bob, organization } = fake.state
    expect(await ask('eng', account(ann.id))).toEqual({
      target: 'ENG',
      targetWorkspace: `linear:${organization.id}`,
      label: 'ENG · Engineering',
      missing: [],
      administers: true,
    })
    expect((await ask('ENG', account(bob.id)))?.administers).toBe(false)
    expect((await ask('ENG', account('U1', 'slack'), account(bob.id), account(ann.id)))?.administers).toBe(true)
    expect((await ask('ENG', account('U1', 'slack')))?.administers).toBeNull()
    expect((await ask('ENG', account('00000000-0000-4000-8000-000000000000')))?.administers).toBe(false)
  })
  test('an owner of the team may, without being an admin of the workspace', async () => {
    const { teams, bob } = fake.state
    const [team] = teams
    if (team) teams[0] = { ...team, owners: [bob.id] }
    expect((await ask('ENG', account(bob.id)))?.administers).toBe(true)
  })
  test('takes the page of a project', async () => {
    expect(await ask('https://linear.app/acme/project/checkout-a1b2c3d4e5f6/overview')).toMatchObject({
      target: 'project/a1b2c3d4e5f6',
      label: 'Checkout',
    })
  })
  test('says which permission is missing', async () => {
    expect((await ask('RO'))?.missing).toEqual(['write'])
  })
  test('to what is not there or not shown is none', async () => {
    expect(await ask('NOPE')).toBeNull()
    expect(await ask('project/00000000ffff')).toBeNull()
    await expect(ask('no such thing!')).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })
  test('has rules that Linear can follow', () => {
    expect(binder.parseRules({ mode: 'auto', labels: ['needs-criteria'] })).toMatchObject({ mode: 'auto' })
    expect(() => binder.parseRules({ place: { kind: 'field', field: 'AC' } })).toThrow(
      /description, comment, attachment/,
    )
    expect(() => binder.parseRules({ colour: 1 })).toThrow(/Linear/)
  })
})
test.each([
  ['eng', 'ENG'],
  [' OPS2 ', 'OPS2'],
  ['project/A1B2C3D4E5F6', 'project/a1b2c3d4e5f6'],
  ['https://linear.app/acme/project/saved-cards-a1b2c3d4e5f6', 'project/a1b2c3d4e5f6'],
])('%j is %s', (text, name) => expect(targetName(parseTarget(text))).toBe(name))
test('an address without a project has no slug', () => {
  expect([slugIn(undefined), slugIn('https://linear.app/acme/issue/ENG-1')]).toEqual([null, null])
})
test('health asks Linear rarely, and names what cures a refused key', async () => {
  const [good, bad] = [createHealth(clientOf(fake.apiKey)), createHealth(clientOf('lin_api_wrong'))]
  expect(await good()).toEqual({ status: 'ok' })
  await good()
  expect(fake.calls).toHaveLength(1)
  expect(await bad()).toMatchObject({ status: 'degraded', detail: expect.stringContaining('LINEAR_API_KEY') })
})
