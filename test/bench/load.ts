import { connect } from 'node:net'
import { readAnswer } from './answer.ts'
import { monotonicMs } from './clock.ts'
import { type Commands, commandFields, signedRequest } from './commands.ts'
import { quantile } from './figures.ts'

/**
 * Load generator: signed slash commands over keep-alive connections, each waiting for its answer before it sends the next.
 * Raw sockets and prepared bytes, because on two cores the generator's own cost would otherwise be what is measured.
 */
export interface LoadOptions {
  readonly port: number
  readonly path: string
  readonly secret: string
  readonly connections: number
  readonly requests: number
  readonly commands: Commands
}
export interface LoadResult {
  readonly requests: number
  /** When the first was sent, by `monotonicMs`. */
  readonly beganAtMs: number
  readonly seconds: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>
}

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const prepared = Array.from({ length: options.requests }, (_, n) =>
    signedRequest(commandFields(options.commands, n), options),
  )
  const latencies = new Float64Array(options.requests)
  const statuses: Record<string, number> = {}
  let next = 0
  /** Next request's number, or null when all are under way. */
  const take = (): number | null => (next < prepared.length ? next++ : null)
  const beganAtMs = monotonicMs()
  await Promise.all(
    Array.from({ length: options.connections }, () =>
      converse(options.port, prepared, take, (n, tookMs, status) => {
        latencies[n] = tookMs
        statuses[status] = (statuses[status] ?? 0) + 1
      }),
    ),
  )
  const seconds = (monotonicMs() - beganAtMs) / 1000
  return {
    requests: options.requests,
    beganAtMs,
    seconds,
    perSecond: options.requests / seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    maxMs: quantile(latencies, 1),
    statuses,
  }
}

/** One connection, until nothing is left to send. */
function converse(
  port: number,
  requests: readonly Buffer[],
  take: () => number | null,
  answered: (n: number, tookMs: number, status: string) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  let current: number | null = null
  let sentAtMs = 0
  let received: Buffer = Buffer.alloc(0)
  const send = () => {
    current = take()
    const request = current === null ? undefined : requests[current]
    if (request === undefined) {
      resolve()
      socket.end()
      return
    }
    sentAtMs = performance.now()
    socket.write(request)
  }
  const read = (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const answer = readAnswer(received)
    if (answer === null || current === null) return
    received = received.subarray(answer.length)
    answered(current, performance.now() - sentAtMs, answer.status)
    send()
  }
  socket.on('connect', send)
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('the server closed a connection that waited for an answer')))
  socket.on('data', (chunk) => {
    try {
      read(chunk)
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })
  return promise
}
