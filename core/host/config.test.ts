import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { definePlugin } from '../contract/define.ts'
import type { Schema } from '../contract/schema.ts'
import { configFromEnv, configKeys, parseConfig, variableOf } from './config.ts'

const plugin = <C extends Schema>(name: string, config: C, secrets: string[] = []) =>
  definePlugin({
    manifest: { name, version: '1.0.0', summary: 's', hub: '*', config, secrets: secrets as never[] },
    setup: () => ({}),
  })

describe('configFromEnv', () => {
  it.each([
    ['slack', { SLACK_SIGNING_SECRET: 's', SLACK_API_URL: 'u' }, { signingSecret: 's', apiUrl: 'u' }],
    ['acme-chat', { ACME_CHAT_KEY: 'k', ACME_KEY: 'other' }, { key: 'k' }],
    ['slack', { SLACK_BOT_TOKEN: '', SLACKER_X: 'x', slack_y: 'y' }, {}],
    ['a', { A_MAX_2_ITEMS: '3' }, { max2Items: '3' }],
  ])('reads the variables of %s', (name, env, raw) => {
    expect(configFromEnv(name, env)).toEqual(raw)
  })
  it('takes keys from other variables where told so', () => {
    const env = { ANTHROPIC_API_KEY: 'k', HUB_MODEL: 'm', ANTHROPIC_MODEL: 'not this' }
    expect(configFromEnv('anthropic', env, { model: 'HUB_MODEL' })).toEqual({ apiKey: 'k', model: 'm' })
  })
  it.each([
    ['slack', 'signingSecret', 'SLACK_SIGNING_SECRET'],
    ['acme-chat', 'url', 'ACME_CHAT_URL'],
  ])('names the variable of %s.%s', (name, key, variable) => {
    expect(variableOf(name, key)).toBe(variable)
    expect(Object.keys(configFromEnv(name, { [variable]: 'x' }))).toEqual([key])
  })
})

describe('parseConfig', () => {
  it('yields what the schema yields', () => {
    expect(parseConfig(plugin('a', z.object({ port: z.coerce.number() })), { port: '3' })).toEqual({ port: 3 })
  })
  it('names plugin, key and variable, one line for each problem', () => {
    const slack = plugin('slack', z.object({ signingSecret: z.string(), apiUrl: z.url() }))
    expect(() => parseConfig(slack, { apiUrl: 'nowhere' })).toThrow(
      'slack: signingSecret is missing; set SLACK_SIGNING_SECRET\nslack: apiUrl is not valid (Invalid URL); correct SLACK_API_URL',
    )
  })
  it('names the variable that differs from the rule', () => {
    const anthropic = plugin('anthropic', z.object({ model: z.string() }))
    expect(() => parseConfig(anthropic, {}, { model: 'HUB_MODEL' })).toThrow(
      'anthropic: model is missing; set HUB_MODEL',
    )
  })
  it('never quotes a secret, even when the schema does', () => {
    const schema = z.object({ token: z.string().refine(() => false, { error: (issue) => `refused ${issue.input}` }) })
    expect(() => parseConfig(plugin('a', schema, ['token']), { token: 'canary-1234' })).toThrow(
      'a: token is not valid (its value is refused); correct A_TOKEN',
    )
  })
  it('speaks of the whole config where the problem has no key', () => {
    const schema = z.object({}).refine(() => false, 'give either a token or a key')
    expect(() => parseConfig(plugin('a', schema), {})).toThrow('a: config give either a token or a key')
  })
  it('refuses asynchronous schemas', () => {
    const schema = z.object({}).refine(async () => true)
    expect(() => parseConfig(plugin('a', schema), {})).toThrow('asynchronous')
  })
})

describe('configKeys', () => {
  it('reads them from schemas that describe themselves, custom types included', () => {
    expect(configKeys(z.object({ a: z.string(), b: z.custom<Date>().optional() }))).toEqual(['a', 'b'])
  })
  it('is null where a schema cannot', () => {
    const opaque: Schema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } }
    expect(configKeys(opaque)).toBeNull()
  })
})
