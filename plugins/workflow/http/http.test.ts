import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isPublicAddress } from '#contract'
import { call, type Limits } from './request.ts'

describe('addresses of the open internet', () => {
  it.each(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '172.32.0.1'])('%s is one', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  )
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'localhost',
    '',
  ])('%s is none', (address) => expect(isPublicAddress(address)).toBe(false))
})

describe('a call', () => {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x')
    if (url.pathname === '/to') {
      const status = Number(url.searchParams.get('status') ?? 302)
      response.writeHead(status, { location: url.searchParams.get('url') ?? '' }).end()
    } else if (url.pathname === '/echo') {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { method, headers } = request
        response.end(JSON.stringify({ method, headers, body: Buffer.concat(chunks).toString() }))
      })
    } else if (url.pathname === '/big') {
      response.writeHead(200)
      const chunk = Buffer.alloc(65_536)
      const more = () => {
        while (response.write(chunk));
        response.once('drain', more)
      }
      more()
    } else if (url.pathname === '/never') return
    else response.end(JSON.stringify({ host: request.headers.host, auth: request.headers.authorization ?? null }))
  })
  let port = 0
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const limits = (more: Partial<Limits> = {}): Limits => ({
    allowHosts: [`inside.test:${port}`],
    maxBytes: 100_000,
    signal: AbortSignal.timeout(5_000),
    resolve: async (host) => (host === 'mixed.test' ? ['1.1.1.1', '10.0.0.1'] : ['127.0.0.1']),
    ...more,
  })
  const get = (url: string, more: Partial<Limits> = {}, headers: Record<string, string> = {}) =>
    call({ url, method: 'GET', headers, body: null }, limits(more))

  it('goes to what is allowed, and to the address that was checked', async () => {
    const answer = await get(`http://inside.test:${port}/`)
    expect(JSON.parse(answer.body)).toEqual({ host: `inside.test:${port}`, auth: null })
  })
  it.each([
    'http://127.0.0.1/',
    'http://localhost/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://127.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://rebound.test/',
    'http://mixed.test/',
    'http://inside.test/',
  ])('is refused for %s', async (url) => {
    await expect(get(url)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('WORKFLOW_ALLOW_HOSTS'),
    })
  })
  it.each(['file:///etc/passwd', 'gopher://x/', 'http://user:pass@inside.test/', 'nonsense'])(
    '%s is no address for it',
    async (url) => {
      await expect(get(url)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    },
  )
  it('follows no redirect to a private address', async () => {
    const to = encodeURIComponent('http://169.254.169.254/')
    await expect(get(`http://inside.test:${port}/to?url=${to}`)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
  it('keeps what was meant for one host from another', async () => {
    const to = encodeURIComponent(`http://other.test:${port}/`)
    const allowHosts = [`inside.test:${port}`, `other.test:${port}`]
    const answer = await get(
      `http://inside.test:${port}/to?url=${to}`,
      { allowHosts },
      { authorization: 'Bearer secret' },
    )
    expect(JSON.parse(answer.body)).toEqual({ host: `other.test:${port}`, auth: null })
  })
  it.each([
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'hello'],
    [308, 'POST', 'hello'],
  ])(
    'that is answered with %i goes on as %s, and what tells of a body goes with it alone',
    async (status, method, body) => {
      const headers = {
        'content-length': '5',
        'content-type': 'text/plain',
        'idempotency-key': 'run:step:1',
        'x-team': 'shop',
      }
      const to = encodeURIComponent(`http://inside.test:${port}/echo`)
      const url = `http://inside.test:${port}/to?status=${status}&url=${to}`
      const answer = await call({ url, method: 'POST', headers, body: 'hello' }, limits())
      const seen = JSON.parse(answer.body) as { headers: Record<string, string> }
      expect(seen).toMatchObject({ method, body, headers: { 'x-team': 'shop' } })
      const told = Object.keys(headers).filter((name) => name !== 'x-team' && name in seen.headers)
      expect(told).toHaveLength(body === '' ? 0 : 3)
    },
  )
  it('ends a circle of redirects', async () => {
    const here = `http://inside.test:${port}/to?url=`
    const to =
      here + encodeURIComponent(here + encodeURIComponent(here + encodeURIComponent(here + encodeURIComponent(here))))
    await expect(get(to)).rejects.toMatchObject({ message: expect.stringContaining('redirects more than 3 times') })
  })
  it('reads no more than it may', async () => {
    await expect(get(`http://inside.test:${port}/big`)).rejects.toMatchObject({ code: 'TOO_LARGE' })
  })
  it('waits no longer than it may', async () => {
    await expect(get(`http://inside.test:${port}/never`, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })
})
