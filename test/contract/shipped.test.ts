import { expect, it } from 'vitest'
import { SHIPPED } from '../../server/plugins.ts'
import { pluginContract } from './plugin.ts'

/** Settings with which each shipped extension can be set up; their addresses lead nowhere. */
const CONFIGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  console: { token: 'console-token-0123456789' },
  slack: { signingSecret: 'slack-signing-secret-0123', botToken: 'xoxb-0-contract', apiUrl: 'http://127.0.0.1:9/api/' },
  discord: {
    appId: '112233445566778899',
    publicKey: 'ab'.repeat(32),
    botToken: 'discord-token-0123456789',
    apiUrl: 'http://127.0.0.1:9/api',
  },
  teams: {
    appId: '0f1e2d3c-4b5a-4968-8776-655443322110',
    appPassword: 'teams-password-0123456789',
    openidMetadataUrl: 'http://127.0.0.1:9/openid',
    tokenUrl: 'http://127.0.0.1:9/token',
  },
  github: {
    webhookSecret: 'github-webhook-secret-0123',
    token: 'github-token-0123456789',
    apiUrl: 'http://127.0.0.1:9',
  },
  mail: { url: 'smtp://hub:smtp-password-0123456789@127.0.0.1:9', from: 'hub@example.com' },
  jira: {
    baseUrl: 'http://127.0.0.1:9',
    email: 'hub@example.com',
    apiToken: 'jira-token-0123456789',
    webhookSecret: 'jira-webhook-secret-0123',
  },
  linear: {
    apiKey: 'lin_api_contract0123456789',
    webhookSecret: 'linear-webhook-secret-0123',
    apiUrl: 'http://127.0.0.1:9/graphql',
  },
  anthropic: { apiKey: 'anthropic-key-0123456789', baseUrl: 'http://127.0.0.1:9' },
  hub: {},
  story: {},
  digest: {},
  docs: {},
  deploy: {},
  workflow: {},
}

it('covers every shipped extension', () => {
  expect(SHIPPED.map(({ name }) => name).filter((name) => !(name in CONFIGS))).toEqual([])
})

for (const { name, variables = {}, load } of SHIPPED) {
  pluginContract({ plugin: await load(), config: CONFIGS[name] ?? {}, variables })
}
