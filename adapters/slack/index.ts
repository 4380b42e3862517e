import { definePlugin } from '#contract'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { config } from './config.ts'
import { createHealth } from './health.ts'
import { createInbound } from './inbound.ts'
import { createIntake } from './intake.ts'
import { SIZES } from './limits.ts'
import { createSocket } from './socket.ts'
import { createRoutes } from './webhook.ts'

export const slack = definePlugin({
  manifest: {
    name: 'slack',
    version: '1.0.0',
    summary: 'Slash commands, mentions, direct messages, buttons and forms in Slack',
    hub: '^1.0.0',
    config,
    secrets: ['signingSecret', 'appToken', 'botToken'],
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
    const inbound = createInbound(hub, client)
    const intake = createIntake(hub, inbound)
    const { appToken } = hub.config
    const socket = appToken === undefined ? null : createSocket(hub, appToken, intake)
    return {
      // Without a secret nothing can be told from a forgery: then there is no address to send one to.
      ...(hub.config.signingSecret === undefined ? {} : { routes: createRoutes(hub, inbound, Date.now, intake) }),
      channel: createChannel(client),
      start: () => socket?.start(),
      async close() {
        await socket?.close()
        client.close()
      },
      health: createHealth(client, socket),
    }
  },
})
