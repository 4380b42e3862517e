import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HubError } from '#contract'
import {
  complaint,
  exchange,
  exim,
  gmail,
  postfix,
  postfixDelayed,
  postfixGaveUp,
  type Returned,
  redactedComplaint,
  ses,
} from '../../test/fakes/mail/reports.ts'
import { mailOf } from '../../test/fakes/mail/sender.ts'
import { memoryKv } from '../../test/support/kv.ts'
import { createMarks } from './mark.ts'
import { parseMail } from './parse.ts'
import { type Report, reportOf, type Verdict } from './report.ts'
import { createReportIntake } from './report-intake.ts'
import { createSuppressions, type Suppressions } from './suppression.ts'

const ANN = 'ann@shop.test'
const DAY_MS = 86_400_000
const NOW_MS = Date.UTC(2026, 10, 21, 12)
const BOUNCES: readonly (readonly [string, (about: Returned) => string])[] = [
  ['Postfix', postfix],
  ['Exchange', exchange],
  ['Gmail', gmail],
  ['Amazon SES', ses],
  ['Exim, in words', exim],
]
const COMPLAINTS: readonly (readonly [string, (about: Returned) => string])[] = [
  ['a mail provider', complaint],
  ['one that hides who complained', redactedComplaint],
  ['one who calls it fraud', (about) => complaint(about, 'fraud')],
  ['one who wants no more', (about) => complaint(about, 'opt-out')],
]
const read = async (raw: string): Promise<Report | null> => reportOf(await parseMail(Buffer.from(raw, 'latin1')))
const MARK = `${'a'.repeat(48)}.m8abcdef.${'b'.repeat(22)}`
const original = mailOf({
  from: 'hub@mail.test',
  subject: '1 failed',
  body: 'Deployments',
  more: [`X-AutoDevHub: ${MARK}`],
}).replace('To: hub@mail.test', `To: Ann <${ANN}>`)

describe('a report', () => {
  test.each<readonly [string, string, Verdict, string]>([
    ...BOUNCES.map(([who, make]) => [who, make({ original, to: ANN }), 'gone', ANN] as const),
    ['Postfix that gives up', postfixGaveUp({ original, to: ANN }), 'refused', ANN],
    ['Postfix that still tries', postfixDelayed({ original, to: ANN }), 'nothing', ANN],
    ['Gmail about a full mailbox', gmail({ original, to: ANN }, '5.2.2', '552-5.2.2'), 'refused', ANN],
    ['SES about a full one', ses({ original, to: ANN }, '5.2.2'), 'refused', ANN],
    ['one with a general code', postfix({ original, to: ANN }, '5.0.0', '552 mailbox full'), 'refused', ANN],
    ['one whose exact code is in words', postfix({ original, to: ANN }, '5.0.0', '550 5.7.1 spam'), 'refused', ANN],
    ['Exchange that lets nobody in', exchange({ original, to: ANN }, '5.7.133'), 'refused', ANN],
    ['Exim without any code', exim({ original, to: ANN }, 'retry timeout exceeded'), 'refused', ANN],
    ['a mail provider', complaint({ original, to: ANN }), 'unwanted', ANN],
    ['one that takes it back', complaint({ original, to: ANN }, 'not-spam'), 'nothing', ANN],
    ['one about a signature', complaint({ original, to: ANN }, 'auth-failure'), 'nothing', ANN],
  ])('of %s is understood', async (_who, raw, verdict, about) => {
    const report = await read(raw)
    expect(report?.notices).toHaveLength(1)
    expect(report?.notices[0]?.verdict).toBe(verdict)
    expect(report?.notices[0]?.about.map((one) => one.toLowerCase())).toContain(about)
    expect(report?.marks).toEqual([MARK])
    expect(report?.notices[0]?.said).not.toMatch(/\n/)
  })
  test('of several lines is told in one, with its code once', async () =>
    expect((await read(gmail({ original, to: ANN })))?.notices[0]?.said).toBe(
      '550-5.1.1 The email account that you tried to reach does not exist. - gsmtp',
    ))
  test('tells the recipients of one mail apart', async () => {
    const raw = postfix({ original, to: ANN }).replace(
      'Final-Recipient',
      'Final-Recipient: rfc822;bob@shop.test\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\nFinal-Recipient',
    )
    expect((await read(raw))?.notices).toMatchObject([
      { verdict: 'nothing', about: ['bob@shop.test'] },
      { verdict: 'gone', about: [ANN] },
    ])
  })
  test.each([
    [
      'of another alphabet',
      (raw: string) =>
        raw
          .replace('message/delivery-status', 'message/global-delivery-status')
          .replace('message/rfc822', 'message/global')
          .replaceAll('rfc822;', 'utf-8;'),
    ],
    ['with bare line feeds', (raw: string) => raw.replaceAll('\r\n', '\n')],
    [
      'in capitals',
      (raw: string) =>
        raw.replace(/multipart\/report|message\/delivery-status|Final-Recipient|Action|X-AutoDevHub/g, (word) =>
          word.toUpperCase(),
        ),
    ],
  ])('%s is the same', async (_how, change) => {
    expect(await read(change(postfix({ original, to: ANN })))).toMatchObject({
      notices: [{ verdict: 'gone', about: [ANN], said: '550 5.1.1 no such user here' }],
      marks: [MARK],
    })
  })
  test('in words may name several', async () => {
    const raw = exim({ original, to: ANN }).replace('X-Failed-Recipients: ', 'X-Failed-Recipients: bob@shop.test, ')
    expect((await read(raw))?.notices.map(({ about }) => about)).toEqual([['bob@shop.test'], [ANN]])
  })
  test('in base64 is the same', async () => {
    const status = `Final-Recipient: rfc822;${ANN}\r\nAction: failed\r\nStatus: 5.1.1\r\n`
    const raw = `Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(`Reporting-MTA: x\r\n\r\n${status}`).toString('base64')}\r\n--b--\r\n`
    expect((await read(raw))?.notices).toMatchObject([{ verdict: 'gone', about: [ANN] }])
  })
  test.each([
    ['a mail that somebody wrote', mailOf({ subject: '/story Pay' })],
    ['a bounce that somebody forwards', postfix({ original, to: ANN }).replace('multipart/report', 'multipart/mixed')],
    [
      'a receipt',
      postfix({ original, to: ANN }).replace(/message\/delivery-status/, 'message/disposition-notification'),
    ],
  ])('is not %s', async (_what, raw) => expect(await read(raw)).toBeNull())
  test('that is broken anywhere is read or left, in little time', async () => {
    const all = [...BOUNCES, ...COMPLAINTS].map(([, make]) => make({ original, to: ANN }))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...all),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.string({ unit: 'binary', maxLength: 12 })), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.boolean(),
        async (raw, edits, isCut) => {
          let text = raw
          for (const [where, put] of edits) {
            const at = Math.floor(where * text.length)
            text = `${text.slice(0, at)}${put}${isCut ? '' : text.slice(at + put.length)}`
          }
          const report = await read(text).catch((error: unknown) => {
            if (error instanceof HubError && error.retry === 'never') return null
            throw error
          })
          for (const { about, said } of report?.notices ?? []) {
            expect(about.length).toBeLessThanOrEqual(20)
            expect(said.length).toBeLessThanOrEqual(200)
            expect(said).not.toMatch(/[\r\n]/)
          }
        },
      ),
      { numRuns: 150 },
    )
    const long = `x-failed-recipients: ${'a@b,'.repeat(50_000)}\r\n\r\n${'\n----'.repeat(100_000)}`
    const heard = await parseMail(Buffer.from(long))
    const began = performance.now()
    reportOf(heard)
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})

describe('what a report changes', () => {
  const setUp = () => {
    let nowMs = NOW_MS
    const kv = memoryKv(() => nowMs)
    const marks = createMarks(kv)
    const suppressions: Suppressions = createSuppressions(kv)
    const published: { payload: { address: string; reason: string; by: string }; deliveryId: string }[] = []
    const logged: string[] = []
    const log = (_fields: object, text: string) => void logged.push(text)
    const hub = {
      log: { debug: log, info: log, warn: log, error: log },
      async publish(_event: unknown, payload: never, { deliveryId }: { deliveryId: string }) {
        // As the inbox does.
        if (!published.some((one) => one.deliveryId === deliveryId)) published.push({ payload, deliveryId })
      },
    }
    const intake = createReportIntake({ hub: hub as never, marks, suppressions, now: () => nowMs })
    const sent = async (n = 1, to = ANN): Promise<Returned> => {
      const mark = await marks.make(`<${String(n).padStart(48, '0')}@mail.test>`, to, nowMs)
      return { to, original: original.replace(MARK, mark).replaceAll(ANN, to) }
    }
    const receive = async (raw: string) => intake.receive(await parseMail(Buffer.from(raw, 'latin1')), 1)
    const pass = (ms: number) => {
      nowMs += ms
    }
    return { suppressions, published, logged, sent, receive, pass, now: () => nowMs }
  }

  test.each(BOUNCES)('a bounce of %s stops the address for good, once', async (_who, make) => {
    const { suppressions, published, sent, receive, pass } = setUp()
    const raw = make(await sent())
    expect(await receive(raw)).toBe('taken')
    const stopped = await suppressions.of('Ann@Shop.test')
    expect(stopped).toMatchObject({
      by: 'bounce',
      reason: expect.stringMatching(/^mail comes back: .*5\.1\./),
    })
    pass(400 * DAY_MS)
    expect(await receive(raw)).toBe('taken')
    expect(await suppressions.of(ANN)).toEqual(stopped)
    expect(published).toMatchObject([{ payload: { address: ANN, by: 'bounce', reason: stopped?.reason } }])
  })
  test.each(COMPLAINTS)('a complaint of %s stops it at once, and stands above a bounce', async (_who, make) => {
    const { suppressions, published, sent, receive } = setUp()
    await receive(postfix(await sent(1)))
    expect(await receive(make(await sent(2)))).toBe('taken')
    await receive(postfix(await sent(3)))
    expect(await suppressions.of(ANN)).toMatchObject({ by: 'complaint' })
    expect(published.slice(0, 2).map(({ payload }) => payload.by)).toEqual(['bounce', 'complaint'])
  })
  test('a failure for now changes nothing until the third mail of two weeks', async () => {
    const { suppressions, published, sent, receive, pass } = setUp()
    const first = await sent(1)
    for (let i = 0; i < 4; i++) expect(await receive(postfixGaveUp(first))).toBe('taken')
    await receive(gmail(await sent(2), '5.2.2', '552-5.2.2'))
    pass(15 * DAY_MS)
    await receive(postfixGaveUp(await sent(3)))
    await receive(postfixGaveUp(await sent(4)))
    expect([await suppressions.of(ANN), published]).toEqual([null, []])
    await receive(postfixGaveUp(await sent(5)))
    expect(await suppressions.of(ANN)).toMatchObject({
      by: 'bounce',
      reason: expect.stringMatching(/^3 mails came back within two weeks, the last one: connect to/),
    })
    expect(published).toHaveLength(1)
  })
  test.each([
    ['a delay', postfixDelayed],
    ['a complaint that is taken back', (about: Returned) => complaint(about, 'not-spam')],
  ])('%s changes nothing', async (_what, make) => {
    const { suppressions, published, sent, receive } = setUp()
    for (let n = 0; n < 5; n++) expect(await receive(make(await sent(n)))).toBe('ignored')
    expect([await suppressions.of(ANN), published]).toEqual([null, []])
  })
  test('what is said about mails from before an address was opened again is old', async () => {
    const { suppressions, sent, receive, pass, now } = setUp()
    const old = await sent(1)
    await receive(complaint(old))
    pass(1_000)
    await suppressions.lift(ANN, now())
    expect(await suppressions.of(ANN)).toBeNull()
    expect(await receive(complaint(old))).toBe('ignored')
    expect(await suppressions.of(ANN)).toBeNull()
    pass(1_000)
    expect(await receive(complaint(await sent(2)))).toBe('taken')
    expect(await suppressions.of(ANN)).toMatchObject({ by: 'complaint' })
  })

  const EVE = 'eve@evil.test'
  test.each<readonly [string, (sent: (n: number, to: string) => Promise<Returned>) => Promise<Returned>]>([
    ['returns nothing', async () => ({ to: ANN, original: mailOf({ subject: 'x' }) })],
    ['returns a mark that somebody made up', async () => ({ to: ANN, original })],
    ['returns a mail to somebody else', async (sent) => ({ ...(await sent(1, EVE)), to: ANN })],
    [
      'returns a mail to somebody else, rewritten',
      async (sent) => ({ to: ANN, original: (await sent(1, EVE)).original.replaceAll(EVE, ANN) }),
    ],
    ['returns a mail of another hub', async () => ({ ...(await setUp().sent(1)) })],
    [
      'knows the Message-ID alone',
      async (sent) => ({ to: ANN, original: (await sent(1, ANN)).original.replace(/^X-AutoDevHub: .*\r\n/m, '') }),
    ],
    [
      'names another mail in a mark that is right',
      async (sent) => ({ to: ANN, original: (await sent(1, ANN)).original.replace('0'.repeat(47), 'f'.repeat(47)) }),
    ],
    [
      'is about another recipient of a forwarded mail',
      async (sent) => ({ ...(await sent(1, ANN)), to: 'bob@shop.test' }),
    ],
  ])('nothing, where it %s', async (_how, forge) => {
    const { suppressions, published, logged, sent, receive } = setUp()
    const about = await forge(sent)
    for (const [, make] of [...BOUNCES, ...COMPLAINTS.filter(([, make]) => make !== redactedComplaint)])
      expect(await receive(make(about))).toBe('ignored')
    for (const address of [ANN, 'bob@shop.test']) expect(await suppressions.of(address)).toBeNull()
    expect(published).toEqual([])
    expect(new Set(logged)).toEqual(new Set(['a report was ignored: it returns no mail of ours to that recipient']))
  })
  test('addresses stand in no key', async () => {
    const kv = memoryKv()
    const keys: string[] = []
    const spied = createSuppressions({
      ...kv,
      add: (key, ...rest) => {
        keys.push(key)
        return kv.add(key, ...rest)
      },
      set: (key, ...rest) => {
        keys.push(key)
        return kv.set(key, ...rest)
      },
    })
    await spied.stop(ANN, { by: 'bounce', reason: 'gone', atMs: 1 })
    await spied.strike(ANN, 'm', 1)
    await spied.lift(ANN, 2)
    expect(keys).toHaveLength(3)
    expect(keys.join()).not.toMatch(/ann|shop/)
  })
})
