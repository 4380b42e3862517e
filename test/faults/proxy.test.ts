import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { type ProxyMode, startProxy } from './proxy.ts'

async function through(mode: ProxyMode) {
  let arrived = 0
  const server = createServer((_, response) => {
    arrived += 1
    response.end('x'.repeat(1_000))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy = await startProxy((server.address() as AddressInfo).port)
  onTestFinished(async () => {
    await proxy.close()
    server.closeAllConnections()
    server.close()
  })
  proxy.set(() => mode)
  const began = performance.now()
  const answer = await fetch(`http://127.0.0.1:${proxy.port}/`, { signal: AbortSignal.timeout(400) })
    .then((one) => one.text())
    .catch((error: Error) => error.name)
  return { answer, arrived, tookMs: performance.now() - began, counts: proxy.counts }
}

it('passes', async () => {
  expect(await through({ kind: 'pass' })).toMatchObject({ answer: 'x'.repeat(1_000), arrived: 1, counts: { pass: 1 } })
})
it('delays both ways', async () => {
  const { answer, tookMs } = await through({ kind: 'delay', ms: 60 })
  expect(answer).toHaveLength(1_000)
  expect(tookMs).toBeGreaterThan(115)
})
it('resets before anything arrives', async () => {
  expect(await through({ kind: 'reset' })).toMatchObject({ answer: 'TypeError', arrived: 0 })
})
it('cuts the answer of a request that arrived', async () => {
  expect(await through({ kind: 'cut', afterBytes: 200 })).toMatchObject({ answer: 'TypeError', arrived: 1 })
  expect(await through({ kind: 'cut', afterBytes: 0 })).toMatchObject({ answer: 'TypeError', arrived: 1 })
})
it('leaves a request that arrived without an answer', async () => {
  expect(await through({ kind: 'half-open' })).toMatchObject({ answer: 'TimeoutError', arrived: 1 })
})
