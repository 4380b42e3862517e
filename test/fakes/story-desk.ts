import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  type Budget,
  budget,
  type Command,
  type Context,
  database,
  type Hub,
  HubError,
  type Message,
  type Model,
  type ModelUsage,
  model,
  type Parts,
  type Place,
  type Role,
} from '#contract'
import { createCatalog } from '../../core/dispatch/catalog.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import type { Draft } from '../../plugins/story/draft.ts'
import { setupStory } from '../../plugins/story/setup.ts'
import { splitSpans } from '../../plugins/story/source/spans.ts'
import { dataFolder } from '../support/templates.ts'

/** A real store with every migration: embedded in a folder of its own, or the given PostgreSQL database. */
export async function openTestStore(databaseUrl?: string): Promise<Store> {
  const dataDir = dataFolder('hub-story-')
  const store = await openStore({
    dataDir,
    ...(databaseUrl ? { databaseUrl } : {}),
    migrations: fileURLToPath(new URL('../../migrations', import.meta.url)),
  })
  await store.migrate()
  return {
    ...store,
    async close() {
      await store.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Tokens in memory: `charged` shows what was spent, and `limit` can be set between calls. */
export function memoryBudget(
  limit = 1_000_000,
): Budget & { limit: number; readonly charged: { model: string; usage: ModelUsage }[] } {
  const charged: { model: string; usage: ModelUsage }[] = []
  const used = () => charged.reduce((sum, { usage }) => sum + usage.inputTokens + usage.outputTokens, 0)
  return {
    limit,
    charged,
    peek() {
      return { usedTokens: used(), limitTokens: this.limit }
    },
    async room(_workspace, tokens) {
      return used() + tokens <= this.limit
    },
    async charge(_workspace, name, usage) {
      charged.push({ model: name, usage })
    },
  }
}

export interface Ran {
  readonly message: Message
  readonly announce: string | null
  readonly jobId: string
  readonly progress: readonly Message[]
  readonly published: readonly { readonly event: string; readonly payload: unknown }[]
}
export interface RunOptions {
  /** null: somebody who may do nothing here. */
  readonly role?: Role | null
  readonly jobId?: string
  readonly workspace?: string
  readonly who?: string
  readonly signal?: AbortSignal
  readonly channel?: string
}

/** The story plugin over a real store, without queue and platform: lines are parsed by the hub's own catalog. */
export function storyDesk(options: {
  readonly store: Store
  readonly draftOffline: (text: string) => Draft
  readonly model?: Model | null
  readonly budget?: Budget
  /** Further services by name: bindings, trackers. */
  readonly services?: ReadonlyMap<string, unknown>
}) {
  const tokens = options.budget ?? memoryBudget()
  const unused = () => {
    throw new Error('not used by this plugin')
  }
  const services = new Map<string, unknown>([
    [database.name, options.store.db],
    [budget.name, tokens],
    [model.name, options.model ?? null],
    ...(options.services ?? []),
  ])
  const queue: { job: string; payload: unknown; workspace: string; key: string; attempt: number }[] = []
  let failShow: Error | null = null
  const keys = new Set<string>()
  const shown: { to: Place; message: Message }[] = []
  const audits: { action: string; subject: string }[] = []
  const hub: Hub = {
    config: {},
    log: { debug() {}, info() {}, warn() {}, error() {} },
    kv: { get: unused, set: unused, add: unused, delete: unused },
    catalog: { commands: [], isPrivate: () => false, match: unused, form: unused, check: unused },
    use: <T>(service: { name: string; type?: T }) => services.get(service.name) as T,
    maybe: <T>(service: { name: string; type?: T }) => services.get(service.name) as T | null,
    command: unused,
    publish: unused,
  }
  const parts: Parts = setupStory(hub, options.draftOffline)
  const catalog = createCatalog([...(parts.commands ?? [])])
  let jobs = 0

  function contextOf(jobId: string, workspace: string, over: RunOptions = {}, attempt = 1) {
    const progress: Message[] = []
    const published: { event: string; payload: unknown }[] = []
    const name = over.who ?? 'Ada'
    const ctx: Context = {
      jobId,
      attempt,
      workspace,
      actor: {
        id: 'p1',
        name,
        role: over.role === undefined ? 'member' : over.role,
        account: { plugin: 'test', id: name },
      },
      place: {
        plugin: 'test',
        workspace,
        channel: over.channel ?? 'C1',
        visibility: 'team',
        ticket: 'secret-ticket',
        ticketExpiresAtMs: 1,
      },
      log: hub.log,
      signal: over.signal ?? new AbortController().signal,
      progress: async (note) => void progress.push(note),
      publish: async (event, payload) => {
        published.push({ event: event.name, payload })
        for (const handler of parts.events ?? [])
          if (handler.event.name === event.name) await handler.run(payload, contextOf(`${jobId}:on`, workspace).ctx)
      },
      send: async (_name, to, message) => void shown.push({ to, message }),
      async show(to, message) {
        const error = failShow
        failShow = null
        if (error) throw error
        shown.push({ to, message })
      },
      async enqueue(job, payload, { key = `${jobId}:${queue.length}`, workspace: other = workspace } = {}) {
        const unique = `${other}|${job.name}|${key}`
        if (!keys.has(unique)) queue.push({ job: job.name, payload, workspace: other, key: unique, attempt: 1 })
        keys.add(unique)
        return { jobId: unique }
      },
      audit: async (action, subject) => void audits.push({ action, subject }),
    }
    return { ctx, progress, published }
  }
  /** An event as an adapter publishes it. */
  async function deliver(event: string, payload: unknown, workspace: string, over: RunOptions = {}): Promise<void> {
    jobs += 1
    for (const handler of parts.events ?? [])
      if (handler.event.name === event) await handler.run(payload, contextOf(`event-${jobs}`, workspace, over).ctx)
  }
  /** Runs what was enqueued until nothing is left, or so many jobs; returns how many that were. One that failed is the next to run, as long as it may. */
  async function drain(most = Number.POSITIVE_INFINITY): Promise<number> {
    let ran = 0
    for (let next = queue.shift(); next; next = ran < most ? queue.shift() : undefined) {
      const { job, payload, workspace, key, attempt } = next
      const handler = parts.jobs?.find((one) => one.job.name === job)
      if (!handler) throw new Error(`nobody runs ${job}`)
      try {
        await handler.run(payload, contextOf(key, workspace, {}, attempt).ctx)
      } catch (error) {
        const isOver = attempt >= handler.job.retry.attempts || (error instanceof HubError && error.retry === 'never')
        if (!isOver) queue.unshift({ ...next, attempt: attempt + 1 })
        throw error
      }
      ran += 1
    }
    return ran
  }
  async function run(line: string, over: RunOptions = {}): Promise<Ran> {
    const resolved = catalog.resolve(line)
    if (resolved.kind !== 'run') throw new Error(`"${line.slice(0, 80)}" does not run: ${JSON.stringify(resolved)}`)
    const command: Command = resolved.command
    jobs += 1
    const workspace = over.workspace ?? 'test:T1'
    const jobId = over.jobId ?? `job-${jobs}-${Math.random().toString(36).slice(2)}`
    const { ctx, progress, published } = contextOf(jobId, workspace, over)
    const announce = command.announce?.(resolved.args, workspace) ?? null
    return { message: await command.run(resolved.args, ctx), announce, jobId, progress, published }
  }
  return {
    run,
    deliver,
    drain,
    shown,
    /** The next message that is shown is not: the process dies there. */
    failNextShow: (error: Error) => {
      failShow = error
    },
    audits,
    catalog,
    parts,
    budget: tokens,
  }
}

/** Everything a message shows, as one text: what a person could read in any part of it. */
export function wordsOf(message: Message): string {
  return [message.text, JSON.stringify(message.blocks ?? [])].join('\n')
}

/** A small stand-in for the offline drafter: one criterion for each piece of the text, padded to three. */
export function plainDraft(text: string): Draft {
  const spans = splitSpans(text)
  const about = (text.split('\n')[0] ?? '').slice(0, 60)
  const cited = spans.slice(0, 6).map((span, index) => ({
    title: `Case ${index + 1}: ${span.text.slice(0, 60)}`,
    kind: index === 0 ? ('happy' as const) : ('boundary' as const),
    given: ['a person is signed in'],
    when: `case ${index + 1} of ${about} is tried`,
    then: [`case ${index + 1} holds`],
    source: { span: span.id, quote: span.text.slice(0, 200) },
  }))
  const assumed = (['failure', 'permission', 'quality'] as const).map((kind) => ({
    title: `The ${kind} of ${about}`,
    kind,
    given: [],
    when: `${about} meets ${kind}`,
    then: [`the ${kind} is told`],
    source: null,
  }))
  return {
    title: `Plain ${about}`,
    role: 'person',
    goal: `have ${about}`,
    benefit: null,
    criteria: [...cited, ...assumed],
    questions: [],
    assumptions: [],
    invest: [],
    size: 'M',
    sizeReason: 'a guess',
    confidence: 0.3,
    language: 'en',
  }
}
