import {
  type Command,
  type Context,
  type DeliveryMeasures,
  type DeploymentQuery,
  type Deployments,
  type DeploymentView,
  database,
  deployments,
  type Hub,
  HubError,
  type KeyValue,
  type Mail,
  type MailStop,
  type Message,
  mail,
  type Parts,
  type Place,
  type Profile,
  profiles,
} from '#contract'
import { createCatalog } from '../../core/dispatch/catalog.ts'
import type { Store } from '../../core/store/open.ts'
import { setupDigest } from '../../plugins/digest/setup.ts'

const SLACK: Place = { plugin: 'slack', workspace: 'slack:T1', channel: 'C1', visibility: 'team' }
let made = 0
/** A deployment with everything a digest can tell; what is given replaces it. */
export function deploymentOf(over: Partial<DeploymentView> = {}): DeploymentView {
  made += 1
  const finishedAtMs = Date.UTC(2026, 10, 20, 9, 12)
  return {
    reference: `D-${made}`,
    id: `deployment-${made}`,
    workspace: 'slack:T1',
    project: null,
    service: 'checkout',
    environment: 'production',
    state: 'succeeded',
    ref: 'v1.4.2',
    sha: 'abcdef0123456789',
    repository: 'octo/app',
    url: 'https://ci.example.com/runs/1',
    by: 'Ann',
    revision: 3,
    startedAtMs: Date.UTC(2026, 10, 20, 9),
    finishedAtMs,
    // At once, unless it is said.
    endRecordedAtMs: over.finishedAtMs === undefined ? finishedAtMs : over.finishedAtMs,
    commits: [{ sha: 'abcdef0', message: 'Pay with a saved card', author: 'Ann' }],
    stories: [],
    rollsBack: null,
    reason: null,
    ...over,
  }
}
export interface MemoryDeployments extends Deployments {
  readonly all: DeploymentView[]
  readonly asked: (DeploymentQuery & { readonly workspace: string })[]
  figures: (fromMs: number, toMs: number) => readonly DeliveryMeasures[]
}
/** The port of deployments over an array, as it is documented: newest first, ended in [fromMs, toMs). */
export function memoryDeployments(all: DeploymentView[] = []): MemoryDeployments {
  const asked: MemoryDeployments['asked'] = []
  const self: MemoryDeployments = {
    all,
    asked,
    figures: () => [],
    async list(workspace, query) {
      asked.push({ workspace, ...query })
      const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY, by = 'finished', limit } = query
      const ended = (one: DeploymentView) => (by === 'finished' ? one.finishedAtMs : one.endRecordedAtMs) ?? 0
      return all
        .filter((one) => one.workspace === workspace && one.finishedAtMs !== null)
        .filter((one) => ended(one) >= fromMs && ended(one) < toMs)
        .sort((a, b) => ended(b) - ended(a))
        .slice(0, Math.min(500, limit))
    },
    async get(workspace, reference) {
      const found = all.find((one) => one.workspace === workspace && one.reference === reference)
      if (!found) throw new HubError('NOT_FOUND', `no deployment ${reference}`)
      return found
    },
    measures: async (_workspace, fromMs, toMs) => self.figures(fromMs, toMs),
  }
  return self
}
export function memoryKv(): KeyValue {
  const stored = new Map<string, unknown>()
  return {
    get: async (key) => stored.get(key) ?? null,
    set: async (key, value) => void stored.set(key, value),
    add: async (key, value) => !stored.has(key) && stored.set(key, value) !== undefined,
    delete: async (key) => void stored.delete(key),
  }
}
export interface Sent {
  readonly jobId: string
  readonly name: string
  readonly to: Place
  readonly message: Message
}
export interface Queued {
  readonly jobId: string
  readonly key: string
  readonly workspace: string
  readonly payload: unknown
  readonly delayMs: number
}
export interface DigestDesk {
  readonly parts: Parts
  readonly deployments: MemoryDeployments
  /** In the order they were stored; a second one of the same name and job is dropped, as the ledger drops it. */
  readonly sent: Sent[]
  /** One for each key. */
  readonly queued: Queued[]
  /** The verified address of whoever asks. */
  email: string | undefined
  nowMs: number
  hasMail: boolean
  /** Addresses that the mail adapter sends nothing to. */
  readonly stops: Map<string, MailStop>
  run(line: string, over?: { who?: string; workspace?: string; place?: Place | null; jobId?: string }): Promise<Message>
  /** One slot of the schedule. */
  tick(jobId?: string): Promise<void>
  /** Works everything that is queued and was not worked yet. */
  work(): Promise<void>
  event(name: string, payload: unknown): Promise<void>
}

/** The digest plugin over a real store, without queue and platform; over an array of deployments, unless it is given others. */
export function digestDesk(store: Store, kv: KeyValue = memoryKv(), port?: Deployments): DigestDesk {
  const known = memoryDeployments()
  const sent: Sent[] = []
  const queued: Queued[] = []
  let worked = 0
  let jobs = 0
  const unused = () => {
    throw new Error('not used by this plugin')
  }
  const letters: Mail = {
    placeOf(address) {
      if (!/^[^\s@,<>]+@[^\s@,<>]+$/.test(address)) throw new HubError('INPUT_INVALID', `${address} is no mail address`)
      return { plugin: 'mail', workspace: 'mail:smtp', channel: address, visibility: 'private' }
    },
    stopped: async (address) => self.stops.get(address) ?? null,
    reopen: async (address) => void self.stops.delete(address),
  }
  const services = (name: string): unknown => {
    if (name === database.name) return store.db
    if (name === profiles.name)
      return {
        of: async (): Promise<Profile> => ({ name: 'Ann', isBot: false, ...(self.email ? { email: self.email } : {}) }),
      }
    if (name === mail.name) return self.hasMail ? letters : null
    if (name === deployments.name) return port ?? known
    return null
  }
  const hub: Hub = {
    config: {},
    log: { debug() {}, info() {}, warn() {}, error() {} },
    kv,
    catalog: { commands: [], isPrivate: () => false, match: unused, form: unused, check: unused },
    use: <T>(service: { name: string; type?: T }) => services(service.name) as T,
    maybe: <T>(service: { name: string; type?: T }) => services(service.name) as T | null,
    command: unused,
    publish: unused,
  }
  const parts = setupDigest(hub, () => self.nowMs)
  const catalog = createCatalog([...(parts.commands ?? [])])

  const contextOf = (jobId: string, workspace: string, who: string, place: Place | null): Context => ({
    jobId,
    attempt: 1,
    workspace,
    actor: { id: `person-${who}`, name: who, role: 'member', account: { plugin: 'slack', id: who } },
    place,
    log: hub.log,
    signal: new AbortController().signal,
    async progress() {},
    async send(name, to, message) {
      if (!sent.some((one) => one.jobId === jobId && one.name === name)) sent.push({ jobId, name, to, message })
    },
    show: unused,
    async enqueue(token, payload, options = {}) {
      const key = `${token.name}::${options.key ?? queued.length}`
      const before = queued.find((one) => one.key === key)
      if (before) return { jobId: before.jobId }
      const { delayMs = 0 } = options
      const job = { jobId: `queued-${queued.length}`, key, workspace: options.workspace ?? workspace, payload, delayMs }
      queued.push(job)
      return { jobId: job.jobId }
    },
    publish: unused,
    async audit() {},
  })
  const self: DigestDesk = {
    parts,
    deployments: known,
    sent,
    queued,
    email: undefined,
    nowMs: Date.UTC(2026, 10, 20, 12),
    hasMail: true,
    stops: new Map(),
    async run(line, over = {}) {
      const resolved = catalog.resolve(line)
      if (resolved.kind !== 'run') throw new Error(`"${line}" does not run: ${JSON.stringify(resolved)}`)
      const { command, args }: { command: Command; args: unknown } = resolved
      jobs += 1
      const place = over.place === undefined ? SLACK : over.place
      const ctx = contextOf(over.jobId ?? `job-${jobs}`, over.workspace ?? 'slack:T1', over.who ?? 'Ann', place)
      return command.run(args as never, ctx)
    },
    async tick(jobId = `tick-${++jobs}`) {
      for (const schedule of parts.schedules ?? [])
        await schedule.run({ startMs: self.nowMs }, contextOf(jobId, 'hub:home', 'hub', null))
    },
    async work() {
      const [handler] = parts.jobs ?? []
      while (worked < queued.length) {
        const job = queued[worked++]
        if (job) await handler?.run(job.payload, contextOf(job.jobId, job.workspace, 'hub', null))
      }
    },
    async event(name, payload) {
      const handler = (parts.events ?? []).find(({ event }) => event.name === name)
      if (!handler) throw new Error(`nobody handles ${name}`)
      await handler.run(payload, contextOf(`event-${++jobs}`, 'mail:smtp', 'hub', null))
    },
  }
  return self
}
/** Every word of a message, in order. */
export function wordsOf({ text, blocks = [] }: Message): string {
  return [text, JSON.stringify(blocks)].join('\n')
}
