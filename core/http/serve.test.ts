import { connect } from 'node:net'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import type { HookEnv } from '../contract/plugin.ts'
import { requestContext } from './context.ts'
import { problemResponse } from './problem.ts'
import { type ServeOptions, type Serving, serve } from './serve.ts'

const open: Serving[] = []
const start = async (app: { fetch: ServeOptions['fetch'] }) => {
  const serving = await serve({ fetch: app.fetch, host: '127.0.0.1', port: 0 })
  open.push(serving)
  return serving
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((serving) => serving.stop(0)))
})

describe('serve', () => {
  it('listens, and tells where', async () => {
    const { url, port } = await start(new Hono().get('/', (c) => c.text('hello')))
    expect(url).toBe(`http://127.0.0.1:${port}`)
    expect(await (await fetch(url)).text()).toBe('hello')
  })
  it('says in one line what to do when the port is taken', async () => {
    const { port } = await start(new Hono())
    const second = serve({ fetch: new Hono().fetch, host: '127.0.0.1', port })
    await expect(second).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `Port ${port} on 127.0.0.1 is taken: stop the program that uses it, or set PORT to a free one`,
    })
  })
  it('finishes what is under way before it stops, and accepts nothing new', async () => {
    const arrived = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const app = new Hono().get('/', async (c) => {
      arrived.resolve()
      await release.promise
      return c.text('finished')
    })
    const serving = await start(app)
    const answer = fetch(serving.url)
    await arrived.promise
    const stopped = serving.stop()
    await expect(fetch(serving.url)).rejects.toThrow()
    release.resolve()
    expect(await (await answer).text()).toBe('finished')
    await stopped
    expect(serving.stop()).toBe(stopped)
  })
  it('cuts what does not end', async () => {
    const arrived = Promise.withResolvers<void>()
    const app = new Hono().get('/', () => {
      arrived.resolve()
      return new Promise<Response>(() => {})
    })
    const serving = await start(app)
    const answer = expect(fetch(serving.url)).rejects.toThrow()
    await arrived.promise
    await serving.stop(20)
    await answer
  })
  it('leaves `instanceof Response` true for what fetch returns', async () => {
    const { url } = await start(new Hono().get('/', (c) => c.text('x')))
    expect(await fetch(url)).toBeInstanceOf(Response)
    expect(new Response('x')).toBeInstanceOf(Response)
    expect(new Request(url)).toBeInstanceOf(Request)
    expect({}).not.toBeInstanceOf(Response)
    expect(null).not.toBeInstanceOf(Response)
    class Special extends Response {}
    expect(new Special('x')).toBeInstanceOf(Special)
    expect(new Response('x')).not.toBeInstanceOf(Special)
  })
  describe('with a body limit, over the wire', () => {
    const limited = () =>
      new Hono<HookEnv>()
        .use('*', requestContext({ debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }, 1000))
        .post('/', async (c) => c.text(await c.req.text()))
        .onError((err, c) => problemResponse(err, { requestId: c.get('requestId'), path: c.req.path }))
    const chunked = (text: string) => {
      const body = new Blob([text]).stream()
      return { method: 'POST', body, duplex: 'half' } as RequestInit
    }
    it('reads a body with and without its length', async () => {
      const { url } = await start(limited())
      expect(await (await fetch(url, { method: 'POST', body: 'ünïcode' })).text()).toBe('ünïcode')
      expect(await (await fetch(url, chunked('ünïcode'))).text()).toBe('ünïcode')
      expect(await (await fetch(url, { method: 'POST' })).text()).toBe('')
    })
    it('answers 413 to both when they are too long, and goes on serving', async () => {
      const { url } = await start(limited())
      expect((await fetch(url, { method: 'POST', body: 'x'.repeat(1001) })).status).toBe(413)
      expect((await fetch(url, chunked('x'.repeat(5000)))).status).toBe(413)
      expect(await (await fetch(url, chunked('fits'))).text()).toBe('fits')
    })
    it('refuses a request that tells its length twice, differently', async () => {
      const { port } = await start(limited())
      const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n'
      expect(await raw(port, `${head}2\r\nhi\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
    })
  })
})

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (data) => resolve(data.toString('latin1')))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed without an answer')))
  })
}
