import { rmSync } from 'node:fs'
import { z } from 'zod'
import {
  type Context,
  type Delivery,
  definePlugin,
  defineTask,
  type Hub,
  HubError,
  type Message,
  type Model,
  mail,
  model,
  type Plugin,
  type Posted,
  provide,
  pushed,
} from '#contract'
import { createHub, createLog, createMask, type RunningHub } from '../../core/index.ts'
import { hubPlugin } from '../../plugins/hub/index.ts'
import { workflow } from '../../plugins/workflow/index.ts'
import { replay } from '../../plugins/workflow/journal/replay.ts'
import { createRunStore } from '../../plugins/workflow/runs/store.ts'
import { freshRedis } from '../services/index.ts'
import type { Mode } from '../support/hub.ts'
import { MIGRATIONS } from '../support/stores.ts'
import { dataFolder, migratedDatabase } from '../support/templates.ts'

/** What stands in a chat: one entry for each post, with every state it ever showed. */
export interface ShownPost {
  readonly id: string
  readonly channel: string
  readonly only: string | null
  message: Message
  readonly states: Message[]
}
/** What the steps of the tests do: each call is kept, and can be told how to go. */
export interface Robot {
  readonly calls: { readonly name: string; readonly jobId: string; readonly attempt: number }[]
  /** Called with the `name` that a step gives it. */
  act: (name: string, ctx: Context) => Promise<unknown> | unknown
}
export interface WorkflowHub {
  readonly hub: RunningHub
  readonly robot: Robot
  readonly dataDir: string
  posts(channel?: string): readonly ShownPost[]
  /** A line that somebody types; resolves when everything that is due rests. Returns what was posted meanwhile. */
  say(line: string, who?: string, channel?: string): Promise<readonly ShownPost[]>
  /** As `say`, without waiting. */
  type(line: string, who?: string, workspace?: string): Promise<unknown>
  /** A push to the repository; resolves when what is due rests. */
  push(over?: Partial<z.input<typeof pushed.payload>>): Promise<void>
  /** As `push`, while a step runs: resolves when the workflows know of it. */
  arrive(over: Partial<z.input<typeof pushed.payload>>): Promise<void>
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Saves a workflow as YAML. */
  save(name: string, yaml: string): Promise<readonly ShownPost[]>
  /** Makes what is due later due now. */
  hurry(kind: string): Promise<void>
  card(reference: string): ShownPost
  /** Every run so far, played again to the plan of today: where it came to another one. */
  replayAll(): Promise<readonly { readonly run: string; readonly difference: unknown }[]>
  quiet(): Promise<void>
  close(): Promise<void>
}
export const WORKSPACE = 'chat:T1'
const SECRET_KEY = 'ab'.repeat(32)

export interface WorkflowHubOptions {
  readonly mode?: Mode
  readonly config?: Readonly<Record<string, unknown>>
  readonly model?: Model
  /** Further plugins, with nothing to configure. */
  readonly plugins?: readonly Plugin[]
  /** Keeps the database of an earlier hub. */
  readonly dataDir?: string
  readonly robot?: Robot
  readonly leaseMs?: number
  readonly crashPoint?: (name: string) => void
}

export async function startWorkflowHub(options: WorkflowHubOptions = {}): Promise<WorkflowHub> {
  const { mode = 'embedded' } = options
  const dataDir = options.dataDir ?? dataFolder('hub-workflow-')
  const posts: ShownPost[] = []
  const robot: Robot = options.robot ?? { calls: [], act: () => null }
  let door: Hub | undefined
  const chat = definePlugin({
    manifest: {
      name: 'chat',
      version: '1.0.0',
      summary: 'A chat in memory',
      hub: '^1.0.0',
      config: z.object({}),
      can: {
        update: true,
        threads: true,
        buttons: true,
        forms: true,
        private: true,
        files: true,
        reconcile: 'native',
        maxText: 50_000,
        maxBlocks: 50,
      },
    },
    setup(hub) {
      door = hub
      return {
        channel: recordingChannel(posts),
        provides: [
          provide(mail, {
            placeOf: (address) => ({ plugin: 'chat', workspace: WORKSPACE, channel: address, visibility: 'private' }),
            stopped: async () => null,
            reopen: async () => undefined,
          }),
          ...(options.model ? [provide(model, options.model)] : []),
        ],
        tasks: [
          defineTask({
            name: 'robot.do',
            summary: 'Do what the test says',
            input: z.object({ name: z.string() }),
            output: z.unknown(),
            sideEffects: 'outside',
            async run({ name }, ctx) {
              robot.calls.push({ name, jobId: ctx.jobId, attempt: ctx.attempt })
              return robot.act(name, ctx)
            },
          }),
        ],
      }
    },
  })
  const hub = await createHub({
    role: 'all',
    plugins: [chat, hubPlugin as Plugin, workflow as Plugin, ...(options.plugins ?? [])],
    configs: { chat: {}, hub: {}, workflow: { publicUrl: 'http://hub.test', ...options.config } },
    dataDir,
    migrations: MIGRATIONS,
    secretKey: SECRET_KEY,
    apiToken: 'api-token-of-the-test-0123456789',
    openMetrics: true,
    version: '0.0.0',
    tokensPerDay: 100_000,
    log: createLog({ level: process.env.LOG_LEVEL === 'debug' ? 'debug' : 'silent', name: 'test', mask: createMask() }),
    mask: createMask(),
    worker: { sweepMs: 200 },
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
    ...(options.crashPoint ? { crashPoint: options.crashPoint } : {}),
    ...(mode === 'embedded' ? {} : { databaseUrl: await migratedDatabase() }),
    ...(mode === 'postgres+redis' ? { redisUrl: await freshRedis() } : {}),
  })
  await hub.start()
  let said = 0
  const { sql } = hub.store
  const quiet = async () => {
    const until = performance.now() + 25_000
    const open = `select (select count(*)::int from hub.inbox where state = 'new')
      + (select count(*)::int from hub.jobs where state = 'running' or (state = 'pending' and run_at < clock_timestamp() + interval '3 s'))
      + (select count(*)::int from hub.outbox where state in ('pending', 'inflight', 'unknown', 'reconciling')) as n`
    for (let rested = 0; rested < 2; ) {
      const [row] = await sql.query<{ n: number }>(open)
      rested = row?.n === 0 ? rested + 1 : 0
      if (performance.now() > until) throw new Error(`${row?.n} rows are still on their way`)
      await new Promise((resolve) => setTimeout(resolve, 15))
    }
  }
  const fetch: WorkflowHub['fetch'] = async (path, init) => hub.app.fetch(new Request(`http://hub.test${path}`, init))
  const type: WorkflowHub['type'] = (input, who = 'ada', workspace = WORKSPACE) => command(input, who, 'C1', workspace)
  const command = async (input: string, who: string, channel: string, workspace: string) => {
    if (!door) throw new Error('the chat was not set up')
    return door.command({
      workspace,
      deliveryId: `say-${++said}-${Math.random()}`,
      input,
      actor: { plugin: 'chat', id: who },
      actorName: who,
      place: { plugin: 'chat', workspace, channel, visibility: 'team' },
    })
  }
  const say: WorkflowHub['say'] = async (line, who = 'ada', channel = 'C1') => {
    const before = posts.length
    await command(line, who, channel, WORKSPACE)
    await quiet()
    return posts.slice(before)
  }
  const people = { ada: 'maintainer', ben: 'maintainer', cleo: 'member' }
  for (const [who] of Object.entries(people)) await say('hub whoami', who)
  for (const [who, role] of Object.entries(people))
    await sql.query(
      `update hub.people set role = $1 where workspace = $2 and id = (select person_id from hub.accounts where workspace = $2 and account_id = $3)`,
      [role, WORKSPACE, who],
    )
  posts.length = 0
  let events = 0
  const publish = (over: Partial<z.input<typeof pushed.payload>>) => {
    if (!door) throw new Error('the chat was not set up')
    return door.publish(
      pushed,
      {
        plugin: 'chat',
        repository: 'octo/web',
        url: 'https://forge.test/octo/web',
        branch: 'main',
        defaultBranch: 'main',
        before: null,
        after: 'a'.repeat(40),
        forced: false,
        own: false,
        author: null,
        commits: [],
        atMs: 1,
        ...over,
      },
      { workspace: WORKSPACE, deliveryId: `event-${++events}-${Math.random()}` },
    )
  }
  return {
    hub,
    robot,
    dataDir,
    posts: (channel) => posts.filter((post) => channel === undefined || post.channel === channel),
    say,
    type,
    fetch,
    quiet,
    save: (name, yaml) => say(`workflow save ${name}\n${yaml}`),
    async push(over = {}) {
      await publish(over)
      await quiet()
    },
    async arrive(over) {
      const { id } = await publish(over)
      const left = `select count(*)::int as n from hub.inbox i where i.id = $1 and (i.state = 'new' or exists (
        select 1 from hub.jobs j where j.origin = i.id and j.kind in ('on:git.pushed:workflow', 'workflow.happened') and j.state <> 'done'))`
      for (;;) {
        const [row] = await sql.query<{ n: number }>(left, [id])
        if (row?.n === 0) return
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
    async hurry(kind) {
      await sql.query(`update hub.jobs set run_at = clock_timestamp() where kind = $1 and state = 'pending'`, [kind])
      await quiet()
    },
    card(reference) {
      const found = posts.filter(({ message }) => message.card?.of === `workflow ${reference}`)
      const [one] = found
      if (!one || found.length > 1) throw new Error(`${found.length} cards of ${reference}`)
      return one
    },
    async replayAll() {
      const store = createRunStore(hub.store.db)
      const rows = await sql.query<{ id: string }>(`select id from hub.workflow_runs where workspace = $1`, [WORKSPACE])
      const differences: { run: string; difference: unknown }[] = []
      for (const { id } of rows) {
        const snapshot = await store.get(WORKSPACE, id)
        if (!snapshot) continue
        const journal = await store.transitions(WORKSPACE, id)
        const difference = replay(snapshot.definition, snapshot.state, journal)
        if (difference) differences.push({ run: snapshot.state.about.reference, difference })
      }
      if (rows.length === 0) throw new Error('there is no run to play again')
      return differences
    },
    async close() {
      await hub.close(2_000)
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function recordingChannel(posts: ShownPost[]) {
  return {
    split: (message: Message) => [message],
    render: (message: Message) => message,
    limits: () => [],
    async deliver(delivery: Delivery): Promise<Posted> {
      if (delivery.op === 'update') {
        const { to, message } = delivery
        const post = posts.find((one) => one.id === to.message)
        if (!post) throw new HubError('NOT_FOUND', 'there is no such post')
        post.message = message
        post.states.push(message)
        return to
      }
      const { to, message } = delivery
      const id = `m${posts.length + 1}-${Math.random()}`
      posts.push({ id, channel: to.channel, only: message.only?.id ?? null, message, states: [message] })
      return { ...to, message: id }
    },
    find: async () => null,
    profile: async () => null,
  }
}

/** The saved command behind a button or form of a message. */
export function buttonOf(message: Message, label: string): string {
  for (const block of message.blocks ?? []) {
    if (block.kind !== 'actions') continue
    for (const item of block.items) if (item.label === label && item.kind !== 'link') return item.run
  }
  throw new Error(`no button “${label}” on: ${message.text}`)
}
