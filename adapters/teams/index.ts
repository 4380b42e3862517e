import { definePlugin } from '#contract'
import { createHttp } from '../shared/http.ts'
import { createChannel } from './channel.ts'
import { createClient } from './client.ts'
import { config } from './config.ts'
import { createInbound } from './inbound.ts'
import { createKeySource } from './jwks.ts'
import { MAX_BLOCKS, SIZES } from './limits.ts'
import { createReferences } from './references.ts'
import { createRoutes } from './webhook.ts'

/** Two documents are fetched within the answer to Teams. */
const KEYS_TIMEOUT_MS = 2_500

export const teams = definePlugin({
  manifest: {
    name: 'teams',
    version: '1.0.0',
    summary: 'Mentions, chats, buttons, dialogs and message extensions in Microsoft Teams',
    hub: '^1.0.0',
    config,
    secrets: ['appPassword'],
    can: {
      update: true,
      threads: true,
      buttons: true,
      forms: true,
      private: false,
      files: false,
      reconcile: 'none',
      maxText: SIZES.text,
      maxBlocks: MAX_BLOCKS,
    },
  },
  setup(hub) {
    const { appId, openidMetadataUrl } = hub.config
    const http = createHttp('Bot Framework', 'TEAMS_OPENID_METADATA_URL', KEYS_TIMEOUT_MS)
    const client = createClient(hub.config)
    const references = createReferences(hub.kv)
    const trust = {
      appId,
      keys: createKeySource(openidMetadataUrl, http),
      allowHttp: new URL(openidMetadataUrl).protocol === 'http:',
    }
    return {
      routes: createRoutes(hub, createInbound(hub, client, references), trust),
      channel: createChannel(client, references),
      close() {
        client.close()
        http.close()
      },
    }
  },
})
