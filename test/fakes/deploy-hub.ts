import { rmSync } from 'node:fs'
import { z } from 'zod'
import {
  type Comparison,
  ciRunChanged,
  type Delivery,
  definePlugin,
  defineTask,
  deploymentReported,
  type EventType,
  type Hub,
  HubError,
  type In,
  type Message,
  type Plugin,
  type Posted,
  provide,
  pullRequestChanged,
  pushed,
  type Repositories,
  repositories,
  runArtifacts,
  type Schema,
  tracker,
} from '#contract'
import { createHub, createLog, createMask, type RunningHub } from '../../core/index.ts'
import { deploy } from '../../plugins/deploy/index.ts'
import { hubPlugin } from '../../plugins/hub/index.ts'
import { story } from '../../plugins/story/index.ts'
import { MIGRATIONS } from '../support/stores.ts'
import { dataFolder } from '../support/templates.ts'
import { memoryTracker } from './tracker.ts'

/** What stands in a chat: one entry for each post, with every state it ever showed. */
export interface ShownPost {
  readonly id: string
  readonly channel: string
  readonly only: string | null
  message: Message
  readonly states: Message[]
}
type Reported = In<typeof deploymentReported.payload>
type Run = In<typeof ciRunChanged.payload>

/** A code host with one repository: commits in a row, a workflow that can be started, and the events it would send. */
export interface Forge {
  readonly commits: { sha: string; message: string; author: string }[]
  /** Names of what every run leaves behind; a refusal instead, where it is set. */
  artifacts: readonly string[] | HubError
  readonly dispatched: { workflow: string; ref: string; inputs: Record<string, string>; runId: string }[]
  /** Thrown by the next start. */
  fail: HubError | null
  report(over: Partial<Reported>): Promise<unknown>
  run(over: Partial<Run>): Promise<unknown>
  push(): Promise<unknown>
  merge(number: number, sha: string): Promise<unknown>
}
export interface DeployHub {
  readonly hub: RunningHub
  readonly forge: Forge
  /** A tracker in memory; comments of an issue are posts of a channel named by its id. */
  readonly acme: ReturnType<typeof memoryTracker> & { isAway: boolean }
  readonly apiToken: string
  posts(channel?: string): readonly ShownPost[]
  /** A line that somebody types; resolves when everything rests. */
  say(line: string, who?: string, channel?: string): Promise<readonly ShownPost[]>
  fetch(path: string, init?: RequestInit): Promise<Response>
  quiet(): Promise<void>
  grant(who: string, role: string): Promise<void>
  /** Empties everything but people and their roles: much faster than another hub. */
  reset(): Promise<void>
  close(): Promise<void>
}
export const WORKSPACE = 'chat:T1'
export const REPOSITORY = 'octo/web'
const FORGE_WORKSPACE = 'forge:1'
export const sha = (n: number): string => String(n).padStart(2, '0').repeat(20)

const EMPTIED = [
  'inbox',
  'jobs',
  'outbox',
  'bindings',
  'links',
  'link_codes',
  'stories',
  'story_versions',
  'story_numbers',
  'deployments',
  'deployment_sources',
  'deployment_verifications',
  'deployment_cards',
  'deploy_numbers',
  'deploy_services',
  'deploy_environments',
  'deploy_freezes',
  'deploy_commits',
  'deploy_pulls',
  'subscriptions',
  'webhook_endpoints',
  'story_issues',
  'subscription_once',
  'deployment_groups',
  'deployment_group_members',
]

export async function startDeployHub(
  config: Readonly<Record<string, unknown>> = {},
  databaseUrl?: string,
): Promise<DeployHub> {
  const dataDir = dataFolder('hub-deploy-')
  const posts: ShownPost[] = []
  const { plugin: forgePlugin, forge } = createForge()
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
        files: false,
        reconcile: 'native',
        maxText: 10_000,
        maxBlocks: 50,
      },
    },
    setup(hub) {
      door = hub
      return { channel: recordingChannel(posts) }
    },
  })
  const { plugin: acmePlugin, acme } = createAcme(posts)
  const apiToken = 'api-token-of-the-test-0123456789'
  const hub = await createHub({
    role: 'all',
    plugins: [chat, forgePlugin, acmePlugin, story as Plugin, hubPlugin as Plugin, deploy as Plugin],
    configs: { chat: {}, forge: {}, acme: {}, story: {}, hub: {}, deploy: config },
    dataDir,
    migrations: MIGRATIONS,
    secretKey: 'ab'.repeat(32),
    apiToken,
    openMetrics: true,
    version: '0.0.0',
    tokensPerDay: 1000,
    log: createLog({ level: process.env.LOG_LEVEL === 'debug' ? 'debug' : 'silent', name: 'test', mask: createMask() }),
    mask: createMask(),
    ...(databaseUrl ? { databaseUrl } : {}),
  })
  await hub.start()
  let said = 0
  const quiet = async () => {
    const until = performance.now() + 20_000
    const open = `select (select count(*)::int from hub.inbox where state = 'new')
      + (select count(*)::int from hub.jobs where state = 'running' or (state = 'pending' and run_at < clock_timestamp() + interval '3 s'))
      + (select count(*)::int from hub.outbox where plugin = 'chat' and state in ('pending', 'inflight', 'unknown', 'reconciling')) as n`
    for (let rested = 0; rested < 2; ) {
      const [row] = await hub.store.sql.query<{ n: number }>(open)
      rested = row?.n === 0 ? rested + 1 : 0
      if (performance.now() > until) throw new Error(`${row?.n} rows are still on their way`)
      await new Promise((resolve) => setTimeout(resolve, 15))
    }
  }
  const fetch: DeployHub['fetch'] = async (path, init = {}) => {
    const headers = new Headers(init.headers)
    if (path.startsWith('/api/')) headers.set('authorization', `Bearer ${apiToken}`)
    if (typeof init.body === 'string' && !headers.has('content-type')) headers.set('content-type', 'application/json')
    return hub.app.fetch(new Request(`http://hub.test${path}`, { ...init, headers }))
  }
  const say: DeployHub['say'] = async (line, who = 'ada', channel = 'C1') => {
    if (!door) throw new Error('the chat was not set up')
    const before = posts.length
    await door.command({
      workspace: WORKSPACE,
      deliveryId: `say-${++said}`,
      input: line,
      actor: { plugin: 'chat', id: who },
      actorName: who,
      place: { plugin: 'chat', workspace: WORKSPACE, channel, visibility: 'team' },
    })
    await quiet()
    return posts.slice(before)
  }
  /** As the operator, whose question is answered where one comes back. */
  const operate = async (input: string): Promise<void> => {
    const body = JSON.stringify({ input, idempotencyKey: `operate-${++said}` })
    const { id } = (await (await fetch('/api/v1/commands', { method: 'POST', body })).json()) as { id: string }
    const job = await (await fetch(`/api/v1/jobs/${id}?waitMs=10000`)).text()
    const asked = /"run":"([^"]*--confirm[^"]*)"/.exec(job)?.[1]
    if (asked !== undefined) await operate(asked)
  }
  const grant = async (who: string, role: string) => operate(`hub role chat:${who} ${role} --workspace=${WORKSPACE}`)
  for (const [who, role] of [
    ['ada', 'maintainer'],
    ['ben', 'maintainer'],
    ['cleo', 'member'],
  ] as const) {
    await say('hub whoami', who)
    await grant(who, role)
  }
  posts.length = 0
  return {
    hub,
    forge,
    acme,
    apiToken,
    posts: (channel) => posts.filter((post) => channel === undefined || post.channel === channel),
    say,
    fetch,
    quiet,
    grant,
    async reset() {
      await quiet()
      await hub.store.sql.query(`truncate ${EMPTIED.map((table) => `hub.${table}`).join(', ')}`)
      posts.length = 0
      forge.commits.length = 0
      forge.dispatched.length = 0
      forge.fail = null
      forge.artifacts = []
      acme.isAway = false
    },
    async close() {
      await hub.close(2_000)
      rmSync(dataDir, { recursive: true, force: true })
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
      const id = `m${posts.length + 1}`
      posts.push({ id, channel: to.channel, only: message.only?.id ?? null, message, states: [message] })
      return { ...to, message: id }
    },
    find: async () => null,
    profile: async () => null,
  }
}

function createAcme(posts: ShownPost[]) {
  const acme = Object.assign(memoryTracker('acme:site'), { isAway: false })
  const { get } = acme.tracker
  const isHere = () => {
    if (acme.isAway) throw new HubError('UNAVAILABLE', 'acme.test did not answer', { retry: { afterMs: 200 } })
  }
  const port = {
    ...acme.tracker,
    get(...asked: Parameters<typeof get>) {
      isHere()
      return get(...asked)
    },
  }
  const comments = recordingChannel(posts)
  const plugin = definePlugin({
    manifest: {
      name: 'acme',
      version: '1.0.0',
      summary: 'A tracker in memory',
      hub: '^1.0.0',
      config: z.object({}),
      can: {
        update: true,
        threads: false,
        buttons: false,
        forms: false,
        plainWords: false,
        private: false,
        files: false,
        reconcile: 'native',
        maxText: 10_000,
        maxBlocks: 50,
      },
    },
    setup: () => ({
      provides: [provide(tracker('acme'), port)],
      channel: {
        ...comments,
        deliver(delivery: Delivery) {
          isHere()
          return comments.deliver(delivery)
        },
      },
    }),
  })
  return { plugin: plugin as Plugin, acme }
}

function createForge(): { plugin: Plugin; forge: Forge } {
  let door: Hub | undefined
  let events = 0
  const publish = <S extends Schema>(event: EventType<S>, payload: In<S>) => {
    if (!door) throw new Error('the forge was not set up')
    return door.publish(event, payload, { workspace: FORGE_WORKSPACE, deliveryId: `event-${++events}` })
  }
  const at = { plugin: 'forge', repository: REPOSITORY, url: `https://forge.test/${REPOSITORY}` }
  const forge: Forge = {
    commits: [],
    dispatched: [],
    fail: null,
    artifacts: [],
    report: (over) =>
      publish(deploymentReported, {
        source: 'forge',
        deploymentId: '1',
        service: 'web',
        environment: 'production',
        state: 'running',
        ref: 'main',
        sha: null,
        repository: REPOSITORY,
        by: 'ada',
        url: null,
        environmentUrl: null,
        description: null,
        rollsBack: null,
        atMs: Date.now(),
        ...over,
      }),
    run: (over) =>
      publish(ciRunChanged, {
        ...at,
        runId: '1',
        name: 'Deploy',
        path: '.forge/workflows/deploy.yml',
        branch: 'main',
        sha: forge.commits.at(-1)?.sha ?? sha(0),
        event: 'workflow_dispatch',
        state: 'running',
        conclusion: null,
        attempt: 1,
        runUrl: 'https://forge.test/runs/1',
        atMs: Date.now(),
        ...over,
      }),
    push: () =>
      publish(pushed, {
        ...at,
        branch: 'main',
        defaultBranch: 'main',
        before: null,
        after: forge.commits.at(-1)?.sha ?? null,
        forced: false,
        own: false,
        author: null,
        commits: forge.commits,
        atMs: Date.now() - 3_600_000,
      }),
    merge: (number, commit) =>
      publish(pullRequestChanged, {
        ...at,
        number,
        title: 'A change',
        change: 'merged',
        head: { branch: 'change', sha: commit, fork: false },
        base: 'main',
        mergeCommit: commit,
        own: false,
        author: null,
        pageUrl: `https://forge.test/${REPOSITORY}/pulls/${number}`,
        channel: `${REPOSITORY}#${number}`,
        atMs: Date.now(),
      }),
  }
  const indexOf = (ref: string) =>
    ref === 'main' ? forge.commits.length - 1 : forge.commits.findIndex((c) => ref.length >= 7 && c.sha.startsWith(ref))
  const compare = async (_repository: string, base: string, head: string): Promise<Comparison> => {
    const [from, to] = [indexOf(base), indexOf(head)]
    if (from < 0 || to < 0) throw new HubError('NOT_FOUND', 'no such commit')
    const relation = from === to ? 'identical' : from < to ? 'ahead' : 'behind'
    return {
      relation,
      commits: forge.commits.slice(from + 1, to + 1).map((one) => ({ ...one, parents: [] })),
      files: [],
      truncated: false,
    }
  }
  const unused = () => Promise.reject(new HubError('UNSUPPORTED', 'this forge cannot do that'))
  const host: Repositories = {
    title: 'Forge',
    info: async (repository) =>
      repository === REPOSITORY ? { ...at, repository, defaultBranch: 'main', private: false, mayWrite: true } : null,
    resolve: async (_repository, ref) => forge.commits[indexOf(ref)]?.sha ?? null,
    compare,
    history: unused,
    tree: unused,
    blob: unused,
    file: unused,
    proposal: unused,
    propose: unused,
    issue: unused,
    check: unused,
  }
  const plugin = definePlugin({
    manifest: {
      name: 'forge',
      version: '1.0.0',
      summary: 'A code host in memory',
      hub: '^1.0.0',
      config: z.object({}),
    },
    setup(hub) {
      door = hub
      return {
        provides: [provide(repositories('forge'), host)],
        tasks: [
          defineTask({
            name: 'forge.dispatch',
            summary: 'Start a workflow',
            input: z.object({
              repository: z.string(),
              workflow: z.string(),
              ref: z.string(),
              inputs: z.record(z.string(), z.string()),
            }),
            output: z.object({ runId: z.string(), url: z.string() }),
            sideEffects: 'outside',
            run({ workflow, ref, inputs }) {
              const { fail } = forge
              forge.fail = null
              if (fail) throw fail
              const runId = String(forge.dispatched.length + 1)
              forge.dispatched.push({ workflow, ref, inputs, runId })
              return { runId, url: `https://forge.test/runs/${runId}` }
            },
          }),
          defineTask({
            name: 'forge.artifacts',
            summary: 'List what a run left behind',
            input: z.object({ repository: z.string(), runId: z.string() }),
            output: runArtifacts,
            sideEffects: 'none',
            run({ runId }) {
              if (forge.artifacts instanceof HubError) throw forge.artifacts
              const runUrl = `https://forge.test/runs/${runId}`
              const artifacts = forge.artifacts.map((name, n) => ({
                name,
                sizeBytes: 310_000,
                url: `${runUrl}/artifacts/${n}`,
                runUrl,
                digest: null,
                expiresAt: null,
                expired: false,
              }))
              return { artifacts, artifactCount: artifacts.length }
            },
          }),
        ],
      }
    },
  })
  return { plugin: plugin as Plugin, forge }
}

/** Joins a project of the tracker to 'payments', in the same way. */
export async function bindTracker({ hub }: Pick<DeployHub, 'hub'>, target = 'PAY'): Promise<void> {
  await hub.store.sql.query(
    `insert into hub.bindings (workspace, kind, plugin, target_workspace, target, project, label, rules, bound_by)
     values ($1, 'tracker', 'acme', 'acme:site', $2, 'payments', $2, '{}'::jsonb, 'chat:ada')`,
    [WORKSPACE, target],
  )
}

/** Joins the repository to the project 'payments', as `hub bind` would once a code host had vouched for it. */
export async function bindRepository({ hub }: Pick<DeployHub, 'hub'>): Promise<void> {
  await hub.store.sql.query(
    `insert into hub.bindings (workspace, kind, plugin, target_workspace, target, project, label, rules, bound_by)
     values ($1, 'repository', 'forge', $2, $3, 'payments', $3, '{}'::jsonb, 'chat:ada')`,
    [WORKSPACE, FORGE_WORKSPACE, REPOSITORY],
  )
}
