import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { missingVariables, SHIPPED } from '../../server/plugins.ts'
import { config } from './config.ts'
import { linear } from './index.ts'

const secret = 'x'.repeat(16)

describe('configuration', () => {
  test('fills in Linear’s own address', () => {
    expect(config.parse({ apiKey: 'lin_api_1', webhookSecret: secret })).toEqual({
      apiKey: 'lin_api_1',
      webhookSecret: secret,
      apiUrl: 'https://api.linear.app/graphql',
    })
    expect(config.parse({ apiKey: 'k', webhookSecret: secret, apiUrl: 'http://127.0.0.1:4/graphql/' }).apiUrl).toBe(
      'http://127.0.0.1:4/graphql',
    )
  })
  test.each([
    { apiKey: 'k' },
    { webhookSecret: secret },
    { apiKey: 'k', webhookSecret: '' },
    { apiKey: 'k', webhookSecret: 'short' },
    { apiKey: '', webhookSecret: secret },
    { apiKey: 'with space', webhookSecret: secret },
    { apiKey: 'k', webhookSecret: secret, apiUrl: 'ftp://x' },
  ])('refuses %o', (wrong) => expect(config.safeParse(wrong).success).toBe(false))
  test('every secret is masked', () => expect(linear.manifest.secrets).toEqual(['apiKey', 'webhookSecret']))
  test('what is missing is named', () => {
    const shipped = SHIPPED.find((one) => one.name === 'linear')
    if (!shipped) throw new Error('not shipped')
    expect(missingVariables(shipped, {})).toEqual(['LINEAR_API_KEY', 'LINEAR_WEBHOOK_SECRET'])
    expect(missingVariables(shipped, { LINEAR_API_KEY: 'k', LINEAR_WEBHOOK_SECRET: secret })).toEqual([])
  })
})
test('the SDK is not loaded at start', () => {
  const script = `import { registerHooks } from 'node:module'
    const seen = []
    registerHooks({ resolve(name, context, next) { seen.push(name); return next(name, context) } })
    await import('./adapters/linear/index.ts')
    console.log(seen.includes('./client.ts'), seen.some((name) => name.includes('@linear')))`
  const root = new URL('../../', import.meta.url)
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' })
  expect(said.trim()).toBe('true false')
})
