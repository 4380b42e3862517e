import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mailOf, recordsOf, signed, type Written } from '../../test/fakes/mail/sender.ts'
import { parseResults } from './auth-results.ts'
import type { Resolve } from './dns.ts'
import { parseMail } from './parse.ts'
import { createVerifySender, type SenderDeps } from './sender.ts'

const RECORDS: Record<string, string> = {
  ...recordsOf('shop.test'),
  ...recordsOf('mail.shop.test'),
  ...recordsOf('evil.test'),
  '_dmarc.relaxed.test': 'v=DMARC1; p=reject',
  '_dmarc.strict.test': 'v=DMARC1; p=reject; adkim=s; aspf=s',
  ...recordsOf('post.relaxed.test'),
  ...recordsOf('post.strict.test'),
}
const fault = (code: string) => Object.assign(new Error(code), { code })
const resolve: Resolve = async (name, type) => {
  const found = type === 'TXT' ? RECORDS[name] : undefined
  if (found === undefined) throw fault('ENOTFOUND')
  return [[found]]
}
const judge = async (raw: string, over: Partial<SenderDeps> = {}, isWhole = true) => {
  const bytes = Buffer.from(raw, 'latin1')
  return createVerifySender({ authservId: null, resolve, ...over })(await parseMail(bytes), isWhole ? bytes : null)
}
const base: Written = { subject: '/story list', date: new Date(), body: 'Hello' }

describe('by the signature', () => {
  test('of its own domain a sender is verified', async () => {
    expect(await judge(await signed(mailOf(base)))).toEqual({ kind: 'verified', by: 'dkim' })
  })
  test('of a relative a sender is verified where the domain lets it vouch', async () => {
    const from = 'ann@relaxed.test'
    const by = (domain: string, who: string) => signed(mailOf({ ...base, from: who }), domain)
    expect(await judge(await by('post.relaxed.test', from))).toMatchObject({ kind: 'verified' })
    expect(await judge(await by('post.strict.test', 'ann@strict.test'))).toMatchObject({ kind: 'unverified' })
    // Without a policy nobody but the domain itself is believed.
    expect(await judge(await by('mail.shop.test', 'ann@shop.test'))).toMatchObject({ kind: 'unverified' })
  })
  test.each([
    [2_048, 'rsa-sha256', 'verified'],
    [2_048, 'rsa-sha1', 'unverified'],
    [768, 'rsa-sha256', 'unverified'],
  ])('by an RSA key of %i bits and %s is %s', async (modulusLength, algorithm, kind) => {
    const pair = generateKeyPairSync('rsa', { modulusLength })
    const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const key = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    const raw = await signed(mailOf(base), 'shop.test', { privateKey, algorithm })
    const rsa: Resolve = async () => [[`v=DKIM1; k=rsa; p=${key}`]]
    expect(await judge(raw, { resolve: rsa })).toMatchObject({ kind })
  })
  test('that is missing, of somebody else, or of another text, it is not', async () => {
    const good = await signed(mailOf(base))
    const forged = await signed(mailOf(base), 'evil.test')
    for (const raw of [
      mailOf(base),
      forged,
      good.replace('/story list', '/story push'),
      good.replace('Hello', 'Hullo'),
      good.replace('Ann <ann@shop.test>', 'Bob <bob@shop.test>'),
    ])
      expect(await judge(raw), raw).toMatchObject({ kind: 'unverified' })
  })
  test.each([
    ['leaves the subject open', { headerList: ['From', 'Date'] }],
    ['leaves the date open, so that it could be sent again for ever', { headerList: ['From', 'Subject'] }],
    ['covers a part of the body', { maxBodyLength: 3 }],
  ])('that %s proves nothing', async (_what, options) => {
    expect(await judge(await signed(mailOf(base), 'shop.test', options))).toMatchObject({ kind: 'unverified' })
  })
  test.each(['From: Eve <eve@shop.test>', 'Subject: /deploy all', 'Date: Thu, 1 Jan 1970 00:00:00 +0000'])(
    'a second %s is refused, above and below what was signed',
    async (field) => {
      const good = await signed(mailOf(base))
      const below = good.replace('To: hub@mail.test', `To: hub@mail.test\r\n${field}`)
      for (const raw of [`${field}\r\n${good}`, below])
        expect(await judge(raw)).toMatchObject({ kind: 'unverified', why: expect.stringMatching(/several|author/) })
    },
  )
  test('while DNS does not answer nothing is said either way', async () => {
    const failing: Resolve = () => Promise.reject(fault('ESERVFAIL'))
    expect(await judge(await signed(mailOf(base)), { resolve: failing })).toMatchObject({ kind: 'unsure' })
    // What nobody signed is not waited for.
    expect(await judge(mailOf(base), { resolve: failing })).toMatchObject({ kind: 'unverified' })
  })
  test('while name servers are silent, one mail costs little time and many of them cost little together', async () => {
    let nowMs = Date.now()
    const asked: string[] = []
    const silent: Resolve = async (name) => {
      asked.push(name)
      nowMs += 3_000
      throw fault('ETIMEOUT')
    }
    const patience = { mailMs: 6_000, momentMs: 500, togetherMs: 11_000, whileMs: 300_000 }
    const verify = createVerifySender({ authservId: null, resolve: silent, now: () => nowMs, patience })
    // As many names as its author likes, each of them asked for after the other.
    let raw = mailOf(base)
    for (let n = 0; n < 5; n++) raw = await signed(raw, `x${n}.shop.test`)
    const bytes = Buffer.from(raw, 'latin1')
    const costs = async () => {
      const before = asked.length
      expect(await verify(await parseMail(bytes), bytes)).toMatchObject({ kind: 'unsure' })
      return asked.length - before
    }
    expect([await costs(), await costs(), await costs(), await costs()]).toEqual([2, 2, 1, 1])
    nowMs += 300_000
    expect(await costs()).toBe(2)
  })
  test('a name server that never says anything is not waited for', async () => {
    const patience = { mailMs: 20, momentMs: 1, togetherMs: 1_000, whileMs: 1_000 }
    const never: Resolve = () => new Promise(() => undefined)
    expect(await judge(await signed(mailOf(base)), { resolve: never, patience })).toMatchObject({ kind: 'unsure' })
  })
  test('of a mail that was not loaded cannot be checked', async () => {
    expect(await judge(await signed(mailOf(base)), {}, false)).toMatchObject({ kind: 'unverified' })
  })
  test('no change of a signed mail is believed to say something else', async () => {
    const good = await signed(mailOf(base))
    const said = await parseMail(Buffer.from(good, 'latin1'))
    const change = fc.record({ at: fc.nat(good.length - 1), cut: fc.nat(3), put: fc.string({ maxLength: 3 }) })
    await fc.assert(
      fc.asyncProperty(change, async ({ at, cut, put }) => {
        const raw = good.slice(0, at) + put + good.slice(at + cut)
        const verdict = await judge(raw)
        if (verdict.kind !== 'verified') return
        const heard = await parseMail(Buffer.from(raw, 'latin1'))
        expect([heard.from?.address, heard.subject, heard.dateMs, heard.text.trim()]).toEqual([
          said.from?.address,
          said.subject,
          said.dateMs,
          said.text.trim(),
        ])
      }),
      { numRuns: 400 },
    )
  })
})

describe('by what our own receiving server says', () => {
  const says = (results: string, id = 'mx.mail.test') => `Authentication-Results: ${id};\r\n ${results}`
  const told = (...fields: string[]) =>
    judge(`${fields.join('\r\n')}\r\n${mailOf(base)}`, { authservId: 'mx.mail.test' })
  test.each([
    ['dmarc=pass (p=REJECT) header.from=shop.test', 'verified'],
    ['spf=fail smtp.mailfrom=shop.test; dkim=pass header.d=shop.test', 'verified'],
    ['dkim=pass header.i=@shop.test header.s=hub', 'verified'],
    ['spf=pass (says "a;b") smtp.mailfrom=ann@shop.test; dkim=none', 'verified'],
    ['spf=pass smtp.mailfrom=evil.test; dkim=pass header.d=evil.test; dmarc=fail header.from=shop.test', 'unverified'],
    ['spf=pass smtp.mailfrom=bounce@evil.test', 'unverified'],
    ['dkim=fail header.d=shop.test; spf=softfail smtp.mailfrom=shop.test', 'unverified'],
    ['dmarc=pass header.from=other.test', 'unverified'],
    ['(dmarc=pass header.from=shop.test) dmarc=none', 'unverified'],
    ['none', 'unverified'],
  ])('%s: %s', async (results, kind) => expect(await told(says(results))).toMatchObject({ kind }))
  test('only the topmost of its name counts, and none of another name', async () => {
    const pass = 'dmarc=pass header.from=shop.test'
    expect(await told(says('dmarc=fail header.from=shop.test'), says(pass))).toMatchObject({ kind: 'unverified' })
    expect(await told(says(pass, 'mx.evil.test'))).toMatchObject({ kind: 'unverified' })
    expect(await told(says(pass, 'mx.mail.test.evil.test'))).toMatchObject({ kind: 'unverified' })
  })
  test('a large mail is verified by it, since nothing of it has to be loaded', async () => {
    const raw = `${says('dmarc=pass header.from=shop.test')}\r\n${mailOf(base)}`
    expect(await judge(raw, { authservId: 'mx.mail.test' }, false)).toMatchObject({ kind: 'verified' })
  })
  test('who was not told whom to trust believes nobody', async () =>
    expect(await judge(`${says('dmarc=pass header.from=shop.test')}\r\n${mailOf(base)}`)).toMatchObject({
      kind: 'unverified',
    }))
  test('reads any text in little time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('(', ')', '"', '\\', ';', '=', ' ', 'a', '.'), maxLength: 400 }),
        (text) => {
          expect(() => parseResults(text)).not.toThrow()
        },
      ),
    )
    const begin = performance.now()
    for (const sign of ['(', ' ', '=', '"', ' = ']) parseResults(`mx; a=b${sign.repeat(100_000)}`)
    expect(performance.now() - begin).toBeLessThan(1_000)
  })
})
