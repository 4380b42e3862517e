import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Place } from '#contract'
import { openTestStore } from '../../test/support/stores.ts'
import type { Store } from '../store/open.ts'
import { createContinuations } from './continuations.ts'
import { createPrune } from './prune.ts'

let store: Store
beforeAll(async () => {
  store = await openTestStore('embedded')
})
afterAll(() => store.close())

const place: Place = { plugin: 'acme', workspace: 'acme:W1', channel: 'C1', thread: 'm1', visibility: 'team' }
const posted = JSON.stringify({ plugin: 'acme', workspace: 'acme:W1', channel: 'C1', message: 'm1' })
const post = (job: string, name: string, message: object) =>
  store.sql.query(
    `insert into hub.outbox (id, workspace, key, job_id, plugin, lane, op, place, message, state, posted)
     values ($1::text::uuid, 'acme:W1', $2, $3::text::uuid, 'acme', 'lane', 'post', '{}', $4::text::jsonb, 'sent', $5::text::jsonb)`,
    [randomUUID(), `${job}:${name}`, job, JSON.stringify(message), posted],
  )

it('words below a story that is still being written wait for it, and continue it afterwards', async () => {
  const find = createContinuations(store.sql)
  expect(await find(place)).toBeNull()
  const job = randomUUID()
  await store.sql.query(
    `insert into hub.jobs (id, workspace, kind, key, state) values ($1::text::uuid, 'acme:W1', 'command', $1, 'running')`,
    [job],
  )
  await post(job, 'progress', { text: 'Drafting' })
  await expect(find(place)).rejects.toMatchObject({ code: 'UNAVAILABLE', retry: 'backoff' })
  expect(await find({ ...place, thread: 'm2' })).toBeNull()
  expect(await find({ ...place, channel: 'C2' })).toBeNull()
  await post(job, 'result', { text: 'ST-1', continues: 'story refine ST-1' })
  expect(await find(place)).toBe('story refine ST-1')
  await store.sql.query(
    `update hub.outbox set id = ('00' || substr(id::text, 3))::uuid, finished_at = clock_timestamp() - interval '31 days'`,
  )
  await createPrune(store.sql)()
  expect(await find(place)).toBeNull()
})
it('words below a story continue it for a year, long after what else was said there was forgotten', async () => {
  const find = createContinuations(store.sql)
  const job = randomUUID()
  await post(job, 'progress', { text: 'Drafting' })
  await post(job, 'result', { text: 'ST-2', continues: 'story refine ST-2' })
  await store.sql.query(
    `update hub.outbox set finished_at = clock_timestamp() - interval '31 days',
       id = (lpad(to_hex((extract(epoch from clock_timestamp() - interval '31 days') * 1000)::bigint), 12, '0')
         || substr(replace(id::text, '-', ''), 13))::uuid`,
  )
  await createPrune(store.sql)()
  expect(await find(place)).toBe('story refine ST-2')
  expect(await store.sql.query('select key from hub.outbox')).toEqual([{ key: `${job}:result` }])
})
it('what only one person saw continues nothing', async () => {
  const find = createContinuations(store.sql)
  await store.sql.query(`delete from hub.outbox`)
  await store.sql.query(`delete from hub.jobs`)
  await post(randomUUID(), 'result', {
    text: 'ST-1',
    continues: 'story refine ST-1',
    only: { plugin: 'acme', id: 'U1' },
  })
  expect(await find(place)).toBeNull()
})
