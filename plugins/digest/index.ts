import { z } from 'zod'
import { database, definePlugin, profiles } from '#contract'
import { setupDigest } from './setup.ts'

/** What was deployed, mailed or posted at the hour of each reader. */
export const digest = definePlugin({
  manifest: {
    name: 'digest',
    version: '1.0.0',
    summary: 'Digests of what was deployed, by mail or in a channel',
    hub: '^1.0.0',
    config: z.object({}),
    requires: [database, profiles],
  },
  setup: (hub) => setupDigest(hub),
})
