import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KeyValue } from '#contract'
import { DATABASES, isAvailable, MIGRATIONS, openTestStore } from '../../test/support/stores.ts'
import { createKeyValue } from './kv.ts'
import { openStore, type Store } from './open.ts'
import { createSecrets } from './secrets.ts'
import { isAway, sqlState } from './sql.ts'

const CANARY = 'xoxb-canary-2f9c41'

for (const database of DATABASES)
  describe.skipIf(!isAvailable(database))(`store on ${database}`, () => {
    let store: Store
    beforeAll(async () => {
      store = await openTestStore(database)
    })
    afterAll(() => store?.close())

    describe("a plugin's keys", () => {
      const key = randomBytes(32).toString('hex')
      let slack: KeyValue
      let jira: KeyValue
      beforeAll(() => {
        const secrets = createSecrets(key)
        slack = createKeyValue(store.sql, secrets, 'slack')
        jira = createKeyValue(store.sql, secrets, 'jira')
      })

      it('keeps values of every JSON kind, replaces and deletes them', async () => {
        for (const value of ['text', 7, true, null, [1, 'two'], { deep: { ü: '💳 \u0000 \ud800' } }]) {
          await slack.set('k', value)
          expect(await slack.get('k')).toEqual(value)
        }
        await slack.delete('k')
        expect(await slack.get('k')).toBeNull()
      })
      it('keeps plugins apart', async () => {
        await slack.set('token', 'mine')
        await jira.set('token', 'theirs')
        expect([await slack.get('token'), await jira.get('token')]).toEqual(['mine', 'theirs'])
      })
      it('forgets after the time it was given, and a new value without one stays', async () => {
        await slack.set('short', 'value', 80)
        expect(await slack.get('short')).toBe('value')
        await expect.poll(() => slack.get('short'), { interval: 20 }).toBeNull()
        await slack.set('short', 'again', 80)
        await slack.set('short', 'for ever')
        await new Promise((resolve) => setTimeout(resolve, 120))
        expect(await slack.get('short')).toBe('for ever')
      })
      it('reads and writes many at once, each its own; of one key the last of them stands', async () => {
        const names = Array.from({ length: 250 }, (_, n) => `many ${n % 200}`)
        await Promise.all(names.map((name, n) => slack.set(name, n, n % 2 ? 60_000 : undefined)))
        const found = await Promise.all([...names, 'none'].map((name) => slack.get(name)))
        expect(found).toEqual([...names.map((_, n) => (n % 200 < 50 ? (n % 200) + 200 : n % 200)), null])
      })
      it('refuses a key that the database cannot hold, and those beside it are kept', async () => {
        const [kept, refused] = await Promise.allSettled([slack.set('beside', 1), slack.set('nul \u0000', 2)])
        expect([kept.status, refused.status]).toEqual(['fulfilled', 'rejected'])
        const [found, none] = await Promise.allSettled([slack.get('beside'), slack.get('half \ud83d')])
        expect([found, none]).toMatchObject([{ value: 1 }, { value: null }])
      })
      it('adds where nothing stands: of ten at once one is told so, and again after its time', async () => {
        const added = await Promise.all(Array.from({ length: 10 }, (_, n) => slack.add('once', n, 1_000)))
        expect(added.filter(Boolean)).toHaveLength(1)
        expect(await slack.get('once')).toBe(added.indexOf(true))
        await expect.poll(() => slack.add('once', 'again'), { interval: 20, timeout: 10_000 }).toBe(true)
        expect(await slack.add('once', 'never')).toBe(false)
        expect(await slack.get('once')).toBe('again')
      })
      it('stores nothing that can be read', async () => {
        await slack.set('token', { token: CANARY })
        const rows = await store.sql.query<{ row: string; hex: string }>(
          `select k::text as row, encode(value, 'hex') as hex from hub.kv k`,
        )
        expect(rows.length).toBeGreaterThan(0)
        for (const { row, hex } of rows) {
          expect(row).not.toContain(CANARY)
          for (const form of ['utf8', 'base64', 'base64url'] as const)
            expect(hex).not.toContain(Buffer.from(Buffer.from(CANARY).toString(form)).toString('hex').slice(0, 20))
        }
      })
      it('does not open a row that was moved to another plugin or another key', async () => {
        await slack.set('token', CANARY)
        const move = (plugin: string, name: string) =>
          store.sql.query(
            `insert into hub.kv (workspace, plugin, key, value) select workspace, $1, $2, value from hub.kv where plugin = 'slack' and key = 'token'`,
            [plugin, name],
          )
        await move('jira', 'stolen')
        await move('slack', 'renamed')
        const refusal = { code: 'CONFIG_INVALID', message: expect.stringContaining('moved to another row') }
        await expect(jira.get('stolen')).rejects.toMatchObject(refusal)
        await expect(slack.get('renamed')).rejects.toMatchObject(refusal)
        expect(await slack.get('token')).toBe(CANARY)
      })
    })

    describe('the audit table', () => {
      const count = async () => (await store.sql.query('select seq from hub.audit')).length
      const refused = async (statement: string) => {
        const error: unknown = await store.sql.query(statement).then(
          () => null,
          (e: unknown) => e,
        )
        return { state: sqlState(error), text: String(error) }
      }
      it('takes rows and never changes or loses one', async () => {
        await store.sql.query(
          `insert into hub.audit (workspace, actor, action, subject, outcome) values ('w', 'slack:U1', 'command', 'story', 'done')`,
        )
        for (const statement of [
          `update hub.audit set actor = 'nobody'`,
          'delete from hub.audit',
          'truncate hub.audit',
          'truncate hub.audit cascade',
        ]) {
          expect(await refused(statement), statement).toEqual({
            state: '42501',
            text: expect.stringContaining('hub.audit is append-only'),
          })
        }
        expect(await count()).toBe(1)
      })
    })

    describe('statements', () => {
      it('commit a transaction whole or not at all', async () => {
        const workspaces = async () =>
          (await store.sql.query(`select id from hub.workspaces where id like 'tx:%'`)).length
        const insert = `insert into hub.workspaces (id, plugin, name) values ($1, 'tx', 'x')`
        await expect(
          store.sql.transaction(async (tx) => {
            await tx.query(insert, ['tx:1'])
            throw new Error('changed my mind')
          }),
        ).rejects.toThrow('changed my mind')
        expect(await workspaces()).toBe(0)
        const made = await store.sql.transaction(async (tx) => {
          await tx.query(insert, ['tx:1'])
          return tx.query<{ n: number }>(`select count(*)::int as n from hub.workspaces where id = 'tx:1'`)
        })
        expect(made).toEqual([{ n: 1 }])
        expect(await workspaces()).toBe(1)
      })
      it('tell their SQLSTATE, and a refusal is not an absence', async () => {
        const error: unknown = await store.sql
          .query(`insert into hub.workspaces (id, plugin, name) values ('tx:1', 'tx', 'x')`)
          .catch((e: unknown) => e)
        expect(sqlState(error)).toBe('23505')
        expect(isAway(error)).toBe(false)
      })
    })

    describe('migrations', () => {
      it('are done once: a second run changes nothing and reads no SQL file', async () => {
        const applied = () => store.sql.query('select * from drizzle.__drizzle_migrations order by id')
        const before = await applied()
        expect(before.length).toBeGreaterThanOrEqual(2)
        await store.migrate()
        expect(await applied()).toEqual(before)
      })
    })
  })

describe('the embedded database', () => {
  it('lets the event loop turn between queries that wait for each other: a turn takes one new connection', async () => {
    const store = await openTestStore('embedded')
    let turns = 0
    let isDone = false
    const count = () => {
      turns += 1
      if (!isDone) setImmediate(count)
    }
    count()
    await Promise.all(Array.from({ length: 50 }, () => store.sql.query('select 1')))
    isDone = true
    expect(turns).toBeGreaterThanOrEqual(200)
    await store.close()
  })
})

describe.skipIf(!isAvailable('postgres'))('migrations on PostgreSQL', () => {
  it('four processes that start at once migrate one empty database once', async () => {
    const { freshDatabase } = await import('../../test/services/index.ts')
    const databaseUrl = await freshDatabase()
    const options = { databaseUrl, dataDir: '', migrations: MIGRATIONS, poolSize: 1 }
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(options)))
    try {
      await Promise.all(stores.map((one) => one.migrate()))
      const rows = await stores[0]?.sql.query<{ hash: string }>('select hash from drizzle.__drizzle_migrations')
      expect(rows?.length).toBeGreaterThanOrEqual(2)
      expect(new Set(rows?.map((r) => r.hash)).size).toBe(rows?.length)
    } finally {
      await Promise.all(stores.map((one) => one.close()))
    }
  })
})
