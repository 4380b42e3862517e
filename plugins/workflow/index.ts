import { bindings, database, definePlugin, directory, jobsControl, links, tasks } from '#contract'
import { configSchema } from './config.ts'
import { setupWorkflow } from './setup.ts'

/** How a team's work flows, step by step, with one card that is always true. */
export const workflow = definePlugin({
  manifest: {
    name: 'workflow',
    version: '1.0.0',
    summary: 'Runs workflows with gates, approvals and one live card each',
    hub: '^1.0.0',
    config: configSchema,
    requires: [database, directory, links, bindings, tasks, jobsControl],
  },
  setup: setupWorkflow,
})
