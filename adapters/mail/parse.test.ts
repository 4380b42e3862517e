import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mailOf, type Written } from '../../test/fakes/mail/sender.ts'
import { automaticBy } from './automatic.ts'
import { commandOf } from './commands.ts'
import { htmlToText } from './html-text.ts'
import { parseMail } from './parse.ts'
import { ownWords } from './quotes.ts'

const read = (raw: string) => parseMail(Buffer.from(raw, 'latin1'))
const rest = { fields: [{ rest: true }] }
const catalog = { match: (line: string) => (/^(?:story|docs ask)(?:\s|$)/.test(line) ? rest : { fields: [] }) } as never
const commandIn = async (written: Written) => commandOf(await read(mailOf(written)), catalog)

describe('the command of a mail', () => {
  test.each<[string, Written, string | null]>([
    ['its subject', { subject: '/story Pay by card' }, 'story Pay by card'],
    ['its subject, about its text', { subject: '/story Pay', body: 'By card.\r\n' }, 'story Pay\n\nBy card.'],
    ['its subject without text that it does not take', { subject: '/hub whoami', body: 'Hi there' }, 'hub whoami'],
    ['its text', { subject: 'Cards', body: '/story Pay\r\n\r\nBy card.' }, 'story Pay\n\nBy card.'],
    ['the first line of it where more is not taken', { body: '/story-x list\r\nThanks!' }, 'story-x list'],
    ['its text in an answer', { subject: 'Re: /story Pay', body: '/hub why story' }, 'hub why story'],
    ['none in an answer that only thanks', { subject: 'Re: /story Pay', body: 'Thanks' }, null],
    ['none further down', { subject: 'Hi', body: 'Try this:\r\n/story Pay' }, null],
    ['none in a path', { subject: '/ slash', body: '/1' }, null],
    ['none in what is quoted', { subject: 'Re: x', body: '> /story Pay' }, null],
  ])('is %s', async (_what, written, expected) => expect(await commandIn(written)).toBe(expected))

  test('is one line of subject, whatever was encoded into it', async () => {
    const subject = '=?utf-8?q?/story_Pay=0D=0ABcc:_eve=40evil.test=0D=0A=0D=0Abody?='
    const heard = await read(mailOf({ subject }))
    expect(heard.subject).toBe('/story Pay Bcc: eve@evil.test body')
    expect((await read(mailOf({ subject: '=?utf-8?b?L3N0b3J5IGHigKhi?=' }))).subject).toBe('/story a b')
  })
  test.each([
    ['iso-8859-1', 'quoted-printable', 'Bezahlung f=FCr G=E4ste', 'Bezahlung für Gäste'],
    ['windows-1252', '8bit', 'Zahlung \x96 50 \x80', 'Zahlung – 50 €'],
    ['shift_jis', 'base64', Buffer.from([0x83, 0x65, 0x83, 0x58, 0x83, 0x67]).toString('base64'), 'テスト'],
    ['utf-16le', 'base64', Buffer.from('Ελληνικά', 'utf16le').toString('base64'), 'Ελληνικά'],
    ['koi8-r', '8bit', '\xf0\xd2\xc9\xd7\xc5\xd4', 'Привет'],
    ['of-no-kind', '7bit', 'plain', 'plain'],
  ])('is read in %s', async (charset, encoding, body, expected) => {
    const more = [`Content-Type: text/plain; charset=${charset}`, `Content-Transfer-Encoding: ${encoding}`]
    expect(await commandIn({ subject: '/story Pay', body, more })).toBe(`story Pay\n\n${expected}`)
  })
  test('is the plain part of several, and what is attached is not read', async () => {
    const both = `--c\r\nContent-Type: text/html\r\n\r\n<b>By card.</b>\r\n--c--`
    const alternative = `--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nBy card.\r\n${both}\r\n`
    const attached = `--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF\r\n--b--`
    const more = ['Content-Type: multipart/mixed; boundary=b']
    expect(await commandIn({ subject: '/story Pay', body: `${alternative}${attached}`, more })).toBe(
      'story Pay\n\nBy card.',
    )
  })
})

describe('what somebody wrote themself', () => {
  test.each([
    ['/story Pay\n\nOn Mon, 3 Nov 2025 at 09:00, Hub <hub@mail.test> wrote:\n> old', '/story Pay'],
    ['/story Pay\n\nOn Mon, 3 Nov 2025 at 09:00, The Hub of the Shop\n<hub@mail.test> wrote:\n\n> old', '/story Pay'],
    ['/story Pay\n\nAm 03.11.2025 um 09:00 schrieb Hub <hub@mail.test>:\n> alt', '/story Pay'],
    ['/story Pay\n\n-----Original Message-----\nFrom: Hub', '/story Pay'],
    ['/story Pay\n________________________________\nFrom: Hub', '/story Pay'],
    ['/story Pay\n\nFrom: Hub <hub@mail.test>\nSent: Monday\nTo: Ann', '/story Pay'],
    ['/story Pay\n-- \nAnn\nShop Inc.', '/story Pay'],
    ['/story Pay\n\nSent from my iPhone', '/story Pay'],
    ['> what they said\n/story Pay', '/story Pay'],
    // Words that only look like it.
    [
      '/story Pay\n\nOn Monday we pay.\nFrom: the shop it comes\nand back',
      '/story Pay\n\nOn Monday we pay.\nFrom: the shop it comes\nand back',
    ],
  ])('%j', (text, own) => expect(ownWords(text)).toBe(own))
  test.each([
    ['<p>/story Pay</p><p>By <b>card</b> &amp; cash&#33;<br>Now</p>', '/story Pay\nBy card & cash!\nNow'],
    ['<style>p{}</style><!-- x --><div>/story Pay</div><script>a<b</script>', '/story Pay'],
    ['<div>/story Pay</div><div class="gmail_quote">old</div>', '/story Pay'],
    ['<div>/story Pay</div><blockquote>old</blockquote>', '/story Pay'],
    ['<p>1 < 2 &unknown; &#0; &#x110000;</p>', '1 < 2 &unknown;'],
    ['<!-- never closed <p>x', ''],
  ])('in %s', (html, text) => expect(htmlToText(html)).toBe(text))
  test('takes time in proportion to its length, and any text', () => {
    const begin = performance.now()
    for (const piece of ['<', '<a', '<!--', '&#', ' \n', '<p ', 'On ', '_', 'x wrote', 'From: '])
      for (const text of [piece.repeat(100_000), `${piece.repeat(50_000)}\n${piece}`]) {
        htmlToText(text)
        ownWords(text)
      }
    expect(performance.now() - begin).toBeLessThan(4_000)
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(htmlToText(text)).not.toMatch(/<[a-z][^<>]*>/i)
        ownWords(text)
      }),
    )
  })
})

describe('a mail that nobody typed', () => {
  const by = async (more: string[], from?: string) =>
    automaticBy(await read(mailOf({ subject: '/story Pay', more, ...(from ? { from } : {}) })), 'hub@mail.test')
  test.each([
    'Auto-Submitted: auto-replied',
    'Auto-Submitted: auto-generated; type=x',
    'Precedence: bulk',
    'Precedence: Auto_Reply',
    'X-Auto-Response-Suppress: All',
    'List-Id: <dev.shop.test>',
    'List-Post: <mailto:dev@shop.test>',
    'X-Autoreply: yes',
    'X-Loop: ann@shop.test',
    'Return-Path: <>',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
    'X-AutoDevHub: 1',
  ])('says so: %s', async (field) => expect(await by([field])).not.toBeNull())
  test.each(['MAILER-DAEMON@mx.test', 'postmaster@shop.test', 'no-reply@shop.test', 'Hub <HUB@mail.test>'])(
    'comes from %s',
    async (from) => expect(await by([], from)).not.toBeNull(),
  )
  test.each([
    'Auto-Submitted: no',
    'Precedence: first-class',
    'X-Auto-Response-Suppress: None',
    'Return-Path: <ann@shop.test>',
  ])('is not one with %s', async (field) => expect(await by([field])).toBeNull())
})

describe('a mail that nobody can read', () => {
  test('for its depth or its head is refused', async () => {
    const deep = Array.from(
      { length: 40 },
      (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
    ).join('')
    await expect(read(deep)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await expect(read(`X: ${'y'.repeat(300_000)}\r\n\r\n`)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  })
  test.each([
    ['From: a@shop.test, b@shop.test'],
    ['From: Ann'],
    ['From: Team: a@shop.test;'],
    ['From: "ann b"@shop.test'],
    ['From: ann@shop.test\r\nFrom: bob@shop.test'],
  ])('%s has no single author', async (field) => {
    const { from, repeated } = await read(`${field}\r\nSubject: x\r\n\r\n`)
    expect(from === null || repeated.includes('from')).toBe(true)
  })
  test('of bytes of any kind throws nothing but that', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const heard = await parseMail(bytes).catch((error: { code?: string }) => error.code)
        expect(typeof heard === 'object' || heard === 'INPUT_INVALID').toBe(true)
      }),
    )
  })
})
