import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { HubError, type ModelRequest } from '#contract'
import { type AnthropicFake, type Reaction, startAnthropicFake } from '../../test/fakes/anthropic.ts'
import { createClaude } from './client.ts'
import { anthropicConfig } from './config.ts'

const shape = z.object({ title: z.string(), size: z.enum(['S', 'M']) })
const good = { title: 'Café 🎉', size: 'S' } as const

let fake: AnthropicFake
beforeEach(async () => {
  fake = await startAnthropicFake()
})
afterEach(() => fake.close())

const claude = (over: Record<string, string> = {}, silenceMs?: number) =>
  createClaude(
    anthropicConfig.parse({ apiKey: fake.apiKey, baseUrl: fake.baseUrl, ...over }),
    silenceMs === undefined ? {} : { silenceMs },
  )
const ask = (over: Partial<ModelRequest<typeof shape>> = {}): ModelRequest<typeof shape> => ({
  system: 'Be brief.',
  user: 'A title, please.',
  schema: shape,
  maxOutputTokens: 500,
  tier: 'main',
  signal: new AbortController().signal,
  ...over,
})
const failure = async (run: Promise<unknown>): Promise<HubError> => {
  const error = await run.then(
    () => null,
    (e: unknown) => e,
  )
  if (error instanceof HubError) return error
  throw new Error(`expected a HubError, got ${String(error)}`)
}

describe('a request', () => {
  it('carries key, version, a cached system prompt, the schema and the model of the tier', async () => {
    fake.next({ kind: 'answer', value: good }, { kind: 'answer', value: good })
    const model = claude()
    expect((await model.generate(ask())).kind).toBe('answer')
    const second = await model.generate(ask({ tier: 'small' }))
    expect(second).toMatchObject({ kind: 'answer', model: 'claude-haiku-5-5', value: good })
    expect(second.usage.cachedInputTokens).toBeGreaterThan(0)
    expect(second.usage.outputTokens).toBeGreaterThan(0)
    expect(fake.refused).toEqual([])
    expect(fake.requests.map((r) => [r.model, r.maxTokens])).toEqual([
      ['claude-sonnet-5-5', 500],
      ['claude-haiku-5-5', 500],
    ])
    expect(fake.requests[0]?.headers['anthropic-version']).toBe('2026-10-21')
    expect(Object.keys(fake.requests[0]?.schema?.properties ?? {})).toEqual(['title', 'size'])
  })
  it('tells how far it is', async () => {
    fake.next({ kind: 'answer', value: { ...good, title: 'x'.repeat(300) } })
    const seen: number[] = []
    await claude().generate(ask({ onProgress: (n) => seen.push(n) }))
    expect(seen.at(-1)).toBeGreaterThan(300)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })
})

describe('answers that are no value', () => {
  const cases: [string, Reaction, object][] = [
    [
      'a refusal',
      { kind: 'refuse', category: 'cyber', explanation: 'No exploits.' },
      { kind: 'refused', reason: 'No exploits.' },
    ],
    [
      'a refusal without words',
      { kind: 'refuse', category: 'bio', explanation: null },
      { kind: 'refused', reason: 'bio' },
    ],
    [
      'max_tokens',
      { kind: 'text', text: '{"title":"Caf', stopReason: 'max_tokens' },
      { kind: 'truncated', text: '{"title":"Caf' },
    ],
    ['a full context', { kind: 'text', text: '', stopReason: 'model_context_window_exceeded' }, { kind: 'truncated' }],
    [
      'broken JSON',
      { kind: 'text', text: '{"title": nope' },
      { kind: 'invalid', problems: [expect.stringContaining('not JSON')] },
    ],
    ['an empty answer', { kind: 'text', text: '' }, { kind: 'invalid' }],
    [
      'JSON outside the schema',
      { kind: 'answer', value: { title: 1, size: 'S' } },
      { kind: 'invalid', problems: [expect.stringMatching(/^title: /)] },
    ],
  ]
  it.each(cases)('%s', async (_name, reaction, expected) => {
    fake.next(reaction)
    const answer = await claude().generate(ask())
    expect(answer).toMatchObject({ ...expected, model: 'claude-sonnet-5-5' })
    expect(answer.usage.inputTokens).toBeGreaterThan(0)
  })
})

describe('failures', () => {
  const error = (status: number, type: string, retryAfter?: string): Reaction =>
    retryAfter === undefined ? { kind: 'error', status, type } : { kind: 'error', status, type, retryAfter }
  const cases: [string, Reaction, object][] = [
    [
      '429 with a wait',
      error(429, 'rate_limit_error', '7'),
      { code: 'RATE_LIMITED', retry: { afterMs: 7000 }, scope: 'anthropic' },
    ],
    ['429 without', error(429, 'rate_limit_error'), { code: 'RATE_LIMITED', retry: 'backoff' }],
    ['529', error(529, 'overloaded_error'), { code: 'UNAVAILABLE', message: 'Anthropic is overloaded' }],
    ['529 with a wait', error(529, 'overloaded_error', '0.5'), { code: 'UNAVAILABLE', retry: { afterMs: 500 } }],
    ['500', error(500, 'api_error'), { code: 'UNAVAILABLE', retry: 'backoff' }],
    ['413', error(413, 'request_too_large'), { code: 'TOO_LARGE', retry: 'never' }],
    ['400', error(400, 'invalid_request_error'), { code: 'UNSUPPORTED', retry: 'never' }],
    ['403', error(403, 'permission_error'), { code: 'CONFIG_INVALID', retry: 'never' }],
    [
      'overload in mid-stream',
      { kind: 'errorEvent', type: 'overloaded_error', afterCharacters: 0 },
      { code: 'UNAVAILABLE' },
    ],
    [
      'a limit in mid-stream',
      { kind: 'errorEvent', type: 'rate_limit_error', afterCharacters: 0 },
      { code: 'RATE_LIMITED' },
    ],
    ['a connection cut before the answer', { kind: 'drop' }, { code: 'UNAVAILABLE', retry: 'backoff' }],
  ]
  it.each(cases)('%s', async (_name, reaction, expected) => {
    fake.next(reaction)
    expect(await failure(claude().generate(ask()))).toMatchObject(expected)
    expect(fake.requests).toHaveLength(1) // no retry by the SDK
  })
  it('a date in Retry-After is a wait', async () => {
    fake.next(error(429, 'rate_limit_error', new Date(Date.now() + 20_000).toUTCString()))
    const { retry } = await failure(claude().generate(ask()))
    expect(retry).toMatchObject({ afterMs: expect.closeTo(20_000, -4) })
  })
  it('a wrong key names the variable and never the key', async () => {
    const e = await failure(claude({ apiKey: 'sk-wrong-123' }).generate(ask()))
    expect(e.code).toBe('CONFIG_INVALID')
    expect(e.message).toMatch(/^ANTHROPIC_API_KEY was refused/)
    expect(e.message).not.toContain('sk-wrong-123')
  })
  it('an unknown model names HUB_MODEL and its value', async () => {
    const e = await failure(claude({ model: 'claude-9' }).generate(ask()))
    expect(e).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(/^HUB_MODEL "claude-9"/) })
  })
  it('nobody listening is UNAVAILABLE', async () => {
    const model = claude()
    await fake.close()
    expect(await failure(model.generate(ask()))).toMatchObject({ code: 'UNAVAILABLE' })
  })
  it('silence ends by itself', async () => {
    fake.next({ kind: 'silent' })
    expect(await failure(claude({}, 100).generate(ask()))).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('silent'),
    })
  })
  it('a model that thinks for long is not silent while it pings', async () => {
    fake.next({ kind: 'thinking', pings: 12, everyMs: 100, value: good })
    expect(await claude({}, 900).generate(ask())).toMatchObject({ kind: 'answer', value: good })
  })
  it("the caller's abort is not an error of Anthropic", async () => {
    fake.next({ kind: 'silent' })
    const stop = new AbortController()
    const run = claude().generate(ask({ signal: stop.signal }))
    setTimeout(() => stop.abort(new Error('hub stops')), 50)
    await expect(run).rejects.toThrow('hub stops')
  })
})

describe('a stream cut anywhere', () => {
  it('is never taken for a whole answer', async () => {
    const model = claude()
    for (let afterBytes = 0; ; afterBytes += 7) {
      fake.next({ kind: 'cut', afterBytes })
      const outcome = await model.generate(ask()).then(
        (answer) => answer.kind,
        (error: unknown) => (error instanceof HubError ? error.code : String(error)),
      )
      // The default answer of the fake; once all its bytes are out, a cut changes nothing.
      if (outcome === 'invalid') {
        expect(afterBytes).toBeGreaterThan(700)
        break
      }
      expect([afterBytes, outcome]).toEqual([afterBytes, 'UNAVAILABLE'])
    }
  })
})

describe('recorded answers', () => {
  const folder = new URL('../../../shared/data/anthropic/recorded/', import.meta.url)
  const present = existsSync(folder)
  if (!present) console.info('skipped: ../shared/data/anthropic is absent, recorded streams are not replayed')
  it.skipIf(!present)('are read the same however their bytes are split', async () => {
    const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')
    const events = read('anthropic-json-output-format.1.chunks.txt')
      .split('\n')
      .filter((line) => line !== '')
    const anything = z.looseObject({ characters: z.array(z.looseObject({ name: z.string() })) })
    const request = { ...ask(), schema: anything, maxOutputTokens: 2000 }
    const length = Buffer.byteLength(events.join('')) + events.length * 40
    fake.next({ kind: 'events', events })
    const whole = await claude().generate(request)
    expect(whole).toMatchObject({ kind: 'answer', model: expect.stringMatching(/^claude-/) })
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(length), { minLength: 1, maxLength: 12 }), async (cutAt) => {
        fake.next({ kind: 'events', events, cutAt: cutAt.toSorted((a, b) => a - b) })
        expect(await claude().generate(request)).toEqual(whole)
      }),
      { numRuns: 25 },
    )
  })
})
