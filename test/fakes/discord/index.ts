import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createFaults, createRates, type DiscordFault, type Faults } from './faults.ts'
import { createGateway, type FakeGateway } from './gateway.ts'
import { createRest, fail, type Request as RestRequest, type Result } from './rest.ts'
import { createSender, type Sender, type Target } from './senders.ts'
import { type SigningKey, signDiscord, signingKey } from './sign.ts'
import { APP, BOT_USER, createState, type DiscordState, type FakeFile, type FakeMessage, type Json } from './state.ts'

export interface DiscordFakeOptions {
  readonly botToken?: string
  readonly key?: SigningKey
  /** Every channel and person exists, with the bot in the channels. */
  readonly openWorld?: boolean
  /** 'all' checks everything against limits and Discord's own description; 'count' only answers, for benchmarks. */
  readonly record?: 'all' | 'count'
  /** Enforces limits; 0.1 makes Discord's second last 100 ms. Absent: no limits. */
  readonly rateTimeScale?: number
  /** How long a message of the bot's stays out of the channel's list. */
  readonly readLagMs?: number
  /** Decides about each call that no armed fault is for; null lets it pass. */
  readonly faultFor?: (call: string, body: Json) => DiscordFault | null
  /** Told of every message from now on, and of every edit, before the caller has its answer. */
  readonly onStored?: (message: FakeMessage, how: 'created' | 'edited') => void
  readonly now?: () => number
  readonly port?: number
}
type Names = 'DISCORD_APP_ID' | 'DISCORD_PUBLIC_KEY' | 'DISCORD_BOT_TOKEN' | 'DISCORD_API_URL'
export interface DiscordFake extends DiscordState {
  /** Value for DISCORD_API_URL. */
  readonly apiUrl: string
  readonly appId: string
  readonly publicKey: string
  readonly botToken: string
  /** Variables that connect a hub to this fake. */
  readonly env: Readonly<Record<Names, string>>
  readonly faults: Faults
  readonly gateway: FakeGateway
  /** Messages of the bot that people see in a channel and the threads in it, in order. */
  shown(channel?: string): readonly FakeMessage[]
  /** Resolves with the messages of a channel once `enough` holds for them. */
  waitFor(
    enough: (messages: readonly FakeMessage[]) => boolean,
    options?: { channel?: string; timeoutMs?: number },
  ): Promise<readonly FakeMessage[]>
  setReadLagMs(ms: number): void
  sign(body: string | Uint8Array, atSeconds?: number): Record<string, string>
  /** Sends to the hub as Discord does. */
  to(target: Target): Sender
  /** Stops listening and drops every connection; `shown` still answers. */
  goAway(): Promise<void>
  close(): Promise<void>
}

/** Discord's side of the conversation: REST API, interactions and their tokens, with state. */
export async function startDiscordFake(options: DiscordFakeOptions = {}): Promise<DiscordFake> {
  const now = options.now ?? Date.now
  const key = options.key ?? signingKey(7)
  const botToken = options.botToken ?? 'fake-bot-token.0123456789.abcdefghijklmnop'
  const state = createState(now)
  const faults = createFaults()
  const rates = options.rateTimeScale === undefined ? null : createRates(options.rateTimeScale, now)
  const waiters = new Set<() => void>()
  const wake = () => {
    for (const one of waiters) one()
  }
  const onStored = (message: FakeMessage, how: 'created' | 'edited') => {
    options.onStored?.(message, how)
    wake()
  }
  let readLagMs = options.readLagMs ?? 0
  const openUntil = new Map<string, number>()
  let origin = ''
  const gateway = createGateway(botToken, state, () => origin)
  const rest = createRest({
    gatewayInfo: () => gateway.info(origin),
    state,
    openWorld: options.openWorld ?? false,
    validate: options.record !== 'count',
    readLagMs: () => readLagMs,
    now,
    onStored,
  })
  const answer = ({ status, body }: Result, headers: Readonly<Record<string, string>> = {}): Response => {
    if (status === 401 || status === 403 || status === 429) state.invalidRequests += 1
    return status === 204 ? new Response(null, { status, headers }) : Response.json(body, { status, headers })
  }

  const app = new Hono<{ Bindings: HttpBindings }>()
  app.all('/api/v10/*', async (c) => {
    const path = decodeURIComponent(new URL(c.req.url).pathname).slice('/api/v10'.length)
    const { name, ids } = readPath(path)
    const call = `${c.req.method} ${name}`
    const { body, list, files } = await readBody(c.req.raw)
    const note = (outcome: string) => {
      if (options.record !== 'count') state.arrivals.push({ call, path, body, atMs: now(), outcome })
      wake()
    }
    const run = rest[call]
    const request: RestRequest = { ids, query: new URL(c.req.url).searchParams, body, list, files }
    const refused =
      run === undefined ? fail(404, 0, '404: Not Found') : unauthorised(call, c.req.header('authorization'))
    if (!run || refused) {
      note(String(refused?.status ?? 404))
      return answer(refused ?? fail(404, 0, '404: Not Found'))
    }
    const major = majorOf(path)
    const earlyByMs = (openUntil.get(`${call} ${major}`) ?? 0) - now()
    if (earlyByMs > 0) state.early.push({ call, earlyByMs })
    const fault = faults.take(call) ?? options.faultFor?.(call, body) ?? null
    const rate = rates?.draw(call, major)
    if (fault?.kind === 'rate-limited' || (rate && rate.waitMs > 0)) {
      const waitMs = fault?.kind === 'rate-limited' ? fault.retryAfterSeconds * 1_000 : (rate?.waitMs ?? 0)
      const isGlobal = fault?.kind === 'rate-limited' && fault.isGlobal === true
      openUntil.set(`${call} ${major}`, now() + waitMs)
      note('rate limited')
      const headers = {
        ...rate?.headers,
        'retry-after': String(waitMs / 1_000),
        'x-ratelimit-scope': isGlobal ? 'global' : 'user',
        ...(isGlobal ? { 'x-ratelimit-global': 'true' } : {}),
      }
      const text = 'You are being rate limited.'
      return answer({ status: 429, body: { message: text, retry_after: waitMs / 1_000, global: isGlobal } }, headers)
    }
    if (fault !== null) return playFault(c.env, fault, () => run(request), note, answer)
    const result = run(request)
    note(result.status < 300 ? 'ok' : String((result.body as Json).code))
    return answer(result, rate?.headers)
  })
  const unauthorised = (call: string, header: string | undefined): Result | null => {
    if (call.includes('/webhooks/')) return null
    return header === `Bot ${botToken}` ? null : fail(401, 0, '401: Unauthorized')
  }

  const server = serve({
    fetch: app.fetch,
    port: options.port ?? 0,
    hostname: '127.0.0.1',
    serverOptions: { keepAliveTimeout: 65_000 },
  })
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const apiUrl = `${origin}/api`
  server.on('upgrade', gateway.upgrade)
  const goAway = () =>
    new Promise<void>((resolve) => {
      gateway.close()
      server.close(() => setImmediate(resolve))
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
  const isIn = (message: FakeMessage, channel: string | undefined) =>
    channel === undefined || message.channel === channel || state.channels.get(message.channel)?.parentId === channel
  const shown = (channel?: string) =>
    state.messages.filter((m) => m.author === BOT_USER && !m.isLoading && isIn(m, channel))
  return Object.assign(state, {
    apiUrl,
    appId: APP,
    publicKey: key.publicKey,
    botToken,
    env: {
      DISCORD_APP_ID: APP,
      DISCORD_PUBLIC_KEY: key.publicKey,
      DISCORD_BOT_TOKEN: botToken,
      DISCORD_API_URL: apiUrl,
    },
    faults,
    gateway,
    shown,
    waitFor(
      enough: (messages: readonly FakeMessage[]) => boolean,
      { channel, timeoutMs = 10_000 }: { channel?: string; timeoutMs?: number } = {},
    ) {
      return new Promise<readonly FakeMessage[]>((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(check)
          const seen = JSON.stringify(shown(channel).map((m) => m.embeds))
          reject(new Error(`the fake Discord waited ${timeoutMs} ms in vain; it shows ${seen}`))
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
    setReadLagMs: (ms: number) => {
      readLagMs = ms
    },
    sign: (body: string | Uint8Array, atSeconds = Math.floor(now() / 1_000)) => signDiscord(body, key, atSeconds),
    to: (target: Target) => createSender(target, state, { key, now, onStored }),
    goAway,
    close: () => (server.listening ? goAway() : Promise.resolve()),
  })
}
export { buttonsOf, readMessage } from './check.ts'
export type { DiscordFault } from './faults.ts'
export type { FakeGateway } from './gateway.ts'
export type { Sender, Sent, Target } from './senders.ts'
export * from './state.ts'

/** What has limits of its own: a channel, or the token of a webhook. https://docs.discord.com/developers/topics/rate-limits */
function majorOf(path: string): string {
  return path
    .split('/')
    .slice(0, path.startsWith('/webhooks/') ? 4 : 3)
    .join('/')
}
/** '/channels/1/messages/2' is the call '/channels/:id/messages/:id' with the ids 1 and 2. */
function readPath(path: string): { name: string; ids: string[] } {
  const parts = path.split('/').slice(1)
  const ids: string[] = []
  const named = parts.map((part, i) => {
    const isToken = parts[0] === 'webhooks' && i === 2
    if (!isToken && part !== '@original' && !/^\d+$/.test(part)) return part
    ids.push(part)
    return isToken ? ':token' : ':id'
  })
  return { name: `/${named.join('/')}`, ids }
}
async function readBody(request: Request): Promise<{ body: Json; list: Json[]; files: FakeFile[] }> {
  const type = request.headers.get('content-type') ?? ''
  if (!type.startsWith('multipart/form-data')) {
    const text = await request.text()
    const value: unknown = text === '' ? {} : JSON.parse(text)
    return Array.isArray(value) ? { body: {}, list: value, files: [] } : { body: value as Json, list: [], files: [] }
  }
  const form = await request.formData()
  const files: FakeFile[] = []
  for (const [name, value] of form) {
    if (typeof value !== 'string' && name.startsWith('files['))
      files.push({ name: value.name, text: await value.text() })
  }
  return { body: JSON.parse(String(form.get('payload_json') ?? '{}')), list: [], files }
}
async function playFault(
  env: HttpBindings,
  fault: Exclude<DiscordFault, { kind: 'rate-limited' }>,
  commit: () => Result,
  note: (outcome: string) => void,
  answer: (result: Result) => Response,
): Promise<Response> {
  switch (fault.kind) {
    case 'refuse':
      note(String(fault.code))
      return answer(fail(fault.status, fault.code, 'Refused'))
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
      return answer(result)
    }
    default:
      return fault satisfies never
  }
}
