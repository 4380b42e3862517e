import { definePlugin } from '#contract'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { config } from './config.ts'
import { createHealth } from './health.ts'
import { createInbound } from './inbound.ts'
import { SIZES } from './limits.ts'
import { createRoutes } from './webhook.ts'

export const slack = definePlugin({
  manifest: {
    name: 'slack',
    version: '1.0.0',
    summary: 'Slash commands, mentions, direct messages, buttons and forms in Slack',
    hub: '^1.0.0',
    config,
    secrets: ['signingSecret', 'botToken'],
    can: {
      update: true,
      threads: true,
      buttons: true,
      forms: true,
      private: true,
      files: true,
      reconcile: 'find',
      maxText: SIZES.text,
      maxBlocks: SIZES.blocks,
    },
  },
  setup(hub) {
    const client = createClient(hub.config)
    return {
      routes: createRoutes(hub, createInbound(hub, client)),
      channel: createChannel(client),
      close: () => client.close(),
      health: createHealth(client),
    }
  },
})
