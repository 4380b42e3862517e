import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { PGlite } from '@electric-sql/pglite'
import { type ServerType, serve } from '@hono/node-server'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api'
import { drizzle } from 'drizzle-orm/pglite'
import { Hono } from 'hono'
import {
  type Catalog,
  type Channel,
  type CommandCall,
  type CommandInfo,
  type Db,
  database,
  type HookEnv,
  type Hub,
  HubError,
  type JobStatus,
  jobsView,
  type Log,
  type Message,
  type Place,
  type Posted,
  type Service,
} from '#contract'
import type { ConsoleConfig } from '../../adapters/console/config.ts'
import { consoleAdapter } from '../../adapters/console/index.ts'
import * as tables from '../../adapters/console/tables.ts'

export const TOKEN = 'a-token-for-tests-only-0123456789'

/** An empty database that holds the console's tables, as drizzle describes them. */
export async function openDatabase(): Promise<{ db: Db; lite: PGlite; close(): Promise<void> }> {
  const lite = await PGlite.create()
  const statements = await generateMigration(generateDrizzleJson({}), generateDrizzleJson({ ...tables }))
  await lite.exec('create schema if not exists hub')
  for (const statement of statements) await lite.exec(statement)
  return { db: drizzle(lite), lite, close: () => lite.close() }
}

const field = {
  label: '',
  description: '',
  required: true,
  kind: 'text',
  multiline: false,
  rest: false,
  flag: false,
} as const
const command = (name: string, summary: string, example: string, more: Partial<CommandInfo> = {}): CommandInfo => ({
  name,
  summary,
  usage: `${name} <text>`,
  examples: [example],
  allow: 'member',
  sideEffects: 'hub',
  fields: [],
  ...more,
})
const COMMANDS: readonly CommandInfo[] = [
  command('story', 'Draft a checked user story from free text', 'story As a shopper I want to pay with a saved card'),
  command('story refine', 'Change a story by instruction', 'story refine ST-1 add a criterion for refunds'),
  command('story show', 'Show a story', 'story show ST-1', { sideEffects: 'none' }),
  command('docs ask', 'Answer a question from your documents', 'docs ask How do we rotate keys?'),
  command('deploy', 'Deploy a service', 'deploy shop staging', { sideEffects: 'outside' }),
  command('hub help', 'List what you can do here', 'hub help', { sideEffects: 'none' }),
]
const catalog: Catalog = {
  commands: COMMANDS,
  form(run) {
    const [, id] = /^story refine (\S+)$/.exec(run) ?? []
    if (id === undefined) return null
    return {
      command: 'story refine',
      title: `Refine ${id}`,
      submit: 'Refine',
      fields: [
        { ...field, name: 'id', label: 'Story', value: id },
        {
          ...field,
          name: 'instruction',
          label: 'Instruction',
          description: 'What should change?',
          multiline: true,
          rest: true,
        },
        {
          ...field,
          name: 'size',
          label: 'Size',
          description: '',
          required: false,
          kind: 'choice',
          choices: ['S', 'M', 'L'],
        },
        {
          ...field,
          name: 'reopen',
          label: 'Reopen',
          description: 'Also when it is approved',
          required: false,
          kind: 'boolean',
          flag: true,
        },
      ],
    }
  },
  isPrivate: () => false,
  match: (line) => COMMANDS.findLast(({ name }) => `${line} `.startsWith(`${name} `)) ?? null,
  check(input) {
    if (typeof input === 'string' || (input.values.instruction ?? '').length >= 5) return []
    return [{ field: 'instruction', message: 'Say it in at least 5 characters' }]
  },
}
const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} }

export interface ConsoleRig {
  readonly app: Hono<HookEnv>
  readonly channel: Channel
  /** Commands the hub took, in order. */
  readonly calls: CommandCall[]
  readonly jobs: Map<string, JobStatus>
  /** What a command does once it was taken; by default nothing. */
  onCommand(run: (call: CommandCall, jobId: string) => void | Promise<void>): void
  /** Makes the next command fail before anything is stored. */
  refuseNext(error: Error): void
  post(place: Place, key: string, message: Message): Promise<Posted>
  edit(to: Posted, key: string, message: Message): Promise<Posted>
  listen(port?: number): Promise<string>
  readonly server: () => ServerType | undefined
  close(): Promise<void>
}

/** The console as a hub would run it: its site mounted at `/` beside another route, errors answered as problems. */
export async function startConsole(db: Db, config: Partial<ConsoleConfig> = {}): Promise<ConsoleRig> {
  const calls: CommandCall[] = []
  const taken = new Map<string, string>()
  const jobs = new Map<string, JobStatus>()
  let run: (call: CommandCall, jobId: string) => void | Promise<void> = () => {}
  let refusal: Error | null = null
  const find = <T>(service: Service<T>): T | null => {
    if (service.name === database.name) return db as T
    if (service.name === jobsView.name) return { get: async (_: string, id: string) => jobs.get(id) ?? null } as T
    return null
  }
  const hub: Hub<ConsoleConfig> = {
    config: { token: TOKEN, ...config },
    log: quiet,
    kv: { get: async () => null, set: async () => {}, add: async () => true, delete: async () => {} },
    catalog,
    use(service) {
      const found = find(service)
      if (found === null) throw new HubError('CONFIG_INVALID', `nobody provides ${service.name}`)
      return found
    },
    maybe: find,
    async command(call) {
      if (refusal) {
        const error = refusal
        refusal = null
        throw error
      }
      const known = taken.get(call.deliveryId)
      if (known !== undefined) return { status: 'duplicate', id: known, announce: null }
      const id = randomUUID()
      taken.set(call.deliveryId, id)
      calls.push(call)
      setTimeout(() => void run(call, id), 0)
      return { status: 'queued', id, announce: 'Drafting a story, about 3 s' }
    },
    publish: () => Promise.reject(new HubError('UNSUPPORTED', 'the console publishes nothing')),
  }
  const parts = await consoleAdapter.setup(hub)
  const { site, channel } = parts
  if (!site || !channel) throw new Error('the console must have a site and a channel')
  const app = new Hono<HookEnv>()
  app.use('*', async (c, next) => {
    c.set('requestId', randomUUID())
    c.set('log', quiet)
    await next()
  })
  app.onError((error, c) => {
    if (!(error instanceof HubError))
      return c.json({ title: 'Internal error', status: 500, detail: error.message }, 500)
    return c.json({ title: error.code, status: 503, detail: error.message }, 503)
  })
  app.route('/', site)
  app.get('/health/live', (c) => c.text('ok'))

  let server: ServerType | undefined
  const never = new AbortController().signal
  return {
    app,
    channel,
    calls,
    jobs,
    onCommand(next) {
      run = next
    },
    refuseNext(error) {
      refusal = error
    },
    post: (to, key, message) => channel.deliver({ op: 'post', to, key, message }, never),
    edit: (to, key, message) => channel.deliver({ op: 'update', to, key, message }, never),
    server: () => server,
    listen: (port = 0) =>
      new Promise((resolve) => {
        server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, (info: AddressInfo) =>
          resolve(`http://127.0.0.1:${info.port}`),
        )
      }),
    async close() {
      await parts.close?.()
      const open = server
      if (open) await new Promise<void>((resolve) => open.close(() => resolve()))
    },
  }
}
