import { HubError } from '#contract'

/** Whose token a call carries. */
export interface Tokens {
  /** Throws UNAUTHENTICATED, for good, where the app is not installed (any more). */
  of(workspace: string): Promise<string>
  /** Slack refused this token; the error says what cures that. */
  refused(workspace: string, token: string, reason: string): Promise<Refused>
}
export interface Refused {
  readonly cure: string
  /** Nobody can renew it: what waits to be sent there need not wait. */
  readonly isFinal: boolean
}

/** SLACK_BOT_TOKEN, which whoever runs the hub can renew. */
export function oneToken(botToken: string): Tokens {
  const cure = 'set SLACK_BOT_TOKEN to the Bot User OAuth Token of the installed app (OAuth & Permissions)'
  return { of: async () => botToken, refused: async () => ({ cure, isFinal: false }) }
}

export function notInstalled(where: string, installUrl: string): HubError {
  const message = `AutoDevHub is not installed in ${where}. Install it: ${installUrl}`
  return new HubError('UNAUTHENTICATED', message, { retry: 'never' })
}
