import { createHmac } from 'node:crypto'
import net from 'node:net'

/**
 * Load generator, run as a process of its own: signed slash commands over keep-alive connections, each waiting for its answer (closed loop).
 * Raw sockets and prepared bytes, because on two cores the generator's own cost would otherwise be what is measured.
 */
export interface LoadOptions {
  readonly port: number
  readonly path: string
  readonly secret: string
  readonly connections: number
  readonly requests: number
  /** The n-th request's form fields. */
  readonly fields: (n: number) => Readonly<Record<string, string>>
}
export interface LoadResult {
  readonly requests: number
  readonly seconds: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>
}

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const prepared = Array.from({ length: options.requests }, (_, n) => prepare(options, n))
  const latencies = new Float64Array(options.requests)
  const statuses: Record<string, number> = {}
  let next = 0
  const began = performance.now()
  await Promise.all(
    Array.from({ length: options.connections }, () => {
      return new Promise<void>((resolve, reject) => {
        const socket = net.connect({ host: '127.0.0.1', port: options.port, noDelay: true })
        let current = -1
        let sentAt = 0
        let pending = Buffer.alloc(0)
        const send = (): void => {
          if (next >= prepared.length) {
            socket.end()
            resolve()
            return
          }
          current = next++
          sentAt = performance.now()
          socket.write(prepared[current] as Buffer)
        }
        socket.on('connect', send)
        socket.on('error', reject)
        socket.on('data', (chunk) => {
          pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
          const head = pending.indexOf('\r\n\r\n')
          if (head < 0) return
          const text = pending.toString('latin1', 0, head)
          const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
          if (pending.length < head + 4 + length) return
          pending = pending.subarray(head + 4 + length)
          const status = text.slice(9, 12)
          statuses[status] = (statuses[status] ?? 0) + 1
          latencies[current] = performance.now() - sentAt
          send()
        })
      })
    }),
  )
  const seconds = (performance.now() - began) / 1000
  latencies.sort()
  const at = (q: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? 0
  return {
    requests: options.requests,
    seconds,
    perSecond: options.requests / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    statuses,
  }
}

function prepare({ path, secret, fields }: LoadOptions, n: number): Buffer {
  const body = new URLSearchParams(fields(n)).toString()
  const timestamp = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nX-Slack-Request-Timestamp: ${timestamp}\r\n` +
      `X-Slack-Signature: v0=${signature}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}
