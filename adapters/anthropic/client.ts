import type Anthropic from '@anthropic-ai/sdk'
import { z } from 'zod'
import { HubError, type Model, type ModelAnswer, type ModelRequest, type Out, type Schema } from '#contract'
import type { AnthropicConfig } from './config.ts'
import { toHubError, unreachable } from './errors.ts'
import { type Collected, collect } from './stream.ts'

/** Longest silence: the API sends `ping` events while a model thinks (https://docs.claude.com/en/docs/build-with-claude/streaming). The SDK keeps them to itself, so bytes are what is heard. */
const SILENCE_MS = 60_000
/** Problems of one answer that are worth telling the model; the rest is the same mistake again. */
const MAX_PROBLEMS = 8

/** The SDK costs 160 ms and 27 MB, so it is imported by the first request and not by the start of the hub. */
async function loadSdk() {
  const [sdk, helpers] = await Promise.all([import('@anthropic-ai/sdk'), import('@anthropic-ai/sdk/helpers/zod')])
  return { Anthropic: sdk.default, APIError: sdk.APIError, zodOutputFormat: helpers.zodOutputFormat }
}
type Sdk = Awaited<ReturnType<typeof loadSdk>>

export function createClaude(config: AnthropicConfig, options: { readonly silenceMs?: number } = {}): Model {
  const silenceMs = options.silenceMs ?? SILENCE_MS
  let loaded: Promise<{ sdk: Sdk; client: Anthropic }> | undefined
  const load = async () => {
    const sdk = await loadSdk()
    const client = new sdk.Anthropic({
      apiKey: config.apiKey,
      authToken: null, // else the SDK reads ANTHROPIC_AUTH_TOKEN from the environment
      baseURL: config.baseUrl,
      maxRetries: 0, // the ladder and the ledger own every retry
      timeout: silenceMs,
      logLevel: 'off',
    })
    return { sdk, client }
  }
  const nameOf = (tier: 'main' | 'small') => (tier === 'main' ? config.model : config.smallModel)

  async function generate<S extends Schema>(request: ModelRequest<S>): Promise<ModelAnswer<Out<S>>> {
    if (!(request.schema instanceof z.ZodType))
      throw new HubError('UNSUPPORTED', 'The anthropic adapter needs a Zod schema for the answer')
    loaded ??= load()
    const { sdk, client } = await loaded
    const model = nameOf(request.tier)
    const watch = watchdog(request.signal, silenceMs)
    try {
      const { type, schema } = sdk.zodOutputFormat(request.schema)
      const events = await client.withOptions({ fetch: heardBy(watch.heard) }).messages.create(
        {
          model,
          max_tokens: request.maxOutputTokens,
          // The same text for every request of a purpose: read from the provider's cache after the first.
          system: [{ type: 'text', text: request.system, cache_control: { type: 'ephemeral' } }],
          messages: [{ role: 'user', content: request.user }],
          output_config: { format: { type, schema } },
          stream: true,
        },
        { signal: watch.signal },
      )
      const collected = await collect(events, (characters) => request.onProgress?.(characters))
      request.signal.throwIfAborted()
      if (!collected.complete && !watch.signal.aborted) throw unreachable(config, 'cut the answer before its end')
      watch.signal.throwIfAborted()
      return toAnswer(collected, model, request.schema)
    } catch (error) {
      request.signal.throwIfAborted()
      if (error instanceof HubError) throw error
      if (watch.signal.aborted) throw unreachable(config, `was silent for ${silenceMs / 1000} s`, error)
      if (error instanceof sdk.APIError && (error.status !== undefined || error.type !== null)) {
        const retryAfter = error.headers?.get('retry-after') ?? null
        const message = error.apiMessage ?? error.message
        throw toHubError(config, model, { status: error.status, type: error.type, message, retryAfter }, error)
      }
      throw unreachable(config, 'could not be reached or cut the connection', error)
    } finally {
      watch.stop()
    }
  }
  return { nameOf, generate }
}

/** Tells of every piece of an answer as it comes. */
function heardBy(heard: () => void): typeof fetch {
  return async (input, init) => {
    const answer = await fetch(input, init)
    if (answer.body === null) return answer
    const told = new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, out) {
        heard()
        out.enqueue(piece)
      },
    })
    const { status, statusText, headers } = answer
    return new Response(answer.body.pipeThrough(told), { status, statusText, headers })
  }
}

/** Aborts with the caller's signal, or when nothing was heard for too long: the SDK's timeout ends with the headers. */
function watchdog(outer: AbortSignal, silenceMs: number) {
  const silent = new AbortController()
  const timer = setTimeout(() => silent.abort(), silenceMs)
  return {
    signal: AbortSignal.any([outer, silent.signal]),
    heard: () => void timer.refresh(),
    stop: () => clearTimeout(timer),
  }
}

function toAnswer<S extends Schema>(collected: Collected, asked: string, schema: z.ZodType): ModelAnswer<Out<S>> {
  const { text, usage, stopReason } = collected
  const common = { model: collected.model ?? asked, usage }
  if (stopReason === 'refusal') return { ...common, kind: 'refused', reason: collected.refusal ?? 'no reason given' }
  if (stopReason === 'max_tokens' || stopReason === 'model_context_window_exceeded')
    return { ...common, kind: 'truncated', text }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { ...common, kind: 'invalid', text, problems: [`not JSON: ${problem}`] }
  }
  const checked = schema.safeParse(value)
  if (checked.success) return { ...common, kind: 'answer', value: checked.data as Out<S> }
  const problems = checked.error.issues.slice(0, MAX_PROBLEMS).map((i) => `${i.path.join('.')}: ${i.message}`)
  return { ...common, kind: 'invalid', text, problems }
}
