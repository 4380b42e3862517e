import http, { type IncomingHttpHeaders } from 'node:http'
import https from 'node:https'
import { HubError } from '#contract'

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}
export interface HttpClient {
  /**
   * One request, no retry, no redirect. Throws UNAVAILABLE where not a byte was written (no name, nobody listening, no secure connection)
   * and OUTCOME_UNKNOWN where the request went out and no whole answer came back. Any answer is returned, whatever its status.
   */
  send(
    method: string,
    url: string,
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<HttpAnswer>
  post(url: string, body: string, headers: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<HttpAnswer>
  close(): void
}
/** Larger answers are cut off: no platform sends one to a post. */
const MAX_ANSWER_BYTES = 20 * 1_048_576

/** For a connection, of the whole time; also the age at which a request that waited for one is not written any more. */
const CONNECT_MS = 5_000

/**
 * Over `node:http`, which tells when the request was written; `fetch` does not, and costs several times as much.
 * Errors carry the platform's name and a code, never the request, so no token reaches a log.
 */
export function createHttp(platform: string, variable: string, timeoutMs: number): HttpClient {
  const options = { keepAlive: true, maxSockets: 256, scheduling: 'lifo' } as const
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) }
  const send: HttpClient['send'] = (method, address, body, headers, signal) => {
    if (signal?.aborted) {
      return Promise.reject(new HubError('UNAVAILABLE', `The call to ${platform} was stopped before it was sent`))
    }
    const url = new URL(address)
    const secure = url.protocol === 'https:'
    return new Promise<HttpAnswer>((resolve, reject) => {
      let isWritten = false
      const request = (secure ? https : http).request(url, {
        method,
        agent: agents[secure ? 'https:' : 'http:'],
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      })
      const stop = (why: string) => () => request.destroy(new Error(why))
      const timer = setTimeout(stop(`no answer in ${timeoutMs} ms`), timeoutMs)
      const began = performance.now()
      const connectMs = Math.min(CONNECT_MS, timeoutMs)
      const connecting = setTimeout(stop(`no connection in ${connectMs} ms`), connectMs)
      const abort = stop('stopped')
      signal?.addEventListener('abort', abort, { once: true })
      const settle = () => {
        clearTimeout(timer)
        clearTimeout(connecting)
        signal?.removeEventListener('abort', abort)
      }
      const fail = (error: NodeJS.ErrnoException) => {
        settle()
        const why = error.code ?? error.message
        if (isWritten) return reject(new HubError('OUTCOME_UNKNOWN', `${platform} did not answer (${why})`))
        reject(new HubError('UNAVAILABLE', `${platform} cannot be reached (${why}); check the network and ${variable}`))
      }
      const write = () => {
        clearTimeout(connecting)
        // A process that was suspended hears of the connection before any timer tells it that its time is over.
        if (signal?.aborted || performance.now() - began > connectMs)
          return request.destroy(new Error('too late to send'))
        isWritten = true
        request.end(body)
      }
      request.on('socket', (socket) => {
        if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', write)
        else write()
      })
      request.on('error', fail)
      request.on('response', (response) => {
        const chunks: Buffer[] = []
        let size = 0
        response.on('data', (chunk: Buffer) => {
          size += chunk.byteLength
          if (size > MAX_ANSWER_BYTES) request.destroy(new Error('answer too large'))
          else chunks.push(chunk)
        })
        response.on('error', fail)
        response.on('end', () => {
          settle()
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          })
        })
      })
    })
  }
  return {
    send,
    post: (url, body, headers, signal) => send('POST', url, body, headers, signal),
    close() {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}
