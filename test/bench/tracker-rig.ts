import postgres from 'postgres'
import { apiTokenFrom } from '../../server/compose.ts'
import { startHub, temporaryFolder } from './hub-process.ts'
import { startStores } from './stores.ts'

/** A hub in a process of its own, on PostgreSQL and Redis, that writes criteria into every issue of one project. */
export async function startTrackerHub(env: Readonly<Record<string, string>>, target: string, profileDir?: string) {
  const stores = await startStores()
  const { databaseUrl, redisUrl } = await stores.fresh()
  const folder = temporaryFolder()
  const secretKey = 'ab'.repeat(32)
  const stored = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    HUB_SECRET_KEY: secretKey,
    HUB_DATA_DIR: folder.path,
  }
  const hub = await startHub({ env: { ...env, ...stored, LOG_LEVEL: 'warn' }, profileDir })
  const origin = `http://127.0.0.1:${hub.port}`
  const sql = postgres(databaseUrl, { max: 1 })
  /** Resolves when every job and send rests. */
  async function quiet(): Promise<void> {
    for (let rested = 0; rested < 2; ) {
      const [row] = await sql<{ n: number }[]>`
        select (select count(*) from hub.inbox where state = 'new')
          + (select count(*) from hub.jobs where state in ('pending', 'running') and run_at < now() + interval '5 min')
          + (select count(*) from hub.outbox where state in ('pending', 'inflight', 'unknown', 'reconciling')) as n`
      rested = Number(row?.n) === 0 ? rested + 1 : 0
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const headers = { authorization: `Bearer ${apiTokenFrom(secretKey)}`, 'content-type': 'application/json' }
  const input = `hub bind tracker payments ${target} --rules '{"mode":"auto","issuesPerDay":5000}'`
  const body = JSON.stringify({ input, idempotencyKey: 'bind-0001' })
  const bound = await fetch(`${origin}/api/v1/commands`, { method: 'POST', headers, body })
  if (!bound.ok) throw new Error(`the hub answered ${bound.status} ${await bound.text()}`)
  await quiet()
  return {
    origin,
    quiet,
    async stop() {
      await sql.end()
      await hub.stop()
      folder.remove()
      await stores.stop()
    },
  }
}

/** Fifty at a time, as a tracker tells of a burst. Returns the slowest answer in milliseconds. */
export async function tellAll<T>(
  all: readonly T[],
  tell: (one: T) => Promise<{ readonly status: number }>,
): Promise<number> {
  let slowestMs = 0
  for (let at = 0; at < all.length; at += 50)
    await Promise.all(
      all.slice(at, at + 50).map(async (one) => {
        const sent = performance.now()
        const { status } = await tell(one)
        if (status !== 200) throw new Error(`the tracker heard ${status}`)
        slowestMs = Math.max(slowestMs, performance.now() - sent)
      }),
    )
  return slowestMs
}
