import { HubError } from '#contract'

const CREDENTIALS =
  /^(?:invalid_auth|not_authed|account_inactive|token_revoked|token_expired|not_allowed_token_type|org_login_required|team_access_not_granted|access_denied|no_permission|ekm_access_denied)$/
const NO_ENTRY =
  /^(?:not_in_channel|channel_not_found|is_archived|restricted_action.*|user_not_in_channel|cannot_reply_to_message|messages_tab_disabled)$/
const NO_TARGET =
  /^(?:message_not_found|cant_update_message|edit_window_closed|user_not_found|user_not_visible|thread_not_found)$/
/** "It's possible some aspect of the operation succeeded": https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const UNKNOWN = /^(?:internal_error|fatal_error|request_timeout|service_unavailable)$/

/** What Slack answered with `ok: false`, for the callers that can do something else instead. */
export class SlackRefusal extends HubError {
  readonly reason: string
  constructor(reason: string, ...rest: ConstructorParameters<typeof HubError>) {
    super(...rest)
    this.name = 'SlackRefusal'
    this.reason = reason
  }
}
/** https://docs.slack.dev/reference/methods/chat.postMessage#errors */
export function refusal(method: string, reason: string, needed: string | undefined): HubError {
  // Not one of Slack's words: some proxy answered, and nobody knows what Slack did.
  if (!/^[a-z0-9_]{1,80}$/.test(reason))
    return new HubError('OUTCOME_UNKNOWN', `${method}: Slack's answer was not readable`)
  if (UNKNOWN.test(reason)) return new HubError('OUTCOME_UNKNOWN', `${method}: Slack answered ${reason}`)
  if (CREDENTIALS.test(reason)) {
    // What cures it depends on where the token came from: the client adds it.
    return new SlackRefusal(reason, 'UNAUTHENTICATED', `${method}: Slack refused the bot token (${reason})`)
  }
  if (reason === 'missing_scope') {
    const scope = needed !== undefined && /^[\w:.,]{1,200}$/.test(needed) ? needed : 'the missing scope'
    return new SlackRefusal(
      reason,
      'FORBIDDEN',
      `${method}: add ${scope} under OAuth & Permissions and reinstall the app`,
    )
  }
  if (reason === 'not_enabled') {
    return new SlackRefusal(reason, 'CONFIG_INVALID', `${method}: turn on the Home Tab under App Home`)
  }
  if (NO_ENTRY.test(reason)) {
    return new SlackRefusal(
      reason,
      'FORBIDDEN',
      `${method}: the bot may not post there (${reason}); /invite it to the channel`,
    )
  }
  if (NO_TARGET.test(reason)) return new SlackRefusal(reason, 'NOT_FOUND', `${method}: ${reason}`)
  return new SlackRefusal(reason, 'INPUT_INVALID', `${method}: Slack refused the request (${reason})`)
}
