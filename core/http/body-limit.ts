import type { Context } from 'hono'
import { HubError } from '../contract/errors.ts'
import type { HookEnv } from '../contract/plugin.ts'

export const DEFAULT_BODY_BYTES = 1_000_000

/**
 * Refuses a body over the limit before it is held in memory. With a Content-Length nothing is read here: Node's parser hands over exactly
 * that many bytes, and the route reads them without a copy. Without one the bytes are counted as they arrive.
 */
export function limitBody(c: Context<HookEnv>, maxBytes: number): Promise<void> | undefined {
  const length = c.req.header('content-length')
  if (length !== undefined) {
    if (!/^\d{1,15}$/.test(length) || Number(length) > maxBytes) throw tooLarge(maxBytes)
    return undefined
  }
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return undefined
  return countBody(c, maxBytes)
}

async function countBody(c: Context<HookEnv>, maxBytes: number): Promise<void> {
  const { body, method, url, headers, signal } = c.req.raw
  if (!body) return
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    // Leaving the loop cancels the stream.
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  c.req.raw = new Request(url, { method, headers, signal, body: new Uint8Array(Buffer.concat(chunks, size)) })
}

function tooLarge(maxBytes: number): HubError {
  return new HubError('TOO_LARGE', `The body is over the limit of ${maxBytes.toLocaleString('en')} bytes`)
}
