import { createHmac, timingSafeEqual } from 'node:crypto'
import { Agent, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

/** The floor: Hono and a checked signature, nothing parsed, nothing stored. With `reply`, it posts the words back at once, by plain HTTP. */
interface BareOptions {
  readonly secret: string
  readonly token: string
  readonly apiUrl: string
  readonly reply: boolean
}
const [, , argument] = process.argv
if (argument === undefined) throw new Error('which options?')
const { secret, token, apiUrl, reply } = JSON.parse(argument) as BareOptions
const agent = new Agent({ keepAlive: true })
const app = new Hono()
app.post('/slack', async (c) => {
  const body = await c.req.text()
  const expected = createHmac('sha256', secret)
    .update(`v0:${c.req.header('x-slack-request-timestamp')}:${body}`)
    .digest()
  const given = Buffer.from(c.req.header('x-slack-signature')?.slice(3) ?? '', 'hex')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return c.body(null, 401)
  if (reply) post(new URLSearchParams(body))
  return c.body(null, 200)
})
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (address: AddressInfo) =>
  process.send?.({ port: address.port, path: '/slack' }),
)

function post(form: URLSearchParams): void {
  const text = JSON.stringify({ channel: form.get('channel_id'), text: form.get('text') })
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  }
  request(`${apiUrl}chat.postMessage`, { agent, method: 'POST', headers }, (answer) => answer.resume()).end(text)
}
process.on('disconnect', () => {
  server.close()
  process.exit(0)
})
