import type { SocketModeClient } from '@slack/socket-mode'
import type { Hub } from '#contract'
import type { SlackConfig } from './config.ts'
import type { Intake } from './intake.ts'
import { slackLogger } from './logger.ts'

/** Slack renews each connection every few hours; with two, one of them always stands. https://docs.slack.dev/apis/events-api/using-socket-mode */
const CONNECTIONS = 2
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000

/** Socket Mode: Slack's deliveries without an address of one's own. */
export interface Socket {
  start(): void
  /** What is wrong, in words for the operator; null while a connection stands or none was asked for. */
  trouble(): string | null
  close(): Promise<void>
}
interface Envelope {
  readonly ack: (answer?: object) => Promise<void>
  readonly type: string
  readonly body: unknown
  readonly retry_num?: number
  readonly retry_reason?: string
}

export function createSocket(hub: Hub<SlackConfig>, appToken: string, intake: Intake): Socket {
  const { log } = hub
  const open = new Set<SocketModeClient>()
  const standing = new Set<SocketModeClient>()
  const pause = new AbortController()
  let lastFault: string | null = null
  let lanes: Promise<void>[] = []

  /** Acknowledged after the commit; what is not stored is not acknowledged, and Slack sends an event again. */
  const receive = async ({ ack, type, body, retry_num, retry_reason }: Envelope): Promise<void> => {
    if (typeof body !== 'object' || body === null) return
    if (type === 'slash_commands') {
      const form = new URLSearchParams(
        Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)])),
      )
      const answer = await intake.slash(form, Buffer.from(form.toString()), log)
      if (answer.kind === 'ack') await ack(answer.body ?? undefined)
      return
    }
    if (type !== 'events_api' && type !== 'interactive') return
    const retry = retry_num ? { num: retry_num, reason: retry_reason ?? '' } : null
    const answer = await intake.other({ ...body }, retry, log)
    // 4xx: it will not become readable by being sent again.
    if (answer.status >= 500) return
    const text = await answer.text()
    await ack(text.startsWith('{') ? JSON.parse(text) : undefined)
  }
  const connect = async (): Promise<void> => {
    const { SocketModeClient } = await import('@slack/socket-mode')
    const client = new SocketModeClient({
      appToken,
      // The library's own way back does not catch a failure, which would end the process.
      autoReconnectEnabled: false,
      logger: slackLogger(log),
      clientOptions: { slackApiUrl: hub.config.apiUrl, retryConfig: { retries: 0 } },
    })
    open.add(client)
    client.on('slack_event', (envelope: Envelope) => {
      receive(envelope).catch((error: Error) =>
        log.warn({ error: error.message }, 'Slack delivery was not taken from the socket'),
      )
    })
    try {
      const ended = new Promise<void>((resolve) => void client.once('disconnected', () => resolve()))
      await client.start()
      standing.add(client)
      lastFault = null
      await ended
    } finally {
      standing.delete(client)
      open.delete(client)
    }
  }
  const keep = async (): Promise<void> => {
    for (let failures = 0; !pause.signal.aborted; ) {
      try {
        await connect()
        failures = 0
      } catch (error) {
        lastFault = error instanceof Error ? error.message : String(error)
        log.warn(
          { error: lastFault },
          'Slack socket could not be opened; check SLACK_APP_TOKEN and that Socket Mode is on',
        )
        failures += 1
      }
      await wait(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures) * (0.5 + Math.random() / 2), pause.signal)
    }
  }
  return {
    start() {
      if (lanes.length === 0) lanes = Array.from({ length: CONNECTIONS }, keep)
    },
    trouble: () =>
      lanes.length === 0 || standing.size > 0 ? null : `no socket to Slack${lastFault ? `: ${lastFault}` : ' yet'}`,
    async close() {
      pause.abort()
      await Promise.allSettled([...open].map((client) => client.disconnect()))
      await Promise.allSettled(lanes)
    },
  }
}
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })
}
