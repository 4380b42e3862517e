import { createHmac, generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { jiraClaims, signJira, signJiraToken } from '../../test/fakes/jira/sign.ts'
import { verifyJiraToken } from './verify.ts'

const AT = 1_800_000_000
const trust = { clientId: 'app-1', clientSecret: 'ATOA-secret-of-the-app-0123456789' }
const good = jiraClaims(trust.clientId, AT)
const sign = (claims: object = {}, header: object = {}) =>
  signJiraToken(trust.clientSecret, { ...good, ...claims }, { ...header })
const holds = (authorization: string | null, at = AT) =>
  verifyJiraToken({ get: (name) => (name === 'authorization' ? authorization : null) }, trust, at)
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const hmac = (text: string, method = 'sha256') =>
  createHmac(method, trust.clientSecret).update(text).digest('base64url')

describe('the token of a dynamic webhook', () => {
  test.each([
    ['with issuer, begin and end', {}],
    ['of a tenant, whose key is no address', { iss: 'b1f6cd2e-7c1f-3d6e-a2f1-55b2e5a6a8a1' }],
    ['of a site', { iss: 'https://acme.atlassian.net' }],
    ['that names no issuer', { iss: undefined }],
    ['for this app', { aud: trust.clientId }],
    ['for this app among others', { aud: ['other', trust.clientId] }],
    ['that tells no begin', { iat: undefined }],
  ])('%s holds', async (_, claims) => expect(holds(`Bearer ${await sign(claims)}`)).toBe(true))

  test('holds a minute longer and earlier than it says, for clocks that differ, and no second more', async () => {
    const token = `Bearer ${await sign()}`
    expect([-61, -60, 240, 241].map((shift) => holds(token, AT + shift))).toEqual([false, true, true, false])
  })

  test.each<[string, object]>([
    ['has no end', { exp: undefined }],
    ['ends never', { exp: AT + 2 * 86_400 }],
    ['ends in words', { exp: String(AT + 180) }],
    ['is over', { exp: AT - 61 }],
    ['begins later', { iat: AT + 61 }],
    ['is not valid yet', { nbf: AT + 61 }],
    ['is issued by somebody else', { iss: 'https://evil.test' }],
    ['is issued by a look-alike', { iss: 'https://atlassian.net.evil.test' }],
    ['is issued over plain http', { iss: 'http://acme.atlassian.net' }],
    ['is issued by nobody', { iss: '' }],
    ['is issued by a list', { iss: ['https://acme.atlassian.net'] }],
    ['is for another app', { aud: 'app-2' }],
    ['is for other apps', { aud: ['app-2', 'app-3'] }],
  ])('that %s is refused', async (_, claims) => expect(holds(`Bearer ${await sign(claims)}`)).toBe(false))

  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const none = `${part({ alg: 'none', typ: 'JWT' })}.${part(good)}`
  test.each<[string, () => Promise<string> | string]>([
    ['of no algorithm', () => `${none}.`],
    ['of no algorithm, with a signature', () => `${none}.${hmac(none)}`],
    ['of RS256', () => new SignJWT({ ...good }).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)],
    [
      'of HS256 with a public key as secret',
      () => signJiraToken(String(publicKey.export({ type: 'spki', format: 'pem' })), good),
    ],
    ['of HS512 with the right secret', () => sign({}, { alg: 'HS512' })],
    [
      'that says HS512 and is HS256',
      () => `${part({ alg: 'HS512' })}.${part(good)}.${hmac(`${part({ alg: 'HS512' })}.${part(good)}`)}`,
    ],
    ['of another secret', () => signJiraToken(`${trust.clientSecret} `, good)],
    [
      'of an empty secret',
      () => `${part({ alg: 'HS256' })}.${part(good)}.${createHmac('sha256', '').update('x').digest('base64url')}`,
    ],
    ['that brings its own key', () => sign({}, { jwk: { kty: 'oct' } })],
    [
      'that demands extensions',
      () =>
        `${part({ alg: 'HS256', crit: ['exp'] })}.${part(good)}.${hmac(`${part({ alg: 'HS256', crit: ['exp'] })}.${part(good)}`)}`,
    ],
    [
      'with claims that were changed',
      async () => (await sign()).replace(/\.[^.]+\./, `.${part({ ...good, exp: AT + 999 })}.`),
    ],
    ['without a signature', async () => (await sign()).replace(/[^.]+$/, '')],
    ['in four parts', async () => `${await sign()}.x`],
    ['longer than any is', () => sign({ long: 'x'.repeat(9_000) })],
  ])('%s is refused', async (_, make) => expect(holds(`Bearer ${await make()}`)).toBe(false))

  test('is a bearer token, and nothing else is heard in its place', async () => {
    const token = await sign()
    for (const value of [null, '', token, `JWT ${token}`, `bearer ${token}`, `Bearer  ${token}`, `Bearer ${token}, x`])
      expect(holds(value)).toBe(false)
    const signed = signJira('{}', trust.clientSecret)
    expect(verifyJiraToken({ get: (name) => signed[name] ?? null }, trust, AT)).toBe(false)
  })
  test('is refused by a hub without a secret', async () => {
    const headers = { get: () => `Bearer ${hmac('')}` }
    expect(verifyJiraToken(headers, { ...trust, clientSecret: '' }, AT)).toBe(false)
    expect(verifyJiraToken({ get: () => 'Bearer a.b.c' }, { ...trust, clientId: '' }, AT)).toBe(false)
  })
})
