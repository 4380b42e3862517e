import { randomUUID } from 'node:crypto'
import { database, definePlugin } from '#contract'
import { createCalls } from './calls.ts'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { registered } from './commands.ts'
import { config } from './config.ts'
import { createGateway } from './gateway.ts'
import { createInbound } from './inbound.ts'
import { SIZES } from './limits.ts'
import { createMessages } from './messages.ts'
import { createRegistrar } from './register.ts'
import { createGatewayStore } from './store.ts'
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
    const calls = createCalls(client, hub.config.appId)
    const messages = createMessages(hub, calls)
    const gateway = hub.config.gateway ? createGateway({ hub, calls, messages, holder: randomUUID() }) : null
    return {
      routes: createRoutes(hub, createInbound(hub)),
      channel: createChannel(calls, hub.kv),
      start(signal) {
        registrar.start(signal)
        // Absent where an adapter is only tried out.
        const db = gateway && hub.maybe(database)
        if (db) gateway.start(createGatewayStore(db, hub.config.appId))
      },
      health() {
        const registered = registrar.health()
        return registered.status === 'ok' ? (gateway?.health() ?? registered) : registered
      },
      async close() {
        registrar.close()
        await gateway?.close()
        client.close()
      },
    }
  },
})
