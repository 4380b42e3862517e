import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'

/** Slack shows its own failure notice after this time. */
const ACK_MS = 3_000

/** Slack's end of Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode */
export interface FakeSocket {
  /** Where a hub opens a connection: an address for one use, or null where the token is refused. */
  issue(authorization: string | undefined, origin: string): string | null
  /** Takes what a sender signed for a webhook and sends it through the socket instead; the answer is what was acknowledged. */
  target(request: Request): Promise<Response>
  /** Connections that stand now, and how many were ever opened. */
  standing(): number
  opened(): number
  /** Asks one hub connection to come back, as Slack does every few hours, or cuts it without a word. */
  recycle(how: 'disconnect' | 'cut'): void
  /** For the server's `upgrade` event. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void
  close(): void
}

export function createSocket(appToken: string): FakeSocket {
  const wss = new WebSocketServer({ noServer: true })
  const tickets = new Set<string>()
  const connections: WebSocket[] = []
  const waiting = new Map<string, (payload: unknown) => void>()
  let opened = 0
  let turn = 0
  const leave = (connection: WebSocket): void => {
    const at = connections.indexOf(connection)
    if (at >= 0) connections.splice(at, 1)
  }
  wss.on('connection', (connection: WebSocket) => {
    opened += 1
    connections.push(connection)
    connection.on('close', () => leave(connection))
    connection.on('message', (data) => {
      const { envelope_id, payload } = JSON.parse(String(data)) as { envelope_id: string; payload?: unknown }
      waiting.get(envelope_id)?.(payload)
      waiting.delete(envelope_id)
    })
    connection.send(
      JSON.stringify({ type: 'hello', num_connections: connections.length, connection_info: { app_id: 'A1' } }),
    )
  })
  return {
    issue(authorization, origin) {
      if (authorization !== `Bearer ${appToken}`) return null
      const ticket = randomUUID()
      tickets.add(ticket)
      return `${origin.replace(/^http/, 'ws')}/link/?ticket=${ticket}`
    },
    async target(request) {
      const connection = connections[turn++ % Math.max(1, connections.length)]
      if (!connection) return new Response('no connection', { status: 503 })
      const envelope = { ...(await envelopeOf(request)), envelope_id: randomUUID(), accepts_response_payload: true }
      return new Promise((resolve) => {
        const late = setTimeout(() => {
          waiting.delete(envelope.envelope_id)
          resolve(new Response('not acknowledged', { status: 504 }))
        }, ACK_MS)
        waiting.set(envelope.envelope_id, (payload) => {
          clearTimeout(late)
          const isEmpty = typeof payload !== 'object' || payload === null || Object.keys(payload).length === 0
          resolve(isEmpty ? new Response('') : Response.json(payload))
        })
        connection.send(JSON.stringify(envelope))
      })
    },
    standing: () => connections.length,
    opened: () => opened,
    recycle(how) {
      const [connection] = connections
      if (!connection) return
      // Nothing more is sent through it.
      leave(connection)
      if (how === 'cut') connection.terminate()
      else connection.send(JSON.stringify({ type: 'disconnect', reason: 'refresh_requested' }))
    },
    close() {
      for (const connection of [...connections]) connection.terminate()
      wss.close()
    },
    upgrade(request, stream, head) {
      const ticket = new URL(request.url ?? '/', 'http://fake').searchParams.get('ticket') ?? ''
      if (!tickets.delete(ticket)) stream.destroy()
      else wss.handleUpgrade(request, stream, head, (connection) => wss.emit('connection', connection, request))
    },
  }
}
async function envelopeOf(request: Request): Promise<Record<string, unknown>> {
  const body = await request.text()
  if (request.headers.get('content-type')?.startsWith('application/json')) {
    const attempt = Number(request.headers.get('x-slack-retry-num') ?? 0)
    const retry =
      attempt > 0 ? { retry_attempt: attempt, retry_reason: request.headers.get('x-slack-retry-reason') } : {}
    return { type: 'events_api', payload: JSON.parse(body), ...retry }
  }
  const form = new URLSearchParams(body)
  const payload = form.get('payload')
  if (payload !== null) return { type: 'interactive', payload: JSON.parse(payload) }
  return { type: 'slash_commands', payload: Object.fromEntries(form) }
}
