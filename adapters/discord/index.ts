import { definePlugin } from '#contract'
import { createCalls } from './calls.ts'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { registered } from './commands.ts'
import { config } from './config.ts'
import { createInbound } from './inbound.ts'
import { SIZES } from './limits.ts'
import { createRegistrar } from './register.ts'
import { createRoutes } from './webhook.ts'

export const discord = definePlugin({
  manifest: {
    name: 'discord',
    version: '1.0.0',
    summary: 'Slash commands with suggestions, buttons, forms and threads in Discord',
    hub: '^1.0.0',
    config,
    secrets: ['botToken'],
    can: {
      update: true,
      threads: true,
      buttons: true,
      forms: true,
      private: true,
      files: true,
      reconcile: 'find',
      maxText: SIZES.description,
      maxBlocks: SIZES.blocks,
    },
  },
  setup(hub) {
    const client = createClient(hub.config)
    const registrar = createRegistrar(client, hub.config, () => registered(hub.catalog.commands).registrations, hub.log)
    return {
      routes: createRoutes(hub, createInbound(hub)),
      channel: createChannel(createCalls(client, hub.config.appId), hub.kv),
      start: (signal) => registrar.start(signal),
      health: () => registrar.health(),
      close() {
        registrar.close()
        client.close()
      },
    }
  },
})
