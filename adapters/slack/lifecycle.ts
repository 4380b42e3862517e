import { type Log, parseWith } from '#contract'
import type { Installations } from './installations.ts'
import { lifecycleEnvelope, revokedTokens } from './payloads.ts'

/** The end of an installation, as Slack tells it. */
export interface Lifecycle {
  uninstalled(body: unknown): Promise<void>
  /** https://docs.slack.dev/reference/events/tokens_revoked */
  revoked(body: unknown, event: unknown): Promise<void>
}

/** `installations` is null where the hub has one token, which its operator renews. */
export function createLifecycle(installations: Pick<Installations, 'remove'> | null, log: Log): Lifecycle {
  const end = async (body: unknown) => {
    const { team_id, enterprise_id, event_time, authorizations } = parseWith(lifecycleEnvelope, body, 'Slack event')
    const isOrganisation = authorizations?.[0]?.is_enterprise_install === true
    const id = (isOrganisation ? enterprise_id : team_id) ?? enterprise_id
    if (!id) return
    const isRemoved = await installations?.remove(id, event_time * 1_000)
    if (isRemoved === false) return
    log.warn({ id }, 'Slack app was removed: what waits to be sent there ends, and its commands are refused')
  }
  return {
    uninstalled: end,
    async revoked(body, event) {
      // A person's token says nothing about the bot's.
      const { tokens } = parseWith(revokedTokens, event, 'Slack event')
      if ((tokens.bot ?? []).length > 0) await end(body)
    },
  }
}
