import { z } from 'zod'
import { bindings, budget, database, definePlugin, operations } from '#contract'
import { setupDocs } from './setup.ts'

/** Documentation that follows the code, and answers from it; with a model or without. */
export const docs = definePlugin({
  manifest: {
    name: 'docs',
    version: '1.0.0',
    summary: 'Answers from the documentation, and keeps it true to the code',
    hub: '^1.0.0',
    config: z.object({}),
    requires: [database, budget, bindings, operations],
  },
  setup: setupDocs,
})
