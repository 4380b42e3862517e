import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Capabilities, type Channel, type Delivery, HubError, type Posted } from '#contract'
import { openTestStore } from '../../test/support/stores.ts'
import { createLeases } from '../jobs/leases.ts'
import { storableJson } from '../ledger/inbox.ts'
import { createLimits } from '../ledger/limits.ts'
import { createOutbox, type Outbox } from '../ledger/outbox.ts'
import type { NewSend } from '../ledger/sends.ts'
import { createLedgerView } from '../ledger/view.ts'
import type { Store } from '../store/open.ts'
import { createBreaker } from './breaker.ts'
import { planCard } from './card.ts'
import { type DeliverDeps, deliverOne, reconcileOne } from './deliver.ts'

const CAN: Capabilities = {
  update: true,
  threads: true,
  buttons: true,
  forms: true,
  private: true,
  files: true,
  reconcile: 'find',
  maxText: 4000,
  maxBlocks: 50,
}
const PLACE = { plugin: 'fake', workspace: 'fake:T1', channel: 'C1', visibility: 'team' } as const
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

describe('delivery', () => {
  let store: Store
  let outbox: Outbox
  beforeAll(async () => {
    store = await openTestStore('embedded')
    outbox = createOutbox(store.sql, { worker: 'w', leaseMs: 60_000, storable: storableJson })
  })
  afterAll(() => store.close())
  beforeEach(async () => {
    await store.sql.query('delete from hub.outbox')
    await store.sql.query('delete from hub.limits')
  })

  /** A platform that remembers what arrived, and fails as told: `before` the effect, or `after` it. */
  function platform(
    options: {
      fail?: (n: number) => { before?: Error; after?: Error } | undefined
      can?: Partial<Capabilities>
      lagLooks?: number
    } = {},
  ) {
    const arrived: Delivery[] = []
    let calls = 0
    let looks = 0
    const channel: Channel = {
      split: (message) => [message],
      render: (message) => message,
      limits: () => [],
      async deliver(delivery) {
        const fault = options.fail?.(++calls)
        if (fault?.before) throw fault.before
        arrived.push(delivery)
        if (fault?.after) throw fault.after
        return { ...delivery.to, message: `m${arrived.length}` }
      },
      async find({ key, to }): Promise<Posted | null> {
        if (++looks <= (options.lagLooks ?? 0)) return null
        const at = arrived.findIndex((d) => d.key === key)
        return at < 0 ? null : { ...to, message: `m${at + 1}` }
      },
      profile: async () => null,
    }
    const deps: DeliverDeps = {
      outlets: new Map([['fake', { channel, can: { ...CAN, ...options.can } }]]),
      outbox,
      limits: createLimits(store.sql),
      leases: createLeases({ leaseMs: 60_000, renew: async (held) => new Set(held.map((h) => h.id)) }),
      breaker: createBreaker(),
      times: { callMs: 1_000, firstLookMs: 0, lastLookMs: 40 },
      log: SILENT,
      openTicket: (place) => place.ticket ?? null,
      onFenced: () => {},
      ringLater: () => {},
      crashPoint: () => {},
    }
    return { arrived, deps, calls: () => calls, looks: () => looks }
  }
  const send = (over: Partial<NewSend> = {}): NewSend => ({
    id: randomUUIDv7(),
    workspace: PLACE.workspace,
    key: randomUUIDv7(),
    jobId: null,
    plugin: 'fake',
    lane: 'lane',
    op: 'post',
    place: PLACE,
    target: null,
    message: { text: 'hello' },
    supersedes: null,
    ...over,
  })
  const rows = () =>
    store.sql.query<{
      state: string
      attempts: number
      error: string | null
      error_code: string | null
      posted: Posted | null
    }>('select state, attempts, error, error_code, posted from hub.outbox order by seq')
  /** Drives the row until it rests, as the worker does. */
  async function settle(deps: DeliverDeps, rounds = 30) {
    for (let i = 0; i < rounds; i++) {
      await store.sql.query(
        `update hub.outbox set not_before = least(not_before, clock_timestamp() + interval '10 ms') where state in ('pending', 'unknown')`,
      )
      await new Promise((resolve) => setTimeout(resolve, 12))
      for (const claimed of await outbox.claim(10)) await deliverOne(claimed, deps)
      for (const claimed of await outbox.claimUnknown(10)) await reconcileOne(claimed, deps)
    }
    return rows()
  }

  it('sends once and keeps where it landed, without the reply handle', async () => {
    const { arrived, deps } = platform()
    await outbox.insert([send({ place: { ...PLACE, ticket: 'https://hook', ticketExpiresAtMs: Date.now() + 60_000 } })])
    const [row] = await settle(deps, 1)
    expect(row).toMatchObject({ state: 'sent', posted: { ...PLACE, message: 'm1' } })
    expect(row?.posted).not.toHaveProperty('ticket')
    expect(arrived).toHaveLength(1)
    expect(arrived[0]?.to.ticket).toBe('https://hook')
  })

  describe('one card edited by two jobs', () => {
    const standing = { ...PLACE, message: 'm0' }
    const edit = (revision: number, over: Partial<NewSend> = {}) =>
      send({
        op: 'update',
        place: standing,
        message: { text: `v${revision}`, card: { of: 'ST-1', revision } },
        ...over,
      })
    const texts = (arrived: readonly Delivery[]) => arrived.map(({ message }) => message.text)

    it('the edit of an earlier revision that comes late is dropped, and what follows it still knows its message', async () => {
      const { arrived, deps } = platform()
      const stale = edit(2)
      await outbox.insert([edit(3), stale, send({ target: stale.key, message: { text: 'the rest' } })])
      const settled = await settle(deps, 4)
      expect(texts(arrived)).toEqual(['v3', 'the rest'])
      expect(arrived[1]?.to.thread).toBe('m0')
      expect(settled.map(({ state }) => state)).toEqual(['sent', 'superseded', 'sent'])
    })
    it('one that waits behind it makes an earlier one superfluous', async () => {
      const { arrived, deps } = platform()
      await outbox.insert([edit(2), edit(3)])
      await settle(deps, 3)
      expect(texts(arrived)).toEqual(['v3'])
    })
    it('the same revision again, another message and another thing are edited', async () => {
      const { arrived, deps } = platform()
      await outbox.insert([
        edit(3),
        edit(3),
        edit(2, { place: { ...PLACE, message: 'm9' } }),
        edit(1, { message: { text: 'other', card: { of: 'ST-2', revision: 1 } } }),
      ])
      await settle(deps, 5)
      expect(texts(arrived)).toEqual(['v3', 'v3', 'v2', 'other'])
    })
    it('an edit that was given up makes nothing stale', async () => {
      const refused = new HubError('FORBIDDEN', 'not in this channel')
      const { arrived, deps } = platform({ fail: (n) => (n === 1 ? { before: refused } : undefined) })
      await outbox.insert([edit(3)])
      await settle(deps, 1)
      await outbox.insert([edit(2)])
      expect((await settle(deps, 2)).map(({ state }) => state)).toEqual(['dead', 'sent'])
      expect(texts(arrived)).toEqual(['v2'])
    })
  })

  it('an answer lost after the effect is found and never sent again, even when the read-back lags', async () => {
    const lost = new HubError('OUTCOME_UNKNOWN', 'connection reset')
    const { arrived, deps, looks } = platform({ fail: (n) => (n === 1 ? { after: lost } : undefined), lagLooks: 1 })
    await outbox.insert([send()])
    const [row] = await settle(deps)
    expect(row).toMatchObject({ state: 'sent', posted: { message: 'm1' } })
    expect(arrived).toHaveLength(1)
    expect(looks()).toBe(2)
  })

  it('one that never arrived is sent after two looks, the second one late enough', async () => {
    const lost = new HubError('OUTCOME_UNKNOWN', 'connection reset')
    const { arrived, deps, looks } = platform({ fail: (n) => (n === 1 ? { before: lost } : undefined) })
    await outbox.insert([send()])
    expect(await settle(deps)).toMatchObject([{ state: 'sent' }])
    expect(arrived).toHaveLength(1)
    expect(looks()).toBeGreaterThanOrEqual(2)
  })

  it.each([
    ['a plain Error', new Error('socket hang up')],
    ['a timeout', new DOMException('timed out', 'TimeoutError')],
  ])('%s from the adapter counts as unknown, not as failed', async (_, error) => {
    const { arrived, deps } = platform({ fail: (n) => (n === 1 ? { after: error } : undefined) })
    await outbox.insert([send()])
    expect(await settle(deps)).toMatchObject([{ state: 'sent' }])
    expect(arrived).toHaveLength(1)
  })

  it('holds what cannot be looked for, and its lane waits for a person', async () => {
    const lost = new HubError('OUTCOME_UNKNOWN', 'the reply handle gives no receipt', { retry: 'never' })
    const { arrived, deps } = platform({ fail: (n) => (n === 1 ? { after: lost } : undefined) })
    await outbox.insert([send(), send()])
    expect((await settle(deps)).map((r) => r.state)).toEqual(['held', 'pending'])
    expect(arrived).toHaveLength(1)
  })

  it('holds an unknown send on a platform without read-back', async () => {
    const { arrived, deps } = platform({
      can: { reconcile: 'none' },
      fail: () => ({ after: new HubError('OUTCOME_UNKNOWN', 'cut') }),
    })
    await outbox.insert([send()])
    expect(await settle(deps)).toMatchObject([{ state: 'held', error: expect.stringContaining('by hand') }])
    expect(arrived).toHaveLength(1)
  })

  it('repeats an unknown send where the platform drops repeats', async () => {
    const { deps, calls } = platform({
      can: { reconcile: 'native' },
      fail: (n) => (n === 1 ? { before: new HubError('OUTCOME_UNKNOWN', 'cut') } : undefined),
    })
    await outbox.insert([send()])
    expect(await settle(deps)).toMatchObject([{ state: 'sent' }])
    expect(calls()).toBe(2)
  })

  it('obeys Retry-After without counting it as an attempt', async () => {
    const limited = new HubError('RATE_LIMITED', 'wait', { retry: { afterMs: 30_000 }, scope: 'fake:post' })
    const { deps } = platform({ fail: () => ({ before: limited }) })
    await outbox.insert([send()])
    for (const claimed of await outbox.claim(1)) await deliverOne(claimed, deps)
    expect(await rows()).toMatchObject([{ state: 'pending', attempts: 0, error_code: 'RATE_LIMITED' }])
    const [wait] = await store.sql.query<{ s: number }>(
      `select round(extract(epoch from not_before - clock_timestamp()))::int as s from hub.outbox`,
    )
    expect(wait?.s).toBe(30)
    expect(await deps.limits.closedForMs(['fake:post'])).toBeGreaterThan(29_000)
  })

  it('gives up after eight attempts, with the reason', async () => {
    const { deps, calls } = platform({ fail: () => ({ before: new HubError('UNAVAILABLE', 'connection refused') }) })
    await outbox.insert([send()])
    expect(await settle(deps)).toMatchObject([{ state: 'dead', error: 'gave up after 8 attempts: connection refused' }])
    expect(calls()).toBe(8)
  })

  it('refused credentials stop the whole workspace after one call, and nothing is lost', async () => {
    const { deps, calls } = platform({ fail: () => ({ before: new HubError('UNAUTHENTICATED', 'token_revoked') }) })
    await outbox.insert([send({ lane: 'A' }), send({ lane: 'B' }), send({ lane: 'C' })])
    const states = await settle(deps, 5)
    expect(states.map((r) => r.state)).toEqual(['pending', 'pending', 'pending'])
    expect(calls()).toBe(1)
  })

  it('credentials that nobody can renew end each send at once, with what cures it', async () => {
    const { deps, calls } = platform({
      fail: () => ({ before: new HubError('UNAUTHENTICATED', 'the app was removed; install it', { retry: 'never' }) }),
    })
    await outbox.insert([send({ lane: 'A' }), send({ lane: 'B' })])
    expect(await settle(deps, 4)).toMatchObject([
      { state: 'dead', error: 'the app was removed; install it' },
      { state: 'dead', error: 'the app was removed; install it' },
    ])
    expect(calls()).toBe(2)
  })

  it('a mistake of ours is dead at once, and the lane goes on', async () => {
    const { arrived, deps } = platform({
      fail: (n) => (n === 1 ? { before: new HubError('INPUT_INVALID', 'invalid_blocks') } : undefined),
    })
    await outbox.insert([send(), send()])
    expect((await settle(deps, 4)).map((r) => r.state)).toEqual(['dead', 'sent'])
    expect(arrived).toHaveLength(1)
  })

  it('edits the post it names, and posts when that never got through', async () => {
    const { arrived, deps } = platform({
      fail: (n) => (n === 1 ? { before: new HubError('INPUT_INVALID', 'too long') } : undefined),
    })
    await outbox.insert([
      send({ key: 'p1' }),
      send({ key: 'e1', op: 'update', target: 'p1' }),
      send({ key: 'p2' }),
      send({ key: 'e2', op: 'update', target: 'p2' }),
    ])
    await settle(deps, 8)
    expect(arrived.map((d) => [d.key, d.op, 'message' in d.to ? d.to.message : null])).toEqual([
      ['e1', 'post', null],
      ['p2', 'post', null],
      ['e2', 'update', 'm2'],
    ])
  })

  it('an edit has the reply handle and its expiry, which the receipt of the post has not', async () => {
    const { arrived, deps } = platform()
    const place = { ...PLACE, ticket: 'https://hook', ticketExpiresAtMs: Date.now() + 60_000 }
    await outbox.insert([send({ key: 'p', place }), send({ key: 'e', op: 'update', target: 'p', place })])
    await settle(deps, 3)
    expect(arrived[1]).toMatchObject({
      op: 'update',
      to: { message: 'm1', ticket: 'https://hook', ticketExpiresAtMs: place.ticketExpiresAtMs },
    })
  })

  it('says it anew where the message it edits was deleted', async () => {
    const gone = new HubError('NOT_FOUND', 'message_not_found')
    const { arrived, deps } = platform({ fail: (n) => (n === 2 ? { before: gone } : undefined) })
    await outbox.insert([send({ key: 'p' }), send({ key: 'e', op: 'update', target: 'p' })])
    expect((await settle(deps, 5)).map((r) => r.state)).toEqual(['sent', 'sent'])
    expect(arrived.map((d) => [d.key, d.op])).toEqual([
      ['p', 'post'],
      ['e', 'post'],
    ])
  })

  it('a card whose post got through without an id is posted once more, and edited from then on', async () => {
    const { arrived, deps } = platform({
      can: { reconcile: 'none' },
      fail: (n) => (n === 1 ? { after: new HubError('OUTCOME_UNKNOWN', 'timed out') } : undefined),
    })
    const outlet = deps.outlets.get('fake')
    const show = async (revision: number) => {
      const message = { text: `v${revision}`, card: { of: 'deployment 1', revision } }
      const shown = { jobId: randomUUIDv7(), workspace: PLACE.workspace, to: PLACE, message }
      await outbox.show(planCard(shown, outlet))
      return settle(deps, 3)
    }
    expect(await show(1)).toMatchObject([{ state: 'held' }])
    const view = createLedgerView(store.sql, { ring: () => {} })
    const [held] = await view.deliveries.list({ state: 'held', limit: 1 })
    await view.deliveries.resolve(held?.id ?? '', 'sent')
    for (const revision of [2, 3, 4]) await show(revision)
    expect(arrived.map((d) => [d.op, d.message.text, 'message' in d.to ? d.to.message : null])).toEqual([
      ['post', 'v1', null],
      ['post', 'v2', null],
      ['update', 'v3', 'm2'],
      ['update', 'v4', 'm2'],
    ])
  })
  it('an edit that went out as a post counts as one also when it had to be looked for', async () => {
    const lost = new HubError('OUTCOME_UNKNOWN', 'connection reset')
    const { deps } = platform({ fail: (n) => (n === 1 ? { after: lost } : undefined) })
    await outbox.insert([send({ op: 'update', target: 'never stored' })])
    expect(await settle(deps)).toMatchObject([{ state: 'sent', posted: { message: 'm1' } }])
    expect(await store.sql.query('select op, target from hub.outbox')).toEqual([{ op: 'post', target: null }])
  })

  it('further parts follow in the thread of the first', async () => {
    const { arrived, deps } = platform()
    await outbox.insert([send({ key: 'a' }), send({ key: 'a:2', target: 'a' })])
    await settle(deps, 3)
    expect(arrived.map((d) => d.to.thread ?? null)).toEqual([null, 'm1'])
  })

  it('a database that is away before the call puts nothing in doubt: the row is given back uncounted, also where nobody can look', async () => {
    const { arrived, deps } = platform({ can: { reconcile: 'none' } })
    const away = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    await outbox.insert([send()])
    for (const claimed of await outbox.claim(1))
      await deliverOne(claimed, { ...deps, limits: { ...deps.limits, reserve: () => Promise.reject(away) } })
    expect(await rows()).toMatchObject([{ state: 'pending', attempts: 0, error_code: 'UNAVAILABLE' }])
    expect(await settle(deps, 1)).toMatchObject([{ state: 'sent', attempts: 1 }])
    expect(arrived).toHaveLength(1)
  })
  it('an outcome is written once the database is back, though a sweep has meanwhile made it unknown', async () => {
    const { arrived, deps } = platform({ can: { reconcile: 'none' } })
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    let writes = 0
    const late: Outbox = {
      ...outbox,
      async settle(settled) {
        if (++writes > 1) return outbox.settle(settled)
        await store.sql.query(`update hub.outbox set lease_until = clock_timestamp() - interval '1 second'`)
        expect(await outbox.sweep(60_000)).toBe(1)
        throw away
      },
    }
    await outbox.insert([send()])
    for (const claimed of await outbox.claim(1)) await deliverOne(claimed, { ...deps, outbox: late })
    expect(await rows()).toMatchObject([{ state: 'sent', posted: { message: 'm1' }, error: null }])
    expect(arrived).toHaveLength(1)
  })
  it('an adapter that cannot say its limits ends like every other failure', async () => {
    const { arrived, deps } = platform({ can: { reconcile: 'none' } })
    const outlet = deps.outlets.get('fake')
    if (!outlet) throw new Error('the platform has no outlet')
    const limits = () => {
      throw new Error('no such method')
    }
    const broken = { ...deps, outlets: new Map([['fake', { ...outlet, channel: { ...outlet.channel, limits } }]]) }
    await outbox.insert([send()])
    expect(await settle(broken, 12)).toMatchObject([
      { state: 'dead', error: 'gave up after 8 attempts: no such method', error_code: 'UNAVAILABLE' },
    ])
    expect(arrived).toEqual([])
  })

  it('sends nothing on an old lease: a process that was suspended gives the row back, and others have the fence', async () => {
    const { arrived, deps } = platform()
    await outbox.insert([send(), send({ lane: 'other' })])
    const [first, second] = await outbox.claim(2)
    if (!first || !second) throw new Error('nothing was claimed')
    await deliverOne({ ...first, askedAtMs: performance.now() - 31_000 }, deps)
    expect(arrived).toEqual([])
    expect(await rows()).toMatchObject([{ state: 'pending', attempts: 0 }, { state: 'inflight' }])
    await deliverOne(second, deps)
    expect(arrived).toHaveLength(1)
    expect((await settle(deps, 2)).map((row) => row.state)).toEqual(['sent', 'sent'])
    expect(arrived).toHaveLength(2)
  })
})
