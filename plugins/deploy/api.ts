import { z } from 'zod'
import { DEPLOYMENT_STATES, defineEvent } from '#contract'

/** A deployment reached a new revision: published once for each, in the workspace whose deployment it is. */
export const deploymentChanged = defineEvent(
  'deployment.changed',
  z.object({
    /** 'D-12' */
    reference: z.string(),
    service: z.string(),
    environment: z.string(),
    project: z.string().nullable(),
    state: z.enum(DEPLOYMENT_STATES),
    sha: z.string().nullable(),
    revision: z.number().int(),
  }),
)
