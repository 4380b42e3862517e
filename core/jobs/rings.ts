import { HubError, type Log } from '#contract'
import type { Store } from '../store/open.ts'

/** What there may be to do. A ring carries no work: whoever hears it looks into PostgreSQL. */
export type Bell = 'inbox' | 'jobs' | 'outbox'
export interface Rings {
  /** Never waits and never throws: a ring that is lost costs a sweep interval, nothing else. */
  ring(bell: Bell, delayMs?: number): void
  /** Worker roles: calls back on each ring, from any process. */
  listen(onRing: (bell: Bell) => void): Promise<void>
  /** Rings that could not be given since the start. */
  lost(): number
  ping(timeoutMs: number): Promise<void>
  close(): Promise<void>
}
/** What rings use of BullMQ's Queue and Worker, whose types differ by backend. */
interface Backend {
  readonly queue: {
    add(name: string, data: object, options: object): Promise<unknown>
    getJobCounts(...types: 'waiting'[]): Promise<unknown>
  }
  worker(run: (bell: Bell) => void): {
    on(event: 'error', listener: (e: Error) => void): unknown
    close(force: boolean): Promise<void>
  }
  close(): Promise<void>
}

const QUEUE = 'hub-rings'
/** Rings of one bell within this time are one ring. */
const QUIET_MS = 2
/** Delayed rings that fall into the same slot are one. */
const SLOT_MS = 50
const KEEP_NOTHING = { removeOnComplete: true, removeOnFail: true } as const

export async function openRings(options: { redisUrl?: string; store: Store; log: Log }): Promise<Rings> {
  const backend = options.redisUrl
    ? await redisBackend(options.redisUrl, options.log)
    : await postgresBackend(options.store, options.log)
  let lost = 0
  let worker: ReturnType<Backend['worker']> | undefined
  const busy = new Map<Bell, 'ringing' | 'again'>()

  const ringNow = async (bell: Bell): Promise<void> => {
    busy.set(bell, 'ringing')
    try {
      await backend.queue.add(bell, {}, KEEP_NOTHING)
    } catch {
      lost++
    }
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
    const again = busy.get(bell) === 'again'
    busy.delete(bell)
    if (again) void ringNow(bell)
  }
  return {
    ring(bell, delayMs = 0) {
      if (delayMs > 0) {
        const slot = Math.ceil((Date.now() + delayMs) / SLOT_MS)
        backend.queue
          .add(bell, {}, { ...KEEP_NOTHING, delay: Math.max(0, slot * SLOT_MS - Date.now()), jobId: `${bell}-${slot}` })
          .catch(() => lost++)
      } else if (busy.has(bell)) {
        busy.set(bell, 'again')
      } else {
        void ringNow(bell)
      }
    },
    async listen(onRing) {
      worker = backend.worker(onRing)
      worker.on('error', () => {}) // connection trouble: BullMQ reconnects, the sweeper works meanwhile
    },
    lost: () => lost,
    async ping(timeoutMs) {
      const away = new Promise<never>((_, reject) =>
        setTimeout(reject, timeoutMs, new HubError('UNAVAILABLE', 'the queue does not answer')).unref(),
      )
      await Promise.race([backend.queue.getJobCounts('waiting'), away])
    },
    async close() {
      const limit = new Promise<void>((resolve) => setTimeout(resolve, 2000).unref())
      await Promise.race([worker?.close(true), limit])
      await Promise.race([backend.close(), limit])
    },
  }
}

// A ring is done as soon as it is heard: locks and stalls play no part, so their timers are slow.
const WORKER = {
  concurrency: 4,
  lockDuration: 30_000,
  stalledInterval: 30_000,
  maxStalledCount: 100,
  drainDelay: 5,
} as const

async function redisBackend(url: string, log: Log): Promise<Backend> {
  const [{ Queue, Worker }, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')])
  const connect = () => {
    // null: BullMQ's workers wait through an outage instead of failing commands
    const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: (n: number) => Math.min(1000, n * 100) })
    redis.on('error', () => {})
    return redis
  }
  const [forQueue, forWorker] = [connect(), connect()]
  forQueue.on('close', () => log.warn({}, 'Redis is away: work goes on by sweeping, more slowly'))
  const queue = new Queue(QUEUE, { connection: forQueue })
  queue.on('error', () => {})
  return {
    queue,
    worker: (run) =>
      new Worker(QUEUE, async (job) => run(job.name as Bell), {
        ...WORKER,
        connection: forWorker,
        removeOnComplete: { count: 0 },
      }),
    async close() {
      await queue.close()
      forQueue.disconnect()
      forWorker.disconnect()
    },
  }
}

async function postgresBackend(store: Store, log: Log): Promise<Backend> {
  const { Queue, Worker, createPostgresBackend, runMigrations } = await import('bullmq')
  const pool = (await store.ringPool()) as never
  if (store.mode === 'postgres') await migrateRings(pool, runMigrations)
  const queue = new Queue(QUEUE, { connection: pool }, createPostgresBackend)
  queue.on('error', (error) => log.debug({ error }, 'ring queue'))
  return {
    queue,
    worker: (run) =>
      new Worker(
        QUEUE,
        async (job) => run(job.name as Bell),
        { ...WORKER, connection: pool, removeOnComplete: { count: 0 } },
        createPostgresBackend,
      ),
    close: () => queue.close(),
  }
}

/** BullMQ's own tables, one process at a time. */
async function migrateRings(
  pool: { connect(): Promise<{ query(text: string): Promise<unknown>; release(): void }> },
  runMigrations: (client: never) => Promise<unknown>,
): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('select pg_advisory_lock(7240003)')
    await runMigrations(client as never)
  } finally {
    await client.query('select pg_advisory_unlock(7240003)').catch(() => {})
    client.release()
  }
}
