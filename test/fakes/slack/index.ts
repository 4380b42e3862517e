import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createApps, type FakeApps } from './apps.ts'
import { createFaults, createRates, type Faults, type SlackFault } from './faults.ts'
import { type Args, createMethods, type Result, SCOPES } from './methods.ts'
import { createSender, type Sender, type Target } from './senders.ts'
import { signSlack } from './sign.ts'
import { createSocket, type FakeSocket } from './socket.ts'
import { createState, type FakeMessage, nextTs, type SlackState } from './state.ts'

export interface SlackFakeOptions {
  readonly signingSecret?: string
  readonly botToken?: string
  readonly scopes?: readonly string[]
  /** 'all' keeps and checks everything; 'count' only counts calls and deliveries, for benchmarks. */
  readonly record?: 'all' | 'count'
  /** Every channel id exists, with the bot in it. */
  readonly openWorld?: boolean
  /** Enforces Slack's rates; 0.1 makes Slack's second last 100 ms. Absent: no limits. */
  readonly rateTimeScale?: number
  /** How long a message stays out of history. */
  readonly historyLagMs?: number
  /** The lag of one message, in the place of `historyLagMs`. */
  readonly historyLagOf?: (message: FakeMessage) => number
  /** Decides about each call that no armed fault is for; null lets it pass. */
  readonly faultFor?: (method: string, args: Args) => SlackFault | null
  /** Told of every message people can see from now on, and of every edit, before the caller has its answer. */
  readonly onStored?: (message: FakeMessage, how: 'created' | 'edited') => void
  readonly retryDelaysMs?: readonly number[]
  readonly now?: () => number
  readonly port?: number
}
export interface SlackFake extends SlackState {
  readonly origin: string
  /** Value for SLACK_API_URL. */
  readonly apiUrl: string
  readonly signingSecret: string
  readonly botToken: string
  /** Variables that connect a hub to this fake. */
  readonly env: Readonly<Record<'SLACK_SIGNING_SECRET' | 'SLACK_BOT_TOKEN' | 'SLACK_API_URL', string>>
  /** The same for a hub without a public address: Socket Mode instead of signed requests. */
  readonly socketEnv: Readonly<Record<'SLACK_APP_TOKEN' | 'SLACK_BOT_TOKEN' | 'SLACK_API_URL', string>>
  readonly socket: FakeSocket
  /** Installations of the app in further workspaces. */
  readonly apps: FakeApps
  /** Variables of a hub that many workspaces install. */
  installEnv(publicUrl: string): Readonly<Record<string, string>>
  readonly faults: Faults
  /** Messages people see in a channel, in order. */
  shown(channel?: string): readonly FakeMessage[]
  /** Resolves with the messages of a channel once `enough` holds for them. */
  waitFor(
    enough: (messages: readonly FakeMessage[]) => boolean,
    options?: { channel?: string; timeoutMs?: number },
  ): Promise<readonly FakeMessage[]>
  setScopes(scopes: readonly string[]): void
  setHistoryLagMs(ms: number): void
  sign(body: string | Uint8Array, atSeconds?: number): Record<string, string>
  /** Sends to the hub as Slack does. */
  to(target: Target): Sender
  /** Stops listening and drops every connection; `shown` still answers. */
  goAway(): Promise<void>
  close(): Promise<void>
}

/** Slack's side of the conversation: Web API, response_url, uploads and signed requests, with state. */
export async function startSlackFake(options: SlackFakeOptions = {}): Promise<SlackFake> {
  const now = options.now ?? Date.now
  const signingSecret = options.signingSecret ?? 'fake-signing-secret-0123456789abcdef'
  const botToken = options.botToken ?? 'xoxb-fake-0123456789-abcdefghij'
  const appToken = 'xapp-1-A0FAKE-0123456789-abcdef'
  const state = createState()
  const faults = createFaults()
  const rates = options.rateTimeScale === undefined ? null : createRates(options.rateTimeScale, now)
  const recordAll = options.record !== 'count'
  let scopes = options.scopes ?? [
    ...new Set(Object.values(SCOPES)),
    'commands',
    'users:read.email',
    'app_mentions:read',
    'im:history',
  ]
  let historyLagMs = options.historyLagMs ?? 0
  let origin = ''
  const waiters = new Set<() => void>()
  const openUntil = new Map<string, number>()
  const onStored = options.onStored ?? (() => undefined)
  const methods = createMethods({
    state,
    origin: () => origin,
    openWorld: options.openWorld ?? false,
    validate: recordAll,
    historyLagOf: options.historyLagOf ?? (() => historyLagMs),
    onStored,
    now,
  })

  const apps = createApps(botToken)
  const note = (method: string, args: Args, outcome: string, owner = '') => {
    state.counts.set(method, (state.counts.get(method) ?? 0) + 1)
    if (recordAll) state.arrivals.push({ method, args, owner, atMs: now(), outcome })
    for (const wake of waiters) wake()
  }
  const authorise = (method: string, header: string | undefined): Result | null => {
    if (!header?.startsWith('Bearer ')) return { ok: false, error: 'not_authed' }
    const wrong = apps.refusal(header.slice(7))
    if (wrong !== null) return { ok: false, error: wrong }
    const needed = SCOPES[method]
    return needed && !scopes.includes(needed)
      ? { ok: false, error: 'missing_scope', needed, provided: scopes.join(',') }
      : null
  }
  /** 429 with the wait, remembered so that a call that comes too early is seen. */
  const limited = (key: string, waitMs: number) => {
    openUntil.set(key, now() + waitMs)
    const headers = { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1_000))) }
    return Response.json({ ok: false, error: 'ratelimited' }, { status: 429, headers })
  }

  const socket = createSocket(appToken)
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.post('/api/apps.connections.open', (c) => {
    const url = socket.issue(c.req.header('authorization'), origin)
    note('apps.connections.open', {}, url === null ? 'invalid_auth' : 'ok')
    return c.json(url === null ? { ok: false, error: 'invalid_auth' } : { ok: true, url })
  })
  app.get('/oauth/v2/authorize', (c) => c.redirect(apps.authorize(new URL(c.req.url)), 302))
  app.post('/api/oauth.v2.access', async (c) => {
    const fault = faults.take('oauth.v2.access')
    const form = new URLSearchParams(await c.req.text())
    const run = () => apps.access(form, c.req.header('authorization'))
    const noted = (outcome: string) => note('oauth.v2.access', Object.fromEntries(form), outcome)
    if (fault !== null) return playFault(c.env, fault, run, noted)
    const result = run()
    noted(result.ok === true ? 'ok' : String(result.error))
    return c.json(result)
  })
  app.post('/api/:method', async (c) => {
    const method = c.req.param('method')
    const owner = apps.ownerOf(c.req.header('authorization')?.slice(7) ?? '')
    const args = readArgs(c.req.header('content-type') ?? '', await c.req.text())
    const refused =
      args === null ? { ok: false, error: 'invalid_post_type' } : authorise(method, c.req.header('authorization'))
    const run = methods[method]
    if (args === null || refused !== null || !run) {
      const result = refused ?? { ok: false, error: 'unknown_method' }
      note(method, args ?? {}, String(result.error))
      return c.json(result)
    }
    const key = `${method}:${String(args.channel ?? '')}`
    const earlyByMs = (openUntil.get(key) ?? 0) - now()
    if (earlyByMs > 0) state.early.push({ method, earlyByMs })
    const fault = faults.take(method) ?? options.faultFor?.(method, args) ?? null
    const wait = rates?.waitMs(method, String(args.channel ?? '')) ?? 0
    if (fault?.kind === 'rate-limited' || wait > 0) {
      note(method, args, 'ratelimited')
      return limited(key, fault?.kind === 'rate-limited' ? fault.retryAfterSeconds * 1_000 : wait)
    }
    if (fault !== null)
      return playFault(
        c.env,
        fault,
        () => run(args),
        (outcome) => note(method, args, outcome),
      )
    const result = run(args)
    note(method, args, result.ok === true ? 'ok' : String(result.error), owner)
    return c.json(result, 200, { 'x-oauth-scopes': scopes.join(',') })
  })
  app.post('/upload/:id', async (c) => {
    const upload = state.uploads.get(c.req.param('id'))
    const text = await c.req.text()
    const fault = faults.take('upload')
    note('upload', { id: c.req.param('id') }, fault?.kind ?? 'ok')
    if (fault !== null)
      return playFault(
        c.env,
        fault,
        () => ({ ok: true }),
        () => undefined,
      )
    if (!upload || Buffer.byteLength(text) !== upload.length) return c.text('bad upload', 400)
    upload.text = text
    return c.text('OK')
  })
  app.post('/response/:id', async (c) => {
    const target = state.responseUrls.get(c.req.param('id'))
    const body: Args = await c.req.json()
    const store = (): Result => {
      if (!target || target.expiresAtMs <= now()) return { ok: false, error: 'expired_url' }
      if (target.uses >= 5) return { ok: false, error: 'used_url' }
      target.uses += 1
      const replaced = body.replace_original === true ? state.messages.find((m) => m.ts === target.message) : undefined
      const content = { text: String(body.text ?? ''), blocks: (body.blocks ?? []) as Record<string, unknown>[] }
      if (replaced) onStored(Object.assign(replaced, { ...content, edited: true }), 'edited')
      else {
        const stored: FakeMessage = {
          ts: nextTs(),
          channel: target.channel,
          via: 'response_url',
          edited: false,
          storedAtMs: now(),
          ...content,
          ...(typeof body.thread_ts === 'string' ? { threadTs: body.thread_ts } : {}),
          ...(body.response_type === 'in_channel' ? {} : { only: target.user }),
        }
        state.messages.push(stored)
        onStored(stored, 'created')
      }
      return { ok: true }
    }
    const fault = faults.take('response_url')
    if (fault !== null) return playFault(c.env, fault, store, (outcome) => note('response_url', body, outcome))
    const result = store()
    note('response_url', body, result.ok === true ? 'ok' : String(result.error))
    return result.ok === true ? c.text('ok') : c.json(result, 404)
  })

  const server = serve({
    fetch: app.fetch,
    port: options.port ?? 0,
    hostname: '127.0.0.1',
    // Node's 5 s would hide what a caller does that wakes up after a pause: its connection would be gone.
    serverOptions: { keepAliveTimeout: 65_000 },
  })
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  server.on('upgrade', socket.upgrade)
  const goAway = () =>
    new Promise<void>((resolve) => {
      socket.close()
      server.close(() => setImmediate(resolve))
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
  const shown = (channel?: string) =>
    state.messages.filter((m) => m.via !== 'person' && (channel === undefined || m.channel === channel))
  return {
    ...state,
    origin,
    apiUrl: `${origin}/api/`,
    signingSecret,
    botToken,
    env: { SLACK_SIGNING_SECRET: signingSecret, SLACK_BOT_TOKEN: botToken, SLACK_API_URL: `${origin}/api/` },
    socketEnv: { SLACK_APP_TOKEN: appToken, SLACK_BOT_TOKEN: botToken, SLACK_API_URL: `${origin}/api/` },
    socket,
    apps,
    installEnv: (publicUrl) => ({
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_CLIENT_ID: apps.clientId,
      SLACK_CLIENT_SECRET: apps.clientSecret,
      SLACK_API_URL: `${origin}/api/`,
      HUB_PUBLIC_URL: publicUrl,
    }),
    faults,
    shown,
    waitFor(enough, { channel, timeoutMs = 10_000 } = {}) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(check)
          reject(
            new Error(
              `the fake Slack waited ${timeoutMs} ms in vain; it shows ${JSON.stringify(shown(channel).map((m) => m.text))}`,
            ),
          )
        }, timeoutMs)
        const check = () => {
          if (!enough(shown(channel))) return
          clearTimeout(timer)
          waiters.delete(check)
          resolve(shown(channel))
        }
        waiters.add(check)
        check()
      })
    },
    setScopes: (next) => {
      scopes = next
    },
    setHistoryLagMs: (ms) => {
      historyLagMs = ms
    },
    sign: (body, atSeconds = Math.floor(now() / 1_000)) => signSlack(body, signingSecret, atSeconds),
    to: (target) =>
      createSender(target, state, {
        secret: signingSecret,
        origin,
        now,
        retryDelaysMs: options.retryDelaysMs ?? [0, 20, 60],
      }),
    goAway,
    close: () => (server.listening ? goAway() : Promise.resolve()),
  }
}
export type { SlackFault } from './faults.ts'
export type { Sender, Sent, Target } from './senders.ts'
export * from './state.ts'

/** Form fields, the structured ones as JSON text; or a JSON body. Null: Slack does not read this type. */
function readArgs(contentType: string, body: string): Args | null {
  if (contentType.startsWith('application/json')) return JSON.parse(body)
  if (!contentType.startsWith('application/x-www-form-urlencoded')) return null
  const args: Args = {}
  for (const [name, value] of new URLSearchParams(body)) {
    args[name] = /^(?:blocks|metadata|view|files)$/.test(name) ? JSON.parse(value) : value
  }
  return args
}
async function playFault(
  env: HttpBindings,
  fault: SlackFault,
  commit: () => Result,
  note: (outcome: string) => void,
): Promise<Response> {
  switch (fault.kind) {
    case 'refuse':
      note(fault.error)
      return Response.json({ ok: false, error: fault.error, ...(fault.needed ? { needed: fault.needed } : {}) })
    case 'status':
      if (fault.commit) commit()
      note(`status ${fault.status}`)
      return new Response('upstream error', { status: fault.status })
    case 'cut':
      if (fault.commit) commit()
      note('cut')
      env.incoming.socket.destroy()
      return new Response('')
    case 'slow': {
      const result = commit()
      note('slow')
      await new Promise((resolve) => setTimeout(resolve, fault.ms).unref())
      return Response.json(result)
    }
    case 'rate-limited':
      return Response.json(
        { ok: false, error: 'ratelimited' },
        { status: 429, headers: { 'retry-after': String(fault.retryAfterSeconds) } },
      )
    default:
      return fault satisfies never
  }
}
