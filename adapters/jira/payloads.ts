import { z } from 'zod'

/** As much of Jira's answers and deliveries as is used: https://developer.atlassian.com/cloud/jira/platform/rest/v3/ */
const named = z.object({ name: z.string() })
export const user = z.object({
  accountId: z.string(),
  displayName: z.string().optional(),
  accountType: z.string().optional(),
})
export type JiraUser = z.output<typeof user>

export const issue = z.object({
  id: z.string(),
  key: z.string(),
  fields: z
    .object({
      summary: z.string().nullish(),
      description: z.unknown().optional(),
      labels: z.array(z.string()).nullish(),
      status: named.extend({ statusCategory: z.object({ key: z.string() }).optional() }),
      resolution: named.nullish(),
      issuetype: named.nullish(),
      project: z.object({ key: z.string() }),
      creator: user.nullish(),
      parent: z.object({ id: z.string() }).nullish(),
      updated: z.string(),
    })
    .loose(),
  properties: z.record(z.string(), z.unknown()).nullish(),
})
export type RawIssue = z.output<typeof issue>

export const comment = z.object({
  id: z.string(),
  body: z.unknown().optional(),
  author: user.nullish(),
  created: z.string().nullish(),
  properties: z.array(z.object({ key: z.string(), value: z.unknown() })).nullish(),
})
export type RawComment = z.output<typeof comment>

export const comments = z.object({ comments: z.array(comment), total: z.number().optional() })
export const page = z.object({ issues: z.array(issue), nextPageToken: z.string().nullish() })
export const issueTypes = z.object({
  issueTypes: z.array(z.object({ id: z.string(), name: z.string(), subtask: z.boolean().nullish() })),
})
export const fields = z.array(
  z.object({ id: z.string(), name: z.string(), schema: z.object({ custom: z.string().optional() }).optional() }),
)
export const project = z.object({ id: z.string(), key: z.string(), name: z.string() })
export const permissions = z.object({
  permissions: z.record(z.string(), z.object({ name: z.string(), havePermission: z.boolean() })),
})
export const granted = z.object({
  projectPermissions: z.array(
    z.object({ permission: z.string(), projects: z.array(z.union([z.number(), z.string()])).nullish() }),
  ),
})
export const hooks = z.array(
  z.object({
    self: z.string().optional(),
    id: z.union([z.number(), z.string()]).optional(),
    name: z.string(),
    url: z.string(),
    events: z.array(z.string()).optional(),
    enabled: z.boolean().optional(),
  }),
)

/** Deliveries: https://developer.atlassian.com/cloud/jira/platform/webhooks/. Texts in them are wiki markup, and what is not needed may be missing. */
const eventIssue = z.object({
  id: z.coerce.string(),
  key: z.string(),
  fields: z
    .object({
      summary: z.string().nullish(),
      project: z.object({ key: z.string() }).nullish(),
      updated: z.union([z.string(), z.number()]).nullish(),
    })
    .nullish(),
})
export type EventIssue = z.output<typeof eventIssue>
export const delivery = z.object({
  webhookEvent: z.string(),
  timestamp: z.number(),
  user: user.nullish(),
  issue: eventIssue.nullish(),
  comment: z
    .object({
      id: z.coerce.string(),
      body: z.unknown().optional(),
      author: user.nullish(),
      updateAuthor: user.nullish(),
      visibility: z
        .object({ type: z.string(), value: z.string().nullish(), identifier: z.string().nullish() })
        .nullish(),
    })
    .nullish(),
  changelog: z
    .object({
      id: z.coerce.string().nullish(),
      items: z.array(z.object({ field: z.string(), fieldId: z.string().nullish() })),
    })
    .nullish(),
  /** Of dynamic webhooks: which of them fit. */
  matchedWebhookIds: z.array(z.number()).nullish(),
})
export type JiraDelivery = z.output<typeof delivery>
const moment = z.union([z.string(), z.number()]).nullish()
export const dynamicHooks = z.object({
  values: z.array(
    z.object({
      id: z.number(),
      url: z.string(),
      jqlFilter: z.string(),
      events: z.array(z.string()),
      expirationDate: moment,
    }),
  ),
})
export const registered = z.object({
  webhookRegistrationResult: z.array(
    z.object({ createdWebhookId: z.number().nullish(), errors: z.array(z.string()).nullish() }),
  ),
})
export const expiry = z.object({ expirationDate: moment })
/** Newest changes of an issue; `toString` of an item is what the field became. */
export const histories = z.object({
  changelog: z.object({
    histories: z.array(
      z.object({
        id: z.coerce.string(),
        author: user.nullish(),
        created: z.string(),
        items: z.array(z.object({ field: z.string(), fieldId: z.string().nullish() }).loose()),
      }),
    ),
  }),
})
