import { definePlugin, HUB_API, model, provide } from '#contract'
import { refuseWrongConfig } from './check.ts'
import { createClaude } from './client.ts'
import { anthropicConfig } from './config.ts'

/** Start must not hang on a slow network: what cannot be told by then is told by the first request. */
const CHECK_MS = 3000

/** Claude as the hub's language model. It has no channel: it only provides the `model` service. */
export const anthropic = definePlugin({
  manifest: {
    name: 'anthropic',
    version: '1.0.0',
    summary: 'Claude writes the drafts',
    hub: `^${HUB_API}`,
    config: anthropicConfig,
    secrets: ['apiKey'],
  },
  setup: (hub) => ({
    provides: [provide(model, createClaude(hub.config))],
    async start(signal) {
      const away = await refuseWrongConfig(hub.config, AbortSignal.any([signal, AbortSignal.timeout(CHECK_MS)]))
      if (away)
        hub.log.warn({ code: away.code }, `${away.message}; drafts fall back to the offline drafter until it answers`)
    },
  }),
})
