import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { config } from './config.ts'
import { teams } from './index.ts'

const given = { appId: '0F1E2D3C-4b5a-4968-8776-655443322110', appPassword: 'secret' }
const tenantId = '72f988bf-86f1-41af-91ab-2d7cd011db47'

describe('configuration', () => {
  test('fills in Microsoft’s own addresses', () => {
    expect(config.parse(given)).toEqual({
      appId: given.appId.toLowerCase(),
      appPassword: 'secret',
      openidMetadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
      tokenUrl: 'https://login.microsoftonline.com/botframework.com/oauth2/v2.0/token',
    })
    expect(config.parse({ ...given, tenantId }).tokenUrl).toBe(
      `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
    )
    expect(config.parse({ ...given, tokenUrl: 'http://127.0.0.1:4000/token' }).tokenUrl).toBe(
      'http://127.0.0.1:4000/token',
    )
  })
  test.each([
    { appId: undefined },
    { appId: '' },
    { appId: 'hub' },
    { appPassword: '' },
    { appPassword: ' ' },
    { appPassword: undefined },
    { tenantId: 'common' },
    { openidMetadataUrl: 'ftp://x' },
    { tokenUrl: 'x' },
  ])('refuses %o', (wrong) => {
    expect(config.safeParse({ ...given, ...wrong }).success).toBe(false)
  })
  test('the password is masked', () => {
    expect(teams.manifest.secrets).toEqual(['appPassword'])
  })
})
test('botbuilder is not loaded at start, and says nothing when it is', () => {
  const root = new URL('../../', import.meta.url)
  const run = (script: string) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const count = `const { createRequire } = await import('node:module')
    process.stdout.write(String(Object.keys(createRequire(import.meta.url).cache).filter((f) => /botbuilder|msal/.test(f)).length))`
  expect(run(`await import('./adapters/teams/index.ts')\n${count}`)).toBe('0')
  expect(run(`const { createBot } = await import('./adapters/teams/bot.ts'); await createBot({})`)).toBe('')
})
test('the README names every variable and every file', () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  for (const name of [
    'TEAMS_APP_ID',
    'TEAMS_APP_PASSWORD',
    'TEAMS_TENANT_ID',
    'TEAMS_OPENID_METADATA_URL',
    'TEAMS_TOKEN_URL',
  ])
    expect(readme).toContain(`| \`${name}\``)
})
