import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { config } from './config.ts'
import { slack } from './index.ts'

const given = { signingSecret: 'secret', botToken: 'xoxb-1' }

describe('configuration', () => {
  test('fills in Slack’s own address and closes a given one with a slash', () => {
    expect(config.parse(given)).toEqual({ ...given, apiUrl: 'https://slack.com/api/' })
    expect(config.parse({ ...given, apiUrl: 'http://127.0.0.1:4000/api' }).apiUrl).toBe('http://127.0.0.1:4000/api/')
  })
  test.each([
    { signingSecret: '' },
    { signingSecret: ' ' },
    { botToken: '' },
    { botToken: undefined },
    { apiUrl: 'ftp://x' },
  ])('refuses %o', (wrong) => {
    expect(config.safeParse({ ...given, ...wrong }).success).toBe(false)
  })
  test('every secret is masked', () => {
    expect(slack.manifest.secrets).toEqual(['signingSecret', 'appToken', 'botToken', 'clientSecret'])
  })
})
test('Slack’s SDK is not loaded at start', () => {
  const script = `await import('./adapters/slack/index.ts')
    const { createRequire } = await import('node:module')
    console.log(Object.keys(createRequire(import.meta.url).cache).filter((f) => f.includes('@slack')).length)`
  const root = new URL('../../', import.meta.url)
  expect(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' }).trim(),
  ).toBe('0')
})
