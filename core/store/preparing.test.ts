import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase, services } from '../../test/services/index.ts'
import { preparing } from './preparing.ts'

describe.skipIf(services().databaseUrl === null)('statements of drizzle', () => {
  let client: postgres.Sql
  beforeAll(async () => {
    client = postgres(await freshDatabase(), { max: 1, onnotice: () => {} })
  })
  afterAll(() => client?.end())
  /** Those of drizzle that hold these words: the driver's own, as of savepoints, do not count. */
  const prepared = async (words: string) => {
    const [row] = await client<{ n: number }[]>`
      select count(*)::int as n from pg_prepared_statements where statement like ${`%${words}%`} and statement not like '%pg_prepared%'`
    return row?.n ?? 0
  }

  it('are prepared once for each text, in transactions and savepoints too', async () => {
    const db = drizzle(preparing(client))
    const ask = (on: Pick<typeof db, 'execute'>, n: number) => on.execute<{ n: number }>(sql`select ${n}::int as n`)
    expect(await ask(db, 1)).toMatchObject([{ n: 1 }])
    await db.transaction(async (tx) => {
      expect(await ask(tx, 2)).toMatchObject([{ n: 2 }])
      await tx.transaction(async (inner) => {
        expect(await ask(inner, 3)).toMatchObject([{ n: 3 }])
      })
    })
    expect(await prepared('::int as n')).toBe(1)
  })
  it('are rolled back with their transaction, and go on after an error', async () => {
    const db = drizzle(preparing(client))
    await db.execute(sql`create table held (n int primary key)`)
    const insert = (on: Pick<typeof db, 'execute'>, n: number) => on.execute(sql`insert into held values (${n})`)
    await insert(db, 1)
    await expect(
      db.transaction(async (tx) => {
        await insert(tx, 2)
        await insert(tx, 1)
      }),
    ).rejects.toThrow()
    await insert(db, 3)
    expect(await db.execute(sql`select n from held where n > ${0} order by n`)).toMatchObject([{ n: 1 }, { n: 3 }])
  })
  it('follow a table whose columns change', async () => {
    const db = drizzle(preparing(client))
    const read = () => db.execute(sql`select * from moving where n > ${0}`)
    await db.execute(sql`create table moving (n int)`)
    await db.execute(sql`insert into moving values (1)`)
    expect(await read()).toMatchObject([{ n: 1 }])
    await db.execute(sql`alter table moving add column more text default 'new'`)
    expect(await read()).toMatchObject([{ n: 1, more: 'new' }])
  })
  it('are not kept without end where lists make a text of each length', async () => {
    const db = drizzle(preparing(client))
    for (let length = 1; length <= 250; length += 1) {
      const list = sql.join(
        Array.from({ length }, (_, n) => sql`${n}::int`),
        sql`, `,
      )
      expect(await db.execute(sql`select count(*)::int as n from (values (1), (7)) v(n) where n in (${list})`)).toEqual(
        [{ n: length > 7 ? 2 : length > 1 ? 1 : 0 }],
      )
    }
    expect(await prepared('(values (1), (7))')).toBe(200)
  })
})
