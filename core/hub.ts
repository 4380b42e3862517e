import { randomUUIDv7 } from 'node:crypto'
import type { Hono } from 'hono'
import {
  bindingDesk,
  bindings,
  budget,
  type Catalog,
  database,
  directory,
  type HookEnv,
  jobsControl,
  jobsView,
  type Log,
  links,
  operations,
  type Plugin,
  type Profiles,
  profiles,
  provide,
  type Role,
  tasks,
  type WorkspaceAccount,
} from '#contract'
import { createBudget } from './ai/budget.ts'
import { createBreaker } from './delivery/breaker.ts'
import { DELIVERY_TIMES, type DeliveryTimes } from './delivery/deliver.ts'
import { createCatalog } from './dispatch/catalog.ts'
import { createEntry, type Entry, openTicket } from './entry.ts'
import { type Handling, handlersOf } from './handlers.ts'
import { readHealth } from './health.ts'
import type { VariableNames } from './host/config.ts'
import { createHost, type Host } from './host/host.ts'
import { scopeLog } from './host/log.ts'
import type { Mask } from './host/mask.ts'
import { createApp } from './http/app.ts'
import { createMetrics, type Metrics } from './http/metrics.ts'
import { pluginViews } from './http/plugin-views.ts'
import type { LedgerView } from './http/ports.ts'
import { createBindings } from './identity/bindings.ts'
import { createEmails } from './identity/email.ts'
import { createLinks } from './identity/links.ts'
import { createLookUp } from './identity/lookup.ts'
import { createDirectory } from './identity/store.ts'
import type { JobBody } from './jobs/context.ts'
import { createLeases, LeaseLost } from './jobs/leases.ts'
import { openRings, type Rings } from './jobs/rings.ts'
import { createSchedules } from './jobs/schedules.ts'
import { createWorker, WORKER_OPTIONS, type WorkerOptions } from './jobs/worker.ts'
import { createJobsControl } from './ledger/cancel.ts'
import { createContinuations } from './ledger/continuations.ts'
import { createInbox, storableJson } from './ledger/inbox.ts'
import { createJobsLedger } from './ledger/jobs.ts'
import { createLimits } from './ledger/limits.ts'
import { endOrphanedLeases } from './ledger/orphans.ts'
import { createOutbox } from './ledger/outbox.ts'
import { createPrune } from './ledger/prune.ts'
import { createStatistics } from './ledger/statistics.ts'
import { createLedgerView, ledgerStats } from './ledger/view.ts'
import { createOperations } from './ledger/workload.ts'
import { HOME, OPERATOR, runAsOperator } from './operator.ts'
import { createKeyValue } from './store/kv.ts'
import { openStore, type Store } from './store/open.ts'
import { createSecrets, keyFromFolder } from './store/secrets.ts'

export interface HubOptions {
  readonly role: 'all' | 'web' | 'worker'
  readonly plugins: readonly Plugin[]
  readonly configs: Readonly<Record<string, unknown>>
  readonly variables?: Readonly<Record<string, VariableNames>>
  /** What is not running and why, for `/hub status`. */
  readonly adaptersOff?: readonly { readonly name: string; readonly reason: string }[]
  readonly databaseUrl?: string
  readonly redisUrl?: string
  readonly dataDir: string
  readonly migrations: string
  readonly secretKey?: string
  /** Bearer token of the API; its holder acts as the hub's operator. */
  readonly apiToken: string
  /** Metrics without the token: true where only this machine can reach the port. */
  readonly openMetrics: boolean
  readonly version: string
  readonly tokensPerDay: number
  /** Domains in which a verified address joins accounts; in lower case. Absent: none. */
  readonly linkEmailDomains?: readonly string[]
  readonly log: Log
  readonly mask: Mask
  readonly worker?: Partial<WorkerOptions>
  readonly leaseMs?: number
  readonly jobTimeoutMs?: number
  readonly delivery?: Partial<DeliveryTimes>
  /** For the fault tests alone: false where no schedule of a plugin is to run, as its jobs pass the points below. */
  readonly runSchedules?: boolean
  /** For the fault tests alone: called at named points, may end the process. */
  readonly crashPoint?: (name: string) => void
}
export interface RunningHub {
  readonly app: Hono<HookEnv>
  readonly host: Host
  readonly store: Store
  readonly entry: Entry
  readonly view: LedgerView
  readonly metrics: Metrics
  /** Applies migrations, starts plugins and, in worker roles, works. */
  start(): Promise<void>
  /** Stops taking work, waits for what runs, closes everything in reverse. */
  close(drainMs?: number): Promise<void>
}

/** Builds a hub out of its plugins. Nothing runs before `start`. @throws HubError CONFIG_INVALID with one line for each problem */
export async function createHub(options: HubOptions): Promise<RunningHub> {
  const { log } = options
  const store = await openStore({
    dataDir: options.dataDir,
    migrations: options.migrations,
    ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
  })
  let rings: Rings | undefined
  try {
    rings = await openRings({ store, log, ...(options.redisUrl === undefined ? {} : { redisUrl: options.redisUrl }) })
    return await assemble(options, store, rings, log)
  } catch (error) {
    await rings?.close()
    await store.close()
    throw error
  }
}

async function assemble(options: HubOptions, store: Store, rings: Rings, log: Log): Promise<RunningHub> {
  const secrets = createSecrets(options.secretKey ?? keyFromFolder(options.dataDir))
  const { sql } = store
  const worker = randomUUIDv7()
  const leaseMs = options.leaseMs ?? 30_000
  const ledgerOptions = { worker, leaseMs, storable: storableJson }
  const jobs = createJobsLedger(sql, ledgerOptions)
  const outbox = createOutbox(sql, ledgerOptions)
  const people = createDirectory(store.db)
  const projects = createBindings(sql)
  const known: Profiles = {
    of: async (workspace, account) =>
      (await host.channels.get(account.plugin)?.channel.profile(workspace, account.id)) ?? null,
  }
  const profileOf = ({ workspace, account }: WorkspaceAccount) => known.of(workspace, account)
  const sign = (text: string) => Buffer.from(secrets.sign('link', text), 'base64url')
  const can = (plugin: string) => host.channels.get(plugin)?.can
  const emails = createEmails({ sql, people, secrets, domains: options.linkEmailDomains, profileOf, can })
  const accountLinks = createLinks({ sql, people, emails: emails.links, sign, profileOf })
  const view = createLedgerView(sql, { ring: rings.ring })
  const metrics = createMetrics({ stats: () => ledgerStats(sql), log })
  const modelBudget = createBudget(sql, options.tokensPerDay, metrics.countTokens)

  let late: { entry: Entry; handling: Handling } | undefined
  const now = () => {
    if (!late) throw new Error('a plugin used the hub during set-up')
    return late
  }
  let catalog: ReturnType<typeof createCatalog> | undefined
  const host = await createHost({
    plugins: options.plugins,
    configs: options.configs,
    ...(options.variables ? { variables: options.variables } : {}),
    log,
    mask: options.mask,
    services: [
      provide(database, store.db),
      provide(budget, modelBudget),
      provide(directory, people),
      provide(bindings, projects),
      provide(bindingDesk, projects),
      provide(links, accountLinks),
      provide(profiles, known),
      provide(tasks, {
        get all() {
          return host.tasks
        },
        get: (name) => host.tasks.find((task) => task.name === name) ?? null,
      }),
      provide(jobsView, view.jobsView),
      provide(
        jobsControl,
        createJobsControl(sql, (id) => leases.abort(id, new LeaseLost('it was cancelled'))),
      ),
      provide(
        operations,
        createOperations({ sql, home: HOME, mode: modeOf(options), adapters: () => adaptersOf(host, options) }),
      ),
    ],
    makeHub: (plugin, config) => ({
      config,
      log: scopeLog(log, { plugin: plugin.manifest.name }),
      kv: createKeyValue(sql, secrets, plugin.manifest.name),
      catalog: lateCatalog(() => catalog),
      command: (call) => now().entry.command(plugin.manifest.name, call),
      publish: (event, payload, origin) => now().entry.publish(plugin.manifest.name, event, payload, origin),
    }),
  })
  catalog = createCatalog(
    host.commands.map((c) => c.part),
    new Map(host.commands.map((c) => [c.part, c.plugin])),
  )
  const crashPoint = options.crashPoint ?? (() => {})
  const works = options.role !== 'web'
  // A process that works takes up what it let in; it rings for others when it is full. One that does not work rings.
  const inbox = createInbox(sql, () => (works ? engine.nudgeInbox() : rings.ring('inbox')), crashPoint)
  const entry = createEntry({ inbox, catalog, secrets, log })
  const handling = handlersOf({
    host,
    catalog,
    people,
    bindings: projects,
    // No plugin can have a name with a colon.
    formsKv: createKeyValue(sql, secrets, 'hub:forms'),
    lookUp: createLookUp(sql),
    secrets,
    findContinuation: createContinuations(sql),
    emails: emails.job,
  })
  late = { entry, handling }

  const leases = createLeases({ leaseMs, renew: jobs.renew })
  const sendLeases = createLeases({ leaseMs, renew: outbox.renew })
  const engine = createWorker(
    {
      sql,
      lease: { worker, leaseMs },
      routes: handling.routes,
      jobs,
      outbox,
      rings,
      log,
      prune: createPrune(sql),
      // The embedded database plans each statement anew.
      refreshStatistics: store.mode === 'postgres' ? createStatistics(sql) : async () => {},
      onDied: (ids) => handling.tellDied(ids, { sql, outbox, outlets: host.channels }),
      runner: {
        handlers: handling.handlers,
        personFor: handling.personFor,
        jobs,
        outbox,
        outlets: host.channels,
        leases,
        log,
        timeoutMs: options.jobTimeoutMs ?? 10 * 60_000,
        crashPoint,
        isPrivate: catalog.isPrivate,
        hasProgress: async (job) =>
          (
            await sql.query(`select 1 from hub.outbox where workspace = $1 and key = $2 and state <> 'superseded'`, [
              job.workspace,
              `${job.id}:progress`,
            ])
          ).length > 0,
        publish: async (job, name, payload, nth) => {
          const { actor = null, isForeign } = (job.body ?? {}) as JobBody
          await inbox.accept({
            id: randomUUIDv7(),
            workspace: job.workspace,
            source: 'hub',
            deliveryId: `${job.id}:${name}:${nth}`,
            kind: name,
            lane: job.lane,
            body: JSON.stringify({ payload, actor, ...(isForeign ? { isForeign } : {}) }),
          })
        },
        audit: (job, person, action, subject, detail) =>
          people.audit({
            workspace: job.workspace,
            actor: `${person.account.plugin}:${person.account.id}`,
            action,
            subject,
            outcome: 'done',
            jobId: job.id,
            detail: { ...detail },
          }),
        nudgeOutbox: () => engine.nudgeOutbox(),
        sendSlots: {
          reserve: (wanted) => engine.sends.reserve(wanted),
          start: (send) => engine.sends.start(send),
          release: (slots) => engine.sends.release(slots),
        },
        ring: (delayMs) => rings.ring('jobs', delayMs),
        onFenced: () => metrics.countFencedWrites(),
      },
      delivery: {
        outlets: host.channels,
        outbox,
        limits: createLimits(store.quickSql),
        leases: sendLeases,
        breaker: createBreaker(),
        times: { ...DELIVERY_TIMES, ...options.delivery },
        log,
        openTicket: (place) => openTicket(place, secrets),
        onFenced: () => metrics.countFencedWrites(),
        ringLater: (delayMs) => rings.ring('outbox', delayMs),
        crashPoint,
      },
    },
    { ...WORKER_OPTIONS, ...options.worker },
  )

  const schedules = createSchedules(
    host.schedules,
    (plugin, event, payload, deliveryId, lane) =>
      entry.publish(plugin, event, payload, { workspace: HOME, deliveryId, lane }),
    log,
  )
  const stopping = new AbortController()
  const app = createApp({
    routes: host.routes,
    sites: host.sites,
    health: readHealth({ store, rings, host }),
    metrics,
    openMetrics: options.openMetrics,
    hookBodyBytes: Object.fromEntries(
      options.plugins.flatMap(({ manifest: { name, maxBodyBytes } }) => (maxBodyBytes ? [[name, maxBodyBytes]] : [])),
    ),
    api: {
      command: runAsOperator(entry),
      ledger: view,
      plugins: () => pluginViews(host, options.mask),
      operations: host.operations,
      catalog,
    },
    apiToken: options.apiToken,
    version: options.version,
    log,
  })
  let started: Promise<void> | undefined
  return {
    app,
    host,
    store,
    entry,
    view,
    metrics,
    start() {
      started ??= (async () => {
        await store.migrate()
        if (store.mode === 'embedded') await endOrphanedLeases(sql)
        await people.ensureWorkspace({ id: HOME, plugin: OPERATOR.plugin, name: 'this hub' })
        const operator = await people.personFor(HOME, OPERATOR, 'operator')
        if (operator.role !== ('admin' satisfies Role)) await people.setRole(HOME, operator.id, 'admin')
        if (!works) return
        await host.start(stopping.signal)
        await engine.start()
        if (options.runSchedules !== false) schedules.start()
      })()
      return started
    },
    async close(drainMs = 10_000) {
      stopping.abort()
      schedules.stop()
      await engine.stop(drainMs)
      leases.close()
      sendLeases.close()
      await host.close()
      await rings.close()
      await store.close()
    },
  }
}

/** Plugins hold the catalog from set-up on, and may ask it once every plugin has brought its commands. */
function lateCatalog(find: () => Catalog | undefined): Catalog {
  const catalog = () => {
    const found = find()
    if (!found) throw new Error('the catalog is complete once every plugin is set up')
    return found
  }
  return {
    get commands() {
      return catalog().commands
    },
    form: (run) => catalog().form(run),
    check: (input) => catalog().check(input),
    isPrivate: (input) => catalog().isPrivate(input),
    match: (line) => catalog().match(line),
  }
}

function modeOf(options: HubOptions): { name: string; limits: string[] } {
  if (options.databaseUrl && options.redisUrl) return { name: 'PostgreSQL and Redis', limits: [] }
  if (options.databaseUrl)
    return {
      name: 'PostgreSQL',
      limits: ['without REDIS_URL rings go through PostgreSQL: about a tenth of the throughput'],
    }
  return {
    name: 'embedded',
    limits: [
      'survives a killed process, not a power cut: the embedded database never waits for the disk',
      'one process on one data folder: set DATABASE_URL for more',
    ],
  }
}

function adaptersOf(host: Host, { adaptersOff = [] }: HubOptions) {
  const on = [...host.channels.keys()].map((name) => ({ name, on: true, reason: null }))
  return [...on, ...adaptersOff.map(({ name, reason }) => ({ name, on: false, reason }))]
}
