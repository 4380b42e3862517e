import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createSecrets, keyFromFolder } from './secrets.ts'

const KEY = randomBytes(32).toString('hex')
const OTHER = randomBytes(32).toString('base64')
const AAD = 'ticket|slack:T1'
const moved = expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('does not open') })
const unknownKey = expect.objectContaining({
  code: 'CONFIG_INVALID',
  message: expect.stringMatching(/HUB_SECRET_KEY does not list.*add it after a comma/),
})
const failureOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}
/** The sealed text with one bit of one of its parts turned over. */
function flipped(sealed: string, part: 2 | 3, byte: number): string {
  const parts = sealed.split('.')
  const bytes = Buffer.from(parts[part] ?? '', 'base64url')
  const at = byte < 0 ? bytes.length + byte : byte
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  parts[part] = bytes.toString('base64url')
  return parts.join('.')
}

describe('secrets', () => {
  const secrets = createSecrets(KEY)
  it.each(['', 'token', '{"a":"ü €"}', '💳 بسرعة', 'x'.repeat(100_000)])('opens what it sealed (%#)', (plain) => {
    const sealed = secrets.seal(plain, AAD)
    expect(secrets.open(sealed, AAD)).toBe(plain)
    expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/)
    if (plain.length > 3) expect(sealed).not.toContain(Buffer.from(plain).toString('base64url').slice(0, 8))
  })
  it.each([
    ['the ciphertext', 3, 0],
    ['the tag', 3, -1],
    ['the first byte of the tag', 3, -16],
    ['the IV', 2, 5],
  ] as const)('refuses a flipped bit in %s', (_, part, byte) => {
    const sealed = secrets.seal('a token', AAD)
    expect(failureOf(() => secrets.open(flipped(sealed, part, byte), AAD))).toEqual(moved)
  })
  it('refuses a value under the binding of another tenant or another row', () => {
    const sealed = secrets.seal('a token', AAD)
    for (const aad of ['ticket|slack:T2', 'kv|slack:T1', `${AAD} `, ''])
      expect(
        failureOf(() => secrets.open(sealed, aad)),
        aad,
      ).toEqual(moved)
  })
  it('refuses the right bytes under another key id, although both keys are listed', () => {
    const both = createSecrets(`${KEY},${OTHER}`)
    const [mine, theirs] = [both.seal('x', AAD), createSecrets(OTHER).seal('x', AAD)].map((s) => s.split('.'))
    const swapped = [mine?.[0], theirs?.[1], mine?.[2], mine?.[3]].join('.')
    expect(failureOf(() => both.open(swapped, AAD))).toEqual(moved)
  })
  it.each([4, 8, 12, 15])('refuses a tag cut to %d bytes', (length) => {
    const [version, id, iv, body = ''] = secrets.seal('', AAD).split('.')
    const cut = Buffer.from(body, 'base64url').subarray(0, length).toString('base64url')
    expect(failureOf(() => secrets.open([version, id, iv, cut].join('.'), AAD))).toEqual(moved)
  })
  it.each(['', 'v1', 'plain text', 'v2.00000000.aaaa.bbbb', 'v1.00000000.aaaaaaaaaaaaaaaa.bbbb'])(
    'refuses %j, which it never wrote, and names the cure',
    (text) => expect(failureOf(() => secrets.open(text, AAD))).toEqual(unknownKey),
  )
  it('opens under a listed older key and seals under the first', () => {
    const before = createSecrets(OTHER).seal('old', AAD)
    const rotated = createSecrets(`${KEY}, ${OTHER}`)
    expect(rotated.open(before, AAD)).toBe('old')
    expect(secrets.open(rotated.seal('new', AAD), AAD)).toBe('new')
    expect(failureOf(() => secrets.open(before, AAD))).toEqual(unknownKey)
  })
  it('never repeats an IV', () => {
    const ivs = new Set<string>()
    for (let i = 0; i < 100_000; i++) ivs.add(secrets.seal('', '').slice(12, 28))
    expect(ivs.size).toBe(100_000)
  })
  it('signs apart by key and purpose', () => {
    const signatures = [
      secrets.sign('api', 'v1'),
      secrets.sign('console', 'v1'),
      createSecrets(OTHER).sign('api', 'v1'),
    ]
    expect(new Set(signatures).size).toBe(3)
    expect(createSecrets(KEY).sign('api', 'v1')).toBe(signatures[0])
  })
})

describe('HUB_SECRET_KEY', () => {
  const bytes = randomBytes(32)
  it.each(['hex', 'base64', 'base64url'] as const)('is taken in %s', (form) => {
    expect(createSecrets(bytes.toString(form)).sign('a', 'b')).toBe(createSecrets(bytes.toString('hex')).sign('a', 'b'))
  })
  it('is the same key in upper-case hex', () => {
    const upper = createSecrets(bytes.toString('hex').toUpperCase())
    expect(upper.open(createSecrets(bytes.toString('hex')).seal('x', AAD), AAD)).toBe('x')
  })
  it.each(['', 'secret', 'a'.repeat(63), 'g'.repeat(64), 'a'.repeat(65), `${KEY},`, `${KEY},short`])(
    'is refused as %j with the cure, and not repeated',
    (spec) => {
      const error = failureOf(() => createSecrets(spec))
      expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
      expect(String(error)).toContain('openssl rand -hex 32')
      if (spec.length > 0) expect(String(error)).not.toContain(spec)
    },
  )
})

describe('the key in the data folder', () => {
  const dirs: string[] = []
  const folder = () => {
    dirs.push(mkdtempSync(join(tmpdir(), 'hub-key-')))
    return join(dirs.at(-1) ?? '', 'data')
  }
  afterEach(() => {
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true })
  })
  it('is made once, for its owner alone, and leaves nothing else behind', () => {
    const dir = folder()
    const key = keyFromFolder(dir)
    expect(keyFromFolder(dir)).toBe(key)
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    expect(statSync(join(dir, 'secret.key')).mode & 0o777).toBe(0o600)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    expect(readdirSync(dir)).toEqual(['secret.key'])
  })
  it('is kept where a person put one', () => {
    const dir = folder()
    keyFromFolder(dir)
    writeFileSync(join(dir, 'secret.key'), `${OTHER}\n`)
    expect(keyFromFolder(dir)).toBe(OTHER)
  })
  it('is not replaced when it cannot be read', () => {
    const dir = folder()
    // A folder in its place cannot be read by anyone, root included.
    mkdirSync(join(dir, 'secret.key'), { recursive: true })
    const error = failureOf(() => keyFromFolder(dir))
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: `${join(dir, 'secret.key')} cannot be read: correct its owner, or set HUB_SECRET_KEY`,
    })
    expect(readdirSync(dir)).toEqual(['secret.key'])
  })
})
