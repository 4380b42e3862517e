import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { missingVariables, SHIPPED } from '../../server/plugins.ts'
import { config } from './config.ts'
import { jira } from './index.ts'

const whole = {
  baseUrl: 'https://acme.atlassian.net',
  email: 'hub@example.com',
  apiToken: 't',
  webhookSecret: 'x'.repeat(16),
}

describe('configuration', () => {
  test('takes a site, whether or not it ends in a slash', () => {
    const defaults = { authUrl: 'https://auth.atlassian.com', apiUrl: 'https://api.atlassian.com' }
    expect(config.parse({ ...whole, baseUrl: 'https://acme.atlassian.net/' })).toEqual({ ...whole, ...defaults })
    expect(config.parse({ ...whole, baseUrl: 'http://127.0.0.1:4/jira/' }).baseUrl).toBe('http://127.0.0.1:4/jira')
  })
  test.each(['baseUrl', 'email', 'apiToken', 'webhookSecret'] as const)('needs %s', (key) => {
    const { [key]: _, ...rest } = whole
    expect(config.safeParse(rest).success).toBe(false)
  })
  test.each([
    { ...whole, baseUrl: 'ftp://acme.atlassian.net' },
    { ...whole, email: 'nobody' },
    { ...whole, apiToken: 'with space' },
    { ...whole, webhookSecret: '' },
    { ...whole, webhookSecret: 'short' },
  ])('refuses %o', (wrong) => expect(config.safeParse(wrong).success).toBe(false))
  const app = {
    baseUrl: whole.baseUrl,
    clientId: 'a',
    clientSecret: 's',
    publicUrl: 'https://hub.example.com/',
  }
  test('takes an OAuth app in place of the token, and an address of this machine for a try', () => {
    expect(config.parse(app)).toMatchObject({ clientId: 'a', publicUrl: 'https://hub.example.com' })
    expect(config.safeParse({ ...app, publicUrl: 'http://127.0.0.1:3000' }).success).toBe(true)
  })
  test.each([
    [{ ...app, clientSecret: undefined }, 'clientSecret', /goes together with the client id/],
    [{ ...app, clientId: undefined }, 'clientId', /goes together with the client secret/],
    [{ ...app, publicUrl: undefined }, 'publicUrl', /https address/],
    [{ ...app, publicUrl: 'http://hub.example.com' }, 'publicUrl', /https address/],
    [{ ...app, apiToken: 't' }, 'apiToken', /give one of the two/],
    [{ ...app, webhookSecret: 'x'.repeat(16) }, 'webhookSecret', /give one of the two/],
  ])('refuses both, and half of either: %o', (given, key, says) => {
    const { error } = config.safeParse(given)
    expect(error?.issues).toEqual([expect.objectContaining({ path: [key], message: expect.stringMatching(says) })])
  })
  const dataCenter = {
    baseUrl: 'https://jira.example.com/jira',
    personalAccessToken: 'NjE2',
    webhookSecret: whole.webhookSecret,
  }
  test('takes a personal access token, which makes the site a Data Center, and nothing of Cloud beside it', () => {
    expect(config.parse(dataCenter)).toMatchObject(dataCenter)
    for (const [key, value] of Object.entries({ email: whole.email, apiToken: 't', clientId: 'a' })) {
      const { error } = config.safeParse({ ...dataCenter, [key]: value })
      expect(error?.issues).toMatchObject([{ path: [key], message: expect.stringMatching(/give one of the two/) }])
    }
    const { webhookSecret: _, ...rest } = dataCenter
    expect(config.safeParse(rest).error?.issues).toMatchObject([{ path: ['webhookSecret'] }])
  })
  test('every secret is masked', () =>
    expect(jira.manifest.secrets).toEqual(['apiToken', 'personalAccessToken', 'webhookSecret', 'clientSecret']))
  test('what is missing is named', () => {
    const shipped = SHIPPED.find((one) => one.name === 'jira')
    if (!shipped) throw new Error('not shipped')
    expect(missingVariables(shipped, { JIRA_BASE_URL: 'x' })).toEqual([
      'JIRA_EMAIL',
      'JIRA_API_TOKEN',
      'JIRA_WEBHOOK_SECRET',
    ])
    expect(missingVariables(shipped, { JIRA_BASE_URL: 'x', JIRA_PERSONAL_ACCESS_TOKEN: 't' })).toEqual([
      'JIRA_WEBHOOK_SECRET',
    ])
  })
})
test('jira.js, which costs 85 MB, is not loaded before it is used', () => {
  const script = `import { registerHooks } from 'node:module'
    const seen = []
    registerHooks({ resolve(name, context, next) { seen.push(name); return next(name, context) } })
    await import('./adapters/jira/index.ts')
    console.log(seen.includes('./sdk.ts'), seen.some((name) => name.startsWith('jira.js')))`
  const root = new URL('../../', import.meta.url)
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' })
  expect(said.trim()).toBe('true false')
})
