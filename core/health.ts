import type { Health } from '#contract'
import type { Host } from './host/host.ts'
import type { ReadHealth } from './http/health.ts'
import type { Rings } from './jobs/rings.ts'
import type { Store } from './store/open.ts'

const PING_MS = 1_500

/** Health by part. Without the queue the hub still takes in and works, by sweeping: degraded, not down. */
export function readHealth({ store, rings, host }: { store: Store; rings: Rings; host: Host }): ReadHealth {
  return async () => {
    const [database, queue, plugins] = await Promise.all([
      ask(() => store.sql.query('select 1'), {
        status: 'down',
        detail: 'the database does not answer: check that it is running and DATABASE_URL',
      }),
      ask(() => rings.ping(PING_MS), {
        status: 'degraded',
        detail: 'the queue does not answer: work goes on by sweeping; check REDIS_URL',
      }),
      host.health(),
    ])
    return new Map<string, Health>([['database', database], ['queue', queue], ...plugins])
  }
}

async function ask(question: () => Promise<unknown>, otherwise: Health): Promise<Health> {
  const late = new Promise<never>((_, reject) => setTimeout(reject, PING_MS, new Error('late')).unref())
  try {
    await Promise.race([question(), late])
    return { status: 'ok' }
  } catch {
    return otherwise
  }
}
