import { createHmac } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { exportSPKI } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  createTeamsSigner,
  serviceClaims,
  signTeams,
  type TeamsSigner,
  type TokenClaims,
} from '../../test/fakes/teams/sign.ts'
import type { HttpAnswer, HttpClient } from '../shared/http.ts'
import { createKeySource } from './jwks.ts'
import { type TeamsTrust, verifyTeams } from './verify.ts'

const appId = '0f1e2d3c-4b5a-4968-8776-655443322110'
const metadata = 'https://login.botframework.test/v1/.well-known/openidconfiguration'
const keysUrl = 'https://login.botframework.test/v1/.well-known/keys'
const now = 1_800_000_000
const serviceUrl = 'https://smba.trafficmanager.net/amer/'
const activity = { type: 'message', channelId: 'msteams', serviceUrl, text: 'story x' }
const raw = Buffer.from(JSON.stringify(activity))

let service: TeamsSigner
let stranger: TeamsSigner
let webchat: TeamsSigner
beforeAll(async () => {
  ;[service, stranger, webchat] = await Promise.all([
    createTeamsSigner(),
    createTeamsSigner(),
    createTeamsSigner(['webchat', 'directline']),
  ])
})

/** Bot Framework's two documents, and a record of every address asked. */
function published(keys: () => readonly object[] = () => [service.jwk, webchat.jwk], algorithms = ['RS256']) {
  const asked: string[] = []
  let isAway = false
  const http: HttpClient = {
    async send(_method, url): Promise<HttpAnswer> {
      asked.push(url)
      if (isAway) throw new Error('away')
      const body =
        url === metadata
          ? {
              issuer: 'https://api.botframework.com',
              jwks_uri: keysUrl,
              id_token_signing_alg_values_supported: algorithms,
            }
          : { keys: keys() }
      return { status: 200, headers: {}, text: JSON.stringify(body) }
    },
    post: () => Promise.reject(new Error('not asked for')),
    close: () => undefined,
  }
  let clockMs = now * 1_000
  const trust: TeamsTrust = { appId, keys: createKeySource(metadata, http, () => clockMs), allowHttp: false }
  return {
    asked,
    trust,
    pass: (ms: number) => {
      clockMs += ms
    },
    away: (value: boolean) => {
      isAway = value
    },
  }
}
const check = (authorization: string | null, options: { raw?: Uint8Array; trust?: TeamsTrust; at?: number } = {}) => {
  const headers = new Headers(authorization === null ? {} : { authorization })
  return verifyTeams(options.raw ?? raw, headers, options.trust ?? published().trust, options.at ?? now)
}
const bearer = async (claims: TokenClaims = {}, header: Record<string, unknown> = {}, signer = service) =>
  `Bearer ${await signer.token({ ...serviceClaims(appId, serviceUrl, now), ...claims }, header)}`
const base64 = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

describe('verifyTeams', () => {
  test('accepts what the service signed, and returns the activity', async () => {
    const signed = await signTeams(service, activity, appId, now)
    expect(await verifyTeams(raw, new Headers(signed), published().trust, now)).toEqual({ ok: true, activity })
  })
  test('five minutes either side of its life, and no second more', async () => {
    const token = await bearer({ nbf: now, exp: now + 3_600 })
    for (const [at, ok] of [
      [now - 300, true],
      [now - 301, false],
      [now + 3_900, true],
      [now + 3_901, false],
      [Number.NaN, false],
    ] as const)
      expect((await check(token, { at })).ok, String(at - now)).toBe(ok)
  })

  const claims: Readonly<Record<string, TokenClaims>> = {
    'another issuer': { iss: 'https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/' },
    'the emulator’s issuer': { iss: 'https://login.microsoftonline.com/botframework.com/v2.0', appid: appId },
    'another app': { aud: '00000000-0000-4000-8000-000000000000' },
    'our app among others': { aud: [appId, 'x'] as unknown as string },
    'an expired token': { exp: now - 301 },
    'a token of the future': { nbf: now + 301 },
    'no expiry': { exp: undefined as unknown as number },
    'an expiry that is no number': { exp: '9999999999' as unknown as number },
    'no beginning': { nbf: undefined as unknown as number },
    'another serviceUrl': { serviceurl: 'https://evil.test/' },
    'a serviceUrl that only begins alike': { serviceurl: `${serviceUrl}x` },
    'no serviceUrl': { serviceurl: undefined as unknown as string },
  }
  for (const [what, wrong] of Object.entries(claims))
    test(`refuses ${what}`, async () => {
      expect(await check(await bearer(wrong))).toMatchObject({ ok: false, status: 403 })
    })

  test('refuses a token of a stranger under our key’s name', async () => {
    expect(await check(await bearer({}, { kid: service.kid }, stranger))).toMatchObject({ reason: 'bad signature' })
  })
  test('refuses a key that is good, but not for Teams', async () => {
    expect(await check(await bearer({}, {}, webchat))).toMatchObject({ reason: 'the key may not speak for Teams' })
  })
  test('refuses an activity of another channel, and a body that is none', async () => {
    const other = Buffer.from(JSON.stringify({ ...activity, channelId: 'emulator' }))
    expect(await check(await bearer(), { raw: other })).toMatchObject({ status: 403, reason: 'another channel' })
    for (const body of ['', '{', '[]', 'null', '"x"'])
      expect(await check(await bearer(), { raw: Buffer.from(body) })).toMatchObject({ status: 400 })
  })
  test('refuses a serviceUrl without https, wherever it comes from', async () => {
    for (const url of ['http://169.254.169.254/', 'https://user@smba.test/', 'file:///etc/passwd', 'nonsense']) {
      const body = Buffer.from(JSON.stringify({ ...activity, serviceUrl: url }))
      expect(await check(await bearer({ serviceurl: url }), { raw: body }), url).toMatchObject({ status: 403 })
    }
    const body = Buffer.from(JSON.stringify({ ...activity, serviceUrl: 'http://127.0.0.1:1/' }))
    const token = await bearer({ serviceurl: 'http://127.0.0.1:1/' })
    expect((await check(token, { raw: body, trust: { ...published().trust, allowHttp: true } })).ok).toBe(true)
  })
  test('refuses everything while no app id is set', async () => {
    const trust = { ...published().trust, appId: '' }
    expect(await check(await bearer({ aud: '' }), { trust })).toMatchObject({ status: 403 })
  })

  describe('forged headers', () => {
    test('alg none, in any spelling, without a signature or with the good one', async () => {
      const [head = '', body = '', signature = ''] = (await bearer()).slice(7).split('.')
      expect(head).not.toBe('')
      for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
        const forged = base64({ alg, typ: 'JWT', kid: service.kid })
        expect(await check(`Bearer ${forged}.${body}.`)).toMatchObject({ status: 401 })
        expect(await check(`Bearer ${forged}.${body}.${signature}`)).toMatchObject({ status: 403 })
      }
    })
    test('HS256 with the public key as secret', async () => {
      const body = base64({ ...serviceClaims(appId, serviceUrl, now) })
      const pem = await exportSPKI(service.publicKey)
      for (const secret of [pem, pem.trim(), JSON.stringify(service.jwk), service.jwk.n ?? ''])
        for (const alg of ['HS256', 'HS384', 'HS512', 'RS256']) {
          const head = base64({ alg, typ: 'JWT', kid: service.kid })
          const signature = createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url')
          expect(await check(`Bearer ${head}.${body}.${signature}`)).toMatchObject({ status: 403 })
        }
    })
    test.each(['RS384', 'RS512', 'PS256', 'ES256'])('%s, which the document does not name', async (alg) => {
      const [, body = '', signature = ''] = (await bearer()).slice(7).split('.')
      const head = base64({ alg, typ: 'JWT', kid: service.kid })
      expect(await check(`Bearer ${head}.${body}.${signature}`)).toMatchObject({
        status: 403,
        reason: 'another algorithm',
      })
    })
    test('a key brought along or pointed at is refused without a single request', async () => {
      const { asked, trust } = published()
      const evil = 'https://evil.test/jwks.json'
      for (const header of [
        { jwk: stranger.jwk },
        { jku: evil },
        { x5u: evil },
        { x5c: ['MIIB'] },
        { crit: ['exp'], exp: 1 },
        { jwk: stranger.jwk, kid: service.kid },
      ]) {
        const head = base64({ alg: 'RS256', typ: 'JWT', kid: stranger.kid, ...header })
        const token = await stranger.token(serviceClaims(appId, serviceUrl, now))
        const [, body = '', signature = ''] = token.split('.')
        expect(await check(`Bearer ${head}.${body}.${signature}`, { trust })).toMatchObject({ status: 403 })
      }
      expect(asked).toEqual([])
    })
    test.each([
      '../../dev/null',
      '/etc/passwd',
      'https://evil.test/key',
      "' or 1=1 --",
      'a\u0000b',
      '',
      'x'.repeat(201),
      '__proto__',
      'constructor',
      'toString',
    ])('the key id %j finds nothing and is never an address', async (kid) => {
      const { asked, trust } = published()
      const head = base64({ alg: 'RS256', typ: 'JWT', kid })
      const [, body = '', signature = ''] = (await bearer()).slice(7).split('.')
      expect(await check(`Bearer ${head}.${body}.${signature}`, { trust })).toMatchObject({ status: 403 })
      expect(asked.filter((url) => url !== metadata && url !== keysUrl)).toEqual([])
    })
    test.each([1, null, {}, [service?.kid], undefined])('the key id %j is none', async (kid) => {
      const head = base64({ alg: 'RS256', typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
      const [, body = '', signature = ''] = (await bearer()).slice(7).split('.')
      expect(await check(`Bearer ${head}.${body}.${signature}`)).toMatchObject({
        status: 403,
        reason: 'no usable key id',
      })
    })
  })

  describe('odd spellings', () => {
    test('no header, other schemes, junk around and inside', async () => {
      const good = await bearer()
      const token = good.slice(7)
      const [head = '', body = '', signature = ''] = token.split('.')
      const bad = [
        null,
        '',
        'Bearer',
        'Bearer ',
        `Basic ${base64('a:b')}`,
        token,
        `bearer ${token}`,
        `BEARER ${token}`,
        `Bearer  ${token}`,
        `Bearer\t${token}`,
        `${good}x y`,
        `${good}, ${good}`,
        `${good}.extra`,
        `${good}=`,
        `Bearer ${head}.${body}`,
        `Bearer .${body}.${signature}`,
        `Bearer ${head}..${signature}`,
        `Bearer ${head}.${body}.`,
        `Bearer ${Buffer.from(head, 'base64url').toString('base64')}.${body}.${signature}`,
        `Bearer ${base64('null')}.${body}.${signature}`,
        `Bearer ${base64('[]')}.${body}.${signature}`,
        `Bearer ${head}.${base64('{')}.${signature}`,
        `Bearer ${'x'.repeat(9_000)}.${body}.${signature}`,
      ]
      for (const authorization of bad) {
        const verdict = await check(authorization)
        expect(verdict.ok, String(authorization).slice(0, 60)).toBe(false)
        expect(verdict, String(authorization).slice(0, 60)).toMatchObject({
          status: expect.toSatisfy((s) => s === 401 || s === 403),
        })
      }
    })
    test('a repeated header is refused even with the right value', async () => {
      const headers = new Headers({ authorization: await bearer() })
      headers.append('authorization', await bearer())
      expect(await verifyTeams(raw, headers, published().trust, now)).toMatchObject({ status: 401 })
    })
    test('one spelling of the signature: the bits that base64 ignores must be zero', async () => {
      const good = await bearer()
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      const last = alphabet.indexOf(good.at(-1) ?? '')
      const twin = `${good.slice(0, -1)}${alphabet[last ^ 1]}`
      expect(Buffer.from(twin.split('.')[2] ?? '', 'base64url')).toEqual(
        Buffer.from(good.split('.')[2] ?? '', 'base64url'),
      )
      expect((await check(good)).ok).toBe(true)
      expect((await check(twin)).ok).toBe(false)
    })
    test('any one character changed, anywhere, is refused', async () => {
      const good = await bearer()
      const { trust } = published()
      expect((await check(good, { trust })).ok).toBe(true)
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: good.length - 1 }),
          fc.constantFrom('A', 'z', '9', '-', '.', '=', ' '),
          async (at, other) => {
            fc.pre(good[at] !== other)
            expect((await check(good.slice(0, at) + other + good.slice(at + 1), { trust })).ok).toBe(false)
          },
        ),
        { numRuns: 300 },
      )
    })
  })

  describe('keys', () => {
    test('are fetched once for many tokens, and again after a day', async () => {
      const { asked, trust, pass } = published()
      const token = await bearer()
      await Promise.all(Array.from({ length: 50 }, () => check(token, { trust })))
      expect(asked).toEqual([metadata, keysUrl])
      pass(24 * 3_600_000 - 1)
      await check(token, { trust })
      expect(asked).toHaveLength(2)
      pass(1)
      await check(token, { trust })
      expect(asked).toHaveLength(4)
    })
    test('a thousand made-up key ids cost one look an hour', async () => {
      const { asked, trust, pass } = published()
      await check(await bearer(), { trust })
      const flood = async () => {
        for (let i = 0; i < 1_000; i++) expect((await trust.keys.find(`made-up-${i}`)) === null).toBe(true)
      }
      await flood()
      expect(asked).toHaveLength(2)
      pass(3_600_000)
      await flood()
      expect(asked).toHaveLength(4)
    })
    test('a new key is found within the hour', async () => {
      const keys: object[] = []
      const { trust, pass } = published(() => keys)
      keys.push(service.jwk)
      const fresh = await bearer({}, {}, stranger)
      expect(await check(fresh, { trust })).toMatchObject({ reason: 'unknown key' })
      keys.push(stranger.jwk)
      pass(3_600_000)
      expect((await check(fresh, { trust })).ok).toBe(true)
    })
    test('old keys stay good while new ones cannot be fetched', async () => {
      const { asked, trust, pass, away } = published()
      const token = await bearer()
      await check(token, { trust })
      away(true)
      pass(25 * 3_600_000)
      expect((await check(token, { trust })).ok).toBe(true)
      await Promise.all(Array.from({ length: 20 }, () => check(token, { trust })))
      expect(asked.length).toBeLessThanOrEqual(3)
    })
    test('without any key nothing is accepted, and the network is not hammered', async () => {
      const { asked, trust, away } = published()
      away(true)
      const token = await bearer()
      for (let i = 0; i < 10; i++) await expect(check(token, { trust })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      expect(asked).toHaveLength(1)
    })
    test('a document that does not name our algorithm gives no keys', async () => {
      const { trust } = published(() => [service.jwk], ['none', 'HS256'])
      await expect(check(await bearer(), { trust })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    })
    test('keys that are not for signatures, not RSA or too short are left out', async () => {
      const small = { kty: 'RSA', kid: 'small', n: Buffer.alloc(128, 0xff).toString('base64url'), e: 'AQAB' }
      const odd = [
        { ...service.jwk, kid: 'enc', use: 'enc' },
        { kty: 'oct', kid: 'oct', k: 'c2VjcmV0' },
        { kty: 'EC', kid: 'ec', crv: 'P-256', x: 'AA', y: 'AA' },
        small,
      ]
      const { trust } = published(() => [...odd, service.jwk])
      for (const { kid } of odd) expect(await trust.keys.find(kid)).toBeNull()
      expect(await trust.keys.find(service.kid)).not.toBeNull()
    })
    test('a key without endorsements speaks for nobody', async () => {
      const { endorsements: _, ...bare } = service.jwk
      expect(await check(await bearer(), { trust: published(() => [bare]).trust })).toMatchObject({ status: 403 })
    })
  })
})

/** Microsoft's own examples carry no tokens; each must pass the last checks with a token of its own. */
const samples = new URL('../../../shared/data/teams/activities-msteams-docs.json', import.meta.url)
test.skipIf(!existsSync(samples))('documented activities (skipped without ../shared/data)', async () => {
  const all: Record<string, { serviceUrl?: string; channelId?: string }> = JSON.parse(readFileSync(samples, 'utf8'))
  let checked = 0
  for (const [name, sample] of Object.entries(all)) {
    if (!sample.serviceUrl) continue
    const body = Buffer.from(JSON.stringify(sample))
    expect(await check(await bearer({ serviceurl: sample.serviceUrl }), { raw: body }), name).toMatchObject({
      ok: true,
    })
    expect(await check(await bearer(), { raw: body }), name).toMatchObject({ ok: false, status: 403 })
    checked += 1
  }
  expect(checked).toBeGreaterThan(5)
})
