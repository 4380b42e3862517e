import { type Hub, HubError, type Log } from '#contract'
import { createBolt } from './bolt.ts'
import type { SlackConfig } from './config.ts'
import type { Inbound } from './inbound.ts'
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

export function createIntake(hub: Hub<SlackConfig>, inbound: Inbound, now: () => number = Date.now): Intake {
  let bolt: Promise<FetchReceiver> | undefined
  return {
    async slash(form, raw, log) {
      const call = parseSlash(form, raw, hub.config.apiUrl, now())
      if (call === null) return { kind: 'unreadable' }
      try {
        return { kind: 'ack', body: acknowledgement(await hub.command(call)) }
      } catch (error) {
        if (error instanceof HubError && error.retry === 'never') return { kind: 'ack', body: whisper(error.message) }
        log.error({ error: error instanceof Error ? error.message : String(error) }, 'Slack command was not stored')
        return { kind: 'refused' }
      }
    },
    async other(body, retry, log) {
      bolt ??= createBolt(hub, inbound).catch((error) => {
        bolt = undefined
        throw error
      })
      return (await bolt).handle(body, retry, log)
    },
  }
}
