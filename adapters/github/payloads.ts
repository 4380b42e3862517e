import { z } from 'zod'

/** As much of a payload as is used: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
const repository = z.object({
  full_name: z.string().regex(/^[a-z\d][\w-]*\/(?!\.{1,2}$)[\w.-]+$/i),
  private: z.boolean(),
  /** Where it is not told what the owner is, they are taken for an organisation. */
  owner: z.object({ id: z.number(), login: z.string(), type: z.string().default('Organization') }),
})
const sender = z.object({ id: z.number(), login: z.string(), type: z.string() })
const topic = z.object({ number: z.number(), title: z.string(), body: z.string().nullable().default(null) })
/** How the author stands to the repository: https://docs.github.com/en/graphql/reference/enums#commentauthorassociation */
const association = z.string()
const comment = z.object({
  id: z.number(),
  body: z.string().nullable().default(null),
  author_association: association,
  performed_via_github_app: z.unknown().optional(),
})

export const commented = z.object({
  action: z.string(),
  repository,
  sender,
  comment,
  /** Of an issue, or of a pull request, which is one too. */
  issue: topic.optional(),
  pull_request: topic.optional(),
})
export const opened = z.object({
  action: z.string(),
  repository,
  sender,
  issue: topic.extend({ author_association: association }).optional(),
  pull_request: topic.extend({ author_association: association }).optional(),
})
export type Repository = z.infer<typeof repository>
export type Sender = z.infer<typeof sender>
export type Topic = z.infer<typeof topic>
