import { z } from 'zod'

const secret = z
  .string()
  .regex(/^\S+$/, 'must not be empty or contain spaces; copy it from https://api.slack.com/apps, page of your app')

export const config = z.object({
  /** Basic Information → App Credentials → Signing Secret. */
  signingSecret: secret,
  /** OAuth & Permissions → Bot User OAuth Token. */
  botToken: secret,
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .default('https://slack.com/api/')
    .transform((url) => (url.endsWith('/') ? url : `${url}/`)),
})
export type SlackConfig = z.output<typeof config>
