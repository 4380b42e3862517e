import type { App, Receiver } from '@slack/bolt'
import { HubError, type Log } from '#contract'

/** Slack gives up after 3 s: https://docs.slack.dev/apis/events-api/#responding */
const ACK_WITHIN_MS = 2_800

export interface Retry {
  readonly num: number
  readonly reason: string
}
export interface FetchReceiver extends Receiver {
  /** Hands a verified body to Bolt. The answer waits for the listeners, so that it never leaves before the commit. */
  handle(body: Record<string, unknown>, retry: Retry | null, log: Log): Promise<Response>
}
/** Bolt's own receivers answer events before any listener has run; with this one a failed listener is a 503, and Slack sends again. */
export function createReceiver(): FetchReceiver {
  let app: App | undefined
  return {
    init(bolt) {
      app = bolt
    },
    start: async () => undefined,
    stop: async () => undefined,
    async handle(body, retry, log) {
      if (app === undefined) throw new Error('the receiver is not attached to an app')
      let answer: Response | undefined
      const ack = async (value?: unknown) => {
        if (answer !== undefined) throw new Error('acknowledged twice')
        answer = value === undefined || value === '' ? new Response('') : Response.json(value)
      }
      const event = { body, ack, ...(retry === null ? {} : { retryNum: retry.num, retryReason: retry.reason }) }
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<'late'>((resolve) => {
        timer = setTimeout(resolve, ACK_WITHIN_MS, 'late')
      })
      try {
        const work = app.processEvent(event).then(() => 'done' as const)
        work.catch(() => undefined)
        if ((await Promise.race([work, late])) === 'late') {
          log.warn({ type: body.type }, 'Slack event took too long; Slack will send it again')
          return new Response('', { status: 503 })
        }
        return answer ?? new Response('', { status: 404 })
      } catch (error) {
        log.warn(
          { type: body.type, error: error instanceof Error ? error.message : String(error) },
          'Slack event failed',
        )
        // What the hub cannot read will not become readable by sending it again.
        return new Response('', { status: error instanceof HubError && error.retry === 'never' ? 400 : 503 })
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
