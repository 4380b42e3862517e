import postgres from 'postgres'
import { freshDatabase, freshRedis, type Service, startPostgres, startRedis } from '../services/index.ts'

/** Real servers of this run, and empty databases on them. */
export interface Stores {
  readonly version: string
  fresh(): Promise<{ readonly databaseUrl: string; readonly redisUrl: string }>
  stop(): Promise<void>
}

const DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes']

export async function startStores(): Promise<Stores> {
  const started: Service[] = []
  const stop = async () => void (await Promise.all(started.splice(0).map((service) => service.stop())))
  try {
    const database = await startPostgres()
    started.push(database)
    const redis = await startRedis()
    started.push(redis)
    const version = await assertDurable(database.url)
    return {
      version,
      fresh: async () => ({ databaseUrl: await freshDatabase(database.url), redisUrl: await freshRedis(redis.url) }),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A figure of a database that does not wait for the disk would be worth nothing. */
async function assertDurable(url: string): Promise<string> {
  const sql = postgres(url, { max: 1 })
  try {
    const rows = await sql<{ name: string; setting: string }[]>`
      select name, setting from pg_settings where name = any(${[...DURABLE, 'server_version']})`
    const settings = new Map(rows.map(({ name, setting }) => [name, setting]))
    const off = DURABLE.filter((name) => settings.get(name) !== 'on')
    if (off.length > 0) throw new Error(`PostgreSQL runs without ${off.join(' and ')}: nothing would be measured`)
    return settings.get('server_version')?.split(' ')[0] ?? ''
  } finally {
    await sql.end()
  }
}
