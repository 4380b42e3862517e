import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createHttp } from './http.ts'

async function platform() {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    bodies.push(Buffer.concat(chunks).toString())
    response.end('done')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { bodies, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

it('posts on a new connection and on the same one again', async () => {
  const { bodies, url } = await platform()
  const http = createHttp('Acme', 'ACME_URL', 2_000)
  onTestFinished(() => http.close())
  expect(await http.post(url, 'one', {})).toMatchObject({ status: 200, text: 'done' })
  expect(await http.post(url, 'two', {})).toMatchObject({ status: 200, text: 'done' })
  expect(bodies).toEqual(['one', 'two'])
})

it('writes nothing when it wakes up after its time, as a suspended process does', async () => {
  const { bodies, url } = await platform()
  const http = createHttp('Acme', 'ACME_URL', 60_000)
  onTestFinished(() => http.close())
  const now = performance.now()
  const clock = vi
    .spyOn(performance, 'now')
    .mockReturnValueOnce(now)
    .mockReturnValue(now + 6_000)
  await expect(http.post(url, 'late', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  clock.mockRestore()
  await http.post(url, 'in time', {})
  expect(bodies).toEqual(['in time'])
})

it('tells a refused connection from a lost answer', async () => {
  const cut = createServer((request) => request.socket.destroy())
  await new Promise<void>((resolve) => cut.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(cut.address() as AddressInfo).port}/`
  const http = createHttp('Acme', 'ACME_URL', 2_000)
  onTestFinished(() => http.close())
  await expect(http.post(url, 'x', {})).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
  await new Promise((resolve) => cut.close(resolve))
  await expect(http.post(url, 'x', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})
