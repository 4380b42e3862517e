import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { services } from '../../test/services/index.ts'
import { dataFolder, migratedDatabase } from '../../test/support/templates.ts'
import { openStore, type Store } from '../store/open.ts'
import { foreignPerson, personFromRow, roleOf, standingOf } from './person.ts'
import { type CoreDirectory, createDirectory } from './store.ts'

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url))
const { databaseUrl } = services()
const anna = { plugin: 'acme', id: 'U-ANNA' }
const ben = { plugin: 'acme', id: 'U-BEN' }

describe.each([
  ['embedded', true],
  ['PostgreSQL', databaseUrl !== null],
])('directory on %s', (mode, present) => {
  describe.skipIf(!present)('stored', () => {
    let dataDir: string
    let store: Store
    let directory: CoreDirectory
    beforeAll(async () => {
      dataDir = dataFolder('hub-identity-')
      const server = mode === 'PostgreSQL' ? { databaseUrl: await migratedDatabase() } : {}
      store = await openStore({ dataDir, migrations, ...server })
      await store.migrate()
      directory = createDirectory(store.db)
    })
    afterAll(async () => {
      await store.close()
      fs.rmSync(dataDir, { recursive: true, force: true })
    })
    /** A connected workspace of its own for each test. */
    async function connected(): Promise<string> {
      const id = `acme:${randomUUID()}`
      await directory.ensureWorkspace({ id, plugin: 'acme', name: 'Acme' })
      return id
    }
    const count = async (table: 'people' | 'accounts', workspace: string) => {
      const [row] = await store.sql.query<{ n: number }>(
        `select count(*)::int as n from hub.${table} where workspace = $1`,
        [workspace],
      )
      return row?.n
    }

    test('a workspace that is not connected: no role, and nothing is kept', async () => {
      const person = await directory.personFor('acme:elsewhere', anna, 'Anna')
      expect(person).toEqual({ id: 'stranger:acme:U-ANNA', name: 'Anna', role: null, account: anna })
      expect(await count('people', 'acme:elsewhere')).toBe(0)
      expect(await directory.standing('acme:elsewhere', anna)).toEqual({
        role: null,
        from: 'unconnected',
        defaultRole: null,
      })
      await expect(directory.setRole('acme:elsewhere', randomUUID(), 'admin')).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
      await expect(directory.setDefaultRole('acme:elsewhere', 'admin')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    test('a new account gets the default role, and stays one person however often and at once it is met', async () => {
      const workspace = await connected()
      const met = await Promise.all(Array.from({ length: 20 }, () => directory.personFor(workspace, anna, 'Anna')))
      expect(met[0]).toMatchObject({ name: 'Anna', role: 'member', account: anna })
      expect(new Set(met.map((person) => person.id)).size).toBe(1)
      expect([await count('people', workspace), await count('accounts', workspace)]).toEqual([1, 1])
      expect(await directory.standing(workspace, anna)).toEqual({
        role: 'member',
        from: 'default',
        defaultRole: 'member',
      })
    })

    test('the same account in two workspaces is two people, and a grant in one is none in the other', async () => {
      const [one, two] = [await connected(), await connected()]
      const here = await directory.personFor(one, anna)
      const there = await directory.personFor(two, anna)
      expect(here.id).not.toBe(there.id)
      await directory.setRole(one, here.id, 'admin')
      expect((await directory.personFor(two, anna)).role).toBe('member')
      await expect(directory.setRole(two, here.id, 'admin')).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await directory.find(two, anna.id)).toEqual([there])
    })

    test('a grant, a changed grant and one taken back hold at the very next look', async () => {
      const workspace = await connected()
      const { id } = await directory.personFor(workspace, anna)
      const role = async () => (await directory.personFor(workspace, anna)).role
      await directory.setRole(workspace, id, 'maintainer')
      expect(await directory.standing(workspace, anna)).toEqual({
        role: 'maintainer',
        from: 'grant',
        defaultRole: 'member',
      })
      await directory.setRole(workspace, id, 'none')
      expect(await role()).toBeNull()
      await directory.setRole(workspace, id, null)
      expect(await role()).toBe('member')
      await directory.setDefaultRole(workspace, 'none')
      expect(await role()).toBeNull()
      await directory.setDefaultRole(workspace, 'viewer')
      expect(await role()).toBe('viewer')
    })

    test('connecting again renames and keeps the default role', async () => {
      const workspace = await connected()
      await directory.setDefaultRole(workspace, 'viewer')
      await directory.ensureWorkspace({ id: workspace, plugin: 'acme', name: 'Acme Ltd' })
      const rows = await store.sql.query('select name, default_role from hub.workspaces where id = $1', [workspace])
      expect(rows).toEqual([{ name: 'Acme Ltd', default_role: 'viewer' }])
    })

    test('where everybody can write in, people have no role until they are given one', async () => {
      const workspace = `box:${randomUUID()}`
      const open = { id: workspace, plugin: 'box', name: 'box', defaultRole: 'none' } as const
      await directory.ensureWorkspace(open)
      const person = await directory.personFor(workspace, anna)
      expect(person.role).toBeNull()
      await directory.setRole(workspace, person.id, 'member')
      await directory.ensureWorkspace(open)
      expect(await directory.standing(workspace, anna)).toEqual({ role: 'member', from: 'grant', defaultRole: null })
    })

    test('a name is learnt and renewed, but not by an account of another platform', async () => {
      const workspace = await connected()
      expect((await directory.personFor(workspace, anna)).name).toBe(anna.id)
      expect((await directory.personFor(workspace, anna, ' Anna ')).name).toBe('Anna')
      const { id } = await directory.personFor(workspace, anna, 'Annie')
      expect(await directory.find(workspace, 'Anna')).toEqual([])
      await directory.setRole(workspace, id, 'none')
      expect(await directory.personFor(workspace, anna, 'Anna')).toMatchObject({ id, name: 'Anna', role: null })
      await store.sql.query(
        'insert into hub.accounts (workspace, plugin, account_id, person_id) values ($1, $2, $3, $4::text::uuid)',
        [workspace, 'other', 'anna@example.com', id],
      )
      const other = { plugin: 'other', id: 'anna@example.com' }
      expect((await directory.personFor(workspace, other, 'Somebody else')).name).toBe('Anna')
      expect((await directory.personFor(workspace, anna, anna.id)).name).toBe('Anna')
      expect(await directory.find(workspace, 'ANNA')).toHaveLength(1)
      expect(await directory.find(workspace, 'Ann')).toEqual([])
    })

    test('several people of one name are all found; a person with two accounts once', async () => {
      const workspace = await connected()
      const first = await directory.personFor(workspace, anna, 'Kim')
      await directory.personFor(workspace, ben, 'Kim')
      await store.sql.query(
        'insert into hub.accounts (workspace, plugin, account_id, person_id) values ($1, $2, $3, $4::text::uuid)',
        [workspace, 'other', 'kim@example.com', first.id],
      )
      expect(await directory.find(workspace, 'kim')).toHaveLength(2)
      expect(await directory.listPeople(workspace)).toHaveLength(2)
      expect((await directory.personFor(workspace, { plugin: 'other', id: 'kim@example.com' })).id).toBe(first.id)
    })

    test('admins are named, and the last one cannot go', async () => {
      const workspace = await connected()
      const a = await directory.personFor(workspace, anna, 'Anna')
      const b = await directory.personFor(workspace, ben, 'Ben')
      expect(await directory.admins(workspace)).toEqual([])
      await directory.setRole(workspace, a.id, 'admin')
      await directory.setRole(workspace, b.id, 'admin')
      expect(await directory.admins(workspace)).toEqual(['Anna', 'Ben'])
      const both = await Promise.allSettled([
        directory.setRole(workspace, a.id, 'viewer'),
        directory.setRole(workspace, b.id, null),
      ])
      expect(both.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(await directory.admins(workspace)).toHaveLength(1)
    })

    test('the audit tells what was written, newest first, by workspace', async () => {
      const workspace = await connected()
      const entry = { workspace, actor: 'acme:U1', action: 'command', subject: 'deploy', jobId: null }
      await directory.audit({ ...entry, outcome: 'done', detail: { arguments: 'abc' } })
      await directory.audit({ ...entry, outcome: 'denied', jobId: randomUUID(), detail: { needs: 'admin' } })
      const trail = await directory.auditTrail(workspace, 10)
      expect(trail).toMatchObject([
        { outcome: 'denied', detail: { needs: 'admin' } },
        { outcome: 'done', detail: { arguments: 'abc' }, actor: 'acme:U1' },
      ])
      expect(await directory.auditTrail(workspace, 1)).toHaveLength(1)
      expect(await directory.auditTrail(await connected(), 10)).toEqual([])
    })

    test.each([
      ['update', "update hub.audit set outcome = 'done'"],
      ['delete', 'delete from hub.audit'],
      ['truncate', 'truncate hub.audit'],
    ])('the audit refuses %s', async (_what, statement) => {
      const workspace = await connected()
      const entry = { workspace, actor: 'system', action: 'a', subject: 's', jobId: null, detail: {} }
      await directory.audit({ ...entry, outcome: 'denied' })
      await expect(store.sql.query(statement)).rejects.toThrow('append-only')
      expect(await directory.auditTrail(workspace, 10)).toMatchObject([{ outcome: 'denied' }])
    })

    test('a confirmation is spent once, by one of many at once, and stays with its job', async () => {
      const [one, two] = [await connected(), await connected()]
      const jobs = Array.from({ length: 10 }, () => randomUUID())
      const spent = await Promise.all(jobs.map((job) => directory.spendConfirmation(one, 'code', job)))
      expect(spent.filter(Boolean)).toHaveLength(1)
      const winner = jobs[spent.indexOf(true)] ?? ''
      expect(await directory.spendConfirmation(one, 'code', winner)).toBe(true)
      expect(await directory.spendConfirmation(one, 'code', randomUUID())).toBe(false)
      expect(await directory.spendConfirmation(two, 'code', randomUUID())).toBe(true)
      // It must never be dispatched as work.
      expect(await store.sql.query('select id from hub.inbox where state = $1', ['new'])).toEqual([])
    })

    test('a look-up is one statement', async () => {
      const workspace = await connected()
      await directory.personFor(workspace, anna, 'Anna')
      const statements: string[] = []
      const watched = new Proxy(store.db, {
        get: (db, name, receiver) => {
          const value: unknown = Reflect.get(db, name, receiver)
          if (typeof value === 'function') statements.push(String(name))
          return value
        },
      })
      await createDirectory(watched).personFor(workspace, anna, 'Anna')
      expect(statements).toEqual(['select'])
    })
  })
})

describe('roles as rows', () => {
  const row = { defaultRole: 'member', personId: 'p', name: 'Anna', role: null }
  test('what cannot be read permits nothing', () => {
    expect(roleOf('owner')).toBeNull()
    expect(roleOf('ADMIN')).toBeNull()
    expect(roleOf('none')).toBeNull()
    expect(standingOf({ ...row, role: 'owner' })).toEqual({ role: null, from: 'grant', defaultRole: 'member' })
    expect(standingOf({ ...row, defaultRole: 'everything' }).role).toBeNull()
  })
  test('somebody of another organisation has what an admin granted and nothing by default', () => {
    expect(foreignPerson({ ...row, role: 'viewer' }, anna)).toEqual({
      id: 'p',
      name: 'Anna',
      role: 'viewer',
      account: anna,
    })
    for (const none of [null, row, { ...row, role: 'none' }, { ...row, personId: null, name: null }])
      expect(foreignPerson(none, anna, 'Anna')).toMatchObject({ name: 'Anna', role: null })
    expect(foreignPerson({ ...row, defaultRole: null, role: 'admin' }, anna).role).toBeNull()
  })
  test('a row of a claim becomes a person, or says that the account must be met', () => {
    expect(personFromRow(row, anna)).toEqual({ id: 'p', name: 'Anna', role: 'member', account: anna })
    expect(personFromRow({ ...row, role: 'admin' }, anna)?.role).toBe('admin')
    expect(personFromRow({ ...row, personId: null, name: null }, anna)).toBeNull()
    expect(personFromRow({ ...row, defaultRole: null, role: 'admin' }, anna)?.role).toBeNull()
    expect(personFromRow(null, anna)?.role).toBeNull()
  })
})
