import { randomUUID } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { createGit, type Git } from './git.ts'
import { signGitHub } from './sign.ts'

export type C = Context<{ Bindings: HttpBindings }>
export type Permission =
  | 'actions'
  | 'administration'
  | 'checks'
  | 'contents'
  | 'issues'
  | 'metadata'
  | 'pull_requests'
  | 'statuses'
  | 'webhooks'
export type Level = 'none' | 'read' | 'write'
export interface Account {
  readonly id: number
  readonly login: string
  readonly type: string
}
export interface Pull {
  readonly number: number
  title: string
  body: string | null
  state: 'open' | 'closed'
  merged: boolean
  mergeCommit: string | null
  /** 'stranger/app' for a fork. */
  readonly headRepository: string
  readonly branch: string
  headSha: string
  base: string
  readonly user: Account
  readonly createdAtMs: number
  updatedAtMs: number
  readonly reviews: { readonly id: number; readonly user: Account; readonly state: string; readonly body: string }[]
}
export interface Issue {
  readonly number: number
  title: string
  body: string | null
  state: 'open' | 'closed'
  readonly user: Account
  readonly createdAtMs: number
  updatedAtMs: number
}
export interface CheckRun {
  readonly id: number
  readonly head_sha: string
  name: string
  status: string
  conclusion: string | null
  external_id: string
  details_url: string | null
  output: { readonly title: string | null; readonly summary: string | null }
}
export interface Status {
  readonly id: number
  readonly sha: string
  readonly context: string
  readonly state: string
  readonly description: string | null
  readonly target_url: string | null
}
export interface Artifact {
  readonly id: number
  readonly name: string
  readonly sizeBytes: number
  readonly digest: string | null
  readonly createdAtMs: number
  readonly expiresAtMs: number
}
export interface Run {
  readonly id: number
  readonly name: string
  readonly path: string
  readonly display_title: string
  readonly event: string
  readonly head_branch: string
  readonly head_sha: string
  status: string
  conclusion: string | null
  attempt: number
  readonly createdAtMs: number
  readonly inputs: Readonly<Record<string, unknown>>
  /** Login of who started it. */
  readonly by: string
  jobs: { readonly id: number; readonly name: string; readonly conclusion: string | null; readonly log: string }[]
  /** What its jobs uploaded, of every attempt. */
  readonly artifacts: Artifact[]
}
export interface Workflow {
  readonly id: number
  readonly path: string
  readonly name: string
  /** Names of the inputs it declares. */
  readonly inputs: readonly string[]
  /** Does `run-name` show the inputs? */
  readonly showsInputs: boolean
  /** Does GitHub name the run it started? Older versions do not. */
  readonly tellsRun: boolean
}
export interface Repository {
  readonly id: number
  readonly name: string
  readonly owner: Account
  readonly git: Git
  defaultBranch: string
  private: boolean
  archived: boolean
  readonly protected: Set<string>
  readonly pulls: Pull[]
  readonly issues: Issue[]
  readonly checks: CheckRun[]
  readonly statuses: Status[]
  readonly runs: Run[]
  readonly workflows: Workflow[]
  /** Login → 'admin', 'write', 'read'; who is not here has none. */
  readonly collaborators: Map<string, string>
}
/** What GitHub sends, ready for `new Request(address, webhook)`. */
export interface Webhook {
  readonly method: 'POST'
  readonly headers: Record<string, string>
  readonly body: string
  readonly event: string
  readonly deliveryId: string
  readonly repository: string
  readonly payload: Readonly<Record<string, unknown>>
}
/** One line of GitHub's list of deliveries. */
export interface Attempt {
  readonly id: number
  readonly webhook: Webhook
  /** 0: nobody answered. */
  status: number
  readonly atMs: number
}
export const ANN: Account = { id: 583_231, login: 'ann', type: 'User' }
export const BOT: Account = { id: 777_001, login: 'autodevhub[bot]', type: 'Bot' }
/** Whose token it is. */
export const TOKEN_USER: Account = { id: 777_002, login: 'hub-robot', type: 'User' }
export const REPO = 'octo/app'
export const OWNER: Account = { id: 9_919, login: 'octo', type: 'Organization' }
export const HOOK_ID = 55_001
export const INSTALLATION = 4_242
export const ZERO = '0'.repeat(40)

export type World = ReturnType<typeof createWorld>

/** Everything that GitHub would remember. */
export function createWorld(now: () => number, webhookSecret: string) {
  let lastId = 1_000
  const nextId = () => ++lastId
  const repositories = new Map<string, Repository>()
  const attempts: Attempt[] = []
  const waiting = new Set<Promise<unknown>>()
  let connected: ((webhook: Webhook) => Promise<Response>) | null = null
  /** What the token, and the app's installation, may do. */
  const permissions: Record<Permission, Level> = {
    actions: 'write',
    administration: 'read',
    checks: 'write',
    contents: 'write',
    issues: 'write',
    metadata: 'read',
    pull_requests: 'write',
    statuses: 'write',
    webhooks: 'read',
  }
  const repository = (name: string): Repository => {
    const known = repositories.get(name.toLowerCase())
    if (known) return known
    const [login = ''] = name.split('/')
    const made: Repository = {
      id: nextId(),
      name,
      owner: login === OWNER.login ? OWNER : { id: nextId(), login, type: 'User' },
      git: createGit(),
      defaultBranch: 'main',
      private: true,
      archived: false,
      protected: new Set(),
      pulls: [],
      issues: [],
      checks: [],
      statuses: [],
      runs: [],
      workflows: [],
      collaborators: new Map([[ANN.login, 'admin']]),
    }
    repositories.set(name.toLowerCase(), made)
    return made
  }
  const record = (webhook: Webhook, status: number): Attempt => {
    const attempt = { id: nextId(), webhook, status, atMs: now() }
    attempts.push(attempt)
    return attempt
  }
  const world = {
    now,
    nextId,
    repositories,
    repository,
    permissions,
    /** How much GitHub lists at once: https://docs.github.com/en/rest/git/trees and https://docs.github.com/en/rest/commits/commits */
    lists: { tree: 100_000, comparison: 300 },
    attempts,
    record,
    /** Signs an event, and sends it where a hub is connected. */
    emit(
      event: string,
      name: string,
      payload: Readonly<Record<string, unknown>>,
      deliveryId: string = randomUUID(),
    ): Webhook {
      const body = JSON.stringify(payload)
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/044aadd',
        'x-github-event': event,
        'x-github-delivery': deliveryId,
        'x-github-hook-id': String(HOOK_ID),
        'x-github-hook-installation-target-type': 'repository',
        'x-github-hook-installation-target-id': String(repository(name).id),
        ...signGitHub(body, webhookSecret),
      }
      const webhook: Webhook = { method: 'POST', headers, body, event, deliveryId, repository: name, payload }
      const attempt = record(webhook, 0)
      if (connected) {
        const sending = connected(webhook).then(
          (answer) => {
            attempt.status = answer.status
          },
          () => undefined,
        )
        waiting.add(sending)
        sending.finally(() => waiting.delete(sending))
      }
      return webhook
    },
    /** From now on every event is sent there by itself; null: nobody listens. */
    connect(target: ((webhook: Webhook) => Promise<Response>) | null): void {
      connected = target
    },
    async settled(): Promise<void> {
      while (waiting.size > 0) await Promise.all(waiting)
    },
  }
  return world
}
