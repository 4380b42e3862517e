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
  /** False while the client could only keep what it is given, in memory and without end. */
  isUp(): boolean
  worker(run: (bell: Bell) => void): {
    on(event: 'error', listener: (e: Error) => void): unknown
    close(force: boolean): Promise<void>
  }
  close(): Promise<void>
  /** Ends what `close` could not end in time. */
  cut(): void
}

const QUEUE = 'hub-rings'
/** Rings of one bell within this time are one ring. */
const QUIET_MS = 5
/** Delayed rings that fall into the same slot are one. */
const SLOT_MS = 50
/** A store that is away answers neither this nor anything else. */
const CLOSE_MS = 2_000
const FIRST_CONTACT_MS = 1_000
const KEEP_NOTHING = { removeOnComplete: true, removeOnFail: true } as const

export async function openRings(options: { redisUrl?: string; store: Store; log: Log }): Promise<Rings> {
  const backend = options.redisUrl
    ? await redisBackend(options.redisUrl, options.log)
    : await postgresBackend(options.store, options.log)
  let lost = 0
  let worker: ReturnType<Backend['worker']> | undefined
  const busy = new Map<Bell, 'ringing' | 'again'>()

  let here: ((bell: Bell) => void) | undefined
  /** What cannot be rung for everybody is at least heard in this process; the sweep of the others finds the rest. */
  const miss = (bell: Bell, settings: object): void => {
    lost++
    if (!('delay' in settings)) here?.(bell)
  }
  const give = async (bell: Bell, settings: object): Promise<void> => {
    try {
      if (backend.isUp()) await backend.queue.add(bell, {}, { ...KEEP_NOTHING, ...settings })
      else miss(bell, settings)
    } catch {
      miss(bell, settings)
    }
  }
  const ringNow = async (bell: Bell): Promise<void> => {
    busy.set(bell, 'ringing')
    await give(bell, {})
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
    const again = busy.get(bell) === 'again'
    busy.delete(bell)
    if (again) void ringNow(bell)
  }
  return {
    ring(bell, delayMs = 0) {
      if (delayMs > 0) {
        const slot = Math.ceil((Date.now() + delayMs) / SLOT_MS)
        void give(bell, { delay: Math.max(0, slot * SLOT_MS - Date.now()), jobId: `${bell}-${slot}` })
      } else if (busy.has(bell)) {
        busy.set(bell, 'again')
      } else {
        void ringNow(bell)
      }
    },
    async listen(onRing) {
      here = onRing
      worker = backend.worker(onRing)
      worker.on('error', () => {}) // connection trouble: BullMQ reconnects, the sweeper works meanwhile
    },
    lost: () => lost,
    async ping(timeoutMs) {
      const answered = await within(timeoutMs, backend.queue.getJobCounts('waiting'))
      if (!answered) throw new HubError('UNAVAILABLE', 'the queue does not answer')
    },
    async close() {
      if (worker) await within(CLOSE_MS, worker.close(true))
      await within(CLOSE_MS, backend.close())
      backend.cut()
    },
  }
}

/** Did it succeed in time? */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const done = work.then(
    () => true,
    () => false,
  )
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false)
  })
  const answer = await Promise.race([done, late])
  clearTimeout(timer)
  return answer
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
  let trouble: Error | undefined
  const connect = (settings: { enableOfflineQueue: boolean }) => {
    // null: BullMQ's workers wait through an outage instead of failing commands
    const redis = new Redis(url, {
      ...settings,
      maxRetriesPerRequest: null,
      retryStrategy: (tries: number) => Math.min(1000, tries * 100),
    })
    redis.on('error', (error: Error) => {
      trouble = error
    })
    return redis
  }
  const [forQueue, forWorker] = [connect({ enableOfflineQueue: false }), connect({ enableOfflineQueue: true })]
  const ready = new Promise<void>((resolve) => forQueue.once('ready', resolve))
  let away = false
  forQueue.on('close', () => {
    if (!away) log.warn({ error: trouble }, 'Redis is away: work goes on by sweeping, more slowly')
    away = true
  })
  forQueue.on('ready', () => {
    if (away) log.info({}, 'Redis is back')
    away = false
  })
  // So that the first rings of a hub are heard; without Redis it starts all the same.
  await within(FIRST_CONTACT_MS, ready)
  const queue = new Queue(QUEUE, { connection: forQueue })
  queue.on('error', () => {})
  return {
    queue,
    isUp: () => forQueue.status === 'ready',
    worker: (run) =>
      new Worker(QUEUE, async (job) => run(job.name as Bell), {
        ...WORKER,
        connection: forWorker,
        removeOnComplete: { count: 0 },
      }),
    close: () => queue.close(),
    cut() {
      forQueue.removeAllListeners('close')
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
    isUp: () => true,
    worker: (run) =>
      new Worker(
        QUEUE,
        async (job) => run(job.name as Bell),
        { ...WORKER, connection: pool, removeOnComplete: { count: 0 } },
        createPostgresBackend,
      ),
    close: () => queue.close(),
    cut() {},
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
