import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signDiscord, signingKey } from '../../test/fakes/discord/sign.ts'
import { verifyDiscord } from './verify.ts'

const key = signingKey(3)
const now = 1_800_000_000
const body = Buffer.from('{"type":2,"id":"1","token":"t"}')
const good = signDiscord(body, key, now)
const signature = good['x-signature-ed25519'] ?? ''
const timestamp = good['x-signature-timestamp'] ?? ''
const check = (headers: Record<string, string>, options: { raw?: Uint8Array; publicKey?: string; at?: number } = {}) =>
  verifyDiscord(options.raw ?? body, new Headers(headers), options.publicKey ?? key.publicKey, options.at ?? now)

describe('verifyDiscord', () => {
  test('accepts what Discord signed, up to five minutes either side', () => {
    expect(check(good)).toBe(true)
    expect(check(good, { at: now + 300 })).toBe(true)
    expect(check(good, { at: now - 300 })).toBe(true)
  })
  test('refuses what is older or newer', () => {
    expect(check(good, { at: now + 301 })).toBe(false)
    expect(check(good, { at: now - 301 })).toBe(false)
    expect(check(signDiscord(body, key, now + 31_536_000))).toBe(false)
    expect(check(good, { at: Number.NaN })).toBe(false)
  })

  const bad: Record<string, Record<string, string>> = {
    'no signature': { 'x-signature-timestamp': timestamp },
    'no timestamp': { 'x-signature-ed25519': signature },
    'empty signature': { ...good, 'x-signature-ed25519': '' },
    'upper case': { ...good, 'x-signature-ed25519': signature.toUpperCase() },
    'a pair that is no hex': { ...good, 'x-signature-ed25519': `${signature.slice(0, 126)}zz` },
    'junk behind it': { ...good, 'x-signature-ed25519': `${signature}=junk` },
    'a prefix': { ...good, 'x-signature-ed25519': `0x${signature}` },
    'two signatures': { ...good, 'x-signature-ed25519': `${signature}, ${signature}` },
    truncated: { ...good, 'x-signature-ed25519': signature.slice(0, -2) },
    'all zeros': { ...good, 'x-signature-ed25519': '0'.repeat(128) },
    'two timestamps': { ...good, 'x-signature-timestamp': `${timestamp}, ${timestamp}` },
    'timestamp in hex': { ...good, 'x-signature-timestamp': `0x${now.toString(16)}` },
    'timestamp with a fraction': { ...good, 'x-signature-timestamp': `${timestamp}.0` },
    'timestamp in milliseconds': { ...good, 'x-signature-timestamp': `${timestamp}000` },
    'a later timestamp': { ...good, 'x-signature-timestamp': String(now + 1) },
  }
  test.each(Object.entries(bad))('refuses %s', (_name, headers) => {
    expect(check(headers)).toBe(false)
  })
  test('bytes cannot move between timestamp and body', () => {
    const moved = { ...good, 'x-signature-timestamp': timestamp.slice(0, -1) }
    expect(check(moved, { raw: Buffer.concat([Buffer.from(timestamp.slice(-1)), body]) })).toBe(false)
    const longer = { ...good, 'x-signature-timestamp': `${timestamp}{` }
    expect(check(longer, { raw: body.subarray(1) })).toBe(false)
  })
  test('refuses another app’s key, and its signature', () => {
    const other = signingKey(4)
    expect(check(good, { publicKey: other.publicKey })).toBe(false)
    expect(check(signDiscord(body, other, now))).toBe(false)
    expect(check(good)).toBe(true)
  })
  test('every changed digit of the signature is refused', () => {
    for (let i = 0; i < signature.length; i++) {
      const flipped = (Number.parseInt(signature[i] ?? '0', 16) ^ 1).toString(16)
      expect(check({ ...good, 'x-signature-ed25519': signature.slice(0, i) + flipped + signature.slice(i + 1) })).toBe(
        false,
      )
    }
  })
  test('of 3,000 bodies each is accepted as signed and refused with one bit changed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), fc.nat(600), (raw, bit, age) => {
        const headers = signDiscord(raw, key, now - 300 + age)
        expect(check(headers, { raw })).toBe(true)
        const changed = Uint8Array.from(raw)
        const at = bit % (raw.length * 8)
        changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7))
        expect(check(headers, { raw: changed })).toBe(false)
      }),
      { numRuns: 3_000 },
    )
  })
})
