import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { EventType, Hub, KeyValue, Origin } from '#contract'
import type { MailConfig } from './config.ts'
import { createUnsubscribe, type Unsubscribe } from './unsubscribe.ts'
import { createRoutes } from './webhook.ts'

const leaving = { list: 'digest|slack:T1|42', address: 'ann@shop.test' }
const ONE_CLICK = 'List-Unsubscribe=One-Click'

function memory(): KeyValue {
  const stored = new Map<string, unknown>()
  return {
    get: async (key) => stored.get(key) ?? null,
    set: async (key, value) => void stored.set(key, value),
    add: async (key, value) => !stored.has(key) && stored.set(key, value) !== undefined,
    delete: async (key) => void stored.delete(key),
  }
}
let published: { event: string; payload: unknown; origin: Origin }[]
let unsubscribe: Unsubscribe
let routes: ReturnType<typeof createRoutes>
let token: string
beforeEach(async () => {
  published = []
  const hub = {
    publish: async (event: EventType, payload: unknown, origin: Origin) => {
      published.push({ event: event.name, payload, origin })
      return { status: 'queued', id: '1', announce: null }
    },
  }
  unsubscribe = createUnsubscribe(memory())
  routes = createRoutes(hub as unknown as Hub<MailConfig>, unsubscribe)
  token = await unsubscribe.sign(leaving)
})
const post = (body: string, to = token, type = 'application/x-www-form-urlencoded') =>
  routes.request(`/unsubscribe/${to}`, { method: 'POST', body, headers: { 'content-type': type } })

describe('the one click', () => {
  test.each([
    [ONE_CLICK, 'application/x-www-form-urlencoded'],
    [
      '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
      'multipart/form-data; boundary=b',
    ],
  ])('%j ends the subscription', async (body, type) => {
    const answer = await post(body, token, type)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('ann@shop.test')
    expect(published).toMatchObject([{ event: 'mail.left', payload: leaving, origin: { workspace: 'mail:smtp' } }])
  })
  test.each(['GET', 'HEAD', 'OPTIONS'])('a scanner that opens the link with %s changes nothing', async (method) => {
    await routes.request(`/unsubscribe/${token}`, { method })
    expect(published).toEqual([])
  })
  test('who opens the link is shown a page that asks', async () => {
    const answer = await routes.request(`/unsubscribe/${token}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    const page = await answer.text()
    expect(page).toContain('<form method="post">')
    expect(page).toContain('name="List-Unsubscribe" value="One-Click"')
  })
  test.each(['', 'x=1', 'List-Unsubscribe=no', 'One-Click'])('a post of %j changes nothing', async (body) => {
    expect((await post(body)).status).toBe(400)
    expect(published).toEqual([])
  })
  test('a body without end is refused', async () => {
    expect((await post(`${ONE_CLICK}&x=${'y'.repeat(10_000)}`)).status).toBe(400)
    expect(published).toEqual([])
  })
  test('what the address holds is shown as text', async () => {
    const evil = await unsubscribe.sign({ list: 'x', address: '<script>alert(1)</script>' })
    expect(await (await routes.request(`/unsubscribe/${evil}`)).text()).not.toContain('<script>')
  })
})
describe('a link that was changed', () => {
  test('does not hold, whatever was changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09-_.~='), async (at, sign) => {
        const changed = token.slice(0, at) + sign + token.slice(at + 1)
        fc.pre(changed !== token)
        expect(await unsubscribe.verify(changed)).toBeNull()
      }),
      { numRuns: 500 },
    )
    expect(await unsubscribe.verify(`${token}A`)).toBeNull()
    expect(await unsubscribe.verify('')).toBeNull()
    expect((await post(ONE_CLICK, token.replace('.', '.A'))).status).toBe(404)
    expect(published).toEqual([])
  })
  test('of another hub does not hold', async () => {
    expect(await unsubscribe.verify(await createUnsubscribe(memory()).sign(leaving))).toBeNull()
  })
  test('several processes that begin at once sign with one key', async () => {
    const kv = memory()
    const [a, b] = [createUnsubscribe(kv), createUnsubscribe(kv)]
    const [one, two] = await Promise.all([a.sign(leaving), b.sign(leaving)])
    expect(one).toBe(two)
    expect(await b.verify(one)).toEqual(leaving)
  })
})
