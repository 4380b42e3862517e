import { randomUUID } from 'node:crypto'
import {
  type Binding,
  type Bindings,
  type Budget,
  bindings,
  budget,
  type Context,
  database,
  type Hub,
  type Message,
  type Model,
  model,
  type Place,
  pullRequestChanged,
  pushed,
  type Repositories,
  repositories,
  repositoryOpened,
  type Said,
  threads,
} from '#contract'
import { createCatalog } from '../../core/dispatch/catalog.ts'
import type { Store } from '../../core/store/open.ts'
import { setupDocs } from '../../plugins/docs/setup.ts'
import { type StoryView, stories, storyApproved } from '../../plugins/story/api.ts'
import { memoryKv } from '../support/kv.ts'
import { memoryBudget } from './story-desk.ts'

export interface DocsDeskOptions {
  readonly store: Store
  readonly workspace: string
  readonly port: Repositories
  readonly model?: Model | null
  readonly budget?: Budget
  readonly stories?: readonly StoryView[]
  /** What people wrote where commands are typed. */
  readonly said?: readonly Said[]
}
const REPOSITORY = 'octo/shop'
const URL = `https://code.test/${REPOSITORY}`

/** The docs plugin over a real store, without queue and platform: events become jobs at once, commands are parsed by the hub's own catalog. */
export function docsDesk(options: DocsDeskOptions) {
  const bound: Binding[] = []
  const bind = (workspace = options.workspace, target = REPOSITORY) =>
    void bound.push({
      workspace,
      project: 'shop',
      kind: 'repository',
      plugin: 'memory',
      targetWorkspace: 'memory:1',
      target,
      label: target,
      rules: {},
      boundBy: 'test:ada',
    })
  const fakeBindings: Bindings = {
    list: async (workspace, query = {}) =>
      bound.filter(
        (one) =>
          one.workspace === workspace &&
          Object.entries(query).every(([name, value]) => one[name as keyof Binding] === value),
      ),
    projectAt: async () => null,
    boundTo: async ({ plugin, target, targetWorkspace }) =>
      bound.filter((b) => b.plugin === plugin && b.target === target && b.targetWorkspace === targetWorkspace),
    targetsOf: async () => [],
  }
  const unused = () => {
    throw new Error('not used by this plugin')
  }
  const services = new Map<string, unknown>([
    [database.name, options.store.db],
    [budget.name, options.budget ?? memoryBudget()],
    [model.name, options.model ?? null],
    [bindings.name, fakeBindings],
    [repositories('memory').name, options.port],
    ...(options.said ? [[threads('test').name, { read: async () => options.said }] as const] : []),
    [
      stories.name,
      {
        get: async (_: string, reference: string) => options.stories?.find((one) => one.reference === reference),
      },
    ],
  ])
  const hub: Hub = {
    config: {},
    log: { debug() {}, info() {}, warn() {}, error() {} },
    kv: memoryKv(),
    catalog: { commands: [], isPrivate: () => false, match: unused, form: unused, check: unused },
    use: <T>(service: { name: string; type?: T }) => services.get(service.name) as T,
    maybe: <T>(service: { name: string; type?: T }) => (services.get(service.name) ?? null) as T | null,
    command: unused,
    publish: unused,
  }
  const parts = setupDocs(hub)
  const catalog = createCatalog([...(parts.commands ?? [])])
  const audited: string[] = []
  const shown: { readonly channel: string; readonly text: string; readonly card: string }[] = []

  function contextOf(workspace: string, place: Place | null, attempt = 1): Context {
    return {
      jobId: randomUUID(),
      attempt,
      workspace,
      actor: { id: 'p1', name: 'Ada', role: 'member', account: { plugin: 'test', id: 'Ada' } },
      place,
      log: hub.log,
      signal: new AbortController().signal,
      progress: async () => {},
      publish: unused,
      send: unused,
      show: async (to, message) => void shown.push({ channel: to.channel, text: message.text, card: message.card.of }),
      // At once, as a queue without waiting would.
      async enqueue(job, payload, { workspace: tenant } = {}) {
        const handler = parts.jobs?.find((one) => one.job.name === job.name)
        await handler?.run(payload, contextOf(tenant ?? workspace, null, attempt))
        return { jobId: 'job' }
      },
      audit: async (action, subject) => void audited.push(`${action} ${subject}`),
    }
  }
  const placeIn = (workspace: string, visibility: Place['visibility']): Place => ({
    plugin: 'test',
    workspace,
    channel: 'C1',
    visibility,
  })
  const resolve = (line: string) => {
    const resolved = catalog.resolve(line)
    if (resolved.kind !== 'run') throw new Error(`"${line}" does not run: ${JSON.stringify(resolved)}`)
    return resolved
  }
  const emit = async (name: string, payload: unknown, workspace: string, attempt = 1) => {
    for (const handler of parts.events ?? [])
      if (handler.event.name === name) await handler.run(payload, contextOf(workspace, null, attempt))
  }
  return {
    bind,
    unbind: () => void bound.splice(0),
    audited,
    /** Cards of channels, oldest first. */
    shown,
    bindChannel: (channel: string) =>
      void bound.push({
        workspace: options.workspace,
        project: 'shop',
        kind: 'channel',
        plugin: 'chat',
        targetWorkspace: options.workspace,
        target: channel,
        label: channel,
        rules: {},
        boundBy: 'test:ada',
      }),
    async run(
      line: string,
      over: { readonly workspace?: string; readonly visibility?: Place['visibility']; readonly attempt?: number } = {},
    ): Promise<Message> {
      const resolved = resolve(line)
      const workspace = over.workspace ?? options.workspace
      const ctx = contextOf(workspace, placeIn(workspace, over.visibility ?? 'team'), over.attempt)
      return resolved.command.run(resolved.args, ctx)
    },
    /** Where the hub is told that what this line shows was written. */
    async source(line: string) {
      const { command, args } = resolve(line)
      const ctx = contextOf(options.workspace, placeIn(options.workspace, 'team'))
      return { outside: command.sideEffects === 'outside', source: (await command.source?.(args, ctx)) ?? null }
    },
    push: (push: {
      readonly before: string | null
      readonly after: string | null
      readonly branch?: string
      readonly forced?: boolean
      readonly own?: boolean
      readonly attempt?: number
    }) =>
      emit(
        pushed.name,
        {
          plugin: 'memory',
          repository: REPOSITORY,
          url: URL,
          branch: 'main',
          defaultBranch: 'main',
          forced: false,
          own: false,
          author: null,
          commits: [],
          atMs: 0,
          ...push,
        },
        'memory:1',
        push.attempt,
      ),
    /** The host tells that it was opened or closed to everybody. */
    opened: (isPrivate: boolean) =>
      emit(
        repositoryOpened.name,
        { plugin: 'memory', repository: REPOSITORY, url: URL, private: isPrivate, atMs: 0 },
        'memory:1',
      ),
    pull: (pull: {
      readonly number: number
      readonly change: 'opened' | 'closed' | 'merged'
      readonly fork?: boolean
    }) =>
      emit(
        pullRequestChanged.name,
        {
          plugin: 'memory',
          repository: REPOSITORY,
          url: URL,
          number: pull.number,
          title: 'Documentation',
          change: pull.change,
          head: { branch: 'autodevhub/docs', sha: 'abc', fork: pull.fork ?? false },
          base: 'main',
          mergeCommit: null,
          own: false,
          author: null,
          pageUrl: URL,
          atMs: 0,
        },
        'memory:1',
      ),
    approve: (reference: string) =>
      emit(storyApproved.name, { storyId: 's1', reference, version: 1, title: 'Story' }, options.workspace),
  }
}
