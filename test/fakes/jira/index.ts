import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { APP_HEADER, createDynamicHookRoutes, type FakeDynamicHook, matching } from './dynamic-hooks.ts'
import { createFaults, type Faults } from './faults.ts'
import { createHookRoutes, type FakeHook } from './hooks.ts'
import { CLOUD_ID, createOAuthFake, type OAuthFake } from './oauth.ts'
import { createRestRoutes } from './routes.ts'
import { jiraClaims, signJira, signJiraToken } from './sign.ts'
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
  readonly oauth: OAuthFake
  readonly dynamicHooks: FakeDynamicHook[]
  /** For a hub that is connected by OAuth. */
  oauthEnv(publicUrl: string): Readonly<Record<string, string>>
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
  /** The same for the dynamic webhooks that are registered, each delivery with a JWT. */
  connectDynamic(target: Target): () => void
  deliverDynamic(target: Target, event: FakeEvent, token?: string, ids?: readonly number[]): Promise<Sent>
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
  const dynamicHooks: FakeDynamicHook[] = []
  const authorization = `Basic ${Buffer.from(`${email}:${apiToken}`).toString('base64')}`
  let baseUrl = ''
  const oauth = createOAuthFake({ now, siteUrl: () => baseUrl })
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
  app.route('/', oauth.app)
  app.all(`/ex/jira/${CLOUD_ID}/*`, async (c) => {
    const who = oauth.check(c)
    if (who === 'no token') return c.json({ code: 401, message: 'Unauthorized' }, 401)
    if (who === 'no scope') return c.json({ code: 401, message: 'Unauthorized; scope does not match' }, 401)
    const headers = new Headers(c.req.raw.headers)
    headers.set('authorization', authorization)
    headers.set(APP_HEADER, who.accountId)
    const body = c.req.method === 'GET' ? null : await c.req.arrayBuffer()
    const url = c.req.url.replace(`/ex/jira/${CLOUD_ID}`, '')
    return app.fetch(new Request(url, { method: c.req.method, headers, body }), c.env)
  })
  app.route(
    '/',
    createRestRoutes({
      world,
      faults,
      problems,
      now,
      authorization,
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
  app.route(
    '/',
    createDynamicHookRoutes(dynamicHooks, world, now, (text) => void problems.push(text)),
  )
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
  const deliverDynamic: JiraFake['deliverDynamic'] = async (target, event, token, given) => {
    const ids = given ?? matching(dynamicHooks, event, now()).map(({ id }) => id)
    const claims = jiraClaims(oauth.clientId, Math.floor(now() / 1_000))
    const headers = {
      'content-type': 'application/json; charset=UTF-8',
      'x-atlassian-webhook-identifier': event.identifier,
      authorization: `Bearer ${token ?? (await signJiraToken(oauth.clientSecret, claims))}`,
    }
    const body = JSON.stringify({ ...event.payload, matchedWebhookIds: ids })
    const answer = await target({ method: 'POST', headers, body })
    return { status: answer.status, text: await answer.text() }
  }
  return {
    oauth,
    dynamicHooks,
    oauthEnv: (publicUrl) => ({
      JIRA_BASE_URL: baseUrl,
      JIRA_CLIENT_ID: oauth.clientId,
      JIRA_CLIENT_SECRET: oauth.clientSecret,
      JIRA_AUTH_URL: baseUrl,
      JIRA_API_URL: baseUrl,
      HUB_PUBLIC_URL: publicUrl,
    }),
    deliverDynamic,
    connectDynamic(target) {
      const send = (event: FakeEvent) => {
        if (matching(dynamicHooks, event, now()).length > 0) void deliverDynamic(target, event)
      }
      world.listeners.add(send)
      return () => void world.listeners.delete(send)
    },
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
