import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Channel, Delivery, KeyValue, Message, Place } from '#contract'
import { channelContract, type Fault } from '../../test/contract/channel.ts'
import { checkHtml } from '../../test/fakes/mail/check.ts'
import { type MailFake, type MailFault, readHtml, startMailFake } from '../../test/fakes/mail/index.ts'
import { type ChannelDeps, createChannel } from './channel.ts'
import { createSmtp } from './client.ts'
import { config } from './config.ts'
import { mailAdapter } from './index.ts'
import { createJournal } from './journal.ts'
import { createMarks } from './mark.ts'
import { messageIdOf } from './message-id.ts'
import type { MailBody } from './render.ts'
import { createSuppressions } from './suppression.ts'
import { createUnsubscribe } from './unsubscribe.ts'

const FAULTS: Readonly<Record<Exclude<Fault, 'unreachable'>, MailFault>> = {
  'rate-limited': { at: 'rcpt', code: 451, message: '4.7.1 Greylisted, come back in five minutes' },
  unauthenticated: { at: 'auth', code: 535, message: '5.7.8 Bad credentials' },
  'error-after-commit': { at: 'accepted', ends: { code: 500, message: 'Syntax error, command unrecognized' } },
  'cut-after-commit': { at: 'accepted', ends: 'cut' },
  'cut-before-commit': { at: 'read', ends: 'cut' },
  slow: { at: 'accepted', ends: 'silence' },
}
const ANN = 'ann@shop.test'
const toAnn: Place = { plugin: 'mail', workspace: 'mail:smtp', channel: ANN, visibility: 'private' }
const never = new AbortController().signal

function memory(): KeyValue {
  const stored = new Map<string, unknown>()
  return {
    get: async (key) => stored.get(key) ?? null,
    set: async (key, value) => void stored.set(key, value),
    add: async (key, value) => !stored.has(key) && stored.set(key, value) !== undefined,
    delete: async (key) => void stored.delete(key),
  }
}
function open(fake: MailFake, over: Partial<ChannelDeps> = {}, env: Record<string, string> = {}) {
  const kv = memory()
  const smtp = createSmtp(fake.url)
  const refused: string[] = []
  const channel = createChannel({
    config: config.parse({ url: fake.url, from: fake.env.MAIL_FROM, ...env }),
    smtp,
    journal: createJournal(kv),
    suppressions: createSuppressions(kv),
    marks: createMarks(kv),
    unsubscribe: createUnsubscribe(kv),
    log: { debug() {}, info() {}, warn() {}, error() {} },
    onRefused: async (address) => refused.push(address),
    ...over,
  })
  return { channel, smtp, kv, refused }
}

channelContract({
  plugin: mailAdapter,
  skip: {
    'settles a send that was cut off':
      'a server that has read a mail cannot be asked whether it kept it: such a send is held for a person, see below',
  },
  async open() {
    const fake = await startMailFake()
    const { channel, smtp } = open(fake)
    return {
      channel,
      place: toAnn,
      accounts: { known: ANN, unknown: 'nobody' },
      secrets: [fake.password],
      shown: async () =>
        fake.mails.map(({ parsed, to }) => ({
          id: parsed.messageId ?? '',
          text: readHtml(parsed.html ?? '').words,
          edited: false,
          only: to.join(),
        })),
      async fault(fault) {
        if (fault === 'unreachable') return fake.goAway()
        // The server greets after 100 ms, which is when the test stops: the connection has to stand before.
        if (fault === 'slow')
          await channel.deliver({ key: 'earlier', message: { text: 'earlier' }, op: 'post', to: toAnn }, never)
        fake.fault(FAULTS[fault])
      },
      words: ({ html, files }) => [readHtml(html).words, ...files.map(({ text }) => text)].join('\n'),
      problems: ({ html, subject }) => [
        ...checkHtml(html),
        ...(/[\r\n]/.test(subject) || subject.length > 200 ? ['a subject of several lines, or a long one'] : []),
      ],
      mentions: () => [],
      links: ({ html }) => readHtml(html).links,
      async close() {
        smtp.close()
        await fake.close()
      },
    }
  },
})

describe('mail in particular', () => {
  let fake: MailFake
  let channel: Channel<MailBody>
  let opened: ReturnType<typeof open>
  let nowMs = Date.now()
  beforeEach(async () => {
    fake = await startMailFake()
    opened = open(fake, { now: () => nowMs }, { publicUrl: 'https://hub.example.com/' })
    channel = opened.channel
  })
  afterEach(async () => {
    opened.smtp.close()
    await fake.close()
    expect(fake.problems).toEqual([])
  })
  const post = (message: Message, key = 'delivery-1', to: Place = toAnn): Delivery => ({ key, message, op: 'post', to })
  const failure = async (delivery = post({ text: 'x' }), signal = never) =>
    channel.deliver(delivery, signal).then(
      () => {
        throw new Error('it was expected to fail')
      },
      (error: unknown) => error,
    )

  test('the Message-ID is the same for every attempt, and another for another key', async () => {
    const posted = await channel.deliver(post({ text: 'Hello' }), never)
    await channel.deliver(post({ text: 'Hello' }), never)
    await channel.deliver(post({ text: 'Hello' }, 'delivery-2'), never)
    const ids = fake.mails.map(({ parsed }) => parsed.messageId)
    expect(posted.message).toBe(messageIdOf('delivery-1', 'mail.test'))
    expect(ids).toEqual([posted.message, posted.message, messageIdOf('delivery-2', 'mail.test')])
  })
  test('one connection serves several mails, and three are the most', async () => {
    for (const key of ['a', 'b', 'c']) await channel.deliver(post({ text: key }, key), never)
    expect(fake.connections()).toBe(1)
    fake.delayMs = 30
    await Promise.all(Array.from({ length: 12 }, (_, i) => channel.deliver(post({ text: 'x' }, `k${i}`), never)))
    expect(fake.mails).toHaveLength(15)
    expect(fake.connections()).toBe(3)
  })
  test('who finds all connections busy for long comes back later, and everything arrives', async () => {
    fake.delayMs = 4_000
    const sends = ['a', 'b', 'c', 'd'].map((key) => channel.deliver(post({ text: key }, key), never))
    const settled = await Promise.allSettled(sends)
    const late = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(late).toMatchObject([{ code: 'RATE_LIMITED', retry: { afterMs: 2_000 }, scope: 'mail:smtp:server' }])
    expect(fake.mails).toHaveLength(3)
  }, 15_000)
  test('an answer stands in the thread of what it answers, and is called the same', async () => {
    const root = await channel.deliver(post({ text: 'Deployments of Friday' }), never)
    await channel.deliver(post({ text: 'More' }, 'delivery-2', { ...toAnn, thread: root.message }), never)
    const answer = fake.mails[1]
    expect(answer?.header('in-reply-to')).toBe(root.message)
    expect(answer?.header('references')).toBe(root.message)
    expect(answer?.parsed.subject).toBe('Re: Deployments of Friday')
  })
  test('a subject cannot begin a header or the body', async () => {
    const evil = 'Hi\r\nBcc: victim@evil.test\r\n\r\n<script>alert(1)</script>'
    await channel.deliver(post({ text: evil }), never)
    await channel.deliver(post({ text: 'one\u2028Bcc: a@evil.test\u0085X-Evil: 1\u000bY: 2' }, 'k2'), never)
    for (const { parsed, to } of fake.mails) {
      expect(to).toEqual([ANN])
      expect(parsed.headers.map(({ key }) => key)).not.toEqual(expect.arrayContaining(['bcc']))
      expect(parsed.headers.some(({ key }) => key.startsWith('x-evil'))).toBe(false)
    }
    expect(fake.mails.map(({ parsed }) => parsed.subject)).toEqual(['Hi', 'one Bcc: a@evil.testX-Evil: 1Y: 2'])
  })
  test.each([
    'ann@shop.test\r\nBcc: eve@evil.test',
    'ann@shop.test, eve@evil.test',
    'Ann <ann@shop.test>',
    '"ann eve"@shop.test',
    'ann@',
    '@shop.test',
    'ann@shop..test',
    `${'a'.repeat(65)}@shop.test`,
    'ann@shop.test> SIZE=1',
  ])('%j is no address, and nothing is sent', async (where) => {
    expect(await failure(post({ text: 'x' }, 'k', { ...toAnn, channel: where }))).toMatchObject({
      code: 'INPUT_INVALID',
      retry: 'never',
    })
    expect(fake.mails).toEqual([])
  })
  test('a thread that is no Message-ID begins no header', async () => {
    await channel.deliver(post({ text: 'x' }, 'k', { ...toAnn, thread: '<a@b>\r\nX-Evil: 1' }), never)
    expect(fake.mails[0]?.header('x-evil')).toBeUndefined()
    expect(fake.mails[0]?.header('in-reply-to')).toBeUndefined()
  })
  test('an international domain goes out in ASCII', async () => {
    await channel.deliver(post({ text: 'x' }, 'k', { ...toAnn, channel: 'ann@bücher.test' }), never)
    expect(fake.mails[0]?.raw).toMatch(/^To: ann@xn--bcher-kva\.test\r$/m)
  })

  describe('a mailbox that does not exist', () => {
    test('is named with its cure, told to whoever sends there, and not tried again', async () => {
      fake.unknown.add(ANN)
      const first = await failure()
      expect(first).toMatchObject({ code: 'INPUT_INVALID', retry: 'never' })
      expect(String(first)).toMatch(/\/digest subscribe --to ann@shop\.test.*No such mailbox/)
      fake.unknown.clear()
      expect(await failure(post({ text: 'x' }, 'k2', { ...toAnn, channel: 'ANN@shop.test' }))).toMatchObject({
        code: 'INPUT_INVALID',
      })
      expect(fake.mails).toEqual([])
      expect(opened.refused).toEqual([ANN, 'ANN@shop.test'])
    })
    test('is open again once a code that somebody asked for has arrived', async () => {
      fake.unknown.add(ANN)
      await failure()
      fake.unknown.clear()
      await channel.deliver(post({ text: 'Your code', secret: true }, 'code'), never)
      await channel.deliver(post({ text: 'x' }, 'k2'), never)
      expect(fake.mails).toHaveLength(2)
    })
  })
  test('an address whose mail came back gets nothing but a code, which alone opens nothing', async () => {
    const suppressions = createSuppressions(opened.kv)
    await suppressions.stop('Ann@Shop.test', { by: 'bounce', reason: 'it came back', atMs: nowMs })
    await expect(channel.deliver(post({ text: 'x' }), never)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: `nothing is sent to ${ANN}, its owner opens it again with /digest subscribe --to ${ANN} --again (it came back)`,
    })
    expect(opened.refused).toEqual([ANN])
    await channel.deliver(post({ text: 'Your code', secret: true }, 'code'), never)
    await expect(channel.deliver(post({ text: 'x' }, 'k2'), never)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
    await suppressions.lift(ANN, nowMs)
    await channel.deliver(post({ text: 'x' }, 'k3'), never)
    expect(fake.mails.map(({ parsed }) => parsed.subject)).toEqual(['Your code', 'x'])
  })
  test('each mail carries a mark of its own, good for its recipient alone', async () => {
    await channel.deliver(post({ text: 'x' }, 'k1'), never)
    await channel.deliver(post({ text: 'x' }, 'k2'), never)
    const marks = createMarks(opened.kv)
    const [first = '', second = ''] = fake.mails.map((mail) => mail.header('x-autodevhub') ?? '')
    expect(first).not.toBe(second)
    expect(await marks.verify(first, 'Ann@Shop.test')).toEqual({
      id: fake.mails[0]?.header('message-id')?.slice(1, 49),
      sentAtMs: nowMs,
    })
    expect(await marks.verify(first, 'bob@shop.test')).toBeNull()
    expect(await createMarks(memory()).verify(first, ANN)).toBeNull()
  })
  test.each([
    [{ at: 'rcpt', code: 550, message: '5.7.1 relaying denied' }, 'FORBIDDEN', /relay/],
    [{ at: 'rcpt', code: 552, message: '5.2.2 over quota' }, 'INPUT_INVALID', /full/],
    [{ at: 'from', code: 553, message: '5.7.1 not your address' }, 'UNAUTHENTICATED', /MAIL_FROM/],
    [{ at: 'from', code: 530, message: '5.7.0 sign in first' }, 'UNAUTHENTICATED', /SMTP_URL/],
    [{ at: 'data', code: 552, message: '5.3.4 too big' }, 'TOO_LARGE', /too large/],
    [{ at: 'data', code: 554, message: '5.7.1 looks like spam' }, 'FORBIDDEN', /DKIM/],
    [{ at: 'connect', code: 554, message: 'no service for you' }, 'UNAUTHENTICATED', /SMTP_URL/],
    [{ at: 'connect', code: 421, message: 'too many connections' }, 'RATE_LIMITED', /wait/],
    [{ at: 'auth', code: 454, message: '4.7.0 try later' }, 'RATE_LIMITED', /sign-in/],
    [{ at: 'data', code: 451, message: '4.3.0 try later' }, 'RATE_LIMITED', /wait/],
  ] as const)('%o is %s', async (fault, code, words) => {
    fake.fault(fault)
    const error = await failure()
    expect(error).toMatchObject({ code })
    expect(String(error)).toMatch(words)
    expect(opened.refused).toEqual([])
    await channel.deliver(post({ text: 'x' }), never)
    expect(fake.mails).toHaveLength(1)
  })
  test('a mail that is put off again and again is given up after a day', async () => {
    fake.fault({ at: 'rcpt', code: 450, message: '4.2.1 mailbox busy' }, 3)
    expect(await failure()).toMatchObject({ code: 'RATE_LIMITED', retry: { afterMs: 300_000 } })
    nowMs += 23 * 3_600_000
    expect(await failure()).toMatchObject({ code: 'RATE_LIMITED' })
    nowMs += 2 * 3_600_000
    expect(await failure()).toMatchObject({ code: 'INPUT_INVALID', retry: 'never' })
  })
  test('a mail larger than the server takes is not sent', async () => {
    const text = 'long '.repeat(500_000)
    const file = { kind: 'file', name: 'big.txt', mediaType: 'text/plain', text } as const
    expect(await failure(post({ text: 'x', blocks: [file] }))).toMatchObject({ code: 'TOO_LARGE', retry: 'never' })
    expect(fake.mails).toEqual([])
  })

  describe('a send of which nothing more was heard', () => {
    test('is surely absent when its content was not begun', async () => {
      fake.fault({ at: 'rcpt', code: 450, message: '4.2.1 busy' })
      await failure()
      expect(await channel.find(post({ text: 'x' }), 0, never)).toBeNull()
      expect(await channel.find(post({ text: 'x' }, 'never tried'), 0, never)).toBeNull()
    })
    test('is held when the server had read it: it cannot be asked', async () => {
      for (const fault of ['cut-before-commit', 'cut-after-commit'] as const) {
        const delivery = post({ text: 'x' }, fault)
        fake.fault(FAULTS[fault])
        expect(await failure(delivery)).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
        await expect(channel.find(delivery, 0, never)).rejects.toMatchObject({ code: 'UNSUPPORTED', retry: 'never' })
      }
    })
    test('is absent again when the server refused the content after all', async () => {
      fake.fault({ at: 'data', code: 451, message: '4.3.0 disk full' })
      await failure()
      expect(await channel.find(post({ text: 'x' }), 0, never)).toBeNull()
    })
    test('is not begun by a process that wakes up late', async () => {
      const kv = memory()
      const journal = createJournal(kv)
      const stop = new AbortController()
      const late = open(fake, {
        journal: {
          ...journal,
          async note(id, sent) {
            await journal.note(id, sent)
            if (sent.state === 'begun') stop.abort()
          },
        },
      })
      await expect(late.channel.deliver(post({ text: 'x' }), stop.signal)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      })
      expect(fake.mails).toEqual([])
      late.smtp.close()
    })
    test('a ledger that is away writes nothing', async () => {
      const late = open(fake, {
        journal: { ...createJournal(memory()), note: () => Promise.reject(new Error('the database is away')) },
      })
      await expect(late.channel.deliver(post({ text: 'x' }), never)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      expect(fake.mails).toEqual([])
      late.smtp.close()
    })
  })

  test('what is subscribed to says so, and how to end it with one click', async () => {
    await channel.deliver(post({ text: 'Digest', list: { id: 'digest|slack:T1|42' } }), never)
    const [mail] = fake.mails
    expect(mail?.header('precedence')).toBe('bulk')
    expect(mail?.header('list-id')).toBe('<digest-slack-t1-42.mail.test>')
    expect(mail?.header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click')
    const [, url = ''] =
      /^<(https:\/\/hub\.example\.com\/hooks\/mail\/unsubscribe\/[\w.-]+)>$/.exec(
        mail?.header('list-unsubscribe') ?? '',
      ) ?? []
    expect(readHtml(mail?.parsed.html ?? '').links).toEqual([url])
    expect(mail?.parsed.text).toContain(`Unsubscribe: ${url}`)
    // On one line: a program that does not unfold it would not find the address.
    expect(mail?.raw).toContain(`List-Unsubscribe: <${url}>\r\n`)
  })
  test('by a hub without a secure address it is ended by its link or by a command', async () => {
    for (const [env, words] of [
      [{ publicUrl: 'http://127.0.0.1:3000' }, 'Unsubscribe: http://127.0.0.1:3000/hooks/mail/unsubscribe/'],
      [{}, 'write /digest unsubscribe where the hub listens'],
    ] as const) {
      const other = open(fake, {}, { ...env })
      await other.channel.deliver(post({ text: 'Digest', list: { id: 'digest|x|1' } }, words), never)
      other.smtp.close()
      const mail = fake.mails.at(-1)
      expect(mail?.header('list-unsubscribe')).toBeUndefined()
      expect(mail?.header('precedence')).toBe('bulk')
      expect(mail?.parsed.text).toContain(words)
    }
  })
  test('an answer to a question carries no such offer', async () => {
    await channel.deliver(post({ text: 'Answer' }), never)
    expect(fake.mails[0]?.header('list-unsubscribe')).toBeUndefined()
    expect(fake.mails[0]?.header('auto-submitted')).toBe('auto-generated')
  })
})

describe('a connection that cannot be trusted', () => {
  const refused = async (fake: MailFake, url: string) => {
    const { channel, smtp } = open({ ...fake, url })
    const error = await channel
      .deliver({ key: 'k', message: { text: 'x' }, op: 'post', to: toAnn }, AbortSignal.timeout(8_000))
      .catch((one: unknown) => one)
    smtp.close()
    await fake.close()
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining('SMTP_URL') })
    expect(fake.mails).toEqual([])
  }
  test('is not used beyond this machine: without encryption nothing is sent, the password neither', async () => {
    const fake = await startMailFake()
    // On Linux this leads to this machine, and is not known as its own address.
    await refused(fake, fake.url.replace('127.0.0.1', '0.0.0.0'))
  })
  test('is not used when nobody vouches for its certificate', async () => {
    const fake = await startMailFake({ secure: true })
    await refused(fake, fake.url)
  })
})
