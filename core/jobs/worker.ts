import type { Log } from '#contract'
import { type DeliverDeps, deliverOne, reconcileOne } from '../delivery/deliver.ts'
import { dispatchArrivals, type Route } from '../ledger/dispatch.ts'
import type { ClaimedJob, JobsLedger } from '../ledger/jobs.ts'
import type { Outbox } from '../ledger/outbox.ts'
import type { ClaimedSend } from '../ledger/sends.ts'
import type { Sql } from '../store/sql.ts'
import { createPump, type Pump } from './pump.ts'
import type { Rings } from './rings.ts'
import { type RunnerDeps, runJob } from './runner.ts'

export interface WorkerOptions {
  /** Jobs and sends under way at once in this process. */
  readonly jobSlots: number
  readonly sendSlots: number
  /** How often everything that a lost ring, a lapsed lease or a due time left behind is looked for. */
  readonly sweepMs: number
}
export const WORKER_OPTIONS: WorkerOptions = { jobSlots: 128, sendSlots: 256, sweepMs: 1000 }

export interface WorkerDeps {
  readonly sql: Sql
  /** Under whose name and for how long this process holds what it takes. */
  readonly lease: { readonly worker: string; readonly leaseMs: number }
  readonly routes: readonly Route[]
  readonly jobs: JobsLedger
  readonly outbox: Outbox
  readonly rings: Rings
  readonly runner: RunnerDeps
  readonly delivery: DeliverDeps
  readonly log: Log
  /** Jobs that died with their worker: the asker must be told. */
  onDied(ids: readonly string[]): Promise<void>
  prune(): Promise<void>
  /** Looks whether the server's plans are of another time. */
  refreshStatistics(): Promise<void>
}
export interface Worker {
  start(): Promise<void>
  nudgeInbox(): void
  nudgeOutbox(): void
  /** Where the runner hands over what it stored as taken. */
  readonly sends: Pick<Pump<ClaimedSend>, 'reserve' | 'start' | 'release'>
  readonly busy: { readonly jobs: number; readonly sends: number }
  /** No new work; waits up to `drainMs` for what runs, then gives it back. */
  stop(drainMs: number): Promise<void>
}

const ARRIVALS = 200
/** Jobs of a fresh process: one of them may be what ended the last one, and each that runs beside it loses an attempt. */
const FIRST_JOBS = 4
const PRUNE_EVERY_MS = 10 * 60_000
const STATISTICS_EVERY_MS = 2_000

/** The working half of the hub: arrivals → jobs → sends, driven by rings and, for whatever they miss, by a sweep. */
export function createWorker(deps: WorkerDeps, options: WorkerOptions): Worker {
  const { rings } = deps
  const onError = (error: unknown) => deps.log.debug({ error }, 'the database did not answer: the sweep tries again')
  const inbox = createPump<never>({
    slots: 1,
    async take() {
      const take = jobs.reserve(ARRIVALS)
      let started = 0
      try {
        const { arrivals, taken } = await dispatchArrivals(deps.sql, deps.routes, ARRIVALS, { ...deps.lease, take })
        started = taken.length
        for (const job of taken) jobs.start(job)
        if (arrivals > 0) jobs.nudge()
        if (arrivals === ARRIVALS) inbox.nudge()
      } finally {
        jobs.release(take - started)
      }
      return []
    },
    work: async () => {},
    onFull: () => {},
    onError,
  })
  const jobs: Pump<ClaimedJob> = createPump<ClaimedJob>({
    slots: options.jobSlots,
    firstSlots: FIRST_JOBS,
    take: (limit) => deps.jobs.claim(limit),
    async work(job) {
      await runJob(job, deps.runner)
      if (job.lane !== null) jobs.nudge()
    },
    onFull: () => rings.ring('jobs'),
    onError,
  })
  const sends: Pump<ClaimedSend> = createPump<ClaimedSend>({
    slots: options.sendSlots,
    take: (limit) => deps.outbox.claim(limit),
    async work(send) {
      await deliverOne(send, deps.delivery)
      sends.nudge()
    },
    onFull: () => rings.ring('outbox'),
    onError,
  })
  const unknowns: Pump<ClaimedSend> = createPump<ClaimedSend>({
    slots: 8,
    take: (limit) => deps.outbox.claimUnknown(limit),
    async work(send) {
      await reconcileOne(send, deps.delivery)
      sends.nudge()
    },
    onFull: () => {},
    onError,
  })
  const pumps = [inbox, jobs, sends, unknowns]

  /** Askers not told yet: kept until it worked, because the sweep finds each dead job once. */
  const untold = new Set<string>()
  const sweep = async (): Promise<void> => {
    const swept = await deps.jobs.sweep()
    for (const { id, state } of swept) if (state === 'dead') untold.add(id)
    if (untold.size > 0) {
      const ids = [...untold]
      await deps.onDied(ids)
      for (const id of ids) untold.delete(id)
    }
    const unknown = await deps.outbox.sweep(deps.delivery.times.firstLookMs)
    if (swept.length + unknown > 0)
      deps.log.warn({ jobs: swept.length, sends: unknown }, 'took over what a vanished worker left')
  }
  let timers: NodeJS.Timeout[] = []
  let sweeping = false
  return {
    async start() {
      await rings.listen((bell) => (bell === 'inbox' ? inbox : bell === 'jobs' ? jobs : sends).nudge())
      const tick = async () => {
        if (sweeping) return
        sweeping = true
        await sweep().catch(onError)
        sweeping = false
        for (const pump of pumps) pump.nudge()
      }
      timers = [
        setInterval(() => void tick(), options.sweepMs),
        setInterval(() => void deps.prune().catch(onError), PRUNE_EVERY_MS),
        setInterval(() => void deps.refreshStatistics().catch(onError), STATISTICS_EVERY_MS),
      ]
      void tick()
    },
    nudgeInbox: () => inbox.nudge(),
    nudgeOutbox: () => sends.nudge(),
    sends,
    get busy() {
      return { jobs: jobs.busy, sends: sends.busy }
    },
    async stop(drainMs) {
      for (const timer of timers) clearInterval(timer)
      const drained = Promise.all(pumps.map((p) => p.stop()))
      const late = new Promise<'late'>((resolve) => setTimeout(resolve, drainMs, 'late').unref())
      if ((await Promise.race([drained, late])) === 'late') {
        const stopping = new Error('the hub is stopping')
        deps.runner.leases.abortAll(stopping)
        deps.delivery.leases.abortAll(stopping)
        await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, 2000).unref())])
      }
    },
  }
}
