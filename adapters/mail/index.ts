import { definePlugin, mail, mailRefused, provide } from '#contract'
import { addressOf } from './address.ts'
import { createChannel } from './channel.ts'
import { createSmtp } from './client.ts'
import { config } from './config.ts'
import { createHealth } from './health.ts'
import { createJournal } from './journal.ts'
import { SIZES, WORKSPACE } from './limits.ts'
import { createUnsubscribe } from './unsubscribe.ts'
import { createRoutes } from './webhook.ts'

export const mailAdapter = definePlugin({
  manifest: {
    name: 'mail',
    version: '1.0.0',
    summary: 'Sends digests and notices by mail',
    hub: '^1.0.0',
    config,
    secrets: ['url'],
    can: {
      update: false,
      threads: true,
      buttons: false,
      forms: false,
      plainWords: false,
      private: true,
      files: true,
      reconcile: 'find',
      maxText: SIZES.text,
      maxBlocks: 1_000,
    },
  },
  setup(hub) {
    const smtp = createSmtp(hub.config.url)
    const journal = createJournal(hub.kv)
    const unsubscribe = createUnsubscribe(hub.kv)
    const onRefused = (address: string, reason: string, messageId: string) =>
      hub
        .publish(mailRefused, { address, reason }, { workspace: WORKSPACE, deliveryId: `refused:${messageId}` })
        .catch((error: unknown) => hub.log.warn({ error }, 'nobody was told of a refused address'))
    return {
      provides: [
        provide(mail, {
          placeOf: (address) => ({
            plugin: 'mail',
            workspace: WORKSPACE,
            channel: addressOf(address),
            visibility: 'private',
          }),
        }),
      ],
      routes: createRoutes(hub, unsubscribe),
      channel: createChannel({ config: hub.config, smtp, journal, unsubscribe, log: hub.log, onRefused }),
      health: createHealth(smtp),
      close: () => smtp.close(),
    }
  },
})
