import { randomUUIDv7 } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import {
  type Capabilities,
  type Context,
  defineJob,
  type ErrorCode,
  HubError,
  type Message,
  type Person,
  type Place,
} from '#contract'
import { openTestStore } from '../../test/support/stores.ts'
import type { Outlet } from '../delivery/plan.ts'
import { storableJson } from '../ledger/inbox.ts'
import { type ClaimedJob, createJobsLedger, type JobsLedger } from '../ledger/jobs.ts'
import { createOutbox, type Outbox } from '../ledger/outbox.ts'
import { createLedgerView } from '../ledger/view.ts'
import type { Store } from '../store/open.ts'
import { createLeases, LeaseLost, type Leases } from './leases.ts'
import { type Handler, type RunnerDeps, runJob } from './runner.ts'

const PLACE: Place = { plugin: 'fake', workspace: 'fake:T1', channel: 'C1', visibility: 'team' }
const ACTOR = { plugin: 'fake', id: 'U1' }
const PERSON: Person = { id: 'p1', name: 'Ann', role: 'member', account: ACTOR }
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
const OUTLET: Outlet = {
  can: CAN,
  channel: {
    split: (message) => [message],
    render: (message) => message,
    limits: () => [],
    deliver: () => Promise.reject(new Error('nothing is sent here')),
    find: async () => null,
    profile: async () => null,
  },
}

let store: Store
let jobs: JobsLedger
let outbox: Outbox
let leases: Leases
beforeAll(async () => {
  store = await openTestStore('embedded')
  const options = { worker: 'w', leaseMs: 60_000, storable: storableJson }
  jobs = createJobsLedger(store.sql, options)
  outbox = createOutbox(store.sql, options)
})
afterAll(() => store.close())
beforeEach(async () => {
  leases = createLeases({ leaseMs: 60_000, renew: jobs.renew })
  await store.sql.query('delete from hub.outbox')
  await store.sql.query('delete from hub.jobs')
})
afterEach(() => leases.close())

function deps(handler: Handler, over: Partial<RunnerDeps> = {}): RunnerDeps & { logged: string[]; rung: number[] } {
  const logged: string[] = []
  const rung: number[] = []
  const log = {
    debug: () => {},
    info: () => {},
    warn: (_: object, text: string) => void logged.push(text),
    error: (_: object, text: string) => void logged.push(text),
  }
  return {
    logged,
    rung,
    handlers: new Map([['test', handler]]),
    leases,
    jobs,
    outbox,
    outlets: new Map([['fake', OUTLET]]),
    log,
    timeoutMs: 5_000,
    personFor: async () => PERSON,
    hasProgress: async (job) =>
      (await store.sql.query(`select 1 from hub.outbox where key = $1`, [`${job.id}:progress`])).length > 0,
    isPrivate: () => false,
    publish: async () => {},
    audit: async () => {},
    nudgeOutbox: () => {},
    ring: (delayMs) => void rung.push(delayMs),
    sendSlots: { reserve: () => 0, start: () => {}, release: () => {} },
    onFenced: () => void logged.push('fenced'),
    crashPoint: () => {},
    ...over,
  }
}
async function add(over: { kind?: string; maxAttempts?: number; input?: string } = {}): Promise<string> {
  const id = randomUUIDv7()
  const body = { input: over.input ?? 'story a', actor: ACTOR, place: PLACE }
  const job = { id, workspace: 'fake:T1', kind: over.kind ?? 'test', key: id, lane: null, body }
  await jobs.enqueue([{ ...job, maxAttempts: over.maxAttempts ?? 3, backoffMs: 1, delayMs: 0, origin: null }])
  return id
}
async function claim(): Promise<ClaimedJob> {
  // Its back-off is a matter of the ledger's suite.
  await store.sql.query(`update hub.jobs set run_at = clock_timestamp() where state = 'pending'`)
  const [job] = await jobs.claim(1)
  if (!job) throw new Error('there is no job to claim')
  return job
}
async function row(id: string) {
  const [found] = await store.sql.query<{
    state: string
    attempts: number
    error: string | null
    errorCode: string | null
    result: Message | null
  }>(`select state, attempts, error, error_code as "errorCode", result from hub.jobs where id = $1::uuid`, [id])
  return found
}
const sends = () =>
  store.sql.query<{
    id: string
    key: string
    op: string
    target: string | null
    message: Message
    state: string
    attempts: number
  }>('select id, key, op, target, message, state, attempts from hub.outbox order by seq')
/** One attempt after the other until the job rests. */
async function runToEnd(id: string, given: RunnerDeps): Promise<void> {
  for (let i = 0; i < 20 && (await row(id))?.state === 'pending'; i++) await runJob(await claim(), given)
}
const suffix = (id: string, list: readonly { key: string }[]) => list.map((s) => s.key.replace(id, ''))

describe('a job', () => {
  it('whose claim was answered after its lease had run out stores nothing: somebody else may have it', async () => {
    const id = await add()
    const job = await claim()
    expect(job.askedAtMs).toBeLessThanOrEqual(performance.now())
    let isLost: boolean | undefined
    const given = deps(async (_, { ctx }) => {
      isLost = ctx.signal.aborted
      ctx.signal.throwIfAborted()
      return { text: 'done' }
    })
    await runJob({ ...job, askedAtMs: performance.now() - 61_000 }, given)
    expect([isLost, (await row(id))?.state, await sends()]).toEqual([true, 'running', []])
  })
  it('ends with its answer and the send of it, stored together', async () => {
    const id = await add()
    const seen: Partial<Context>[] = []
    await runJob(
      await claim(),
      deps(async (_, { ctx }) => {
        seen.push(ctx)
        return { text: 'the story \u0000' }
      }),
    )
    expect(seen[0]).toMatchObject({ jobId: id, attempt: 1, workspace: 'fake:T1', actor: PERSON, place: PLACE })
    expect(await row(id)).toMatchObject({
      state: 'done',
      error: null,
      errorCode: null,
      result: { text: 'the story \ufffd' },
    })
    expect(await sends()).toMatchObject([{ key: `${id}:result`, op: 'post', message: { text: 'the story \ufffd' } }])
    expect(leases.size).toBe(0)
  })
  it('says nothing where there is nothing to say', async () => {
    const id = await add()
    await runJob(
      await claim(),
      deps(async () => undefined),
    )
    expect([await row(id), await sends()]).toMatchObject([{ state: 'done', result: null }, []])
  })

  it.each<[ErrorCode, string]>([
    ['INPUT_INVALID', 'done'],
    ['NOT_FOUND', 'done'],
    ['FORBIDDEN', 'done'],
    ['CONFLICT', 'done'],
    ['TOO_LARGE', 'done'],
    ['CONFIG_INVALID', 'dead'],
    ['UNAUTHENTICATED', 'dead'],
    ['UNSUPPORTED', 'dead'],
    ['SIGNATURE_INVALID', 'dead'],
    ['RATE_LIMITED', 'pending'],
    ['UNAVAILABLE', 'pending'],
    ['OUTCOME_UNKNOWN', 'pending'],
  ])('that throws %s is %s after one attempt', async (code, state) => {
    const id = await add()
    const given = deps(() => Promise.reject(new HubError(code, 'the cure is this')))
    await runJob(await claim(), given)
    expect(await row(id)).toMatchObject({ state, attempts: 1, errorCode: code })
    const [told] = await sends()
    if (state === 'pending') expect([told, given.rung.length]).toEqual([undefined, 1])
    else expect(told?.message.text).toContain('the cure is this')
    // A mistake of the asker is between him and the hub.
    expect(told?.message.only).toEqual(state === 'done' ? ACTOR : undefined)
  })
  it('waits as long as the error says', async () => {
    await add()
    const given = deps(() => Promise.reject(new HubError('RATE_LIMITED', 'wait', { retry: { afterMs: 4_321 } })))
    await runJob(await claim(), given)
    expect(given.rung).toEqual([4_321])
  })
  it('succeeds on a later attempt, with one answer', async () => {
    const id = await add()
    const attempts: number[] = []
    await runToEnd(
      id,
      deps(async (_, { ctx }) => {
        attempts.push(ctx.attempt)
        if (ctx.attempt < 3) throw new HubError('UNAVAILABLE', 'away')
        return { text: 'at last' }
      }),
    )
    expect(attempts).toEqual([1, 2, 3])
    expect(await row(id)).toMatchObject({ state: 'done', error: null })
    expect((await sends()).map((s) => s.message.text)).toEqual(['at last'])
  })
  it('dies after its last attempt: the asker reads why, the id for the operator, and has a button to try again', async () => {
    const id = await add({ input: 'story a saved card' })
    const given = deps(() => Promise.reject(new HubError('UNAVAILABLE', 'the model is away: try later')))
    await runToEnd(id, given)
    expect(await row(id)).toMatchObject({ state: 'dead', attempts: 3, error: 'the model is away: try later' })
    const [told, ...more] = await sends()
    expect(more).toEqual([])
    expect(told?.message.text).toBe(`This did not work: the model is away: try later (job ${id.slice(-6)})`)
    expect(told?.message.blocks?.at(-1)).toEqual({
      kind: 'actions',
      items: [{ kind: 'button', label: 'Try again', run: 'story a saved card' }],
    })
  })
  it('tells the failure of a private command to its asker alone, and puts its line into no button', async () => {
    const id = await add({ input: 'hub link 123456' })
    const given = deps(() => Promise.reject(new HubError('UNAVAILABLE', 'Slack is away')), {
      isPrivate: (input) => input === 'hub link 123456',
    })
    await runToEnd(id, given)
    const [told] = await sends()
    expect(told?.message.only).toEqual(ACTOR)
    expect(JSON.stringify(told?.message)).not.toContain('123456')
  })
  it('that is tried again by hand answers under another key than its notice, also when it fails once more', async () => {
    const id = await add({ maxAttempts: 1 })
    let isAway = true
    const given = deps(async () => {
      if (isAway) throw new HubError('UNAVAILABLE', 'the model is away')
      return { text: 'at last' }
    })
    const again = () => createLedgerView(store.sql, { ring: () => {} }).jobs.retry(id)
    await runToEnd(id, given)
    await again()
    await runToEnd(id, given)
    isAway = false
    await again()
    await runToEnd(id, given)
    expect((await sends()).map(({ key, message }) => [key, message.text.slice(0, 7)])).toEqual([
      [`${id}:failure-1`, 'This di'],
      [`${id}:failure-2`, 'This di'],
      [`${id}:result`, 'at last'],
    ])
  })
  it('tells nothing of an unexpected fault but that it was one', async () => {
    const id = await add({ maxAttempts: 1 })
    await runToEnd(
      id,
      deps(() => Promise.reject(new TypeError('cannot read password xoxb-1 of undefined'))),
    )
    expect((await row(id))?.error).toBe('an unexpected fault inside the hub')
    expect(JSON.stringify(await sends())).not.toContain('xoxb')
  })
  it.each([
    ['a number that JSON does not know', { text: 'x', extra: 1n }],
    ['a loop', Object.assign({ text: 'x' }, { self: null as unknown })],
  ])('whose answer holds %s dies like any other, and takes no neighbour with it', async (_, answer) => {
    if ('self' in answer) answer.self = answer
    const poison = await add({ maxAttempts: 2 })
    const fine = await add({ kind: 'fine', maxAttempts: 2 })
    const given = deps(async () => answer as unknown as Message)
    const handlers = new Map(given.handlers).set('fine', async () => ({ text: 'fine' }))
    const claimed = await jobs.claim(2)
    await Promise.all(claimed.map((job) => runJob(job, { ...given, handlers })))
    expect(await row(fine)).toMatchObject({ state: 'done', result: { text: 'fine' } })
    expect(await row(poison)).toMatchObject({ state: 'pending', attempts: 1 })
    await runToEnd(poison, given)
    expect(await row(poison)).toMatchObject({ state: 'dead', attempts: 2 })
  })
  it('of a kind that nobody handles is a dead letter that says why', async () => {
    const id = await add({ kind: 'acme.sync', maxAttempts: 2 })
    const nobody = deps(async () => undefined)
    await runJob(await claim(), nobody)
    // Another worker, of the next version, may know it.
    expect(await row(id)).toMatchObject({ state: 'pending', attempts: 1 })
    await store.sql.query('update hub.jobs set run_at = clock_timestamp()')
    await runJob(await claim(), nobody)
    expect(await row(id)).toMatchObject({
      state: 'dead',
      errorCode: 'UNSUPPORTED',
      error: expect.stringMatching(/no plugin handles acme\.sync: .*HUB_PLUGINS/),
    })
  })

  it('is stopped when it takes too long, also when its handler does not listen', async () => {
    const id = await add({ maxAttempts: 1 })
    let signal: AbortSignal | undefined
    const given = deps(
      (_, { ctx }) => {
        signal = ctx.signal
        return new Promise(() => {})
      },
      { timeoutMs: 40 },
    )
    await runJob(await claim(), given)
    expect(signal?.aborted).toBe(true)
    expect(await row(id)).toMatchObject({ state: 'dead', error: expect.stringContaining('took longer than') })
  })
  it('writes nothing when its lease is lost, however its handler ends', async () => {
    for (const end of ['answers', 'throws'] as const) {
      const id = await add()
      const job = await claim()
      const running = runJob(
        job,
        deps(async (_, { ctx }) => {
          await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
          if (end === 'throws') throw new HubError('INPUT_INVALID', 'x')
          return { text: 'too late' }
        }),
      )
      await expect.poll(() => leases.size).toBe(1)
      leases.abortAll(new LeaseLost('gone'))
      await running
      expect([await row(id), await sends()]).toMatchObject([{ state: 'running', error: null, result: null }, []])
    }
  })
  it('writes nothing when somebody else has it by now, and the fence says so', async () => {
    const id = await add()
    const job = await claim()
    await store.sql.query(`update hub.jobs set fence = fence + 1 where id = $1::uuid`, [id])
    const given = deps(async () => ({ text: 'zombie' }))
    await runJob(job, given)
    expect(given.logged).toContain('fenced')
    expect([await row(id), await sends()]).toMatchObject([{ state: 'running', result: null }, []])
  })
  it('goes back at once, uncut, when the hub stops', async () => {
    const id = await add()
    const running = runJob(
      await claim(),
      deps(() => new Promise(() => {})),
    )
    await expect.poll(() => leases.size).toBe(1)
    leases.abortAll(new Error('the hub is stopping'))
    await running
    expect(await row(id)).toMatchObject({ state: 'pending', error: 'the hub was stopping' })
    expect(await sends()).toEqual([])
  })
  it('keeps its answer while the database is away for a moment', async () => {
    const id = await add()
    let away = 2
    const finish: JobsLedger['finish'] = (f) =>
      away-- > 0 ? Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })) : jobs.finish(f)
    let runs = 0
    await runJob(
      await claim(),
      deps(
        async () => {
          runs++
          return { text: 'kept' }
        },
        { jobs: { ...jobs, finish } },
      ),
    )
    expect([runs, await row(id)]).toMatchObject([1, { state: 'done', result: { text: 'kept' } }])
  })
  it('hands its answer over to a free slot at once, and returns the slots it does not need', async () => {
    const id = await add()
    const [slots, started]: [number[], string[]] = [[], []]
    const sendSlots: RunnerDeps['sendSlots'] = {
      reserve: (wanted) => {
        slots.push(wanted)
        return wanted
      },
      start: (send) => void started.push(send.id),
      release: (n) => void slots.push(-n),
    }
    await runJob(
      await claim(),
      deps(async () => ({ text: 'now' }), { sendSlots }),
    )
    const [sent] = await sends()
    expect([slots, started]).toEqual([[1], [sent?.id]])
    expect(sent).toMatchObject({ state: 'inflight', attempts: 1 })
    await add()
    const fail = () => Promise.reject(new HubError('UNAVAILABLE', 'not now', { retry: 'backoff' }))
    await runJob(await claim(), deps(fail, { sendSlots }))
    expect(slots).toEqual([1])
    expect(await row(id)).toMatchObject({ state: 'done' })
  })
  it('whose answer was stored and taken while the connection broke gives it back to be sent', async () => {
    await add()
    let broken = false
    const finish: JobsLedger['finish'] = async (f) => {
      const done = await jobs.finish(f)
      if (broken) return done
      broken = true
      throw Object.assign(new Error('x'), { code: 'ECONNRESET' })
    }
    const released: number[] = []
    const sendSlots = { reserve: () => 1, start: () => {}, release: (n: number) => void released.push(n) }
    await runJob(
      await claim(),
      deps(async () => ({ text: 'kept' }), { jobs: { ...jobs, finish }, sendSlots }),
    )
    expect(await sends()).toMatchObject([{ state: 'pending', attempts: 0 }])
    expect(released).toEqual([1, 1])
  })
  it('whose answer the database refuses is a dead letter at once, and not tried for ever', async () => {
    const id = await add()
    const finish: JobsLedger['finish'] = (f) =>
      f.result === null ? jobs.finish(f) : Promise.reject(Object.assign(new Error('x'), { code: '54000' }))
    await runJob(
      await claim(),
      deps(async () => ({ text: 'x' }), { jobs: { ...jobs, finish } }),
    )
    expect(await row(id)).toMatchObject({ state: 'dead', error: expect.stringContaining('cannot be stored') })
  })
})

describe('what a job does on its way', () => {
  it('is done once, however often it runs', async () => {
    const sync = defineJob({ name: 'acme.sync', payload: z.object({}), retry: { attempts: 2, backoffMs: 1 } })
    const id = await add()
    const refs: string[] = []
    await runToEnd(
      id,
      deps(async (_, { ctx }) => {
        refs.push((await ctx.enqueue(sync, {}, { delayMs: 60_000 })).jobId)
        refs.push((await ctx.enqueue(sync, {}, { key: 'nightly', delayMs: 60_000 })).jobId)
        await ctx.send('copy', PLACE, { text: 'a copy' })
        if (ctx.attempt < 3) throw new HubError('UNAVAILABLE', 'again')
        return { text: 'done' }
      }),
    )
    const stored = await store.sql.query<{ id: string; key: string }>(
      `select id, key from hub.jobs where kind = 'acme.sync' order by seq`,
    )
    expect(stored.map((j) => j.key)).toEqual([`acme.sync:${id}:1`, 'acme.sync::nightly'])
    // Each attempt is told the id of the job that is really there.
    expect(new Set(refs)).toEqual(new Set(stored.map((j) => j.id)))
    expect((await sends()).filter((s) => s.key === `${id}:send:copy`)).toHaveLength(1)
  })
})

describe('progress', () => {
  const show = async (ctx: Context, text: string) => {
    await ctx.progress({ text })
  }
  const stored = (n: number) =>
    expect.poll(async () => (await sends()).length, { interval: 20, timeout: 6_000 }).toBe(n)

  it('of a short job is never posted', async () => {
    await add()
    await runJob(
      await claim(),
      deps(async (_, { ctx }) => {
        await show(ctx, 'reading')
        return { text: 'done' }
      }),
    )
    expect((await sends()).map((s) => s.message.text)).toEqual(['done'])
  })
  it('is posted once, edited calmly with the newest note alone, and replaced by the answer', async () => {
    const id = await add()
    await runJob(
      await claim(),
      deps(async (_, { ctx }) => {
        await show(ctx, 'one')
        await show(ctx, 'two')
        await stored(1)
        await show(ctx, 'three')
        await show(ctx, 'four')
        await stored(2)
        return { text: 'done' }
      }),
    )
    const all = await sends()
    expect(suffix(id, all)).toEqual([':progress', ':edit-1-1', ':result'])
    expect(all.map((s) => [s.op, s.target, s.message.text])).toEqual([
      ['post', null, 'two'],
      ['update', `${id}:progress`, 'four'],
      ['update', `${id}:progress`, 'done'],
    ])
  }, 10_000)
  it('is replaced by a mistake too, which everybody then reads: the note stood there for all', async () => {
    const id = await add()
    await runJob(
      await claim(),
      deps(async (_, { ctx }) => {
        await show(ctx, 'reading')
        await stored(1)
        throw new HubError('NOT_FOUND', 'there is no ST-9')
      }),
    )
    expect((await sends()).map((s) => [s.op, s.target, s.message.text])).toEqual([
      ['post', null, 'reading'],
      ['update', `${id}:progress`, 'there is no ST-9'],
    ])
  })
  it('of a run that crashed is taken over by the next one: no second post', async () => {
    const id = await add()
    const job = await claim()
    const crash = runJob(
      job,
      deps(async (_, { ctx }) => {
        await show(ctx, 'reading')
        await stored(1)
        return new Promise(() => {})
      }),
    )
    await stored(1)
    leases.abortAll(new LeaseLost('killed'))
    await crash
    await store.sql.query(`update hub.jobs set state = 'pending' where id = $1::uuid`, [id])
    await runJob(
      await claim(),
      deps(async () => ({ text: 'done' })),
    )
    expect((await sends()).map((s) => [s.op, s.message.text])).toEqual([
      ['post', 'reading'],
      ['update', 'done'],
    ])
  })
  it('is not shown where nothing can be edited', async () => {
    await add()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const outlets = new Map([['fake', { ...OUTLET, can: { ...CAN, update: false } }]])
      await runJob(
        await claim(),
        deps(
          async (_, { ctx }) => {
            await show(ctx, 'reading')
            vi.advanceTimersByTime(1_500)
            return { text: 'done' }
          },
          { outlets },
        ),
      )
    } finally {
      vi.useRealTimers()
    }
    expect((await sends()).map((s) => s.message.text)).toEqual(['done'])
  })
})
