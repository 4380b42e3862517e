import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { config } from './config.ts'
import { discord } from './index.ts'

const given = { appId: '112233445566778899', publicKey: 'AB'.repeat(32), botToken: 'token' }

describe('configuration', () => {
  test('fills in Discord’s own address, and takes another without its last slash', () => {
    expect(config.parse(given)).toEqual({
      ...given,
      publicKey: 'ab'.repeat(32),
      apiUrl: 'https://discord.com/api',
      guildIds: [],
      gateway: false,
    })
    expect(config.parse({ ...given, apiUrl: 'http://127.0.0.1:4000/api/' }).apiUrl).toBe('http://127.0.0.1:4000/api')
  })
  test('servers are listed with commas', () => {
    expect(config.parse({ ...given, guildIds: '900000000000000001, 900000000000000002' }).guildIds).toHaveLength(2)
  })
  test.each([
    { appId: '' },
    { appId: 'my-app' },
    { publicKey: 'ab' },
    { publicKey: `${'ab'.repeat(31)}zz` },
    { botToken: '' },
    { botToken: undefined },
    { apiUrl: 'ftp://x' },
    { guildIds: 'home' },
    { gateway: 'yes' },
  ])('refuses %o', (wrong) => {
    expect(config.safeParse({ ...given, ...wrong }).success).toBe(false)
  })
  test('the token is masked', () => {
    expect(discord.manifest.secrets).toEqual(['botToken'])
  })
})
test('discord.js is not loaded at start', () => {
  const script = `await import('./adapters/discord/index.ts')
    const { createRequire } = await import('node:module')
    console.log(Object.keys(createRequire(import.meta.url).cache).filter((f) => f.includes('discord.js')).length)`
  const root = new URL('../../', import.meta.url)
  expect(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' }).trim(),
  ).toBe('0')
})
