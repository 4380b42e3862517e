import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DATABASES, isAvailable, openTestStore } from '../../test/support/stores.ts'
import type { Store } from '../store/open.ts'
import { createJobsControl } from './cancel.ts'
import { dispatchArrivals, type Route } from './dispatch.ts'
import { type Arrival, createInbox, storableJson } from './inbox.ts'
import { createJobsLedger, type Finish } from './jobs.ts'
import { createLimits } from './limits.ts'
import { createOutbox, type Settled } from './outbox.ts'
import { createPrune } from './prune.ts'
import type { NewSend } from './sends.ts'
import { createLedgerView } from './view.ts'

const ROUTES = [{ kind: 'command', job: 'command', maxAttempts: 3, backoffMs: 0 }]
const LEASE_MS = 60_000

for (const database of DATABASES)
  describe.skipIf(!isAvailable(database))(`ledger on ${database}`, () => {
    let store: Store
    beforeAll(async () => {
      store = await openTestStore(database)
    })
    afterAll(() => store.close())
    beforeEach(async () => {
      for (const table of ['outbox', 'jobs', 'inbox', 'limits']) await store.sql.query(`delete from hub.${table}`)
    })

    const ledger = (worker = 'w1', leaseMs = LEASE_MS) => {
      const options = { worker, leaseMs, storable: storableJson }
      return { jobs: createJobsLedger(store.sql, options), outbox: createOutbox(store.sql, options) }
    }
    const arrival = (over: Partial<Arrival> = {}): Arrival => ({
      id: randomUUIDv7(),
      workspace: 'slack:T1',
      source: 'slack',
      deliveryId: randomUUID(),
      kind: 'command',
      lane: null,
      body: JSON.stringify({ input: 'hub help' }),
      ...over,
    })
    const queued = async (...arrivals: Arrival[]) => {
      const inbox = createInbox(store.sql, () => {})
      for (const a of arrivals) await inbox.accept(a)
      await dispatchArrivals(store.sql, ROUTES, 500, { take: 0, worker: 'w', leaseMs: 60_000 })
    }
    const send = (over: Partial<NewSend> = {}): NewSend => ({
      id: randomUUIDv7(),
      workspace: 'slack:T1',
      key: randomUUID(),
      jobId: null,
      plugin: 'slack',
      lane: 'lane',
      op: 'post',
      place: { plugin: 'slack', workspace: 'slack:T1', channel: 'C1', visibility: 'team' },
      target: null,
      message: { text: 'hello' },
      supersedes: null,
      ...over,
    })
    const finish = (job: { id: string; fence: number }, over: Partial<Finish> = {}): Finish => ({
      ...{
        id: job.id,
        fence: job.fence,
        state: 'done',
        result: JSON.stringify({ text: 'done' }),
        error: null,
        errorCode: null,
        delayMs: 0,
        sends: [],
        take: 0,
      },
      ...over,
    })
    const settled = (row: { id: string; fence: number }, over: Partial<Settled> = {}): Settled => ({
      ...{
        id: row.id,
        fence: row.fence,
        state: 'sent',
        posted: null,
        error: null,
        errorCode: null,
        waitMs: 0,
        reserved: false,
        uncounted: false,
        asPost: false,
      },
      ...over,
    })
    const count = async (table: string) =>
      (await store.sql.query<{ n: number }>(`select count(*)::int as n from hub.${table}`))[0]?.n

    describe('inbox', () => {
      it('takes a delivery once, however often it comes at the same time', async () => {
        let rings = 0
        const [one, other] = [createInbox(store.sql, () => rings++), createInbox(store.sql, () => rings++)]
        const repeats = Array.from({ length: 50 }, (_, i) =>
          (i % 2 ? one : other).accept(arrival({ deliveryId: 'D1' })),
        )
        const answers = await Promise.all(repeats)
        expect(answers.filter((a) => a === 'queued')).toHaveLength(1)
        expect(answers.filter((a) => a === 'duplicate')).toHaveLength(49)
        expect(rings).toBe(1)
        expect(await count('inbox')).toBe(1)
      })
      it('keeps tenants and sources apart', async () => {
        const inbox = createInbox(store.sql, () => {})
        const same = { deliveryId: 'D1' }
        const answers = [
          await inbox.accept(arrival(same)),
          await inbox.accept(arrival({ ...same, workspace: 'slack:T2' })),
          await inbox.accept(arrival({ ...same, source: 'discord' })),
        ]
        expect(answers).toEqual(['queued', 'queued', 'queued'])
      })
      it('stores NUL and half surrogates as U+FFFD, and a bad neighbour harms nobody', async () => {
        const inbox = createInbox(store.sql, () => {})
        const text = 'a\0b \ud83d c \\u0000 😀'
        const answers = await Promise.all([
          inbox.accept(arrival({ body: JSON.stringify({ text }) })),
          inbox.accept(arrival({ body: JSON.stringify({ text: 'fine' }) })),
          inbox.accept(arrival({ workspace: 'slack:\0', deliveryId: 'x\ud800' })),
        ])
        expect(answers).toEqual(['queued', 'queued', 'queued'])
        const rows = await store.sql.query<{ text: string }>(
          `select body ->> 'text' as text from hub.inbox order by seq`,
        )
        expect(rows.map((r) => r.text)).toContain('a\ufffdb \ufffd c \\u0000 😀')
      })
      it('refuses the row that cannot be stored and keeps the rest of its batch', async () => {
        const inbox = createInbox(store.sql, () => {})
        // The first two are under way alone; the others share a statement.
        const bodies = Array.from({ length: 8 }, (_, i) => (i === 4 ? '{"broken"' : '{}'))
        const answers = await Promise.allSettled(bodies.map((body) => inbox.accept(arrival({ body }))))
        expect(answers.map((a) => a.status === 'fulfilled')).toEqual(bodies.map((b) => b === '{}'))
        expect(await count('inbox')).toBe(7)
      })
    })

    describe('dispatch', () => {
      it('makes jobs in order of arrival with the id the acknowledgement named, and ignores what nobody handles', async () => {
        const arrivals = Array.from({ length: 5 }, () => arrival())
        await queued(...arrivals, arrival({ kind: 'nobody.cares' }))
        const { jobs } = ledger()
        expect((await jobs.claim(10)).map((j) => j.id)).toEqual(arrivals.map((a) => a.id))
        const states = await store.sql.query<{ state: string }>(`select state from hub.inbox order by seq`)
        expect(states.map((s) => s.state)).toEqual([...Array(5).fill('dispatched'), 'ignored'])
      })
      it('runs once when two processes dispatch together', async () => {
        const inbox = createInbox(store.sql, () => {})
        await Promise.all(Array.from({ length: 40 }, () => inbox.accept(arrival())))
        const own = { take: 5, worker: 'w', leaseMs: 60_000 }
        const rounds = await Promise.all([1, 2, 3].map(() => dispatchArrivals(store.sql, ROUTES, 500, own)))
        expect(rounds.reduce((n, { arrivals }) => n + arrivals, 0)).toBe(40)
        expect(await count('jobs')).toBe(40)
        const taken = rounds.flatMap((r) => r.taken)
        expect(new Set(taken.map((j) => j.id)).size).toBe(taken.length)
      })
      it('hands the first jobs to the worker that asks, but none of a lane', async () => {
        const inbox = createInbox(store.sql, () => {})
        const arrivals = [arrival(), arrival({ lane: 'A' }), arrival(), arrival()]
        for (const a of arrivals) await inbox.accept(a)
        const own = { take: 2, worker: 'w1', leaseMs: 60_000 }
        const { arrivals: n, taken } = await dispatchArrivals(store.sql, ROUTES, 500, own)
        expect([n, taken.map((j) => j.id)]).toEqual([4, [arrivals[0]?.id, arrivals[2]?.id]])
        const { jobs } = ledger('w1')
        const claimed = await jobs.claim(10)
        expect(claimed.map((j) => j.id)).toEqual([arrivals[1]?.id, arrivals[3]?.id])
        // As if it had claimed them: same columns, same fence, and the end is stored.
        const [first] = taken
        if (!first) throw new Error('nothing taken')
        const { id: _, waitedMs: __, askedAtMs: ___, ...like } = { ...first }
        expect(claimed[1]).toMatchObject({ ...like, seq: expect.any(Number), origin: arrivals[3]?.id })
        expect(await jobs.finish(finish(first))).toMatchObject({ stored: true })
      })
      it('forgets after thirty days what is finished, and keeps what a person still has to decide', async () => {
        const made = (daysAgo: number) =>
          `${(Date.now() - daysAgo * 86_400_000).toString(16).padStart(12, '0')}${randomUUIDv7().replaceAll('-', '').slice(12)}`.replace(
            /(.{8})(.{4})(.{4})(.{4})/,
            '$1-$2-$3-$4-',
          )
        const inbox = createInbox(store.sql, () => {})
        const arrivals = [31, 31, 29].map((days) => arrival({ id: made(days) }))
        for (const a of arrivals) await inbox.accept(a)
        const own = { take: 3, worker: 'w', leaseMs: 60_000 }
        const { taken } = await dispatchArrivals(store.sql, ROUTES, 10, own)
        const { jobs } = ledger('w')
        for (const [i, job] of taken.entries()) {
          const sends = [send({ id: made(i < 2 ? 31 : 29), jobId: job.id, lane: job.id })]
          await jobs.finish(finish(job, { state: i === 1 ? 'dead' : 'done', sends }))
        }
        await store.sql.query(
          `update hub.inbox set received_at = received_at - interval '31 days' where id <> $1::uuid`,
          [arrivals[2]?.id ?? ''],
        )
        await store.sql.query(
          `update hub.jobs set finished_at = finished_at - interval '31 days' where id <> $1::uuid`,
          [arrivals[2]?.id ?? ''],
        )
        await store.sql.query(
          `update hub.outbox set state = case when job_id = $1::uuid then 'held' else 'sent' end, finished_at = clock_timestamp() - interval '31 days'`,
          [arrivals[1]?.id ?? ''],
        )
        await createPrune(store.sql)()
        expect([await count('inbox'), await count('jobs'), await count('outbox')]).toEqual([2, 2, 2])
        const left = await store.sql.query<{ id: string }>('select id from hub.jobs order by id')
        expect(left.map((r) => r.id)).toEqual([arrivals[1]?.id, arrivals[2]?.id])
      })
      it('prunes all that is old at once, however much it is', async () => {
        await store.sql.query(
          `insert into hub.jobs (id, workspace, kind, key, max_attempts, backoff_ms, state, finished_at)
           select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'w', 'k', 'old-' || n, 1, 1, 'done',
             clock_timestamp() - interval '31 days' from generate_series(1, 4500) n`,
        )
        await createPrune(store.sql)()
        expect(await store.sql.query(`select 1 from hub.jobs where key like 'old-%'`)).toEqual([])
      })
      it('gives a subscriber of an event an id that begins with the time of its arrival', async () => {
        const event = arrival({ kind: 'issue.changed' })
        await createInbox(store.sql, () => {}).accept(event)
        const routes = [{ kind: 'issue.changed', job: 'on:issue.changed:a', maxAttempts: 1, backoffMs: 1 }]
        const own = { take: 1, worker: 'w', leaseMs: 60_000 }
        const { taken } = await dispatchArrivals(
          store.sql,
          [...routes, { ...routes[0], job: 'on:b' }] as Route[],
          10,
          own,
        )
        expect(taken).toHaveLength(1)
        expect(await count('jobs')).toBe(2)
        expect(taken[0]?.id.slice(0, 18)).toBe(event.id.slice(0, 18))
        expect(taken[0]?.id).not.toBe(event.id)
      })
    })

    describe('jobs', () => {
      it('hands a lane out one at a time, in order, and other lanes beside it', async () => {
        await queued(
          arrival({ lane: 'A', deliveryId: 'a1' }),
          arrival({ lane: 'A', deliveryId: 'a2' }),
          arrival({ lane: 'B', deliveryId: 'b1' }),
        )
        const { jobs } = ledger()
        const first = await jobs.claim(10)
        expect(first.map((j) => j.lane)).toEqual(['A', 'B'])
        expect(await jobs.claim(10)).toEqual([])
        const [a1] = first
        if (!a1) throw new Error('no job')
        expect(await jobs.finish(finish(a1))).toEqual({ stored: true, taken: [] })
        expect((await jobs.claim(10)).map((j) => j.lane)).toEqual(['A'])
      })
      it('never hands one job to two claimers', async () => {
        await queued(...Array.from({ length: 60 }, () => arrival()))
        const claims = await Promise.all(['w1', 'w2', 'w3'].map((w) => ledger(w).jobs.claim(50)))
        const ids = claims.flat().map((j) => j.id)
        expect(new Set(ids).size).toBe(ids.length)
        expect(ids.length).toBe(60)
      })
      it('writes nothing for a worker whose fence was passed, not even its sends', async () => {
        await queued(arrival())
        const zombie = ledger('zombie', 0)
        const [stale] = await zombie.jobs.claim(1)
        if (!stale) throw new Error('no job')
        await new Promise((resolve) => setTimeout(resolve, 5))
        const { jobs } = ledger()
        expect((await jobs.sweep()).map((s) => s.state)).toEqual(['pending'])
        const [again] = await jobs.claim(1)
        if (!again) throw new Error('not claimed again')
        expect(await zombie.jobs.finish(finish(stale, { sends: [send({ jobId: stale.id })], take: 1 }))).toEqual({
          stored: false,
          taken: [],
        })
        expect(await count('outbox')).toBe(0)
        expect(await jobs.finish(finish(again, { sends: [send({ jobId: again.id })] }))).toMatchObject({ stored: true })
        expect(await count('outbox')).toBe(1)
      })
      it('stores the head of a lane as taken when it is asked to, and what follows it as pending', async () => {
        await queued(arrival(), arrival())
        const { jobs, outbox } = ledger()
        const [one, two] = await jobs.claim(2)
        if (!one || !two) throw new Error('no job')
        const [head, follower, edit] = [
          send({ jobId: one.id, lane: 'A' }),
          send({ jobId: one.id, lane: 'A' }),
          send({ jobId: one.id, lane: 'B', op: 'update', target: 'some post' }),
        ]
        const { taken } = await jobs.finish(finish(one, { sends: [head, follower, edit], take: 3 }))
        const second = await jobs.finish(finish(two, { sends: [send({ jobId: two.id, lane: 'A' })], take: 1 }))
        expect([taken.map((s) => s.id), second.taken]).toEqual([[head.id], []])
        const rows = await store.sql.query<{ id: string; state: string }>(
          `select id, state from hub.outbox order by seq`,
        )
        expect(rows.map((r) => r.state)).toEqual(['inflight', 'pending', 'pending', 'pending'])
        // Nobody else can claim it, and it is settled like any other.
        expect((await outbox.claim(10)).map((s) => s.id)).toEqual([edit.id])
        const [held] = taken
        if (!held) throw new Error('not taken')
        expect(held).toMatchObject({ attempts: 1, fence: 1, message: head.message, place: head.place })
        expect(await outbox.settle(settled(held))).toBe(true)
        expect((await outbox.claim(10)).map((s) => s.id)).toEqual([follower.id])
      })
      it('gives back what it took when the answer of the database was lost, and only that', async () => {
        await queued(arrival())
        const { jobs, outbox } = ledger('w1')
        const [job] = await jobs.claim(1)
        if (!job) throw new Error('no job')
        const mine = send({ jobId: job.id })
        await jobs.finish(finish(job, { sends: [mine], take: 1 }))
        await ledger('w2').outbox.giveBack([mine])
        expect(await outbox.claim(1)).toEqual([])
        await outbox.giveBack([mine])
        const [again] = await outbox.claim(1)
        if (!again) throw new Error('not given back')
        expect(again).toMatchObject({ id: mine.id, attempts: 1, fence: 3 })
        await outbox.giveBack([mine])
        expect(await outbox.settle(settled(again))).toBe(true)
      })
      it('spreads jobs whose worker vanished: one of them may have ended it, and must not take the same others along again', async () => {
        await queued(...Array.from({ length: 20 }, () => arrival()))
        const { jobs } = ledger('w', 0)
        const order: string[][] = []
        for (const stepMs of [10, 100]) {
          await store.sql.query('update hub.jobs set run_at = clock_timestamp()')
          expect(await jobs.claim(20)).toHaveLength(20)
          await new Promise((resolve) => setTimeout(resolve, 5))
          expect(await jobs.sweep()).toHaveLength(20)
          const rows = await store.sql.query<{ id: string; ms: number }>(
            'select id, (extract(epoch from run_at) * 1000)::float8 as ms from hub.jobs order by run_at',
          )
          const gaps = rows.slice(1).map((row, i) => row.ms - (rows[i]?.ms ?? 0))
          // Within one statement the clock goes on a little.
          expect(Math.min(...gaps)).toBeGreaterThan(stepMs / 2)
          order.push(rows.map((row) => row.id))
        }
        expect(order[1]).not.toEqual(order[0])
      })
      it('sends a job whose worker vanishes to the dead letters after its last attempt', async () => {
        await queued(arrival())
        const { jobs } = ledger('w', 0)
        const states: string[] = []
        for (let i = 0; i < 3; i++) {
          await jobs.claim(1)
          await new Promise((resolve) => setTimeout(resolve, 5))
          states.push(...(await jobs.sweep()).map((s) => s.state))
        }
        expect(states).toEqual(['pending', 'pending', 'dead'])
        const view = createLedgerView(store.sql, { ring: () => {} })
        const [dead] = await view.jobs.list({ state: 'dead', limit: 10 })
        expect(dead).toMatchObject({
          attempts: 3,
          errorCode: 'UNAVAILABLE',
          error: expect.stringContaining('attempt 3'),
          summary: 'hub help',
        })
        if (!dead) throw new Error('no dead job')
        await view.jobs.retry(dead.id)
        expect(await jobs.claim(1)).toHaveLength(1)
        await expect(view.jobs.retry(dead.id)).rejects.toMatchObject({ code: 'CONFLICT' })
      })
      it('renews what it holds and tells what it lost', async () => {
        await queued(arrival(), arrival())
        const { jobs } = ledger()
        const held = await jobs.claim(2)
        const [lost, kept] = held
        if (!lost || !kept) throw new Error('no jobs')
        expect(
          await jobs.renew([
            { id: lost.id, fence: lost.fence + 1 },
            { id: kept.id, fence: kept.fence },
          ]),
        ).toEqual(new Set([kept.id]))
      })
      it('waits as long as it was told before a retry', async () => {
        await queued(arrival())
        const { jobs } = ledger()
        const [job] = await jobs.claim(1)
        if (!job) throw new Error('no job')
        await jobs.finish(finish(job, { state: 'pending', error: 'busy', errorCode: 'UNAVAILABLE', delayMs: 150 }))
        expect(await jobs.claim(1)).toEqual([])
        await new Promise((resolve) => setTimeout(resolve, 200))
        expect((await jobs.claim(1)).map((j) => j.attempts)).toEqual([2])
      })
      it('a job that is tried again by hand waits for what runs in its lane', async () => {
        await queued(...['one', 'two', 'three'].map((deliveryId) => arrival({ lane: 'A', deliveryId })))
        const { jobs } = ledger()
        const [one] = await jobs.claim(10)
        if (!one) throw new Error('no job')
        await jobs.finish(finish(one, { state: 'dead', result: null }))
        const [two] = await jobs.claim(10)
        if (!two) throw new Error('the lane does not go on')
        await createLedgerView(store.sql, { ring: () => {} }).jobs.retry(one.id)
        expect(await jobs.claim(10)).toEqual([])
        await jobs.finish(finish(two))
        const [three] = await jobs.claim(10)
        if (!three) throw new Error('the lane does not go on')
        expect(three.id).not.toBe(one.id)
        await jobs.finish(finish(three))
        expect((await jobs.claim(10)).map(({ id }) => id)).toEqual([one.id])
      })
      it('stores what PostgreSQL cannot hold as U+FFFD: a reason, a key, a lane', async () => {
        const bad = 'x\ud83d y\0'
        const { jobs, outbox } = ledger()
        const job = {
          workspace: 'w',
          kind: 'x',
          key: bad,
          lane: bad,
          body: {},
          maxAttempts: 1,
          backoffMs: 0,
          delayMs: 0,
        }
        const id = randomUUIDv7()
        expect(await jobs.enqueue([{ ...job, id, origin: null }])).toEqual([id])
        expect(await jobs.enqueue([{ ...job, id: randomUUIDv7(), origin: null }])).toEqual([id])
        const [claimed] = await jobs.claim(1)
        if (!claimed) throw new Error('no job')
        const [post, edit] = [
          send({ jobId: id, key: bad, lane: bad }),
          send({ jobId: id, lane: bad, op: 'update', target: bad, supersedes: bad }),
        ]
        const end = finish(claimed, {
          state: 'dead',
          error: bad,
          errorCode: 'UNAVAILABLE',
          sends: [post, edit],
          take: 1,
        })
        const { stored, taken } = await jobs.finish(end)
        expect([stored, taken.map((s) => s.id)]).toEqual([true, [post.id]])
        const [first] = taken
        if (!first) throw new Error('nothing was taken')
        const posted = {
          plugin: 'slack',
          workspace: 'slack:T1',
          channel: 'C1',
          visibility: 'team',
          message: 'm1',
        } as const
        expect(await outbox.settle(settled(first, { state: 'sent', posted }))).toBe(true)
        const [second] = await outbox.claim(1)
        expect(second).toMatchObject({ id: edit.id, targetPosted: posted })
        if (!second) throw new Error('no edit')
        expect(await outbox.settle(settled(second, { state: 'dead', error: bad, errorCode: 'FORBIDDEN' }))).toBe(true)
        const errors = await store.sql.query<{ error: string }>(
          `select error from hub.jobs union all select error from hub.outbox where error is not null`,
        )
        expect(errors.map(({ error }) => error)).toEqual(['x\ufffd y\ufffd', 'x\ufffd y\ufffd'])
      })
      it('enqueues a key once', async () => {
        const { jobs } = ledger()
        const job = {
          workspace: 'w',
          kind: 'x',
          key: 'k',
          lane: null,
          body: {},
          maxAttempts: 1,
          backoffMs: 0,
          delayMs: 0,
          origin: null,
        }
        await jobs.enqueue([{ ...job, id: randomUUIDv7() }])
        await jobs.enqueue([
          { ...job, id: randomUUIDv7() },
          { ...job, id: randomUUIDv7(), workspace: 'other' },
        ])
        expect(await count('jobs')).toBe(2)
      })
    })

    describe('cancelling a lane', () => {
      const control = (aborted: string[] = []) => createJobsControl(store.sql, (id) => aborted.push(id))
      const stateOf = async (id: string) =>
        (await store.sql.query<{ state: string }>('select state from hub.jobs where id = $1::uuid', [id]))[0]?.state
      it('ends what runs and what waits there, of one tenant, and nothing that was asked for later', async () => {
        const { jobs, outbox } = ledger()
        const [running, waiting, other, elsewhere] = [
          arrival({ lane: 'l' }),
          arrival({ lane: 'l' }),
          arrival({ lane: 'm' }),
          arrival({ lane: 'l', workspace: 'slack:T2' }),
        ]
        await queued(running, waiting, other, elsewhere)
        const claimed = await jobs.claim(10)
        await outbox.insert([send({ jobId: running.id, key: `${running.id}:progress` })])
        const before = randomUUIDv7()
        // Ids of one millisecond are in no order.
        const later = arrival({ lane: 'l', id: before.replace(/^./, 'f') })
        await queued(later)
        const aborted: string[] = []
        const stop = { workspace: 'slack:T1', lane: 'l', before, reason: 'stopped by Ann' }
        expect(await control(aborted).cancelLane(stop)).toBe(2)
        expect(aborted.sort()).toEqual([running.id, waiting.id].sort())
        const held = claimed.find(({ id }) => id === running.id)
        if (!held) throw new Error('the first of the lane was not claimed')
        expect(await jobs.renew([held])).toEqual(new Set())
        expect((await jobs.finish(finish(held, { sends: [send({ jobId: held.id })] }))).stored).toBe(false)
        expect(await stateOf(running.id)).toBe('cancelled')
        expect(await outbox.claim(10)).toEqual([])
        expect(await stateOf(other.id)).toBe('running')
        expect((await jobs.claim(10)).map(({ id }) => id)).toEqual([elsewhere.id])
        expect(await stateOf(later.id)).toBe('pending')
        expect(await control().cancelLane(stop)).toBe(0)
      })
      it('ends what has not become a job yet', async () => {
        const early = arrival({ lane: 'l' })
        await createInbox(store.sql, () => {}).accept(early)
        // Later for certain: ids of one millisecond are in no order.
        const before = randomUUIDv7().replace(/^./, 'f')
        const stop = { workspace: 'slack:T1', lane: 'l', before, reason: 'stopped' }
        expect(await control().cancelLane(stop)).toBe(1)
        await dispatchArrivals(store.sql, ROUTES, 500, { take: 0, worker: 'w', leaseMs: 60_000 })
        expect(await count('jobs')).toBe(0)
      })
    })
    it('a timer is withdrawn while it has not begun, of one tenant, and is not made again', async () => {
      const { jobs } = ledger()
      const control = createJobsControl(store.sql, () => {
        throw new Error('nothing ran')
      })
      const timer = (lane: string, over: Partial<Parameters<typeof jobs.enqueue>[0][number]> = {}) => ({
        id: randomUUIDv7(),
        workspace: 'slack:T1',
        kind: 'k',
        key: lane,
        lane,
        body: {},
        maxAttempts: 3,
        backoffMs: 10,
        delayMs: 3_600_000,
        origin: null,
        ...over,
      })
      const [begun, mine, stage, kept, others] = [
        timer('begun', { delayMs: 0 }),
        timer('mine'),
        timer('mine', { key: 'mine:1' }),
        timer('kept'),
        timer('mine', { workspace: 'slack:T2' }),
      ]
      await jobs.enqueue([begun, mine, stage, kept, others])
      const [held] = await jobs.claim(10)
      if (held?.id !== begun.id) throw new Error('what was due was not claimed')
      const which = { workspace: 'slack:T1', lanes: ['begun', 'mine', 'unknown'], reason: 'it came' }
      expect(await control.withdraw(which)).toBe(2)
      // Begun once: its second try is not taken from it either.
      await jobs.finish(finish(held, { state: 'pending', delayMs: 60_000 }))
      expect(await control.withdraw(which)).toBe(0)
      expect(await control.withdraw({ ...which, lanes: [] })).toBe(0)
      expect(await jobs.enqueue([{ ...mine, id: randomUUIDv7(), delayMs: 0 }])).toEqual([mine.id])
      expect(await jobs.claim(10)).toEqual([])
      const rows = await store.sql.query<{ id: string; state: string; error: string | null }>(
        'select id, state, error from hub.jobs',
      )
      expect(new Map(rows.map(({ id, state, error }) => [id, [state, error]]))).toEqual(
        new Map([
          [begun.id, ['pending', null]],
          [mine.id, ['cancelled', 'it came']],
          [stage.id, ['cancelled', 'it came']],
          [kept.id, ['pending', null]],
          [others.id, ['pending', null]],
        ]),
      )
    })
    describe('outbox', () => {
      it('sends a lane strictly in order; a held head blocks its own lane alone', async () => {
        const { outbox } = ledger()
        await outbox.insert([
          send({ lane: 'A', key: '1' }),
          send({ lane: 'A', key: '2' }),
          send({ lane: 'B', key: '3' }),
        ])
        const heads = await outbox.claim(10)
        expect(heads.map((s) => s.key)).toEqual(['1', '3'])
        const [a, b] = heads
        if (!a || !b) throw new Error('no heads')
        await Promise.all([outbox.settle(settled(a, { state: 'held', error: 'unknown' })), outbox.settle(settled(b))])
        expect(await outbox.claim(10)).toEqual([])
        const view = createLedgerView(store.sql, { ring: () => {} })
        const decisions = await Promise.allSettled([1, 2, 3].map(() => view.deliveries.resolve(a.id, 'sent')))
        expect(decisions.filter((d) => d.status === 'fulfilled')).toHaveLength(1)
        expect((await outbox.claim(10)).map((s) => s.key)).toEqual(['2'])
      })
      it('is in flight in the database before anyone could call', async () => {
        const { outbox } = ledger()
        await outbox.insert([send()])
        await outbox.claim(1)
        const rows = await store.sql.query(`select state, attempts, fence from hub.outbox`)
        expect(rows).toEqual([{ state: 'inflight', attempts: 1, fence: 1 }])
      })
      it('turns a vanished send into an unknown one, never into a pending one', async () => {
        const zombie = ledger('zombie', 0)
        await zombie.outbox.insert([send()])
        const [stale] = await zombie.outbox.claim(1)
        if (!stale) throw new Error('no send')
        await new Promise((resolve) => setTimeout(resolve, 5))
        const { outbox } = ledger()
        expect(await outbox.sweep(0)).toBe(1)
        expect(await outbox.claim(1)).toEqual([])
        expect((await outbox.claimUnknown(1)).map((s) => [s.id, s.looks])).toEqual([[stale.id, 1]])
        expect(await zombie.outbox.settle(settled(stale))).toBe(false)
      })
      it('gives an edit the place its post came to', async () => {
        const { outbox } = ledger()
        await outbox.insert([send({ key: 'post' }), send({ key: 'edit', op: 'update', target: 'post' })])
        const [post] = await outbox.claim(1)
        if (!post) throw new Error('no post')
        const posted = {
          plugin: 'slack',
          workspace: 'slack:T1',
          channel: 'C1',
          visibility: 'team',
          message: '17.1',
        } as const
        await outbox.settle(settled(post, { posted }))
        const [edit] = await outbox.claim(1)
        expect(edit).toMatchObject({ key: 'edit', targetPosted: posted, targetState: 'sent' })
      })
      it('drops a progress edit that a newer one overtook before it was sent', async () => {
        const { outbox } = ledger()
        await outbox.insert([send({ key: 'e1', supersedes: 'job:edit' })])
        await outbox.insert([send({ key: 'e2', supersedes: 'job:edit' })])
        expect((await outbox.claim(5)).map((s) => s.key)).toEqual(['e2'])
      })
      it('stores the same key once', async () => {
        const { outbox } = ledger()
        await Promise.all([outbox.insert([send({ key: 'k' })]), outbox.insert([send({ key: 'k' })])])
        expect(await count('outbox')).toBe(1)
      })
    })

    describe('limits', () => {
      const limit = { key: 'slack:T1:post:C1', intervalMs: 1000, burst: 2 }
      it('spaces slots in every process together', async () => {
        const processes = [createLimits(store.sql), createLimits(store.sql)]
        const waits: number[] = []
        for (let i = 0; i < 6; i++) waits.push(await (processes[i % 2] ?? processes[0])!.reserve([limit]))
        const together = await Promise.all([1, 2].map(() => createLimits(store.sql).reserve([limit])))
        const all = [...waits, ...together].sort((a, b) => a - b).map((ms) => Math.round(ms / 1000))
        expect(all).toEqual([0, 0, 1, 2, 3, 4, 5, 6])
      })
      it('closes a bucket for everybody, and spaces what waited for it', async () => {
        const [one, other] = [createLimits(store.sql), createLimits(store.sql)]
        await one.close(limit.key, 10_000)
        const waits = [
          await other.reserve([limit]),
          await other.reserve([limit]),
          await other.reserve([{ ...limit, key: 'another' }]),
        ]
        expect(waits.map((ms) => Math.round(ms / 1000))).toEqual([10, 10, 0])
        expect(Math.round((await other.closedForMs([limit.key])) / 1000)).toBe(10)
        expect(await other.reserve([limit])).toBeGreaterThan(10_500)
      })
    })
  })
