import { z } from 'zod'

const PEM = /-----BEGIN (?:RSA )?PRIVATE KEY-----/
const HOOKS = 'set it in the webhook too: Settings → Webhooks, or the page of your app'

export const config = z
  .object({
    /** What deliveries are signed with. */
    webhookSecret: z.string().min(16, `must have 16 characters or more; ${HOOKS}`),
    /** Fine-grained or classic token. */
    token: z.string().regex(/^\S+$/, 'must not be empty or contain spaces').optional(),
    /** App id or client id; together with its key the hub acts as the app. */
    appId: z
      .string()
      .regex(/^[\w.]{1,64}$/, 'must be the App ID or Client ID of the app')
      .optional(),
    /** PEM, as GitHub hands it out; line breaks may be written as \n. */
    privateKey: z
      .string()
      .transform((pem) => pem.replaceAll('\\n', '\n'))
      .refine((pem) => PEM.test(pem), 'must be the PEM file that GitHub generated for the app')
      .optional(),
    apiUrl: z
      .url({ protocol: /^https?$/ })
      .default('https://api.github.com')
      .transform((url) => url.replace(/\/+$/, '')),
  })
  .refine(({ token, appId, privateKey }) => token !== undefined || (appId !== undefined && privateKey !== undefined), {
    path: ['token'],
    message: 'is missing: give a token, or the id of an app together with its private key',
  })
export type GitHubConfig = z.output<typeof config>
