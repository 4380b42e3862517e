import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import postgres from 'postgres'

export { type PostgresOptions, startPostgres } from './postgres.ts'
export { type RedisOptions, startRedis } from './redis.ts'
export type { Service } from './server-process.ts'

/** The servers that `setup.ts` started for this test run; null where it is not installed, so that a suite skips. */
export function services(): { readonly databaseUrl: string | null; readonly redisUrl: string | null } {
  return {
    databaseUrl: process.env.HUB_TEST_DATABASE_URL ?? null,
    redisUrl: process.env.HUB_TEST_REDIS_URL ?? null,
  }
}

/** A database of one's own on the given server (the test run's by default), empty or a copy of `template`. It goes when its server goes. */
export async function freshDatabase(server = services().databaseUrl, template = 'template1'): Promise<string> {
  if (server === null) throw new Error('no PostgreSQL in this test run: guard the suite with describe.skipIf')
  const name = `hub_${randomBytes(6).toString('hex')}`
  const sql = postgres(server, { max: 1, onnotice: () => undefined })
  try {
    await sql`create database ${sql(name)} template ${sql(template)}`
  } finally {
    await sql.end()
  }
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** An empty Redis database of one's own on the given server (the test run's by default). Database 0 counts them. */
export async function freshRedis(server = services().redisUrl): Promise<string> {
  if (server === null) throw new Error('no Redis in this test run: guard the suite with describe.skipIf')
  const redis = new Redis(server)
  try {
    const index = await redis.incr('databases')
    await redis.select(index)
    await redis.flushdb()
    return `${server}/${index}`
  } finally {
    redis.disconnect()
  }
}
