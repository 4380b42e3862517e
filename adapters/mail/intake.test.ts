import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HubError, type Log } from '#contract'
import type { Store } from '../../core/store/open.ts'
import { type ImapFake, startImapFake } from '../../test/fakes/mail/imap.ts'
import { mailOf } from '../../test/fakes/mail/sender.ts'
import { openTestStore } from '../../test/support/stores.ts'
import { imapOf } from './config.ts'
import { type Mailbox, openMailbox } from './connection.ts'
import type { Letter, Settled } from './inbound.ts'
import { createIntake, type Intake } from './intake.ts'
import { MAX_BYTES } from './limits.ts'
import { createIntakeStore, type IntakeStore } from './store.ts'
import { admit } from './waiting.ts'

const LEASE_MS = 600
const never = new AbortController().signal
let store: Store
beforeAll(async () => {
  store = await openTestStore('embedded')
})
afterAll(() => store.close())

describe('reading a mailbox', () => {
  let imap: ImapFake
  let leases: IntakeStore
  let open: Intake[]
  let logged: { fields: object; text: string }[]
  /** What the ledger has, by subject: a repeat changes nothing. */
  let ledger: Map<string, number>
  let receive: (letter: Letter, subject: string) => Promise<Settled>
  beforeEach(async () => {
    imap = await startImapFake()
    leases = createIntakeStore(store.db, `box-${imap.url}`)
    open = []
    logged = []
    ledger = new Map()
    receive = async () => 'taken'
  })
  afterEach(async () => {
    await Promise.all(open.map((intake) => intake.close()))
    await imap.close()
  })
  const log: Log = {
    debug() {},
    info() {},
    warn: (fields, text) => void logged.push({ fields, text }),
    error: (fields, text) => void logged.push({ fields, text }),
  }
  const start = (
    holder: string,
    over: {
      store?: IntakeStore
      wrap?: (mailbox: Mailbox) => Mailbox
      moveTo?: string
      now?: () => number
      url?: string
    } = {},
  ) => {
    const { wrap = (mailbox: Mailbox) => mailbox, now } = over
    const intake = createIntake({
      open: async (signal) => wrap(await openMailbox(imapOf(over.url ?? imap.url), over.moveTo, signal)),
      inbound: {
        async receive(letter) {
          const subject = /^Subject: (.*)\r$/m.exec(Buffer.from(letter.raw).toString('latin1'))?.[1] ?? ''
          const settled = await receive(letter, subject)
          if (settled === 'taken') ledger.set(subject, (ledger.get(subject) ?? 0) + 1)
          return settled
        },
      },
      log,
      holder,
      leaseMs: LEASE_MS,
      ...(now ? { now } : {}),
    })
    intake.start(over.store ?? leases)
    open.push(intake)
    return intake
  }
  const arrive = (subject: string, body = '') => imap.arrive(mailOf({ subject, body }))
  const taken = (...subjects: string[]) => expect.poll(() => [...ledger.keys()], { timeout: 8_000 }).toEqual(subjects)
  const position = async () => {
    const [row] = await store.sql.query<{ position: { lastUid: number; later: unknown[] } | null }>(
      'select position from hub.mail_intake where mailbox = $1',
      [`box-${imap.url}`],
    )
    return row?.position
  }
  /** A process that is gone without a word: it neither releases its lease nor writes anything any more. */
  const mortal = () => {
    let dead = false
    const waits = () => new Promise<never>(() => undefined)
    const guarded: IntakeStore = {
      acquire: (...given) => (dead ? waits() : leases.acquire(...given)),
      renew: (...given) => (dead ? waits() : leases.renew(...given)),
      release: async (...given) => (dead ? undefined : leases.release(...given)),
    }
    const kill = () => {
      dead = true
    }
    return { store: guarded, kill }
  }

  test('what lies there and what arrives is taken in order, and marked as read once it is stored', async () => {
    arrive('one')
    start('a')
    await taken('one')
    arrive('two')
    arrive('three')
    await taken('one', 'two', 'three')
    await expect.poll(() => imap.folder().map(({ flags }) => flags)).toEqual([['\\Seen'], ['\\Seen'], ['\\Seen']])
    expect([...ledger.values()]).toEqual([1, 1, 1])
  })
  test('what is of no concern stays as it was, for whoever reads the mailbox as well', async () => {
    receive = async (_letter, subject) => (subject === 'mine' ? 'taken' : 'ignored')
    start('a')
    arrive('lunch?')
    arrive('mine')
    await taken('mine')
    await expect.poll(() => imap.folder().map(({ flags }) => flags)).toEqual([[], ['\\Seen']])
  })
  test('moves what was taken where that is asked for', async () => {
    start('a', { moveTo: 'Done' })
    arrive('one')
    await taken('one')
    await expect.poll(() => [imap.folder().length, imap.folder('Done').length]).toEqual([0, 1])
  })
  test('a folder that does not exist costs a warning and nothing else', async () => {
    start('a', { moveTo: 'Nowhere' })
    arrive('one')
    await taken('one')
    await expect.poll(() => logged.map(({ text }) => text).join()).toContain('check IMAP_MOVE_TO')
    arrive('two')
    await taken('one', 'two')
    await expect.poll(() => imap.folder().map(({ flags }) => flags)).toEqual([['\\Seen'], ['\\Seen']])
  })
  test('a server that tells nothing by itself is looked at', async () => {
    const silent = await startImapFake({ idle: false })
    const mailbox = await openMailbox(imapOf(silent.url), undefined, never)
    expect(await mailbox.after(0)).toEqual([])
    silent.arrive(mailOf({ subject: 'one' }))
    expect(await mailbox.after(0)).toEqual([1])
    await mailbox.close()
    await silent.close()
  })

  describe.each([
    'before it is stored',
    'after it is stored and before it is marked',
    'after it is marked and before that is noted',
  ])('killed %s', (when) => {
    test('nothing is lost, and nothing done twice', async () => {
      const { store: guarded, kill } = mortal()
      const stuck = new Promise<never>(() => undefined)
      if (when === 'before it is stored')
        receive = async (_letter, subject) => {
          if (subject !== 'two' || ledger.has('killed')) return 'taken'
          ledger.set('killed', 1)
          kill()
          return stuck
        }
      start('a', {
        store: guarded,
        wrap: (mailbox) => ({
          ...mailbox,
          async settle(uid) {
            if (uid !== 2 || when === 'before it is stored') return mailbox.settle(uid)
            if (when.startsWith('after it is marked')) await mailbox.settle(uid)
            kill()
            return stuck
          },
        }),
      })
      for (const subject of ['one', 'two', 'three']) arrive(subject)
      await expect.poll(() => ledger.has('two') || ledger.has('killed'), { timeout: 5_000 }).toBe(true)
      // Nobody is there to be asked to leave.
      open = []
      start('b')
      await expect.poll(() => ledger.has('three'), { timeout: 10_000 }).toBe(true)
      await expect.poll(() => imap.folder().map(({ flags }) => flags)).toEqual([['\\Seen'], ['\\Seen'], ['\\Seen']])
      // Read again where it could not be known; by the same key, which the ledger drops.
      expect(ledger.get('two')).toBe(when === 'before it is stored' ? 1 : 2)
      expect(ledger.get('three')).toBe(1)
    })
  })
  test('one of three reads', async () => {
    for (const holder of ['a', 'b', 'c']) start(holder)
    arrive('one')
    await taken('one')
    expect(imap.connections()).toBe(1)
    expect(open.map((intake) => intake.health().status)).toEqual(['ok', 'ok', 'ok'])
  })
  test('one that leaves hands over where it is', async () => {
    const first = start('a')
    arrive('one')
    await taken('one')
    await first.close()
    arrive('two')
    start('b')
    await taken('one', 'two')
    expect(ledger.get('one')).toBe(1)
  })
  test('a connection that breaks is made again, and what came meanwhile is taken', async () => {
    start('a')
    arrive('one')
    await taken('one')
    imap.cut()
    arrive('two')
    await taken('one', 'two')
    expect(imap.connections()).toBe(2)
  })
  test('numbers that begin anew lose nothing; what the ledger has is read by the same key', async () => {
    start('a')
    arrive('one')
    await taken('one')
    imap.renumber()
    arrive('two')
    await taken('one', 'two')
    await expect.poll(position).toMatchObject({ lastUid: 2, uidValidity: '2' })
  })
  test('while the ledger is away nothing moves on', async () => {
    let away = true
    receive = async () => {
      if (away) throw new HubError('UNAVAILABLE', 'the database is away', { retry: { afterMs: 100 } })
      return 'taken'
    }
    const intake = start('a')
    arrive('one')
    await expect.poll(() => intake.health().status, { timeout: 5_000 }).toBe('degraded')
    expect(imap.folder()[0]?.flags).toEqual([])
    away = false
    await taken('one')
    await expect.poll(() => intake.health().status).toBe('ok')
  })
  test('a mail that cannot be read does not stop the ones behind it, and is tried again', async () => {
    let nowMs = Date.now()
    let broken = true
    receive = async (_letter, subject) => {
      if (subject === 'odd' && broken) throw new TypeError('of no kind')
      return 'taken'
    }
    start('a', { now: () => nowMs })
    arrive('odd')
    arrive('two')
    await taken('two')
    await expect.poll(async () => (await position())?.later).toMatchObject([{ uid: 1 }])
    broken = false
    nowMs += 5 * 60_000
    arrive('three')
    await expect.poll(() => [...ledger.keys()].sort()).toEqual(['odd', 'three', 'two'])
    await expect.poll(async () => (await position())?.later).toEqual([])
  })
  test('mails that wait for DNS keep no new one waiting, and what is dropped is said', async () => {
    let nowMs = Date.now()
    let read: string[] = []
    let dns: 'refuses' | 'is silent' = 'refuses'
    receive = async (_letter, subject) => {
      // Only wakes the reader.
      if (subject === 'look') return 'ignored'
      read.push(subject)
      if (subject === 'new') return 'taken'
      if (dns === 'is silent') {
        nowMs += 6_000
        if (read.length === 1) arrive('new')
      }
      return 'later'
    }
    imap.arrive(mailOf({ from: 'ann@quiet.test', subject: 'ann' }))
    for (let n = 0; n < 100; n++) imap.arrive(mailOf({ from: `eve@x${n}.evil-${n % 5}.test`, subject: `flood ${n}` }))
    start('a', { now: () => nowMs })
    await expect.poll(() => read.length, { timeout: 30_000 }).toBe(101)
    await expect.poll(async () => (await position())?.later, { timeout: 20_000 }).toHaveLength(100)
    expect((await position())?.later.slice(0, 3)).toMatchObject([
      { uid: 1, from: 'quiet.test' },
      { uid: 3, from: 'evil-1.test' },
      { uid: 4, from: 'evil-2.test' },
    ])
    expect(logged).toMatchObject([
      {
        fields: { uid: 2, from: 'evil-0.test' },
        text: expect.stringMatching(/not run: too many wait.*MAIL_AUTHSERV_ID/),
      },
    ])
    dns = 'is silent'
    for (const expected of [
      ['ann', 'flood 1', 'new'],
      ['flood 2', 'flood 3', 'new'],
    ]) {
      read = []
      nowMs += 5 * 60_000
      arrive('look')
      await expect.poll(() => read, { timeout: 20_000 }).toEqual(expected)
    }
    expect(ledger.get('new')).toBe(2)
    await expect.poll(async () => (await position())?.later, { timeout: 20_000 }).toHaveLength(100)
  }, 90_000)
  test('of many mails of one sender that wait, the oldest goes first', () => {
    const one = (uid: number, from: string) => ({ uid, sinceMs: uid, from })
    let waiting = [one(1, 'quiet.test')]
    const dropped: (number | undefined)[] = []
    for (let uid = 2; uid <= 23; uid++) {
      const admitted = admit(waiting, one(uid, 'evil.test'))
      waiting = admitted.waiting
      dropped.push(admitted.dropped?.uid)
    }
    expect(dropped.slice(-3)).toEqual([undefined, 2, 3])
    expect(waiting.map(({ uid }) => uid)).toEqual([1, ...Array.from({ length: 20 }, (_, i) => i + 4)])
  })
  test('one of 30 MB is not loaded: its head is all that is asked for', async () => {
    const letters: Letter[] = []
    receive = async (letter) => {
      letters.push(letter)
      return 'ignored'
    }
    arrive('large', 'x'.repeat(30_000_000))
    arrive('after')
    start('a')
    await expect.poll(() => letters.length, { timeout: 10_000 }).toBe(2)
    const [large, after] = letters
    expect(large?.isWhole).toBe(false)
    expect(large?.raw.byteLength).toBeLessThan(2_000)
    expect(Buffer.from(large?.raw ?? []).toString()).toContain('Subject: large')
    expect(after?.isWhole).toBe(true)
    expect(MAX_BYTES).toBeLessThan(30_000_000)
  })
  test('a wrong password is said with its cure and without the password', async () => {
    const wrong = imap.url.replace(imap.password, 'wrong-password')
    const intake = start('a', { url: wrong })
    await expect.poll(() => intake.health().detail, { timeout: 5_000 }).toMatch(/check user and password in IMAP_URL/)
    expect(JSON.stringify([logged, intake.health()])).not.toContain('wrong-password')
  })
})
