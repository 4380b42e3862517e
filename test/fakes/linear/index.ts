import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { parse } from 'graphql'
import { type Context, Hono } from 'hono'
import { createFaults, type Faults } from './faults.ts'
import { complexityOf, execute, LinearRefusal } from './graphql.ts'
import { createPeople, type People } from './people.ts'
import { createRoot } from './resolve.ts'
import { checkOperation } from './schema.ts'
import { createState, type FakeActivity, type FakeComment, type State } from './state.ts'

export { checkComment, readComment } from './check.ts'
export type { LinearFault } from './faults.ts'
export type { Target } from './people.ts'

/** https://linear.app/developers/rate-limiting */
const MAX_COMPLEXITY = 10_000
const HOUR_MS = 3_600_000

export interface LinearFake {
  readonly apiUrl: string
  readonly apiKey: string
  readonly webhookSecret: string
  readonly env: Readonly<Record<'LINEAR_API_URL' | 'LINEAR_API_KEY' | 'LINEAR_WEBHOOK_SECRET', string>>
  readonly state: State
  readonly people: People
  readonly faults: Faults
  /** What Linear would refuse, as it was asked. */
  readonly problems: string[]
  /** Operations in order, and what each cost. */
  readonly calls: { readonly name: string; readonly complexity: number; readonly mutates: boolean }[]
  /** What is left of the hour. */
  readonly budget: { requests: number; complexity: number }
  /** Operations that Linear has no answer for at the moment. */
  refuse: RegExp | null
  writes(): number
  shown(issueId?: string): readonly FakeComment[]
  waitForComments(
    enough: (comments: readonly FakeComment[]) => boolean,
    timeoutMs?: number,
  ): Promise<readonly FakeComment[]>
  waitForActivities(
    enough: (all: readonly FakeActivity[]) => boolean,
    timeoutMs?: number,
  ): Promise<readonly FakeActivity[]>
  goAway(): Promise<void>
  close(): Promise<void>
}

/** Linear's side: issues, comments, attachments, agent sessions and budgets, with state. */
export async function startLinearFake(options: { readonly now?: () => number } = {}): Promise<LinearFake> {
  const now = options.now ?? Date.now
  const apiKey = 'lin_api_fake0123456789abcdefghijklmnopqrstuv'
  const webhookSecret = 'lin_wh_fake0123456789abcdef'
  const state = createState(now)
  const people = createPeople(state, webhookSecret, now)
  const faults = createFaults()
  const problems: string[] = []
  const calls: LinearFake['calls'] = []
  const limits = { requests: 1_500, complexity: 250_000 }
  const budget = { ...limits }
  const waiters = new Set<() => void>()
  let writes = 0
  const root = createRoot(state, (change) => people.onChanged(change), problems)
  const app = new Hono<{ Bindings: HttpBindings }>()
  type C = Context<{ Bindings: HttpBindings }>
  const headers = () => {
    const reset = String(now() + HOUR_MS)
    return {
      'x-ratelimit-requests-limit': String(limits.requests),
      'x-ratelimit-requests-remaining': String(budget.requests),
      'x-ratelimit-requests-reset': reset,
      'x-ratelimit-complexity-limit': String(limits.complexity),
      'x-ratelimit-complexity-remaining': String(budget.complexity),
      'x-ratelimit-complexity-reset': reset,
    }
  }
  const refuse = (c: C, status: number, code: string, message: string, shown = message, more = {}) =>
    c.json(
      {
        errors: [
          {
            message,
            extensions: {
              code,
              type: code.toLowerCase().replaceAll('_', ' '),
              userError: true,
              userPresentableMessage: shown,
            },
          },
        ],
      },
      status as 400,
      { ...headers(), ...more },
    )
  const work = (c: C, query: string, variables: Record<string, unknown>, complexity: number): Response => {
    const document = parse(query)
    try {
      const data = execute(document, variables, root)
      if (/^\s*mutation/.test(query)) writes += 1
      for (const check of [...waiters]) check()
      return c.json({ data }, 200, { ...headers(), 'x-complexity': String(complexity) })
    } catch (error) {
      if (error instanceof LinearRefusal) return refuse(c, 200, error.code, error.message, error.shown)
      problems.push(error instanceof Error ? error.message : String(error))
      return refuse(c, 500, 'INTERNAL_SERVER_ERROR', 'Internal server error')
    }
  }
  app.post('/graphql', async (c) => {
    if (c.req.header('authorization') !== apiKey)
      return refuse(c, 401, 'AUTHENTICATION_ERROR', 'Authentication required, not authenticated')
    const { query, variables = {} } = await c.req.json<{ query: string; variables?: Record<string, unknown> }>()
    const document = parse(query)
    const [, kind = '', name = ''] = /^\s*(query|mutation) (\w+)/.exec(query) ?? []
    const complexity = complexityOf(document, variables)
    calls.push({ name, complexity, mutates: kind === 'mutation' })
    budget.requests -= 1
    budget.complexity -= complexity
    const wrong = checkOperation(document, variables)
    if (complexity > MAX_COMPLEXITY) wrong.push(`Query too complex: ${complexity}`)
    const isFilter = wrong.every((one) => /Filter"/.test(one))
    if (wrong.length > 0) {
      // A person's own filter may be wrong; an operation of the hub may not.
      if (!isFilter) problems.push(...wrong)
      return refuse(c, 400, 'GRAPHQL_VALIDATION_FAILED', wrong[0] ?? '')
    }
    if (fake.refuse?.test(name)) return c.text('upstream error', 503)
    if (budget.requests < 0 || budget.complexity < 0) return limited(c, HOUR_MS)
    const fault = kind === 'mutation' ? faults.take(name) : null
    const run = () => work(c, query, variables, complexity)
    switch (fault?.kind) {
      case undefined:
        return run()
      case 'rate-limited':
        return limited(c, fault.resetInMs)
      case 'refuse':
        return refuse(c, fault.status, fault.code, fault.message)
      case 'status':
        if (fault.commit) run()
        return c.text('upstream error', fault.status as 500)
      case 'cut':
        if (fault.commit) run()
        c.env.incoming.socket.destroy()
        return new Response('')
      case 'slow': {
        const answer = run()
        await new Promise((resolve) => setTimeout(resolve, fault.ms).unref())
        return answer
      }
    }
  })
  const limited = (c: C, resetInMs: number) =>
    refuse(c, 400, 'RATELIMITED', 'Rate limit exceeded', 'Rate limit exceeded', {
      'x-ratelimit-requests-remaining': '0',
      'x-ratelimit-requests-reset': String(now() + resetInMs),
    })

  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
  const shown = (issueId?: string) => state.comments.filter((one) => issueId === undefined || one.issueId === issueId)
  const goAway = () =>
    new Promise<void>((resolve) => {
      server.close(() => setImmediate(resolve))
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
  const waitFor = <T>(of: () => readonly T[], enough: (all: readonly T[]) => boolean, timeoutMs = 10_000) =>
    new Promise<readonly T[]>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiters.delete(check)
        reject(
          new Error(`the fake Linear waited ${timeoutMs} ms in vain; it shows ${JSON.stringify(of()).slice(-2_000)}`),
        )
      }, timeoutMs)
      const check = () => {
        if (!enough(of())) return
        clearTimeout(timer)
        waiters.delete(check)
        resolve([...of()])
      }
      waiters.add(check)
      check()
    })
  const fake: LinearFake = {
    apiUrl,
    refuse: null,
    apiKey,
    webhookSecret,
    env: { LINEAR_API_URL: apiUrl, LINEAR_API_KEY: apiKey, LINEAR_WEBHOOK_SECRET: webhookSecret },
    state,
    people,
    faults,
    problems,
    calls,
    budget,
    writes: () => writes,
    shown,
    waitForComments: (enough, timeoutMs) => waitFor(() => shown(), enough, timeoutMs),
    waitForActivities: (enough, timeoutMs) => waitFor(() => state.activities, enough, timeoutMs),
    goAway,
    close: () => (server.listening ? goAway() : Promise.resolve()),
  }
  return fake
}
