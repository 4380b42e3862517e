import { z } from 'zod'

/** As much of a payload as is used: https://linear.app/developers/webhooks, and the types *WebhookPayload of Linear's schema. */
const uuid = z.uuid()
const actor = z.object({ id: z.string(), name: z.string().optional(), type: z.string().optional() })

export const envelope = z.object({
  type: z.string(),
  action: z.string(),
  organizationId: uuid,
  createdAt: z.string().optional(),
  webhookTimestamp: z.number(),
})
const entity = envelope.extend({
  actor: actor.nullable().optional(),
  /** Former values of what changed. */
  updatedFrom: z.record(z.string(), z.unknown()).nullable().optional(),
})
/** Kept whole: what a former value is compared with. */
const issueData = z.looseObject({
  id: uuid,
  identifier: z.string(),
  description: z.string().nullable().optional(),
  updatedAt: z.string(),
  archivedAt: z.string().nullable().optional(),
  trashed: z.boolean().nullable().optional(),
  team: z.object({ key: z.string() }).nullable().optional(),
  project: z.object({ url: z.string() }).nullable().optional(),
  botActor: z.unknown().optional(),
})
export const issueEvent = entity.extend({ data: issueData })
export type IssueEvent = z.output<typeof issueEvent>

const commentData = z.object({
  id: uuid,
  body: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  issueId: z.string().nullable().optional(),
  parentId: z.string().nullable().optional(),
  user: z.object({ id: z.string(), name: z.string() }).nullable().optional(),
  userId: z.string().nullable().optional(),
  /** Set for comments that came from Slack or another synced place, or from an integration. */
  botActor: z.unknown().optional(),
  externalUserId: z.string().nullable().optional(),
  syncedWith: z.unknown().optional(),
  issue: z
    .object({
      id: z.string(),
      identifier: z.string().optional(),
      title: z.string(),
      team: z.object({ key: z.string() }).nullable().optional(),
      project: z.object({ slugId: z.string().optional() }).nullable().optional(),
    })
    .nullable()
    .optional(),
})
export type CommentData = z.output<typeof commentData>
export const commentEvent = entity.extend({ data: commentData })

/** A label or a project, as far as the issues that carry it are concerned. */
export const groupEvent = entity.extend({ data: z.object({ id: uuid, updatedAt: z.string() }) })

/** Whoever deletes the hub's attachment deletes what it said. */
export const attachmentEvent = entity.extend({
  data: z.object({ id: uuid, issueId: uuid, updatedAt: z.string() }),
})

export const sessionEvent = envelope.extend({
  agentSession: z.object({
    id: uuid,
    creator: z.object({ id: z.string(), name: z.string() }).nullable().optional(),
    comment: z.object({ id: z.string(), body: z.string() }).nullable().optional(),
    issue: z
      .object({
        id: z.string(),
        identifier: z.string(),
        title: z.string(),
        description: z.string().nullable().optional(),
      })
      .nullable()
      .optional(),
  }),
  agentActivity: z
    .object({
      id: uuid,
      content: z.object({ type: z.string().optional(), body: z.string().optional() }),
      signal: z.string().nullable().optional(),
      user: z.object({ id: z.string(), name: z.string() }).nullable().optional(),
      userId: z.string().nullable().optional(),
    })
    .nullable()
    .optional(),
})
export type SessionEvent = z.output<typeof sessionEvent>
