import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { checkActivity } from './cards.ts'
import { createFaults, createRates, type Faults, type TeamsFault } from './faults.ts'
import { createSender, type Sender, type Target } from './senders.ts'
import { createTeamsSigner, type TeamsSigner } from './sign.ts'
import { createState, type FakeMessage, type Json, nextId, type Operation, TENANT, type TeamsState } from './state.ts'

export interface TeamsFakeOptions {
  readonly appId?: string
  readonly appPassword?: string
  /** Every conversation exists, with the bot in it. */
  readonly openWorld?: boolean
  /** Enforces Teams' rates; 0.1 makes Teams' second last 100 ms. Absent: no limits. */
  readonly rateTimeScale?: number
  /** Decides about each call that no armed fault is for; null lets it pass. */
  readonly faultFor?: (method: Operation, args: Json) => TeamsFault | null
  /** Told of every message people can see from now on, and of every edit, before the caller has its answer. */
  readonly onStored?: (message: FakeMessage, how: 'created' | 'edited') => void
  /** How long our tokens live. */
  readonly tokenSeconds?: number
  readonly now?: () => number
  readonly port?: number
}
type EnvName =
  | 'TEAMS_APP_ID'
  | 'TEAMS_APP_PASSWORD'
  | 'TEAMS_TENANT_ID'
  | 'TEAMS_OPENID_METADATA_URL'
  | 'TEAMS_TOKEN_URL'
export interface TeamsFake extends TeamsState {
  readonly origin: string
  /** Where activities say they come from. */
  readonly serviceUrl: string
  readonly appId: string
  readonly appPassword: string
  /** Variables that connect a hub to this fake. */
  readonly env: Readonly<Record<EnvName, string>>
  readonly signer: TeamsSigner
  readonly faults: Faults
  /** Bearer tokens handed out. */
  readonly tokens: ReadonlySet<string>
  /** Published from now on, in the place of the first. */
  publish(signers: readonly TeamsSigner[]): void
  /** Messages people see in a conversation, in order. */
  shown(conversation?: string): readonly FakeMessage[]
  /** Resolves with the messages of a conversation once `enough` holds for them. */
  waitFor(
    enough: (messages: readonly FakeMessage[]) => boolean,
    options?: { conversation?: string; timeoutMs?: number },
  ): Promise<readonly FakeMessage[]>
  /** Sends to the hub as Teams does. */
  to(target: Target): Sender
  /** Stops listening and drops every connection; `shown` still answers. */
  goAway(): Promise<void>
  close(): Promise<void>
}
interface Result {
  readonly status: number
  readonly body: Json
  readonly outcome: string
}

/** Teams' side of the conversation: Bot Connector, token endpoint, published keys and signed activities, with state. */
export async function startTeamsFake(options: TeamsFakeOptions = {}): Promise<TeamsFake> {
  const now = options.now ?? Date.now
  const appId = options.appId ?? '0f1e2d3c-4b5a-4968-8776-655443322110'
  const appPassword = options.appPassword ?? 'fake-client-secret-0123456789abcdef'
  const state = createState()
  const faults = createFaults()
  const rates = options.rateTimeScale === undefined ? null : createRates(options.rateTimeScale, now)
  const signer = await createTeamsSigner()
  let published: readonly TeamsSigner[] = [signer]
  const tokens = new Map<string, number>()
  const waiters = new Set<() => void>()
  const openUntil = new Map<string, number>()
  let origin = ''

  const note = (method: Operation, args: Json, outcome: string) => {
    state.counts.set(method, (state.counts.get(method) ?? 0) + 1)
    state.arrivals.push({ method, args, atMs: now(), outcome })
    for (const wake of waiters) wake()
  }
  const error = (status: number, code: string): Result => ({
    status,
    body: { error: { code, message: 'refused' } },
    outcome: code,
  })
  const isOpen = (id: string) => {
    const [base = id] = id.split(';')
    const known = state.conversations.get(base)
    if (known) return known.isOpen
    return options.openWorld === true ? true : null
  }
  const check = (activity: Json) => state.problems.push(...checkActivity(activity))
  const operations: Record<'send' | 'update' | 'create' | 'member', (args: Json) => Result> = {
    send({ conversation, activity }) {
      const id = String(conversation)
      const open = isOpen(id)
      if (open === null) return error(404, 'ConversationNotFound')
      if (!open) return error(403, 'BotNotInConversationRoster')
      if (JSON.stringify(activity).length * 2 > 100 * 1_024) return error(413, 'MessageSizeTooBig')
      check(activity as Json)
      const stored = nextId()
      if ((activity as Json).type === 'typing') return { status: 201, body: { id: stored }, outcome: 'ok' }
      const [base = id, thread] = id.split(';messageid=')
      const known = state.conversations.get(base)
      const [owner] = known?.kind === 'personal' ? known.members : []
      const message: FakeMessage = {
        id: stored,
        conversation: base,
        ...(thread === undefined ? {} : { thread }),
        ...(owner === undefined ? {} : { owner }),
        activity: activity as Json,
        edited: false,
        storedAtMs: now(),
      }
      state.messages.push(message)
      options.onStored?.(message, 'created')
      return { status: 201, body: { id: stored }, outcome: 'ok' }
    },
    update({ conversation, id, activity }) {
      const [base] = String(conversation).split(';')
      if (isOpen(String(conversation)) === false) return error(403, 'BotNotInConversationRoster')
      const found = state.messages.find((m) => m.id === id && m.conversation === base)
      if (!found) return error(404, 'ActivityNotFoundInConversation')
      check(activity as Json)
      Object.assign(found, { activity, edited: true })
      options.onStored?.(found, 'edited')
      return { status: 200, body: { id }, outcome: 'ok' }
    },
    create({ body }) {
      const { members = [], tenantId } = body as { members?: { id?: string }[]; tenantId?: string }
      const who = members[0]?.id ?? ''
      if (tenantId !== TENANT) return error(403, 'BotDisabledByAdmin')
      const known = [...state.conversations.values()].find((c) => c.kind === 'personal' && c.members.includes(who))
      if (known && !known.isOpen) return error(403, 'BotNotInstalledForUser')
      if (!known && !state.people.has(who)) return error(400, 'BadArgument')
      const id = known?.id ?? `a:1chat-${nextId()}`
      if (!known) state.conversations.set(id, { id, kind: 'personal', members: [who], isOpen: true })
      return { status: 201, body: { id }, outcome: 'ok' }
    },
    member({ conversation, id }) {
      const [base = ''] = String(conversation).split(';')
      const person = state.people.get(String(id))
      const isMember =
        options.openWorld === true || state.conversations.get(base)?.members.includes(String(id)) === true
      if (!person || !isMember) return error(404, 'MemberNotFoundInConversation')
      return { status: 200, body: { ...person, givenName: person.name, tenantId: TENANT }, outcome: 'ok' }
    },
  }
  type App = Context<{ Bindings: HttpBindings }>
  const serveCall = async (c: App, method: keyof typeof operations, args: Json): Promise<Response> => {
    const header = c.req.header('authorization') ?? ''
    const label: Operation = method === 'send' && (args.activity as Json).type === 'typing' ? 'typing' : method
    const until = tokens.get(header.replace(/^Bearer /, ''))
    if (!header.startsWith('Bearer ') || until === undefined || until <= now()) {
      note(label, args, 'Unauthorized')
      return c.json({ error: { code: 'Unauthorized' } }, 401)
    }
    const key = String(args.conversation ?? 'tenant')
    const earlyByMs = (openUntil.get(key) ?? 0) - now()
    if (earlyByMs > 0) state.early.push({ method, earlyByMs })
    const fault = faults.take(label) ?? options.faultFor?.(label, args) ?? null
    const wait = method === 'send' || method === 'update' ? (rates?.waitMs(key) ?? 0) : 0
    if (fault?.kind === 'rate-limited' || wait > 0) {
      note(label, args, 'Throttled')
      const seconds = fault?.kind === 'rate-limited' ? fault.retryAfterSeconds : wait / 1_000
      openUntil.set(key, now() + (seconds ?? 0) * 1_000)
      return c.json(
        { error: { code: 'Throttled' } },
        429,
        seconds === undefined ? {} : { 'retry-after': String(seconds) },
      )
    }
    const commit = () => operations[method](args)
    if (fault !== null) return playFault(c, fault, commit, (outcome) => note(label, args, outcome))
    const result = commit()
    note(label, args, result.outcome)
    return Response.json(result.body, { status: result.status })
  }

  const app = new Hono<{ Bindings: HttpBindings }>()
  const published_ = (method: 'metadata' | 'keys', body: () => object) => async (c: App) => {
    const fault = faults.take(method)
    if (fault !== null)
      return playFault(
        c,
        fault,
        () => ({ status: 200, body: {}, outcome: 'ok' }),
        (o) => note(method, {}, o),
      )
    note(method, {}, 'ok')
    return c.json(body())
  }
  app.get(
    '/v1/.well-known/openidconfiguration',
    published_('metadata', () => ({
      issuer: 'https://api.botframework.com',
      authorization_endpoint: 'https://invalid.botframework.com',
      jwks_uri: `${origin}/v1/.well-known/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
    })),
  )
  app.get(
    '/v1/.well-known/keys',
    published_('keys', () => ({ keys: published.map(({ jwk }) => jwk) })),
  )
  app.post('/:tenant/oauth2/v2.0/token', async (c) => {
    const form = Object.fromEntries(new URLSearchParams(await c.req.text()))
    const { client_secret: secret, ...rest } = form
    const fault = faults.take('token')
    const isRight =
      form.grant_type === 'client_credentials' &&
      form.client_id === appId &&
      secret === appPassword &&
      form.scope === 'https://api.botframework.com/.default'
    const grant = (): Result => {
      if (!isRight)
        return {
          status: 401,
          body: { error: 'invalid_client', error_description: 'AADSTS7000215' },
          outcome: 'invalid_client',
        }
      const token = `fake-bearer-${nextId()}`
      const seconds = options.tokenSeconds ?? 3_599
      tokens.set(token, now() + seconds * 1_000)
      return { status: 200, body: { token_type: 'Bearer', expires_in: seconds, access_token: token }, outcome: 'ok' }
    }
    if (fault !== null) return playFault(c, fault, grant, (outcome) => note('token', rest, outcome))
    const result = grant()
    note('token', rest, result.outcome)
    return Response.json(result.body, { status: result.status })
  })
  const at = '/amer/v3/conversations'
  app.post(at, async (c) => serveCall(c, 'create', { body: await c.req.json() }))
  app.post(`${at}/:conversation/activities`, async (c) =>
    serveCall(c, 'send', { conversation: c.req.param('conversation'), activity: await c.req.json() }),
  )
  app.put(`${at}/:conversation/activities/:id`, async (c) =>
    serveCall(c, 'update', {
      conversation: c.req.param('conversation'),
      id: c.req.param('id'),
      activity: await c.req.json(),
    }),
  )
  app.get(`${at}/:conversation/members/:id`, (c) =>
    serveCall(c, 'member', { conversation: c.req.param('conversation'), id: c.req.param('id') }),
  )

  const server = serve({
    fetch: app.fetch,
    port: options.port ?? 0,
    hostname: '127.0.0.1',
    serverOptions: { keepAliveTimeout: 65_000 },
  })
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const serviceUrl = `${origin}/amer/`
  const goAway = () =>
    new Promise<void>((resolve) => {
      server.close(() => setImmediate(resolve))
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
  const shown = (conversation?: string) =>
    state.messages.filter((m) => conversation === undefined || m.conversation === conversation)
  return {
    ...state,
    origin,
    serviceUrl,
    appId,
    appPassword,
    signer,
    faults,
    get tokens() {
      return new Set(tokens.keys())
    },
    env: {
      TEAMS_APP_ID: appId,
      TEAMS_APP_PASSWORD: appPassword,
      TEAMS_TENANT_ID: TENANT,
      TEAMS_OPENID_METADATA_URL: `${origin}/v1/.well-known/openidconfiguration`,
      TEAMS_TOKEN_URL: `${origin}/${TENANT}/oauth2/v2.0/token`,
    },
    publish(signers) {
      published = signers
    },
    shown,
    waitFor(enough, { conversation, timeoutMs = 10_000 } = {}) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(look)
          const texts = shown(conversation).map((m) => m.activity.summary ?? m.activity.text)
          reject(new Error(`the fake Teams waited ${timeoutMs} ms in vain; it shows ${JSON.stringify(texts)}`))
        }, timeoutMs)
        const look = () => {
          if (!enough(shown(conversation))) return
          clearTimeout(timer)
          waiters.delete(look)
          resolve(shown(conversation))
        }
        waiters.add(look)
        look()
      })
    },
    to: (target) => createSender(target, state, { appId, serviceUrl: () => serviceUrl, signer, now }),
    goAway,
    close: () => (server.listening ? goAway() : Promise.resolve()),
  }
}
export type { TeamsFault } from './faults.ts'
export type { Sender, Sent, Target } from './senders.ts'
export * from './state.ts'

async function playFault(
  c: Context<{ Bindings: HttpBindings }>,
  fault: TeamsFault,
  commit: () => Result,
  note: (outcome: string) => void,
): Promise<Response> {
  switch (fault.kind) {
    case 'refuse':
      note(fault.code)
      return Response.json({ error: { code: fault.code, message: 'refused' } }, { status: fault.status })
    case 'status':
      if (fault.commit) commit()
      note(`status ${fault.status}`)
      return new Response('upstream error', { status: fault.status })
    case 'cut':
      if (fault.commit) commit()
      note('cut')
      c.env.incoming.socket.destroy()
      return new Response('')
    case 'slow': {
      const result = commit()
      note('slow')
      await new Promise((resolve) => setTimeout(resolve, fault.ms).unref())
      return Response.json(result.body, { status: result.status })
    }
    case 'rate-limited':
      note('Throttled')
      return Response.json({ error: { code: 'Throttled' } }, { status: 429 })
    default:
      return fault satisfies never
  }
}
