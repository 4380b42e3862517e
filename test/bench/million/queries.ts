import { randomUUIDv7 } from 'node:crypto'
import { createDirectory } from '../../../core/identity/store.ts'
import { dispatchArrivals } from '../../../core/ledger/dispatch.ts'
import { createInbox, storableJson } from '../../../core/ledger/inbox.ts'
import { type ClaimedJob, createJobsLedger, type NewJob } from '../../../core/ledger/jobs.ts'
import { createLimits } from '../../../core/ledger/limits.ts'
import { createOutbox } from '../../../core/ledger/outbox.ts'
import { createPrune } from '../../../core/ledger/prune.ts'
import type { ClaimedSend, NewSend } from '../../../core/ledger/sends.ts'
import { createLedgerView, ledgerStats } from '../../../core/ledger/view.ts'
import { createOperations } from '../../../core/ledger/workload.ts'
import { createSearch } from '../../../plugins/story/search/store.ts'
import { createStore } from '../../../plugins/story/store.ts'
import { BIG, idOf } from './dataset.ts'
import type { Watch } from './plans.ts'

export type Query = readonly [name: string, work: (run: number) => Promise<unknown>]

const CLAIM = 64
const SMALL = 'slack:T7'

/** Every statement that a hub sends while it works and while people look, through the code that sends it. In this order: later ones end what earlier ones began. */
export function hotQueries({ sql, db }: Watch, rows: number): readonly Query[] {
  return [...ledger(sql, rows), ...views(sql, rows), ...people(db), ...storyQueries(db, rows)]
}

function ledger(sql: Watch['sql'], rows: number): readonly Query[] {
  const options = { worker: 'bench', leaseMs: 600_000, storable: storableJson }
  const jobs = createJobsLedger(sql, options)
  const outbox = createOutbox(sql, options)
  const inbox = createInbox(sql, () => undefined)
  const limits = createLimits(sql)
  const routes = [{ kind: 'command', job: 'command', maxAttempts: 8, backoffMs: 1000 }]
  const claimedJobs: ClaimedJob[][] = []
  const claimedSends: ClaimedSend[][] = []
  const place = { plugin: 'slack', workspace: BIG, channel: 'C1', visibility: 'team' }
  const newSend = (jobId: string, key: string): NewSend => ({
    id: randomUUIDv7(),
    workspace: BIG,
    key,
    jobId,
    plugin: 'slack',
    lane: `${BIG}:C${key.length}`,
    op: 'post',
    place,
    target: null,
    message: { text: 'done' },
    supersedes: null,
  })
  const newJob = (): NewJob => {
    const id = randomUUIDv7()
    return {
      id,
      workspace: BIG,
      kind: 'docs.sync',
      key: id,
      lane: null,
      body: { payload: {} },
      maxAttempts: 8,
      backoffMs: 1000,
      delayMs: 0,
      origin: null,
    }
  }
  const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)
  const arrival = () => {
    const id = randomUUIDv7()
    return {
      id,
      workspace: BIG,
      source: 'slack',
      deliveryId: `trigger:${id}`,
      kind: 'command',
      lane: null,
      body: JSON.stringify({ input: 'hub status', place }),
    }
  }
  return [
    ['accept one', () => inbox.accept(arrival())],
    ['accept 128', () => Promise.all(many(128, () => inbox.accept(arrival())))],
    ['dispatch 200 arrivals', () => dispatchArrivals(sql, routes, 200, { take: 50, worker: 'bench', leaseMs: 60_000 })],
    ['enqueue 10 jobs', () => jobs.enqueue(many(10, newJob))],
    [`claim ${CLAIM} jobs`, async () => claimedJobs.push(await jobs.claim(CLAIM))],
    ['renew job leases', (n) => jobs.renew(claimedJobs[n] ?? [])],
    [
      'finish jobs with their sends',
      (n) =>
        Promise.all(
          (claimedJobs[n] ?? []).map((job) =>
            jobs.finish({
              id: job.id,
              fence: job.fence,
              state: 'done',
              result: '{"text":"done"}',
              error: null,
              errorCode: null,
              delayMs: 0,
              sends: [newSend(job.id, `${job.id}:answer`)],
              take: 0,
            }),
          ),
        ),
    ],
    ['sweep jobs', () => jobs.sweep()],
    ['insert a send', () => outbox.insert([newSend(randomUUIDv7(), randomUUIDv7())])],
    [`claim ${CLAIM} sends`, async () => claimedSends.push(await outbox.claim(CLAIM))],
    ['renew send leases', (n) => outbox.renew(claimedSends[n] ?? [])],
    [
      'settle sends',
      (n) =>
        Promise.all(
          (claimedSends[n] ?? []).map(({ id, fence }) =>
            outbox.settle({
              id,
              fence,
              state: 'sent',
              posted: null,
              error: null,
              errorCode: null,
              waitMs: 0,
              reserved: false,
              asPost: false,
              uncounted: false,
            }),
          ),
        ),
    ],
    ['claim unknown sends', () => outbox.claimUnknown(8)],
    ['sweep sends', () => outbox.sweep(1_500)],
    ['reserve limit slots', (n) => limits.reserve([{ key: `${BIG}:channel:C${n}`, intervalMs: 1000, burst: 3 }])],
    ['read closed limits', (n) => limits.closedForMs([`${BIG}:channel:C${n}`])],
    ['prune', () => createPrune(sql)()],
    ['figures for metrics', () => ledgerStats(sql)],
    [
      'figures of /hub status',
      () =>
        createOperations({ sql, home: BIG, mode: { name: 'PostgreSQL', limits: [] }, adapters: () => [] }).workload(
          BIG,
        ),
    ],
    [
      'look at one job',
      (n) => createLedgerView(sql, { ring: () => undefined }).jobsView.get(BIG, idOf((n * 7919) % rows)),
    ],
  ]
}

function views(sql: Watch['sql'], rows: number): readonly Query[] {
  const { jobs, deliveries } = createLedgerView(sql, { ring: () => undefined })
  const someId = (n: number) => idOf(1 + ((n * 7919) % rows))
  const page = { limit: 50 }
  const queries: Query[] = [
    ['job by id', (n) => jobs.get(someId(n))],
    ['delivery by id', (n) => deliveries.get(someId(n))],
  ]
  for (const [what, list] of [
    ['jobs', jobs.list],
    ['deliveries', deliveries.list],
  ] as const) {
    queries.push(
      [`list ${what}`, () => list(page)],
      [`list ${what}, page by page`, (n) => list({ ...page, before: someId(n) })],
      [`list ${what} of a big workspace`, () => list({ ...page, workspace: BIG })],
      [`list ${what} of a small workspace`, () => list({ ...page, workspace: SMALL })],
      [`list ${what} of a big workspace, page by page`, (n) => list({ ...page, workspace: BIG, before: someId(n) })],
    )
  }
  for (const state of ['pending', 'running', 'done', 'dead', 'cancelled'] as const) {
    queries.push([`list ${state} jobs`, () => jobs.list({ ...page, state })])
    queries.push([`list ${state} jobs of a small workspace`, () => jobs.list({ ...page, state, workspace: SMALL })])
  }
  for (const state of [
    'pending',
    'inflight',
    'unknown',
    'reconciling',
    'sent',
    'dead',
    'held',
    'superseded',
  ] as const) {
    queries.push([`list ${state} deliveries`, () => deliveries.list({ ...page, state })])
    queries.push([
      `list ${state} deliveries of a small workspace`,
      () => deliveries.list({ ...page, state, workspace: SMALL }),
    ])
  }
  return queries
}

function people(db: Watch['db']): readonly Query[] {
  const directory = createDirectory(db)
  return [
    ['person of an account', (n) => directory.personFor(`slack:T${n + 1}`, { plugin: 'slack', id: `U${n + 1}` })],
    ['people by name', () => directory.find(BIG, 'Person 201')],
    ['admins', () => directory.admins(BIG)],
    ['audit trail of a big workspace', () => directory.auditTrail(BIG, 100)],
    ['audit trail of a small workspace', () => directory.auditTrail(SMALL, 100)],
    [
      'write an audit row',
      () =>
        directory.audit({
          workspace: BIG,
          actor: 'slack:U1',
          action: 'command',
          subject: 'story',
          outcome: 'done',
          jobId: null,
          detail: {},
        }),
    ],
  ]
}

function storyQueries(db: Watch['db'], rows: number): readonly Query[] {
  const stories = createStore(db)
  const search = createSearch(db)
  const inBig = Math.floor((rows * 2) / 5)
  const numberOf = (n: number) => 1 + ((n * 7919) % inBig)
  const words = [
    'refunds',
    'timesheets for one team',
    'translate photos',
    'nurse',
    'as a spreadsheet',
    'nothing like this at all',
    'approved',
    'zebra',
    '%',
    'ex',
  ]
  const reader = { author: 'slack:U1', channel: 'C1', isPrivate: false }
  return [
    ['story by number', (n) => stories.get(BIG, numberOf(n))],
    ['newest stories of a big workspace', () => search.list(BIG, '', 20, reader)],
    ['newest stories of a small workspace', () => search.list(SMALL, '', 20, reader)],
    ['search stories in a big workspace', (n) => search.list(BIG, words[n % words.length] ?? '', 20, reader)],
    ['search stories in a small workspace', (n) => search.list(SMALL, words[n % words.length] ?? '', 20, reader)],
    ['search stories for one case', (n) => search.list(BIG, `photos by month ${n * 5}`, 20, reader)],
    ['near-duplicates in a big workspace', async (n) => search.similar(await stories.get(BIG, numberOf(n)), reader)],
    ['near-duplicates in a small workspace', async (n) => search.similar(await stories.get(SMALL, 1 + n), reader)],
    ['story of the same source', (n) => stories.sameSource(BIG, `none of the stories ${n}`, reader)],
    ['stories written by a job', (n) => stories.writtenBy({ workspace: BIG, jobId: idOf(n * 5 + 5) })],
  ]
}
