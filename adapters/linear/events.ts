import { z } from 'zod'
import { defineEvent } from '#contract'

/**
 * A label or a project was renamed or removed, or an attachment of the hub deleted: the issues concerned are asked for afterwards, not while Linear
 * waits.
 */
export const groupChanged = defineEvent(
  'linear.group-changed',
  z.object({ kind: z.enum(['label', 'project', 'issue']), id: z.string(), atMs: z.number() }),
)
/** `/story` alone below an issue, or an issue delegated to the hub without a word: the issue is read first. */
export const storyAsked = defineEvent(
  'linear.story-asked',
  z.object({
    deliveryId: z.string(),
    issueId: z.string(),
    thread: z.string(),
    organizationId: z.string(),
    actor: z.object({ id: z.string(), name: z.string() }),
  }),
)
const session = { sessionId: z.string(), issueId: z.string().nullable(), organizationId: z.string() }
/** Somebody mentioned the hub or delegated an issue to it: Linear wants to see a thought within ten seconds. */
export const sessionOpened = defineEvent('linear.session-opened', z.object({ ...session, about: z.string() }))
export const sessionStopped = defineEvent('linear.session-stopped', z.object({ ...session, by: z.string() }))
