import { z } from 'zod'

const secret = z
  .string()
  .regex(/^\S+$/, 'must not be empty or contain spaces; copy it from https://api.slack.com/apps, page of your app')

export const config = z
  .object({
    /** Basic Information → App Credentials → Signing Secret. */
    signingSecret: secret.optional(),
    /** Basic Information → App-Level Tokens, with the scope connections:write: Socket Mode, which needs no public address. */
    appToken: secret
      .regex(/^xapp-/, 'must begin with xapp-; make one under Basic Information → App-Level Tokens')
      .optional(),
    /** OAuth & Permissions → Bot User OAuth Token. */
    botToken: secret,
    apiUrl: z
      .url({ protocol: /^https?$/ })
      .default('https://slack.com/api/')
      .transform((url) => (url.endsWith('/') ? url : `${url}/`)),
  })
  .refine(({ signingSecret, appToken }) => signingSecret !== undefined || appToken !== undefined, {
    path: ['signingSecret'],
    message: 'is missing: give the signing secret, or an app-level token for Socket Mode',
  })
export type SlackConfig = z.output<typeof config>
