import { z } from 'zod'
import { defineEvent } from '#contract'

/** A verified call of a workflow's webhook. */
export const hooked = defineEvent('workflow.hooked', z.object({ name: z.string(), key: z.string(), body: z.unknown() }))
/** Somebody answered an approval by the link in their mail. */
export const answeredByLink = defineEvent(
  'workflow.answered',
  z.object({ approvalId: z.string(), vote: z.enum(['approve', 'reject']), reason: z.string().nullable() }),
)
