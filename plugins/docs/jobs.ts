import { z } from 'zod'
import { defineJob } from '#contract'

/** A push to a default branch, for one workspace that bound the repository. */
export const followPush = defineJob({
  name: 'docs.follow-push',
  payload: z.object({
    plugin: z.string(),
    repository: z.string(),
    branch: z.string(),
    before: z.string().nullable(),
    after: z.string(),
    forced: z.boolean(),
    own: z.boolean(),
    /** Two workspaces read the repository; one of them looks for drift. */
    looksForDrift: z.boolean(),
  }),
  retry: { attempts: 6, backoffMs: 5_000 },
})
/** A repository was opened or closed to everybody: what may be shown of it is asked for anew. */
export const renewIndex = defineJob({
  name: 'docs.renew-index',
  payload: z.object({ plugin: z.string(), repository: z.string() }),
  retry: { attempts: 12, backoffMs: 5_000 },
})
/** The hub's pull request was merged or closed. */
export const settleProposal = defineJob({
  name: 'docs.settle-proposal',
  payload: z.object({
    plugin: z.string(),
    repository: z.string(),
    base: z.string(),
    head: z.string(),
  }),
  retry: { attempts: 6, backoffMs: 5_000 },
})
