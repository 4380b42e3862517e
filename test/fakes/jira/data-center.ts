import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createDataCenterRoutes, itemOf, userOf } from './data-center-routes.ts'
import { type C, refuse } from './desk.ts'
import { createFaults, type Faults } from './faults.ts'
import type { Sent, Target } from './index.ts'
import { signJira } from './sign.ts'
import { ANN, BEN, BOT, createWorld, type FakeComment, type FakeEvent, type Person, type World } from './world.ts'

export interface FakeSiteHook {
  readonly id: number
  readonly name: string
  readonly url: string
  readonly secret: string | null
}
export interface DataCenterFake {
  readonly baseUrl: string
  readonly token: string
  readonly webhookSecret: string
  readonly env: Readonly<Record<string, string>>
  readonly world: World
  readonly faults: Faults
  readonly hooks: FakeSiteHook[]
  readonly requests: string[]
  /** Requests that Jira would refuse for what they are. */
  readonly problems: string[]
  /** Accounts that may use none of Jira's applications. */
  readonly customers: Set<string>
  writes(): number
  comments(issue?: string): readonly FakeComment[]
  /** What happened as Jira tells it: one delivery, or two for a comment. `proof` stands in the address. */
  deliver(target: Target, event: FakeEvent, headers?: Readonly<Record<string, string>>): Promise<readonly Sent[]>
  /** From now on everything that happens is told at once, own changes included, to the address that was registered. */
  connect(target: Target): () => void
  goAway(): Promise<void>
  close(): Promise<void>
}

/** Jira Data Center below a path of its own, with the same two projects as the Cloud fake. Before version 10 it signs nothing. */
export async function startDataCenterFake(
  options: { readonly now?: () => number; readonly version?: string } = {},
): Promise<DataCenterFake> {
  const { now = Date.now, version = '10.3.2' } = options
  const signs = Number.parseInt(version, 10) >= 10
  const token = 'NjE2MDk0Nzg0-fake-personal-access-token'
  const webhookSecret = "It's a Secret to Everybody"
  const world = createWorld(now)
  const faults = createFaults()
  const hooks: FakeSiteHook[] = []
  const problems: string[] = []
  const requests: string[] = []
  const customers = new Set<string>()
  let written = 0
  world.addProject('PAY', 'Payments')
  world.addProject('OPS', 'Operations', ['CREATE_ISSUES', 'EDIT_ISSUES', 'ADD_COMMENTS', 'LINK_ISSUES'])
  world.addProject('NEW', 'New things')

  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(async (c, next) => {
    requests.push(`${c.req.method} ${c.req.path}`)
    await next()
  })
  const wiring = {
    world,
    faults,
    problems,
    now,
    authorization: `Bearer ${token}`,
    searchLagMs: () => 0,
    isSiteAdmin: () => true,
    hasLimits: () => false,
    turnedAway: () => undefined,
    wrote: () => {
      written += 1
    },
  }
  app.route('/jira', createDataCenterRoutes(wiring, version, [BOT, ANN, BEN], customers))
  const base = signs ? '/jira/rest/jira-webhook/1.0/webhooks' : '/jira/rest/webhooks/1.0/webhook'
  const wire = ({ id, name, url }: FakeSiteHook) =>
    signs ? { id, name, url, active: true } : { self: `${base}/${id}`, name, url, enabled: true }
  const readHook = async (c: C): Promise<Omit<FakeSiteHook, 'id'>> => {
    const given = (await c.req.json()) as { name: string; url: string; configuration?: { secret?: string } }
    if ('secret' in given) problems.push('webhooks of Data Center have no secret of that name')
    return { name: given.name, url: given.url, secret: signs ? (given.configuration?.secret ?? null) : null }
  }
  app.get(base, (c) => c.json(hooks.map(wire)))
  app.post(base, async (c) => {
    const made = { id: hooks.length + 1, ...(await readHook(c)) }
    hooks.push(made)
    return c.json(wire(made), 201)
  })
  app.put(`${base}/:id`, async (c) => {
    const at = hooks.findIndex(({ id }) => id === Number(c.req.param('id')))
    if (at < 0) return refuse(c, 404, 'no such webhook')
    const made = { id: Number(c.req.param('id')), ...(await readHook(c)) }
    hooks[at] = made
    return c.json(wire(made))
  })
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jira`
  const goAway = () =>
    new Promise<void>((resolve) => {
      server.close(() => setImmediate(resolve))
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
  const send = async (target: Target, payload: unknown, more: Readonly<Record<string, string>>): Promise<Sent> => {
    const body = JSON.stringify(payload)
    const headers = { 'content-type': 'application/json', ...(signs ? signJira(body, webhookSecret) : {}), ...more }
    const answer = await target({ method: 'POST', headers, body })
    return { status: answer.status, text: await answer.text() }
  }
  const deliver: DataCenterFake['deliver'] = async (target, event, more = {}) => {
    const sent = []
    for (const payload of payloadsOf(event)) sent.push(await send(target, payload, more))
    return sent
  }
  return {
    baseUrl,
    token,
    webhookSecret,
    env: {
      JIRA_BASE_URL: baseUrl,
      JIRA_PERSONAL_ACCESS_TOKEN: token,
      JIRA_WEBHOOK_SECRET: webhookSecret,
    },
    world,
    faults,
    hooks,
    requests,
    problems,
    customers,
    writes: () => written,
    comments: (issue) =>
      [...world.issues.values()]
        .flatMap((one) => (issue === undefined || one.id === issue ? one.comments : []))
        .filter(({ author }) => author === BOT),
    deliver,
    connect(target) {
      const tell = (event: FakeEvent) => void deliver(target, event)
      world.listeners.add(tell)
      return () => void world.listeners.delete(tell)
    },
    goAway,
    close: () => (server.listening ? goAway() : Promise.resolve()),
  }
}
/** As Data Center words it: a comment comes without its issue, and once more as an update of it; custom fields have names alone. */
function payloadsOf({ payload }: FakeEvent): readonly Readonly<Record<string, unknown>>[] {
  const { user, issue, comment, changelog, ...rest } = payload as {
    user?: Person
    issue?: { id: string; fields: object }
    comment?: { id: string; author: Person }
    changelog?: { items: readonly object[] }
    webhookEvent: string
  }
  const items = changelog?.items.map(itemOf)
  const whole = {
    ...rest,
    ...(user ? { user: userOf(user) } : {}),
    ...(changelog ? { changelog: { ...changelog, items } } : {}),
  }
  if (!comment) return [{ ...whole, issue }]
  const said = {
    ...comment,
    self: `https://site.test/jira/rest/api/2/issue/${issue?.id}/comment/${comment.id}`,
    author: userOf(comment.author),
    updateAuthor: userOf(comment.author),
  }
  const twice = {
    timestamp: (payload as { timestamp: number }).timestamp,
    webhookEvent: 'jira:issue_updated',
    issue_event_type_name: 'issue_commented',
    user: userOf(comment.author),
    issue,
    comment: said,
  }
  return [twice, { ...rest, comment: said }]
}
