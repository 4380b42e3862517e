import { z } from 'zod'

export const config = z.object({
  /** The site: https://acme.atlassian.net */
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'must be the address of the site, such as https://acme.atlassian.net' })
    .transform((url) => url.replace(/\/+$/, '')),
  /** Of the account the hub acts as. */
  email: z.email('must be the e-mail address of the account that the token belongs to'),
  apiToken: z.string().regex(/^\S+$/, 'must not be empty or contain spaces'),
  /** What deliveries are signed with: without one Jira signs nothing, and anybody could send. */
  webhookSecret: z
    .string()
    .min(16, 'must have 16 characters or more; set it in the webhook too: Settings → System → Webhooks'),
  /** Where Jira reaches the hub; with it the hub registers its webhook itself. */
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
})
export type JiraConfig = z.output<typeof config>
