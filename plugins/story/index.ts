import { z } from 'zod'
import { bindings, budget, database, definePlugin } from '#contract'
import { draftOffline } from './drafter/draft-offline.ts'
import { setupStory } from './setup.ts'

/** Free text in, a checked user story out; with a model or without. */
export const story = definePlugin({
  manifest: {
    name: 'story',
    version: '1.0.0',
    summary: 'Drafts, refines, splits and approves user stories, and keeps their criteria in Jira and Linear',
    hub: '^1.0.0',
    config: z.object({}),
    requires: [database, budget, bindings],
  },
  setup: (hub) => setupStory(hub, draftOffline),
})
