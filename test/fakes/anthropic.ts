import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import { z } from 'zod'
import { draftFor, splitFor } from './anthropic-draft.ts'

/** What the fake does with one request; without a script it answers with a plausible draft. */
export type Reaction =
  | { readonly kind: 'answer'; readonly value: unknown }
  /** The text as it is: not JSON, or half of it. */
  | { readonly kind: 'text'; readonly text: string; readonly stopReason?: string }
  | { readonly kind: 'refuse'; readonly category: string | null; readonly explanation: string | null }
  | {
      readonly kind: 'error'
      readonly status: number
      readonly type: string
      readonly message?: string
      readonly retryAfter?: string
    }
  /** An `error` event after so many characters of the answer, as an overload in mid-stream arrives. */
  | { readonly kind: 'errorEvent'; readonly type: string; readonly afterCharacters: number }
  /** The connection is cut after so many bytes of the response body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The connection is cut before a status line. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'silent' }
  /** Nothing but pings for a time, then the answer. */
  | { readonly kind: 'thinking'; readonly pings: number; readonly everyMs: number; readonly value: unknown }
  /** Recorded events, one JSON text each, written in pieces that are cut at these byte offsets. */
  | { readonly kind: 'events'; readonly events: readonly string[]; readonly cutAt?: readonly number[] }

export interface FakeRequest {
  readonly model: string
  readonly system: string
  readonly user: string
  readonly maxTokens: number
  readonly schema: z.infer<typeof jsonSchema> | null
  readonly headers: IncomingHttpHeaders
}
export interface AnthropicFakeOptions {
  readonly apiKey?: string
  readonly models?: readonly string[]
  /** Decides for each request; undefined falls through to the queue of `next` and then to the default. */
  readonly script?: (request: FakeRequest, index: number) => Reaction | undefined
}
export interface AnthropicFake {
  readonly baseUrl: string
  readonly apiKey: string
  readonly requests: readonly FakeRequest[]
  /** Bodies that were refused, with the reason: a test of ours that sends nonsense shows up here. */
  readonly refused: readonly string[]
  next(...reactions: readonly Reaction[]): void
  close(): Promise<void>
}

const jsonSchema = z.looseObject({ type: z.literal('object'), properties: z.record(z.string(), z.unknown()) })
const text = z.strictObject({
  type: z.literal('text'),
  text: z.string().min(1),
  cache_control: z.strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() }).optional(),
})
/** Request body of POST /v1/messages as far as the hub may use it; anything else is answered with 400 as the API does. */
const messagesBody = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.int().min(1).max(128_000),
  system: z.union([z.string(), z.array(text).min(1)]).optional(),
  messages: z
    .array(
      z.strictObject({
        role: z.enum(['user', 'assistant']),
        content: z.union([z.string().min(1), z.array(text).min(1)]),
      }),
    )
    .min(1)
    .refine((all) => all.at(0)?.role === 'user', 'first message must use the "user" role'),
  stream: z.boolean().optional(),
  output_config: z
    .strictObject({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).optional(),
      format: z.strictObject({
        type: z.literal('json_schema'),
        schema: jsonSchema.refine(closed, 'additionalProperties must be false'),
      }),
    })
    .optional(),
})

/** Structured output demands `additionalProperties: false` on every object of the schema. */
function closed(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(closed)
  if (typeof schema !== 'object' || schema === null) return true
  if ('properties' in schema && (!('additionalProperties' in schema) || schema.additionalProperties !== false))
    return false
  return Object.values(schema).every(closed)
}

const join = (content: string | readonly { text: string }[]) =>
  typeof content === 'string' ? content : content.map((block) => block.text).join('\n')
const errorBody = (type: string, message: string) => ({
  type: 'error',
  error: { type, message },
  request_id: 'req_fake',
})
const tokensOf = (characters: number) => Math.max(1, Math.ceil(characters / 4))

/** The Messages API on a loopback port, with state: what it is sent is checked, recorded and answered as scripted. */
export async function startAnthropicFake(options: AnthropicFakeOptions = {}): Promise<AnthropicFake> {
  const apiKey = options.apiKey ?? 'sk-ant-fake-key'
  const models = options.models ?? ['claude-sonnet-5-5', 'claude-haiku-5-5', 'claude-opus-5-5']
  const requests: FakeRequest[] = []
  const refused: string[] = []
  const queue: Reaction[] = []
  const cached = new Set<string>()
  const app = new Hono<{ Bindings: HttpBindings }>()

  const fail = (status: number, type: string, message: string, retryAfter?: string) => {
    refused.push(`${status} ${type}: ${message}`)
    const headers = { 'content-type': 'application/json', 'request-id': 'req_fake' }
    return new Response(JSON.stringify(errorBody(type, message)), {
      status,
      headers: retryAfter === undefined ? headers : { ...headers, 'retry-after': retryAfter },
    })
  }
  app.use('/v1/*', async (c, next) => {
    if (c.req.header('authorization') !== `Bearer ${apiKey}`)
      return fail(401, 'authentication_error', 'invalid bearer token')
    if (!/^\d{4}-\d{2}-\d{2}$/.test(c.req.header('anthropic-version') ?? ''))
      return fail(400, 'invalid_request_error', 'anthropic-version: header is required')
    return next()
  })
  app.get('/v1/models/:id', (c) => {
    const id = c.req.param('id')
    if (!models.includes(id)) return fail(404, 'not_found_error', `model: ${id}`)
    return c.json({ id, type: 'model', display_name: id, created_at: '2026-09-01T00:00:00Z', lifecycle: 'active' })
  })
  app.post('/v1/messages', async (c) => {
    const parsed = messagesBody.safeParse(await c.req.json().catch(() => null))
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      return fail(400, 'invalid_request_error', `${issue?.path.join('.') ?? 'body'}: ${issue?.message ?? 'invalid'}`)
    }
    const body = parsed.data
    if (!models.includes(body.model)) return fail(404, 'not_found_error', `model: ${body.model}`)
    const request: FakeRequest = {
      model: body.model,
      system: body.system === undefined ? '' : join(body.system),
      user: body.messages.map((m) => join(m.content)).join('\n'),
      maxTokens: body.max_tokens,
      schema: body.output_config?.format.schema ?? null,
      headers: c.env.incoming.headers,
    }
    requests.push(request)
    const reaction = options.script?.(request, requests.length - 1) ?? queue.shift() ?? answerTo(request)
    if (reaction.kind === 'error')
      return fail(reaction.status, reaction.type, reaction.message ?? reaction.type, reaction.retryAfter)
    const { outgoing } = c.env
    if (reaction.kind === 'drop') {
      outgoing.destroy()
      return RESPONSE_ALREADY_SENT
    }
    const hit = cached.has(request.system)
    cached.add(request.system)
    const bytes = Buffer.from(sse(eventsOf(reaction, request, hit)))
    if (!body.stream) return c.json(messageOf(reaction, request, hit))
    outgoing.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'request-id': 'req_fake' })
    outgoing.flushHeaders()
    await play(reaction, bytes, outgoing)
    return RESPONSE_ALREADY_SENT
  })

  const listener = getRequestListener((request, env) => app.fetch(request, env as HttpBindings), {
    // The globals belong to the test process, and a response that is cut on purpose must not be tidied up.
    overrideGlobalObjects: false,
    autoCleanupIncoming: false,
  })
  const server: Server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey,
    requests,
    refused,
    next: (...reactions) => void queue.push(...reactions),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answerTo(request: FakeRequest): Reaction {
  const asked = request.schema?.properties ?? {}
  if ('parts' in asked) return { kind: 'answer', value: splitFor(request.user) }
  if ('criteria' in asked) return { kind: 'answer', value: draftFor(request.user) }
  return { kind: 'text', text: 'Hello.' }
}

function textOf(reaction: Reaction, request: FakeRequest): string {
  if (reaction.kind === 'answer' || reaction.kind === 'thinking') return JSON.stringify(reaction.value)
  if (reaction.kind === 'text') return reaction.text
  if (reaction.kind === 'refuse') return ''
  const otherwise = answerTo(request)
  return otherwise.kind === 'answer' ? JSON.stringify(otherwise.value) : 'Hello.'
}
const stopReasonOf = (reaction: Reaction) =>
  reaction.kind === 'refuse' ? 'refusal' : reaction.kind === 'text' ? (reaction.stopReason ?? 'end_turn') : 'end_turn'

function usageOf(request: FakeRequest, answer: string, hit: boolean) {
  const system = tokensOf(request.system.length)
  return {
    input_tokens: tokensOf(request.user.length),
    output_tokens: tokensOf(answer.length),
    cache_creation_input_tokens: hit ? 0 : system,
    cache_read_input_tokens: hit ? system : 0,
  }
}
function messageOf(reaction: Reaction, request: FakeRequest, hit: boolean) {
  const answer = textOf(reaction, request)
  const stop_details =
    reaction.kind === 'refuse'
      ? { type: 'refusal', category: reaction.category, explanation: reaction.explanation }
      : null
  return {
    id: 'msg_fake',
    type: 'message',
    role: 'assistant',
    model: request.model,
    content: [{ type: 'text', text: answer }],
    stop_reason: stopReasonOf(reaction),
    stop_sequence: null,
    stop_details,
    usage: usageOf(request, answer, hit),
  }
}

function eventsOf(reaction: Reaction, request: FakeRequest, hit: boolean): string[] {
  if (reaction.kind === 'events') return [...reaction.events]
  const message = messageOf(reaction, request, hit)
  const answer = textOf(reaction, request)
  const { output_tokens, ...input } = message.usage
  const deltas = (answer.match(/[\s\S]{1,40}/gu) ?? []).map((part) => ({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text: part },
  }))
  const start = [
    {
      type: 'message_start',
      message: {
        ...message,
        content: [],
        stop_reason: null,
        stop_details: null,
        usage: { ...input, output_tokens: 1 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
  ]
  if (reaction.kind === 'errorEvent') {
    const before = deltas.slice(0, Math.ceil(reaction.afterCharacters / 40))
    return [...start, ...before, errorBody(reaction.type, reaction.type)].map((event) => JSON.stringify(event))
  }
  const end = [
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: message.stop_reason, stop_sequence: null, stop_details: message.stop_details },
      usage: { output_tokens },
    },
    { type: 'message_stop' },
  ]
  return [...start, ...deltas, ...end].map((event) => JSON.stringify(event))
}
const sse = (events: readonly string[]) =>
  events
    .map((event) => `event: ${z.object({ type: z.string() }).parse(JSON.parse(event)).type}\ndata: ${event}\n\n`)
    .join('')

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
async function play(reaction: Reaction, bytes: Buffer, outgoing: HttpBindings['outgoing']): Promise<void> {
  if (reaction.kind === 'silent') return
  if (reaction.kind === 'slow') await pause(reaction.ms)
  if (reaction.kind === 'thinking')
    for (let n = 0; n < reaction.pings; n += 1) {
      outgoing.write(sse([JSON.stringify({ type: 'ping' })]))
      await pause(reaction.everyMs)
    }
  if (reaction.kind === 'cut') {
    // The callback runs once the bytes are with the kernel; only then may the socket go.
    outgoing.write(bytes.subarray(0, reaction.afterBytes), () => outgoing.destroy())
    return
  }
  const offsets = reaction.kind === 'events' ? (reaction.cutAt ?? []) : []
  let from = 0
  for (const offset of [...offsets, bytes.length]) {
    if (offset <= from || offset > bytes.length) continue
    outgoing.write(bytes.subarray(from, offset))
    from = offset
    if (from < bytes.length) await pause(1) // its own packet
  }
  outgoing.end()
}
