import { beforeEach, describe, expect, test } from 'vitest'
import { type CommandCall, HubError, type Role } from '#contract'
import { mailOf, recordsOf, signed, type Written } from '../../test/fakes/mail/sender.ts'
import { memoryKv } from '../../test/support/kv.ts'
import type { Resolve } from './dns.ts'
import { createHint } from './hint.ts'
import { createInbound, type Inbound, type Letter } from './inbound.ts'
import { createJournal, type Journal } from './journal.ts'
import { createMarks } from './mark.ts'
import { createReportIntake } from './report-intake.ts'
import { createVerifySender } from './sender.ts'
import { createSuppressions } from './suppression.ts'

const HOUR_MS = 3_600_000
const RECORDS: Record<string, string> = recordsOf('shop.test')
let dns: 'answers' | 'fails'
const resolve: Resolve = async (name) => {
  if (dns === 'fails') throw Object.assign(new Error('ESERVFAIL'), { code: 'ESERVFAIL' })
  const found = RECORDS[name]
  if (found === undefined) throw Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' })
  return [[found]]
}
let inbound: Inbound
let journal: Journal
let role: Role | null
let calls: CommandCall[]
let hints: { why: unknown; deliveryId: string }[]
let warnings: string[]
let nowMs: number
let stored: () => Promise<void>
beforeEach(() => {
  ;[dns, role, calls, hints, warnings, nowMs] = ['answers', 'member', [], [], [], Date.UTC(2026, 10, 21, 12)]
  stored = async () => undefined
  const kv = memoryKv()
  journal = createJournal(kv)
  const receipt = { status: 'queued', id: 'j1', announce: null } as const
  const hub = {
    config: { from: { name: 'Hub', address: 'hub@mail.test' } },
    catalog: { match: (line: string) => (line.startsWith('story') ? { fields: [{ rest: true }] } : null) },
    log: {
      debug() {},
      info() {},
      error() {},
      warn: (fields: object, text: string) => void warnings.push(`${text} ${JSON.stringify(fields)}`),
    },
    async command(call: CommandCall) {
      await stored()
      calls.push(call)
      return receipt
    },
    async publish(_event: unknown, payload: { why: string }, origin: { deliveryId: string }) {
      hints.push({ why: payload.why, deliveryId: origin.deliveryId })
      return receipt
    },
  }
  inbound = createInbound({
    hub: hub as never,
    verify: createVerifySender({ authservId: 'mx.mail.test', resolve }),
    journal,
    hint: createHint(hub as never, () => nowMs),
    reports: createReportIntake({ hub: hub as never, marks: createMarks(kv), suppressions: createSuppressions(kv) }),
    roleOf: async () => role,
  })
})
let uid = 0
const letter = (raw: string, over: Partial<Letter> = {}): Letter => ({
  uid: ++uid,
  arrivedMs: Date.now(),
  raw: Buffer.from(raw, 'latin1'),
  isWhole: true,
  ...over,
})
const base: Written = { subject: '/story Pay', date: new Date(Date.now() - 60_000), messageId: '<a@shop.test>' }
const sign = (over: Written = {}) => signed(mailOf({ ...base, ...over }))

describe('a verified mail', () => {
  test('becomes the command of its author, answered in its thread', async () => {
    expect(await inbound.receive(letter(await sign({ from: '"Ann A." <Ann@Shop.test>' })))).toBe('taken')
    expect(calls).toMatchObject([
      {
        workspace: 'mail:smtp',
        actor: { plugin: 'mail', id: 'ann@shop.test' },
        actorName: 'Ann A.',
        input: 'story Pay',
        place: { plugin: 'mail', channel: 'Ann@shop.test', thread: '<a@shop.test>', visibility: 'private' },
      },
    ])
    expect(await journal.heard('<a@shop.test>')).toEqual({ subject: '/story Pay', references: [] })
  })
  test('sent again by whoever kept it is the same delivery, under whatever Message-ID', async () => {
    const headerList = ['From', 'Subject', 'Date']
    const first = await signed(mailOf(base), 'shop.test', { headerList })
    const again = first.replace('<a@shop.test>', '<b@evil.test>')
    for (const raw of [first, again]) expect(await inbound.receive(letter(raw))).toBe('taken')
    expect(new Set(calls.map(({ deliveryId }) => deliveryId)).size).toBe(1)
    await inbound.receive(letter(await sign({ subject: '/story Pay more' })))
    expect(new Set(calls.map(({ deliveryId }) => deliveryId)).size).toBe(2)
  })
  test.each([
    ['long after it was written', { date: new Date(Date.now() - 6 * 24 * HOUR_MS) }],
    ['from the future', { date: new Date(Date.now() + 48 * HOUR_MS) }],
  ])('that arrives %s is not run', async (_when, over) => {
    expect(await inbound.receive(letter(await sign(over)))).toBe('ignored')
    expect([calls, hints, warnings.length]).toEqual([[], [], 1])
  })
  test('without a Message-ID is answered, in no thread', async () => {
    const raw = await signed(mailOf(base).replace(/Message-ID: .*\r\n/, ''))
    expect(await inbound.receive(letter(raw))).toBe('taken')
    expect(calls[0]?.place).not.toHaveProperty('thread')
  })
  test('whose Message-ID could begin a header is answered in no thread', async () => {
    const raw = await signed(mailOf({ ...base, messageId: '<a b@shop.test>\r\n\tX-Evil: 1' }))
    expect(await inbound.receive(letter(raw))).toBe('taken')
    expect(calls[0]?.place).not.toHaveProperty('thread')
  })
  test('of a stranger is not run, and its author told once a day', async () => {
    role = null
    for (const subject of ['/story A', '/story B']) await inbound.receive(letter(await sign({ subject })))
    nowMs += 24 * HOUR_MS
    await inbound.receive(letter(await sign({ subject: '/story C' })))
    expect(calls).toEqual([])
    expect(hints.map(({ why }) => why)).toEqual(['stranger', 'stranger', 'stranger'])
    const [first, second, nextDay] = hints.map(({ deliveryId }) => deliveryId)
    // The ledger drops the second of one name.
    expect(second).toBe(first)
    expect(nextDay).not.toBe(first)
  })
  test('of somebody who is let in later is not run when it is read again; one that they write then is', async () => {
    role = null
    const early = letter(await sign())
    await inbound.receive(early)
    role = 'member'
    expect(await inbound.receive(early)).toBe('ignored')
    expect(await inbound.receive(letter(await sign({ date: new Date() })))).toBe('taken')
    expect(calls).toHaveLength(1)
  })
  test('that is too large to be loaded is told so, where our server vouches for its author', async () => {
    const head = mailOf(base)
    const vouched = `Authentication-Results: mx.mail.test; dmarc=pass header.from=shop.test\r\n${head}`
    expect(await inbound.receive(letter(vouched, { isWhole: false }))).toBe('ignored')
    expect(await inbound.receive(letter(head, { isWhole: false }))).toBe('ignored')
    expect([calls, hints.map(({ why }) => why)]).toEqual([[], ['too large']])
    expect(warnings.at(-1)).toContain('too large to verify')
  })
  test('waits while DNS does not answer', async () => {
    dns = 'fails'
    expect(await inbound.receive(letter(await sign()))).toBe('later')
    dns = 'answers'
    expect(await inbound.receive(letter(await sign()))).toBe('taken')
  })
  test('is not taken while the ledger is away, and is given up when it can never be stored', async () => {
    stored = () => Promise.reject(new HubError('UNAVAILABLE', 'the database is away'))
    await expect(inbound.receive(letter(await sign()))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    stored = () => Promise.reject(new HubError('TOO_LARGE', 'too long'))
    expect(await inbound.receive(letter(await sign()))).toBe('ignored')
    expect(warnings.at(-1)).toContain('was not stored')
  })
})

describe('no answer at all goes to', () => {
  test.each([
    ['whom an unsigned mail names', (raw: string) => raw],
    ['whom a mail signed by somebody else names', (raw: string) => signed(raw, 'evil.test')],
  ])('%s', async (_what, make) => {
    expect(await inbound.receive(letter(await make(mailOf(base))))).toBe('ignored')
    expect([calls, hints]).toEqual([[], []])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('ann@shop.test')
  })
  test.each([
    'Auto-Submitted: auto-replied',
    'List-Id: <dev.shop.test>',
    'Precedence: bulk',
    'X-AutoDevHub: 1',
    'Return-Path: <>',
  ])('a machine: %s', async (field) => {
    expect(await inbound.receive(letter(await sign({ more: [field] })))).toBe('ignored')
    expect([calls, hints, warnings]).toEqual([[], [], []])
  })
  test('a mail without a command', async () => {
    expect(await inbound.receive(letter(await sign({ subject: 'Lunch?' })))).toBe('ignored')
    expect([calls, hints, warnings]).toEqual([[], [], []])
  })
  test('the twenty-first of a thread within an hour; one that is read twice counts once', async () => {
    const inThread = (n: number) =>
      sign({ subject: `/story ${n}`, messageId: `<${n}@shop.test>`, more: ['References: <root@mail.test>'] })
    const first = letter(await inThread(0))
    await inbound.receive(first)
    await inbound.receive(first)
    for (let n = 1; n < 20; n++) expect(await inbound.receive(letter(await inThread(n)))).toBe('taken')
    expect(await inbound.receive(letter(await inThread(20)))).toBe('ignored')
    expect(warnings.at(-1)).toContain('loop')
    expect(await inbound.receive(letter(await sign({ messageId: '<other@shop.test>' })))).toBe('taken')
  })
})
