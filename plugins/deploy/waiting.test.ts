import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Person, Role } from '#contract'
import type { Store } from '../../core/store/open.ts'
import { openTestStore } from '../../test/support/stores.ts'
import type { Desk } from './desk.ts'
import { createStore, type NewDeployment } from './store.ts'
import { waitingDeployments } from './waiting.ts'

let opened: Store
beforeAll(async () => {
  opened = await openTestStore('embedded')
})
afterAll(() => opened.close())

/** A tenant of its own for each test: nothing of the one before is seen. */
let workspace = ''
/** Who is the same person: account → their other accounts. */
const linked = new Map<string, readonly string[]>()
let asked = 0
beforeEach(() => {
  workspace = `chat:${randomUUID()}`
  linked.clear()
  asked = 0
})
const store = () => createStore(opened.db)
const accountOf = (key: string) => {
  const [plugin = '', id = ''] = key.split(':')
  return { plugin, id }
}
const desk = {
  store,
  links: () => ({
    joined: async ({ account }: { account: { plugin: string; id: string } }) => {
      asked += 1
      const others = linked.get(`${account.plugin}:${account.id}`) ?? []
      return others.map((key) => ({ workspace: 'other', account: accountOf(key), isProven: false }))
    },
  }),
} as unknown as Desk
const ask = (over: Partial<NewDeployment> = {}) =>
  store().create({
    workspace,
    service: 'web',
    environment: 'production',
    project: null,
    production: true,
    jobId: randomUUID(),
    askedBy: 'chat:ada',
    byName: 'ada',
    ref: 'v1.2',
    sha: 'a'.repeat(40),
    repository: 'octo/web',
    previousSha: null,
    rollsBack: null,
    approvalsNeeded: 1,
    approverRole: 'maintainer',
    ...over,
  })
const seenBy = async (key: string, role: Role, limit = 10) => {
  const who = { account: accountOf(key), name: key, role } as Person
  return waitingDeployments(desk).waitingFor(workspace, who, limit)
}
const references = async (...asking: Parameters<typeof seenBy>) =>
  (await seenBy(...asking)).map(({ reference }) => reference)

describe('deployments that wait for somebody', () => {
  it('say what they are, what is missing and the command that shows them', async () => {
    await ask({ approvalsNeeded: 2 })
    await ask({ service: 'shop', environment: 'staging', ref: null })
    expect(await seenBy('chat:ben', 'maintainer')).toEqual([
      { reference: 'D-2', title: 'shop → staging: 1 approval missing', run: 'deploy show D-2' },
      { reference: 'D-1', title: 'web v1.2 → production: 2 approvals missing', run: 'deploy show D-1' },
    ])
  })
  it('wait for those with the role of the environment, or a higher one', async () => {
    await ask({ approverRole: 'admin' })
    await ask({ service: 'shop', approverRole: 'member' })
    // Asked for before environments had a role of their own.
    await ask({ service: 'mail', approverRole: null })
    expect(await references('chat:root', 'admin')).toEqual(['D-3', 'D-2', 'D-1'])
    expect(await references('chat:ben', 'maintainer')).toEqual(['D-3', 'D-2'])
    expect(await references('chat:cleo', 'member')).toEqual(['D-2'])
    expect(await references('chat:dan', 'viewer')).toEqual([])
  })
  it('do not wait for who asked for them, with whatever account', async () => {
    await ask()
    await ask({ service: 'shop', askedBy: 'discord:7' })
    expect(await references('chat:ada', 'maintainer')).toEqual(['D-2'])
    linked.set('chat:ada', ['discord:7'])
    expect(await references('chat:ada', 'maintainer')).toEqual([])
    expect(await references('chat:ben', 'maintainer')).toEqual(['D-2', 'D-1'])
  })
  it('do not wait for who agreed already, and go on waiting for the others', async () => {
    const { number } = await ask({ approvalsNeeded: 2 })
    await store().change(workspace, number, () => ({ approvals: [{ key: 'discord:8', name: 'ben' }] }))
    linked.set('chat:ben', ['discord:8'])
    expect(await references('chat:ben', 'maintainer')).toEqual([])
    const [one] = await seenBy('chat:cleo', 'maintainer')
    expect(one?.title).toBe('web v1.2 → production: 1 approval missing')
  })
  it('are gone when they are answered, ended or of another workspace, and then nobody is looked up', async () => {
    const { number } = await ask()
    await ask({ service: 'shop', approvalsNeeded: 0 })
    await store().change(workspace, number, () => ({ state: 'cancelled', finishedAt: new Date() }))
    await ask({ service: 'mail', workspace: `${workspace}-other` })
    expect(await references('chat:ben', 'maintainer')).toEqual([])
    expect(asked).toBe(0)
  })
  it('are as many as were asked for, newest first, also where older ones are not for this person', async () => {
    for (let n = 0; n < 6; n++) await ask({ service: `s${n}`, askedBy: n % 2 === 0 ? 'chat:ben' : 'chat:ada' })
    expect(await references('chat:ben', 'maintainer', 2)).toEqual(['D-6', 'D-4'])
    expect(await references('chat:ben', 'maintainer', 0)).toEqual([])
  })
})
