import { type Hub, HubError, type Log } from '#contract'
import { createBolt } from './bolt.ts'
import type { SlackConfig } from './config.ts'
import type { Inbound } from './inbound.ts'
import type { Installations } from './installations.ts'
import type { Lifecycle } from './lifecycle.ts'
import { grid } from './payloads.ts'
import type { FetchReceiver, Retry } from './receiver.ts'
import { acknowledgement, parseSlash, whisper } from './slash.ts'

/** What is answered to a slash command. `refused`: not stored, so that Slack shows its own failure notice and the person asks again. */
export type SlashAnswer =
  | { readonly kind: 'ack'; readonly body: ReturnType<typeof whisper> | null }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'refused' }

/** Verified deliveries, whether they came as requests or through a socket. Each answer leaves after the commit. */
export interface Intake {
  slash(form: URLSearchParams, raw: Uint8Array, log: Log): Promise<SlashAnswer>
  /** Events, buttons and forms. */
  other(body: Record<string, unknown>, retry: Retry | null, log: Log): Promise<Response>
}

export interface IntakeOptions {
  readonly hub: Hub<SlackConfig>
  readonly inbound: Inbound
  readonly lifecycle: Lifecycle
  /** null where the hub has one token for one workspace. */
  readonly installations: Pick<Installations, 'meet'> | null
  readonly now?: () => number
}

export function createIntake(options: IntakeOptions): Intake {
  const { hub, inbound, lifecycle, installations, now = Date.now } = options
  let bolt: Promise<FetchReceiver> | undefined
  return {
    async slash(form, raw, log) {
      const call = parseSlash(form, raw, hub.config.apiUrl, now())
      if (call === null) return { kind: 'unreadable' }
      const [team, enterprise] = [form.get('team_id'), form.get('enterprise_id')]
      try {
        if (team && enterprise && form.get('is_enterprise_install') === 'true')
          await installations?.meet(team, enterprise)
        return { kind: 'ack', body: acknowledgement(await hub.command(call)) }
      } catch (error) {
        if (error instanceof HubError && error.retry === 'never') return { kind: 'ack', body: whisper(error.message) }
        log.error({ error: error instanceof Error ? error.message : String(error) }, 'Slack command was not stored')
        return { kind: 'refused' }
      }
    },
    async other(body, retry, log) {
      const member = installations && grid.safeParse(body)
      if (member?.success && member.data.team !== member.data.enterprise)
        await installations?.meet(member.data.team, member.data.enterprise)
      bolt ??= createBolt(hub, inbound, lifecycle).catch((error) => {
        bolt = undefined
        throw error
      })
      return (await bolt).handle(body, retry, log)
    },
  }
}
