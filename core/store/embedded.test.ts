import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MIGRATIONS } from '../../test/support/stores.ts'
import { openEmbedded, restoreEmbedded, vacuumAll } from './embedded.ts'
import type { Store } from './open.ts'

const root = mkdtempSync(join(tmpdir(), 'hub-embedded-'))
const dataDir = join(root, 'data')
let store: Store
beforeAll(async () => {
  store = await openEmbedded({ dataDir, migrations: MIGRATIONS })
  await store.migrate()
  await store.ringPool()
})
afterAll(async () => {
  await store.close()
  rmSync(root, { recursive: true, force: true })
})

describe('the embedded database', () => {
  it('is vacuumed in every table that changes, whichever plugin it belongs to', async () => {
    await store.sql.query('create schema "Odd-plugin"')
    await store.sql.query('create table "Odd-plugin"."My table" (n int)')
    const tables = ['"Odd-plugin"."My table"', 'hub.console_threads', 'hub.stories', 'hub.jobs', 'bullmq.job']
    const size = async (table: string) =>
      (await store.sql.query<{ n: number }>(`select pg_relation_size('${table}')::float8 as n`))[0]?.n ?? -1
    await store.sql.query(`insert into "Odd-plugin"."My table" select generate_series(1, 20000)`)
    const grown = await size('"Odd-plugin"."My table"')
    await store.sql.query('delete from "Odd-plugin"."My table"')
    const vacuumed: string[] = []
    await vacuumAll({
      ...store.sql,
      query: async (text, params) => {
        if (text.startsWith('VACUUM')) vacuumed.push(text.slice('VACUUM '.length))
        return store.sql.query(text, params)
      },
    })
    expect(vacuumed).toEqual(expect.arrayContaining(tables))
    expect(grown).toBeGreaterThan(500_000)
    // Empty pages at the end of a table go back to the file system: proof that VACUUM ran and not only returned.
    expect(await size('"Odd-plugin"."My table"')).toBe(0)
  })

  it('goes through a backup: what was there is there, what came later is not', async () => {
    await store.sql.query(`insert into hub.workspaces (id, plugin, name) values ('slack:T1', 'slack', 'before')`)
    const file = join(root, 'backup.tar.gz')
    await store.backup(file)
    await store.sql.query(`insert into hub.workspaces (id, plugin, name) values ('slack:T2', 'slack', 'after')`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(root)).toEqual(['backup.tar.gz', 'data'])

    const target = join(root, 'restored')
    await restoreEmbedded(target, file)
    const restored = await openEmbedded({ dataDir: target, migrations: MIGRATIONS })
    try {
      await restored.migrate()
      expect(await restored.sql.query('select id, name from hub.workspaces')).toEqual([
        { id: 'slack:T1', name: 'before' },
      ])
    } finally {
      await restored.close()
    }
    await expect(restoreEmbedded(target, file)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('restore into an empty HUB_DATA_DIR'),
    })
  })

  it('is not restored over or beside a running hub', async () => {
    await expect(restoreEmbedded(dataDir, join(root, 'backup.tar.gz'))).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it.each([
    ['is not there', () => join(root, 'nowhere.tar.gz'), /ENOENT/],
    [
      'is no archive',
      () => {
        writeFileSync(join(root, 'text'), 'hello')
        return join(root, 'text')
      },
      /is no backup of a hub/,
    ],
  ])('leaves an empty folder when the file %s', async (_, file, why) => {
    const target = join(root, 'empty')
    await expect(restoreEmbedded(target, file())).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(why),
    })
    expect(existsSync(join(target, 'pg'))).toBe(false)
    expect(existsSync(join(target, 'pg.part'))).toBe(false)
  })

  it('says so when the backup cannot be written, and leaves no half of one', async () => {
    mkdirSync(join(root, 'taken'), { recursive: true })
    for (const file of [join(root, 'no', 'such', 'folder.gz'), join(root, 'taken')])
      await expect(store.backup(file), file).rejects.toMatchObject({
        code: 'INPUT_INVALID',
        message: expect.stringContaining(`${file} cannot be written`),
      })
    expect(readdirSync(root).filter((name) => name.endsWith('.part'))).toEqual([])
  })
})
