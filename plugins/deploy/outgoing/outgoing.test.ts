import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Context, HubError, isPublicAddress, type KeyValue, type Message, type Place } from '#contract'
import { webhookJob } from '../jobs.ts'
import { secretBytes, verifyStandardWebhook } from '../verify.ts'
import { addressOf, readUrl } from './address.ts'
import { type Outgoing, WAITS_MS, webhookHandler } from './jobs.ts'
import { createWebhookSecrets, OVERLAP_MS } from './secrets.ts'
import { sendWebhook } from './send.ts'
import type { Endpoint } from './store.ts'

const NOW = 1_800_000_000_000
const received: { headers: IncomingHttpHeaders; body: string }[] = []
let answer: { status: number; headers?: Record<string, string> } = { status: 204 }
let url = ''
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
    response.writeHead(answer.status, answer.headers).end('thanks')
  })
})
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  received.length = 0
  answer = { status: 204 }
})

function memoryKeys(): KeyValue {
  const stored = new Map<string, unknown>()
  return {
    get: async (key) => stored.get(key),
    set: async (key, value) => void stored.set(key, value),
    async add(key, value) {
      if (stored.has(key)) return false
      stored.set(key, value)
      return true
    },
    delete: async (key) => void stored.delete(key),
  }
}
async function desk(allowHosts: readonly string[] = ['127.0.0.1'], random = 0) {
  const secrets = createWebhookSecrets(memoryKeys())
  const secret = await secrets.create('w', 1, 'job')
  const place = { plugin: 'chat', workspace: 'w', channel: 'D1', visibility: 'private' as const }
  const endpoint = {
    workspace: 'w',
    number: 1,
    url,
    by: 'chat:ada',
    place,
    stopped: null as string | null,
    failure: null as string | null,
  }
  const sent: { name: string; to: Place; message: Message }[] = []
  const outgoing: Outgoing = {
    endpoints: () => ({
      find: async () => ({ ...endpoint }) as unknown as Endpoint,
      async stop(_w, _n, reason) {
        const isFirst = endpoint.stopped === null
        endpoint.stopped = reason
        return isFirst
      },
      async resume() {
        Object.assign(endpoint, { stopped: null, failure: null })
      },
      async attempted(_w, _n, failure) {
        endpoint.failure = failure
      },
      list: async () => [],
      remove: async () => false,
      add: async () => Promise.reject(new Error('not here')),
    }),
    secrets: () => secrets,
    allowHosts,
    nowMs: () => NOW,
    random: () => random,
  }
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const run = async (attempt = 1) => {
    const send = async (name: string, to: Place, message: Message) => void sent.push({ name, to, message })
    const ctx = { workspace: 'w', attempt, log, send, signal: AbortSignal.timeout(5_000) } as unknown as Context
    return webhookHandler(outgoing).run({ endpoint: 1, id: 'msg_1_2', body: '{"type":"deployment.changed"}' }, ctx)
  }
  return { run, endpoint, secret, secrets, sent }
}
const verified = (secret: string, n = 0): boolean => {
  const { headers, body } = received[n] ?? { headers: {}, body: '' }
  const key = secretBytes(secret) ?? new Uint8Array()
  const read = { get: (name: string) => String(headers[name] ?? '') }
  return verifyStandardWebhook(Buffer.from(body), read, key, NOW / 1000)
}

describe('a webhook that goes out', () => {
  it('is signed so that a receiver of Standard Webhooks accepts it', async () => {
    const { run, secret } = await desk()
    await run()
    expect(received[0]?.body).toBe('{"type":"deployment.changed"}')
    expect(received[0]?.headers['webhook-id']).toBe('msg_1_2')
    expect(verified(secret)).toBe(true)
    expect(verified(`whsec_${Buffer.alloc(32, 1).toString('base64')}`)).toBe(false)
  })
  it('carries two signatures for a day after its secret was changed, and then one', async () => {
    const { run, secret, secrets } = await desk()
    const next = await secrets.rotate('w', 1, 'job-2', NOW)
    expect(await secrets.rotate('w', 1, 'job-2', NOW)).toBe(next)
    await run()
    expect([verified(secret), verified(next)]).toEqual([true, true])
    expect(String(received[0]?.headers['webhook-signature']).split(' ')).toHaveLength(2)
    expect(await secrets.keys('w', 1, NOW + OVERLAP_MS)).toHaveLength(1)
  })
  it('is tried again over three days, as late as it is asked to', async () => {
    const { run, endpoint } = await desk()
    answer = { status: 500 }
    expect(WAITS_MS.length + 1).toBe(webhookJob.retry.attempts)
    for (const [i, afterMs] of WAITS_MS.entries())
      await expect(run(i + 1)).rejects.toMatchObject({ code: 'UNAVAILABLE', retry: { afterMs } })
    answer = { status: 429, headers: { 'retry-after': '120' } }
    await expect(run(1)).rejects.toMatchObject({ retry: { afterMs: 120_000 } })
    answer = { status: 302, headers: { location: 'http://169.254.169.254/' } }
    await expect(run(1)).rejects.toThrow('answered 302')
    answer = { status: 503 }
    await run(WAITS_MS.length + 1)
    expect(endpoint.stopped).toBe('it answered 503, ten times over three days')
    const before = received.length
    await run()
    expect(received).toHaveLength(before)
  })
  it('spreads its retries by a tenth of the wait, so that those of many do not come at once', async () => {
    const { run } = await desk(undefined, 0.5)
    answer = { status: 500 }
    await expect(run(2)).rejects.toMatchObject({ retry: { afterMs: 315_000 } })
  })
  it('says what the last attempt came to until one is taken', async () => {
    const { run, endpoint } = await desk()
    answer = { status: 502 }
    await expect(run(1)).rejects.toThrow('it answered 502')
    expect(endpoint.failure).toBe('it answered 502')
    answer = { status: 204 }
    await run(2)
    expect(endpoint.failure).toBeNull()
  })
  it('tells whoever added it that it was stopped, once, with the way to start it', async () => {
    const { run, sent, endpoint } = await desk()
    answer = { status: 410 }
    await Promise.all([run(), run()])
    expect(endpoint.stopped).toBe('it answered 410 Gone')
    expect(sent).toHaveLength(1)
    expect(sent[0]?.to.channel).toBe('D1')
    expect(sent[0]?.message.only).toEqual({ plugin: 'chat', id: 'ada' })
    expect(sent[0]?.message.text).toMatch(/^W-1 is stopped: 127\.0\.0\.1:\d+ is told no more\. it answered 410 Gone\./)
    expect(JSON.stringify(sent[0]?.message.blocks)).toContain('hub webhook replay W-1')
  })
  it('looks where a name leads at every attempt, and goes only where it looked', async () => {
    const looked: string[] = []
    const answers = [['127.0.0.1'], ['169.254.169.254']]
    const resolve = async (host: string) => {
      looked.push(host)
      return answers[looked.length - 1] ?? []
    }
    const port = new URL(url).port
    const keys = [Buffer.alloc(32, 1)]
    const send = (allowHosts: readonly string[]) =>
      sendWebhook(
        { url: `http://rebound.test:${port}/hook`, id: 'msg_1', body: '{}', keys },
        { allowHosts, nowMs: NOW, signal: AbortSignal.timeout(5_000), resolve },
      )
    // The name exists nowhere: had the connection asked for it again, it would have failed.
    expect((await send(['rebound.test'])).status).toBe(204)
    await expect(send([])).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(looked).toEqual(['rebound.test', 'rebound.test'])
    expect(received).toHaveLength(1)
  })
  it('is stopped at once by 410 Gone', async () => {
    const { run, endpoint } = await desk()
    answer = { status: 410 }
    await run()
    expect(endpoint.stopped).toBe('it answered 410 Gone')
  })
  it('reaches no private network unless its host was allowed', async () => {
    const { run, endpoint } = await desk([])
    await run()
    expect(endpoint.stopped).toContain('DEPLOY_WEBHOOK_ALLOW_HOSTS')
    expect(received).toEqual([])
  })
})

describe('addresses', () => {
  it.each([
    '127.0.0.1',
    '10.0.0.1',
    '172.20.1.1',
    '192.168.0.9',
    '169.254.169.254',
    '100.100.1.1',
    '0.0.0.0',
    '224.0.0.1',
  ])('%s is private', (address) => expect(isPublicAddress(address)).toBe(false))
  it.each([
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001::1',
    'nonsense',
  ])('%s is private or none', (address) => expect(isPublicAddress(address)).toBe(false))
  it.each(['1.1.1.1', '172.32.0.1', '2606:4700:4700::1111'])('%s is public', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  )
  it.each(['http://2130706433/', 'http://0x7f.1/', 'http://[::ffff:7f00:1]/', 'http://127.1/'])(
    '%s is the loopback, however it is written',
    async (text) => {
      await expect(addressOf(readUrl(text), [], async () => [])).rejects.toMatchObject({ code: 'FORBIDDEN' })
    },
  )
  it('a name is refused when one of its addresses is private', async () => {
    const resolve = async () => ['1.1.1.1', '10.0.0.1']
    await expect(addressOf(new URL('https://a.test'), [], resolve)).rejects.toBeInstanceOf(HubError)
    expect(await addressOf(new URL('https://a.test'), ['a.test'], resolve)).toBe('1.1.1.1')
  })
  it.each(['ftp://a.test', 'https://a:b@a.test', 'nothing', 'javascript:alert(1)'])('%s is not called', (text) => {
    expect(() => readUrl(text)).toThrow(HubError)
  })
})
