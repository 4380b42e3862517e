import { rmSync } from 'node:fs'
import type { Plugin } from '#contract'
import { type Composed, compose } from '../../server/compose.ts'
import { readConfig } from '../../server/config.ts'
import { freshRedis, services } from '../services/index.ts'
import { dataFolder, migratedDatabase } from './templates.ts'

/** The three ways the hub can run, with one code path behind them. */
export const MODES = ['embedded', 'postgres', 'postgres+redis'] as const
export type Mode = (typeof MODES)[number]

export function isModeAvailable(mode: Mode): boolean {
  const { databaseUrl, redisUrl } = services()
  return mode === 'embedded' || (databaseUrl !== null && (mode === 'postgres' || redisUrl !== null))
}

export interface TestHub extends Composed {
  readonly env: Readonly<Record<string, string>>
  /** Sends a request to the app as a server would. */
  fetch(request: Request): Promise<Response>
  count(table: 'inbox' | 'jobs' | 'outbox' | 'audit', where?: string): Promise<number>
  /** Gives somebody who has spoken to the hub the role admin. */
  makeAdmin(account: string): Promise<void>
  /** Accounts that were granted this role. */
  granted(role: string): Promise<readonly string[]>
  /** Resolves when every job and send rests. */
  quiet(timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

/** The product as `npm start` composes it, on stores of its own, with short waits for read-backs. */
export async function startTestHub(
  mode: Mode,
  env: Readonly<Record<string, string>> = {},
  plugins: readonly Plugin[] = [],
): Promise<TestHub> {
  const dataDir = dataFolder('hub-e2e-')
  const all: Record<string, string> = {
    HUB_DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    HUB_FAULTS: 'sweep=200,look=100,lastlook=600',
    ...(mode === 'embedded' ? {} : { DATABASE_URL: await migratedDatabase(), HUB_SECRET_KEY: 'ab'.repeat(32) }),
    ...(mode === 'postgres+redis' ? { REDIS_URL: await freshRedis() } : {}),
    ...env,
  }
  const composed = await compose(readConfig(all), all, { plugins })
  const { hub } = composed
  await hub.start()
  const count: TestHub['count'] = async (table, where = 'true') => {
    const [row] = await hub.store.sql.query<{ n: number }>(`select count(*)::int as n from hub.${table} where ${where}`)
    return row?.n ?? 0
  }
  return {
    ...composed,
    env: all,
    fetch: async (request) => hub.app.fetch(request),
    count,
    async makeAdmin(account) {
      await hub.store.sql.query(
        `update hub.people set role = 'admin' where id in (select person_id from hub.accounts where account_id = $1)`,
        [account],
      )
    },
    async granted(role) {
      const rows = await hub.store.sql.query<{ id: string }>(
        'select account_id as id from hub.accounts join hub.people on id = person_id where role = $1 order by 1',
        [role],
      )
      return rows.map(({ id }) => id)
    },
    async quiet(timeoutMs = 10_000) {
      const until = performance.now() + timeoutMs
      for (;;) {
        const open =
          (await count('inbox', `state = 'new'`)) +
          (await count('jobs', `state in ('pending', 'running')`)) +
          (await count('outbox', `state in ('pending', 'inflight', 'unknown', 'reconciling')`))
        if (open === 0) return
        if (performance.now() > until) throw new Error(`${open} rows are still on their way after ${timeoutMs} ms`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    async close() {
      await hub.close(2_000)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
