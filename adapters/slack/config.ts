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
    /** OAuth & Permissions → Bot User OAuth Token: for the one workspace it belongs to. */
    botToken: secret.optional(),
    /** Basic Information → App Credentials: with these, people install the app in any number of workspaces. */
    clientId: secret.optional(),
    clientSecret: secret.optional(),
    /** The hub's own address, to which Slack sends people back. */
    publicUrl: z.url({ protocol: /^https?$/ }).optional(),
    /** Where it is set, verified addresses link accounts, and installations ask to read them. */
    linkEmailDomains: z.string().optional(),
    apiUrl: z
      .url({ protocol: /^https?$/ })
      .default('https://slack.com/api/')
      .transform((url) => (url.endsWith('/') ? url : `${url}/`)),
  })
  .refine(({ signingSecret, appToken }) => signingSecret !== undefined || appToken !== undefined, {
    path: ['signingSecret'],
    message: 'is missing: give the signing secret, or an app-level token for Socket Mode',
  })
  .refine(({ botToken, clientId }) => botToken !== undefined || clientId !== undefined, {
    path: ['botToken'],
    message: 'is missing: give the bot token, or client id and secret for many workspaces',
  })
  .refine(({ botToken, clientId }) => botToken === undefined || clientId === undefined, {
    path: ['botToken'],
    message: 'belongs to one workspace, while the client id installs the app in many: give one of the two',
  })
  .refine(({ clientId, clientSecret }) => (clientId === undefined) === (clientSecret === undefined), {
    path: ['clientSecret'],
    message: 'goes together with the client id',
  })
  .refine(({ clientId, publicUrl }) => clientId === undefined || (publicUrl !== undefined && isReachable(publicUrl)), {
    path: ['publicUrl'],
    message: 'must be the https address under which people reach the hub, as Slack sends them back to it',
  })
export type SlackConfig = z.output<typeof config>

/** Slack sends people back to https only; a stand-in on this machine may do without. */
function isReachable(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl)
  return protocol === 'https:' || /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}
