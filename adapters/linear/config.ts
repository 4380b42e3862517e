import { z } from 'zod'

export const config = z.object({
  /** Personal API key, or the OAuth token of an app; as an app the hub can be mentioned and delegated to. */
  apiKey: z.string().regex(/^\S+$/, 'must not be empty or contain spaces'),
  /** What deliveries are signed with. */
  webhookSecret: z.string().min(16, 'must have 16 characters or more; copy it from the page of the webhook'),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://api.linear.app/graphql')
    .transform((url) => url.replace(/\/+$/, '')),
})
export type LinearConfig = z.output<typeof config>
