import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Hub, Log } from '#contract'
import { type AnthropicFake, startAnthropicFake } from '../../test/fakes/anthropic.ts'
import { checkModels } from './check.ts'
import { type AnthropicConfig, anthropicConfig } from './config.ts'
import { anthropic } from './index.ts'

let fake: AnthropicFake
beforeEach(async () => {
  fake = await startAnthropicFake()
})
afterEach(() => fake.close())
const config = (over: Record<string, string> = {}) =>
  anthropicConfig.parse({ apiKey: fake.apiKey, baseUrl: `${fake.baseUrl}/`, ...over })
const { signal } = new AbortController()

it('accepts a good key and good models, without spending a token', async () => {
  await expect(checkModels(config(), signal)).resolves.toBeUndefined()
  expect(fake.requests).toEqual([])
})
it.each([
  [{ apiKey: 'nope' }, 'CONFIG_INVALID', /^ANTHROPIC_API_KEY was refused by Anthropic: set a valid key/],
  [{ model: 'claude-9' }, 'CONFIG_INVALID', /^HUB_MODEL "claude-9" is not a model this key can use/],
  [{ smallModel: 'tiny' }, 'CONFIG_INVALID', /^ANTHROPIC_SMALL_MODEL "tiny"/],
  [{ baseUrl: 'http://127.0.0.1:1' }, 'UNAVAILABLE', /^Anthropic at 127\.0\.0\.1:1 could not be reached/],
])('tells %j in one line', async (over, code, message) => {
  await expect(checkModels(config(over), signal)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  })
})
it('does not doubt a model because a gateway lacks the route', async () => {
  await expect(checkModels(config({ baseUrl: `${fake.baseUrl}/gateway` }), signal)).resolves.toBeUndefined()
})

function hubWith(parsed: AnthropicConfig, warned: string[]): Hub<AnthropicConfig> {
  const log: Log = { debug() {}, info() {}, warn: (_fields, text) => void warned.push(text), error() {} }
  const unused = () => {
    throw new Error('not used by this plugin')
  }
  return {
    config: parsed,
    log,
    kv: { get: unused, set: unused, add: unused, delete: unused },
    catalog: { commands: [], isPrivate: () => false, match: unused, form: unused, check: unused },
    use: unused,
    maybe: unused,
    command: unused,
    publish: unused,
  }
}
it('start refuses a wrong key and goes on when Anthropic is away', async () => {
  const warned: string[] = []
  const wrong = await anthropic.setup(hubWith(config({ apiKey: 'nope' }), warned))
  await expect(wrong.start?.(signal)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  const away = await anthropic.setup(hubWith(config({ baseUrl: 'http://127.0.0.1:1' }), warned))
  await away.start?.(signal)
  expect(warned).toEqual([expect.stringContaining('offline drafter')])
})
it('keeps the key out of what may be shown', () => {
  expect(anthropic.manifest.secrets).toEqual(['apiKey'])
  expect(anthropic.manifest.name).toBe('anthropic')
})
