import { Hono } from 'hono'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Log } from '../contract/log.ts'
import type { HookEnv } from '../contract/plugin.ts'
import { DELIVERY_STATES, JOB_STATES, type Stats } from './ports.ts'

/** Counters the hub increments as it works; everything else is read when `/metrics` is asked. */
export interface Metrics {
  /** A hook was answered. A 401 counts as a rejected signature. */
  observeAck(source: string, status: number, seconds: number): void
  countTokens(model: string, kind: 'input' | 'output' | 'cached', tokens: number): void
  /** A worker that had lost its lease tried to write. */
  countFencedWrites(writes?: number): void
  /** Prometheus text. */
  render(): Promise<string>
}

/** @example const metrics = createMetrics({ stats: () => ledger.stats(), log }) */
export function createMetrics({ stats, log }: { stats(): Promise<Stats>; log: Log }): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const ack = new Histogram({
    name: 'hub_ack_seconds',
    help: 'Time from a hook request to its answer, which follows the commit of its row.',
    labelNames: ['source', 'status'],
    // Around the goal of 25 ms, up to the 3 s after which Slack and Discord give up.
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3],
    registers,
  })
  const rejected = new Counter({
    name: 'hub_signature_rejected_total',
    help: 'Inbound requests refused with 401.',
    labelNames: ['source'],
    registers,
  })
  const tokens = new Counter({
    name: 'hub_model_tokens_total',
    help: 'Model tokens spent by this process.',
    labelNames: ['model', 'kind'],
    registers,
  })
  const fenced = new Counter({
    name: 'hub_fenced_writes_total',
    help: 'Writes refused because the worker had lost its lease.',
    registers,
  })
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers })
  const queueAge = gauge('hub_queue_age_seconds', 'Age of the oldest job that is due and not started.')
  const inboxNew = gauge('hub_inbox_new', 'Inbound deliveries not yet dispatched.')
  const jobs = gauge('hub_jobs', 'Jobs by state.', 'state')
  const outbox = gauge('hub_outbox', 'Outgoing messages by state.', 'state')
  const up = gauge('hub_ledger_up', '1 when the figures of the ledger could be read.')

  // Looking labels up costs more than counting, and a source has few statuses.
  const acks = new Map<string, { observe(seconds: number): void }>()
  let processMetrics = false

  const readStats = async () => {
    try {
      const now = await stats()
      queueAge.set(now.queueAgeSeconds)
      inboxNew.set(now.inboxNew)
      for (const state of JOB_STATES) jobs.set({ state }, now.jobs[state] ?? 0)
      for (const state of DELIVERY_STATES) outbox.set({ state }, now.outbox[state] ?? 0)
      up.set(1)
    } catch (err) {
      // The counters of this process are worth more than ever while the database is away; stale figures are not.
      log.warn({ err }, 'metrics: the ledger could not be read')
      for (const one of [queueAge, inboxNew, jobs, outbox]) one.reset()
      for (const one of [queueAge, inboxNew]) one.remove()
      up.set(0)
    }
  }
  return {
    observeAck(source, status, seconds) {
      const key = `${source} ${status}`
      let child = acks.get(key)
      if (!child) {
        child = ack.labels({ source, status: String(status) })
        acks.set(key, child)
      }
      child.observe(seconds)
      if (status === 401) rejected.inc({ source })
    },
    countTokens(model, kind, count) {
      tokens.inc({ model, kind }, count)
    },
    countFencedWrites(writes = 1) {
      fenced.inc(writes)
    },
    async render() {
      // At the first reading, not at start: they set up observers of the event loop and of garbage collection.
      if (!processMetrics) collectDefaultMetrics({ register: registry })
      processMetrics = true
      await readStats()
      return registry.metrics()
    },
  }
}

/** `/metrics`. Whether it is open is decided by who mounts it. */
export function metricsRoute(metrics: Metrics): Hono<HookEnv> {
  return new Hono<HookEnv>().get('/', async (c) =>
    c.body(await metrics.render(), 200, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE }),
  )
}
