import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { missingVariables, SHIPPED } from '../../server/plugins.ts'
import { config } from './config.ts'
import { github } from './index.ts'

const secret = 'x'.repeat(16)
const label = 'RSA PRIVATE KEY'
const pem = `-----BEGIN ${label}-----\\nabc\\n-----END ${label}-----`

describe('configuration', () => {
  test('takes a token or an app, and fills in GitHub’s own address', () => {
    expect(config.parse({ webhookSecret: secret, token: 't' })).toEqual({
      webhookSecret: secret,
      token: 't',
      apiUrl: 'https://api.github.com',
    })
    expect(config.parse({ webhookSecret: secret, appId: '12', privateKey: pem }).privateKey).toContain('\nabc\n')
    expect(config.parse({ webhookSecret: secret, token: 't', apiUrl: 'http://127.0.0.1:4/' }).apiUrl).toBe(
      'http://127.0.0.1:4',
    )
  })
  test.each([
    { token: 't' },
    { webhookSecret: '', token: 't' },
    { webhookSecret: 'short', token: 't' },
    { webhookSecret: secret },
    { webhookSecret: secret, appId: '12' },
    { webhookSecret: secret, appId: '12', privateKey: 'not a key' },
    { webhookSecret: secret, token: 'with space' },
    { webhookSecret: secret, token: 't', apiUrl: 'ftp://x' },
  ])('refuses %o', (wrong) => expect(config.safeParse(wrong).success).toBe(false))
  test('every secret is masked', () =>
    expect(github.manifest.secrets).toEqual(['webhookSecret', 'token', 'privateKey']))
  test('what is missing is named, whichever way it is set up', () => {
    const shipped = SHIPPED.find((one) => one.name === 'github')
    if (!shipped) throw new Error('not shipped')
    expect(missingVariables(shipped, {})).toEqual(['GITHUB_TOKEN', 'GITHUB_WEBHOOK_SECRET'])
    // The way that was begun is the one to end.
    expect(missingVariables(shipped, { GITHUB_WEBHOOK_SECRET: secret, GITHUB_APP_ID: '1' })).toEqual([
      'GITHUB_PRIVATE_KEY',
    ])
    expect(
      missingVariables(shipped, { GITHUB_WEBHOOK_SECRET: secret, GITHUB_APP_ID: '1', GITHUB_PRIVATE_KEY: pem }),
    ).toEqual([])
  })
})
test('Octokit is not loaded at start', () => {
  const script = `import { registerHooks } from 'node:module'
    const seen = []
    registerHooks({ resolve(name, context, next) { seen.push(name); return next(name, context) } })
    await import('./adapters/github/index.ts')
    console.log(seen.includes('./client.ts'), seen.some((name) => name.includes('octokit')))`
  const root = new URL('../../', import.meta.url)
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' })
  expect(said.trim()).toBe('true false')
})
