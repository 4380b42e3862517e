import { z } from 'zod'

const address = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''))
const secret = z.string().regex(/^\S+$/, 'must not be empty or contain spaces')

export const config = z
  .object({
    /** The site: https://acme.atlassian.net */
    baseUrl: z
      .url({ protocol: /^https?$/, error: 'must be the address of the site, such as https://acme.atlassian.net' })
      .transform((url) => url.replace(/\/+$/, '')),
    /** Of the account the hub acts as. */
    email: z.email('must be the e-mail address of the account that the token belongs to').optional(),
    apiToken: secret.optional(),
    /** What deliveries are signed with: without one Jira signs nothing, and anybody could send. */
    webhookSecret: z
      .string()
      .min(16, 'must have 16 characters or more; set it in the webhook too: Settings → System → Webhooks')
      .optional(),
    /** In place of e-mail and token: a personal access token, which makes the site a Jira Data Center. */
    personalAccessToken: secret.optional(),
    /** In place of all these: an OAuth 2.0 app, which somebody connects to the site at /hooks/jira/install. */
    clientId: secret.optional(),
    clientSecret: secret.optional(),
    /** Where people grant the app access, and where its calls go; others only for a stand-in. */
    authUrl: address.default('https://auth.atlassian.com'),
    apiUrl: address.default('https://api.atlassian.com'),
    /** Where Jira reaches the hub; with it the hub registers its webhook itself. */
    publicUrl: address.optional(),
  })
  .superRefine((given, { addIssue }) => {
    const { email, apiToken, webhookSecret, personalAccessToken, clientId, clientSecret, publicUrl } = given
    const wrong = (path: string, message: string) => addIssue({ code: 'custom', path: [path], message })
    if (personalAccessToken !== undefined) {
      for (const [path, value] of Object.entries({ email, apiToken, clientId, clientSecret }))
        if (value !== undefined)
          wrong(path, 'is for Jira Cloud, while a personal access token is for Jira Data Center: give one of the two')
      if (webhookSecret === undefined) wrong('webhookSecret', 'is missing: it proves what Jira delivers')
      return
    }
    if (clientId === undefined && clientSecret === undefined) {
      for (const [path, value] of Object.entries({ email, apiToken, webhookSecret }))
        if (value === undefined) wrong(path, 'is missing: give it, or client id and secret of an OAuth app')
      return
    }
    if (clientId === undefined) wrong('clientId', 'is missing: it goes together with the client secret')
    if (clientSecret === undefined) wrong('clientSecret', 'is missing: it goes together with the client id')
    for (const [path, value] of Object.entries({ email, apiToken, webhookSecret }))
      if (value !== undefined)
        wrong(path, 'belongs to an API token, while the client id is of an OAuth app: give one of the two')
    if (publicUrl === undefined || !isReachable(publicUrl))
      wrong(
        'publicUrl',
        'must be the https address under which people and Jira reach the hub, as Atlassian sends them back to it',
      )
  })
export type JiraConfig = z.output<typeof config>

/** Atlassian sends people back to https only; a stand-in on this machine may do without. */
function isReachable(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl)
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}
