import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hmacSha256Hex, signSlack } from '../../test/fakes/slack/sign.ts'
import { verifySlack } from './verify.ts'

const secret = 'a-signing-secret'
const now = 1_800_000_000
const body = Buffer.from('command=%2Fstory&text=As+a+shopper')
const good = signSlack(body, secret, now)
const check = (headers: Record<string, string>, options: { raw?: Uint8Array; secret?: string; at?: number } = {}) =>
  verifySlack(options.raw ?? body, new Headers(headers), options.secret ?? secret, options.at ?? now)

describe('verifySlack', () => {
  test('accepts what Slack signed, up to five minutes either side', () => {
    expect(check(good)).toBe(true)
    expect(check(good, { at: now + 300 })).toBe(true)
    expect(check(good, { at: now - 300 })).toBe(true)
  })
  test('refuses what is older or newer', () => {
    expect(check(good, { at: now + 301 })).toBe(false)
    expect(check(good, { at: now - 301 })).toBe(false)
    expect(check(signSlack(body, secret, now + 31_536_000))).toBe(false)
    expect(check(good, { at: Number.NaN })).toBe(false)
  })

  const signature = good['x-slack-signature'] ?? ''
  const timestamp = good['x-slack-request-timestamp'] ?? ''
  const bad: Record<string, Record<string, string>> = {
    'no signature': { 'x-slack-request-timestamp': timestamp },
    'no timestamp': { 'x-slack-signature': signature },
    'empty signature': { ...good, 'x-slack-signature': '' },
    'another version': { ...good, 'x-slack-signature': signature.replace('v0', 'v1') },
    'junk after the signature': { ...good, 'x-slack-signature': `${signature}=junk` },
    'a signature twice in one header': { ...good, 'x-slack-signature': `${signature}, ${signature}` },
    'a truncated signature': { ...good, 'x-slack-signature': signature.slice(0, -2) },
    'upper-case hex': { ...good, 'x-slack-signature': `v0=${signature.slice(3).toUpperCase()}` },
    'no hex': { ...good, 'x-slack-signature': `v0=${'z'.repeat(64)}` },
    'a signature of other text': { ...good, 'x-slack-signature': `v0=${hmacSha256Hex(secret, 'something else')}` },
    'a hexadecimal timestamp': { ...good, 'x-slack-request-timestamp': `0x${now.toString(16)}` },
    'a fractional timestamp': { ...good, 'x-slack-request-timestamp': `${now}.0` },
    'a timestamp with a sign': { ...good, 'x-slack-request-timestamp': `+${now}` },
    'a timestamp twice': { ...good, 'x-slack-request-timestamp': `${now}, ${now}` },
    'a timestamp with an exponent': { ...good, 'x-slack-request-timestamp': '1.8e9' },
  }
  for (const [what, headers] of Object.entries(bad)) test(`refuses ${what}`, () => expect(check(headers)).toBe(false))

  test('a repeated header is refused even with the right value', () => {
    const headers = new Headers(good)
    headers.append('x-slack-signature', signature)
    expect(verifySlack(body, headers, secret, now)).toBe(false)
  })
  test('refuses an empty secret, whoever computed the signature with it', () => {
    expect(check(signSlack(body, '', now), { secret: '' })).toBe(false)
  })
  test('refuses any other body, secret or moved boundary', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.string({ minLength: 1 }), (raw, other) => {
        const signed = signSlack(raw, secret, now)
        expect(check(signed, { raw })).toBe(true)
        if (other !== secret) expect(check(signed, { raw, secret: other })).toBe(false)
        const longer = Buffer.concat([raw, Buffer.from(other)])
        expect(check(signed, { raw: longer })).toBe(false)
        if (raw.length > 0) expect(check(signed, { raw: raw.map((b, i) => (i === 0 ? b ^ 1 : b)) })).toBe(false)
      }),
    )
  })
  test('one flipped bit anywhere in the signature is refused', () => {
    for (let i = 3; i < signature.length; i++) {
      const flipped = (Number.parseInt(signature[i] ?? '0', 16) ^ 1).toString(16)
      expect(check({ ...good, 'x-slack-signature': signature.slice(0, i) + flipped + signature.slice(i + 1) })).toBe(
        false,
      )
    }
  })

  const vector = new URL('../../../shared/data/slack/signature/documented-vector.json', import.meta.url)
  test.skipIf(!existsSync(vector))('Slack’s documented example (skipped without ../shared/data)', () => {
    const v = JSON.parse(readFileSync(vector, 'utf8'))
    const headers = new Headers(v.headers)
    const at = Number(headers.get('x-slack-request-timestamp'))
    const raw = Buffer.from(v.body)
    expect(verifySlack(raw, headers, v.signing_secret, at)).toBe(true)
    expect(verifySlack(raw, headers, v.signing_secret, at + 301)).toBe(false)
    expect(verifySlack(raw.subarray(1), headers, v.signing_secret, at)).toBe(false)
    expect(signSlack(raw, v.signing_secret, at)['x-slack-signature']).toBe(headers.get('x-slack-signature'))
  })
})
