import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { describe, expect, it } from 'vitest'
import { freshDatabase, freshRedis, services, startPostgres, startRedis } from './index.ts'

const { databaseUrl, redisUrl } = services()

describe.skipIf(databaseUrl === null)('PostgreSQL of the tests', () => {
  it('forgets nothing on commit', async () => {
    const sql = postgres(await freshDatabase(), { max: 1 })
    const names = ['fsync', 'synchronous_commit', 'full_page_writes']
    const rows = await sql`select name, setting from pg_settings where name in ${sql(names)}`
    await sql.end()
    expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual(
      Object.fromEntries(names.map((name) => [name, 'on'])),
    )
  })

  it('gives each caller an empty database', async () => {
    const urls = await Promise.all([freshDatabase(), freshDatabase(), freshDatabase()])
    expect(new Set(urls).size).toBe(3)
    for (const url of urls) {
      const sql = postgres(url, { max: 1 })
      expect(await sql`select tablename from pg_tables where schemaname = 'public'`).toHaveLength(0)
      await sql`create table here (id int)`
      await sql.end()
    }
  })

  it('keeps what was committed before a crash', async () => {
    const server = await startPostgres()
    const before = server.pid()
    const url = await freshDatabase(server.url)
    const first = postgres(url, { max: 1 })
    await first`create table kept (id int)`
    await first`insert into kept values (1)`
    await server.kill9()
    await expect(first`select 1`).rejects.toThrow()
    await first.end({ timeout: 0 })

    await server.restart()
    expect(server.pid()).not.toBe(before)
    const second = postgres(url, { max: 1 })
    expect(await second`select id from kept`).toEqual([{ id: 1 }])
    await second.end()
    await server.stop()
    expect(() => server.pid()).toThrow('not running')
  })

  it('leaves a folder that was given, and opens it again', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hub-given-'))
    const first = await startPostgres({ dir, settings: { work_mem: '5MB' } })
    const url = await freshDatabase(first.url)
    await first.stop()
    const second = await startPostgres({ dir, port: first.port })
    const sql = postgres(url, { max: 1 })
    expect(await sql`show work_mem`).toEqual([{ work_mem: '4MB' }])
    await sql.end()
    await second.stop()
    expect(existsSync(dir)).toBe(true)
    rmSync(dir, { recursive: true })
  })
})

describe.skipIf(redisUrl === null)('Redis of the tests', () => {
  it('never evicts a job', async () => {
    const redis = new Redis(await freshRedis())
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
    redis.disconnect()
  })

  it('gives each caller an empty database', async () => {
    const urls = await Promise.all([freshRedis(), freshRedis()])
    expect(new Set(urls).size).toBe(2)
    for (const url of urls) {
      const redis = new Redis(url)
      expect(await redis.dbsize()).toBe(0)
      await redis.set('here', '1')
      redis.disconnect()
    }
  })

  it.each([
    { aof: false, afterwards: null },
    { aof: true, afterwards: 'yes' },
  ])('after a crash with aof=$aof a written key is $afterwards', async ({ aof, afterwards }) => {
    const server = await startRedis({ aof })
    const before = new Redis(server.url, { maxRetriesPerRequest: 0, retryStrategy: () => null })
    before.on('error', () => undefined) // the crash below
    await before.set('written', 'yes')
    await server.kill9()
    await server.restart()
    const after = new Redis(server.url)
    expect(await after.get('written')).toBe(afterwards)
    after.disconnect()
    before.disconnect()
    await server.stop()
  })
})
