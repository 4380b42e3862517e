import { bindings, database, definePlugin, links, operations, tasks } from '#contract'
import { config } from './config.ts'
import { setupDeploy } from './setup.ts'

/** What went where, when and by whom: reported from outside or started here, in one card that is always true. */
export const deploy = definePlugin({
  manifest: {
    name: 'deploy',
    version: '1.0.0',
    summary: 'Starts, follows and takes back deployments, with approval, freezes and measures of delivery',
    hub: '^1.0.0',
    config,
    secrets: ['webhookSecret', 'argocdToken'],
    requires: [database, bindings, links, operations, tasks],
  },
  setup: setupDeploy,
})
