import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createFaults, type Faults } from './faults.ts'
import { createHookRoutes, type FakeHook } from './hooks.ts'
import { createRestRoutes } from './routes.ts'
import { signJira } from './sign.ts'
import {
  ANN,
  BOT,
  createWorld,
  type FakeComment,
  type FakeEvent,
  type FakeIssue,
  type Person,
  type World,
} from './world.ts'

export { checkAdf, readAdf } from './check.ts'
export type { JiraFault } from './faults.ts'
export { ANN, BEN, BOT, type FakeComment, type FakeEvent, type FakeIssue, FIELD, LINE_FIELD } from './world.ts'

export interface Sent {
  readonly status: number
  readonly text: string
}
export type Target = (request: { method: 'POST'; headers: Record<string, string>; body: string }) => Promise<Response>

export interface JiraFake {
  readonly baseUrl: string
  readonly apiToken: string
  readonly webhookSecret: string
  readonly env: Readonly<Record<'JIRA_BASE_URL' | 'JIRA_EMAIL' | 'JIRA_API_TOKEN' | 'JIRA_WEBHOOK_SECRET', string>>
  readonly world: World
  readonly faults: Faults
  readonly hooks: FakeHook[]
  readonly requests: string[]
  /** Requests that Jira would refuse for what they are. */
  readonly problems: string[]
  /** Writes that were taken. */
  writes(): number
  setSearchLag(ms: number): void
  /** From now on requests are counted as Jira does. */
  setLimits(): void
  /** Requests that came too fast. */
  turnedAway(): number
  setSiteAdmin(isAdmin: boolean): void
  comments(issue?: string): readonly FakeComment[]
  waitFor(enough: () => boolean, timeoutMs?: number): Promise<void>
  /** Sends what happened as Jira would, signed. */
  deliver(
    target: Target,
    event: FakeEvent,
    more?: { readonly retry?: number; readonly identifier?: string },
  ): Promise<Sent>
  /** Somebody writes a comment, and Jira tells the hub. */
  say(target: Target, issue: FakeIssue, body: unknown, by?: Person, visibility?: unknown): Promise<Sent>
  /** From now on everything that happens is told at once, own changes included. */
  connect(target: Target): () => void
  goAway(): Promise<void>
  close(): Promise<void>
}

/** Jira's side: projects, issues, comments, properties, links, search and webhooks, with state. Two projects: PAY, and OPS, which the hub may only read. */
export async function startJiraFake(options: { readonly now?: () => number } = {}): Promise<JiraFake> {
  const now = options.now ?? Date.now
  const email = 'hub@example.com'
  const apiToken = 'ATATT3xFfGF0-fake-0123456789abcdef'
  const webhookSecret = "It's a Secret to Everybody"
  const world = createWorld(now)
  const faults = createFaults()
  const hooks: FakeHook[] = []
  const problems: string[] = []
  const requests: string[] = []
  const waiters = new Set<() => void>()
  let written = 0
  let searchLagMs = 0
  let siteAdmin = true
  let limits = false
  let turnedAway = 0
  world.addProject('PAY', 'Payments')
  world.addProject('OPS', 'Operations', ['CREATE_ISSUES', 'EDIT_ISSUES', 'ADD_COMMENTS', 'LINK_ISSUES'])
  world.addProject('NEW', 'New things')
  const look = () => {
    for (const check of [...waiters]) check()
  }
  world.listeners.add(look)

  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(async (c, next) => {
    requests.push(`${c.req.method} ${c.req.path}`)
    await next()
  })
  app.route(
    '/',
    createRestRoutes({
      world,
      faults,
      problems,
      now,
      authorization: `Basic ${Buffer.from(`${email}:${apiToken}`).toString('base64')}`,
      searchLagMs: () => searchLagMs,
      isSiteAdmin: () => siteAdmin,
      hasLimits: () => limits,
      turnedAway: () => {
        turnedAway += 1
      },
      wrote: () => {
        written += 1
        look()
      },
    }),
  )
  let baseUrl = ''
  app.route(
    '/',
    createHookRoutes(
      hooks,
      () => siteAdmin,
      () => baseUrl,
    ),
  )
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const goAway = () =>
    new Promise<void>((resolve) => {
      server.close(() => setImmediate(resolve))
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
  const deliver: JiraFake['deliver'] = async (target, { payload, identifier }, more = {}) => {
    const body = JSON.stringify(payload)
    const headers = {
      'content-type': 'application/json; charset=UTF-8',
      'x-atlassian-webhook-identifier': more.identifier ?? identifier,
      'x-atlassian-webhook-flow': 'Primary',
      ...(more.retry === undefined ? {} : { 'x-atlassian-webhook-retry': String(more.retry) }),
      ...signJira(body, webhookSecret),
    }
    const answer = await target({ method: 'POST', headers, body })
    return { status: answer.status, text: await answer.text() }
  }
  return {
    baseUrl,
    apiToken,
    webhookSecret,
    env: { JIRA_BASE_URL: baseUrl, JIRA_EMAIL: email, JIRA_API_TOKEN: apiToken, JIRA_WEBHOOK_SECRET: webhookSecret },
    world,
    faults,
    hooks,
    requests,
    problems,
    writes: () => written,
    setSearchLag: (ms) => {
      searchLagMs = ms
    },
    setLimits: () => {
      limits = true
    },
    turnedAway: () => turnedAway,
    setSiteAdmin: (isAdmin) => {
      siteAdmin = isAdmin
    },
    comments: (issue) =>
      [...world.issues.values()]
        .flatMap((one) => (issue === undefined || one.id === issue ? one.comments : []))
        .filter(({ author }) => author === BOT),
    waitFor: (enough, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(check)
          reject(
            new Error(`the fake Jira waited ${timeoutMs} ms in vain; last requests: ${requests.slice(-8).join(', ')}`),
          )
        }, timeoutMs)
        const check = () => {
          if (!enough()) return
          clearTimeout(timer)
          waiters.delete(check)
          resolve()
        }
        waiters.add(check)
        check()
      }),
    deliver,
    async say(target, issue, body, by = ANN, visibility) {
      world.comment(by, issue, body, visibility === undefined ? {} : { visibility })
      const event = world.events.at(-1)
      return deliver(target, event ?? { identifier: randomUUID(), payload: {} })
    },
    connect(target) {
      const send = (event: FakeEvent) => void deliver(target, event)
      world.listeners.add(send)
      return () => void world.listeners.delete(send)
    },
    goAway,
    close: () => (server.listening ? goAway() : Promise.resolve()),
  }
}
