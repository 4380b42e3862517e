import { Hono } from 'hono'
import { definePlugin, type HookEnv, provide, threads } from '#contract'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { config } from './config.ts'
import { createHealth } from './health.ts'
import { createInbound } from './inbound.ts'
import { createIntake } from './intake.ts'
import { createLifecycle } from './lifecycle.ts'
import { SIZES } from './limits.ts'
import { createMany, refusing } from './many.ts'
import { createSocket } from './socket.ts'
import { createThreads } from './threads.ts'
import { oneToken } from './tokens.ts'
import { createRoutes } from './webhook.ts'

export const slack = definePlugin({
  manifest: {
    name: 'slack',
    version: '1.0.0',
    summary: 'Slash commands, mentions, direct messages, buttons and forms in Slack',
    hub: '^1.0.0',
    config,
    secrets: ['signingSecret', 'appToken', 'botToken', 'clientSecret'],
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
    const { appToken, signingSecret, botToken = '' } = hub.config
    const many = createMany(hub)
    const installations = many?.installations ?? null
    const client = createClient(hub.config, installations ?? oneToken(botToken))
    const guarded = installations ? refusing(hub, installations) : hub
    const lifecycle = createLifecycle(installations, hub.log)
    const inbound = createInbound(guarded, client)
    const intake = createIntake({ hub: guarded, inbound, lifecycle, installations })
    const socket = appToken === undefined ? null : createSocket(hub, appToken, intake)
    // Without a secret nothing can be told from a forgery: then there is no address to send one to.
    const routes = signingSecret === undefined ? new Hono<HookEnv>() : createRoutes(hub, intake)
    many?.addRoutes(routes)
    return {
      ...(signingSecret === undefined && many === null ? {} : { routes }),
      provides: [provide(threads('slack'), createThreads(client))],
      channel: createChannel(client),
      start: () => socket?.start(),
      async close() {
        await socket?.close()
        client.close()
        many?.close()
      },
      health: createHealth(installations ? null : client, socket),
    }
  },
})
