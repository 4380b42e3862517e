import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { SCOPES } from '../../test/fakes/slack/methods.ts'
import { BOT_SCOPES, createManifest, scopesFor } from './manifest.ts'
import { authorizeUrl } from './oauth.ts'

const commands = [
  { name: 'story', summary: 'Draft a story', usage: '/story <text…>' },
  { name: 'story show', summary: 'Show a story', usage: '/story show <id>' },
  { name: 'hub help', summary: 'Show what you can do', usage: '/hub help [command]' },
]

it('has one slash command for each first word, all at the one address', () => {
  const manifest = createManifest({ publicUrl: 'https://hub.example.com/', commands })
  expect(manifest).toMatchObject({
    features: {
      slash_commands: [
        {
          command: '/story',
          url: 'https://hub.example.com/hooks/slack',
          description: 'Draft a story',
          usage_hint: '<text…>',
        },
        { command: '/hub', usage_hint: 'help [command]' },
      ],
    },
    settings: {
      event_subscriptions: {
        request_url: 'https://hub.example.com/hooks/slack',
        bot_events: ['app_mention', 'message.im', 'app_home_opened', 'app_uninstalled', 'tokens_revoked'],
      },
    },
    oauth_config: { redirect_urls: ['https://hub.example.com/hooks/slack/oauth'] },
  })
})

it('asks for the scopes of the methods the adapter calls, and for nothing of people', () => {
  const sources = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(`${import.meta.dirname}/${name}`, 'utf8'))
  const called = Object.entries(SCOPES).filter(
    ([method]) => method !== 'users.info' && sources.some((s) => s.includes(`'${method}'`)),
  )
  expect(called.length).toBeGreaterThan(4)
  for (const [, scope] of called) expect(BOT_SCOPES).toContain(scope)
  expect(BOT_SCOPES.filter((scope) => scope.startsWith('users'))).toEqual([])
})

it('asks who people are only where verified addresses link accounts', () => {
  const asked = (readsEmail: boolean) =>
    JSON.stringify(createManifest({ publicUrl: null, commands, readsEmail })).match(/users:read[.a-z]*/g)
  expect(asked(false)).toBeNull()
  expect(asked(true)).toEqual(['users:read', 'users:read.email'])
  const app = {
    clientId: '1.2',
    clientSecret: 's',
    apiUrl: 'https://slack.test/api/',
    redirectUri: 'https://hub.test/',
  }
  const installs = (readsEmail: boolean) =>
    new URL(authorizeUrl({ ...app, scopes: scopesFor(readsEmail) }, 'state')).searchParams.get('scope')?.split(',')
  expect(installs(false)).toEqual([...BOT_SCOPES])
  expect(installs(true)).toEqual([...BOT_SCOPES, 'users:read', 'users:read.email'])
})

it('refuses an address Slack would refuse', () => {
  expect(() => createManifest({ publicUrl: 'http://localhost:3000', commands })).toThrow(
    /HUB_PUBLIC_URL must be the https address/,
  )
})

it('without an address it is one for Socket Mode, in which no address stands', () => {
  const manifest = createManifest({ publicUrl: null, commands })
  expect(manifest).toMatchObject({ settings: { socket_mode_enabled: true, interactivity: { is_enabled: true } } })
  expect(JSON.stringify(manifest)).not.toMatch(/url/i)
})
