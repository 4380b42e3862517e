import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startTestHub, type TestHub } from '../../test/support/hub.ts'
import { runChat } from './chat.ts'
import { type Client, createClient } from './client.ts'
import { runLedger } from './ledger.ts'

let hub: TestHub
let client: Client
let out: string
let err: string
beforeAll(async () => {
  hub = await startTestHub('embedded')
  client = createClient({
    where: 'this test',
    base: 'http://hub.local',
    token: hub.apiToken,
    fetch: (request) => hub.fetch(request),
    close: async () => {},
  })
})
afterAll(() => hub?.close())
beforeEach(() => {
  out = ''
  err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text)
    return true
  })
})

/** A row as a person finds it; ids end in digits of our choice. */
const idEndingIn = (end: string) => `${randomUUIDv7().slice(0, -end.length)}${end}`
async function job(state: string, end: string): Promise<string> {
  const id = idEndingIn(end)
  await hub.hub.store.sql.query(
    `insert into hub.jobs (id, workspace, kind, key, body, state, attempts, error, run_at)
     values ($1::uuid, 'slack:T1', 'command', $1, '{"input":"story pay with a card"}', $2, 8, 'the model is away', now() + interval '1 day')`,
    [id, state],
  )
  return id
}
async function delivery(state: string, end: string): Promise<string> {
  const id = idEndingIn(end)
  await hub.hub.store.sql.query(
    `insert into hub.outbox (id, workspace, key, plugin, lane, op, place, message, state, error, not_before)
     values ($1::uuid, 'slack:T1', $1, 'slack', $1, 'post', '{"plugin":"slack"}', '{"text":"the story"}', $2, 'no answer', now() + interval '1 day')`,
    [id, state],
  )
  return id
}
const stateOf = async (table: 'jobs' | 'outbox', id: string) =>
  (await hub.hub.store.sql.query<{ state: string }>(`select state from hub.${table} where id = $1::uuid`, [id]))[0]
    ?.state
const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error as { code: string; message: string },
  )

describe('jobs and deliveries', () => {
  it('lists one line each: short id, time, state, attempts, workspace, what and why', async () => {
    await job('dead', 'aaaa01')
    expect(await runLedger(client, 'jobs', ['list', '--state', 'dead'], false)).toBe(0)
    expect(out).toMatch(
      /^aaaa01 {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}dead +×8 {2}slack:T1 {2}story pay with a card {2}! the model is away\n$/,
    )
  })
  it.each([[['--state', 'cancelled']], [['list', '--state=cancelled']], [['--state=cancelled', 'list']]])(
    '%j: says when there are none, and where the words stand does not matter',
    async (words) => {
      expect(await runLedger(client, 'jobs', words, false)).toBe(0)
      expect([out, err]).toEqual(['', 'no jobs that are cancelled\n'])
    },
  )
  it('answers as JSON', async () => {
    const id = await job('dead', 'aaaa02')
    await runLedger(client, 'jobs', ['list', '--state', 'dead'], true)
    expect(JSON.parse(out)).toEqual(
      expect.arrayContaining([expect.objectContaining({ id, state: 'dead', error: 'the model is away' })]),
    )
    out = ''
    await runLedger(client, 'jobs', ['show', id], false)
    expect(JSON.parse(out)).toMatchObject({ id, state: 'dead', workspace: 'slack:T1' })
  })
  it('tries a dead job again by the last six characters of its id, once', async () => {
    const id = await job('dead', 'bbbb01')
    expect(await runLedger(client, 'jobs', ['retry', 'BBBB01'], false)).toBe(0)
    expect(out).toMatch(/^bbbb01 .*(?:pending|running)/)
    await hub.quiet()
    expect(await failure(runLedger(client, 'jobs', ['retry', id], false))).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('only dead or cancelled ones are tried again'),
    })
  })
  it('finds what waits for a decision behind any number of newer rows', async () => {
    const id = await delivery('held', 'cccc01')
    await hub.hub.store.sql.query(
      `insert into hub.outbox (id, workspace, key, plugin, lane, op, place, message, state)
       select gen_random_uuid(), 'w', 'many' || n, 'slack', 'many' || n, 'post', '{}', '{"text":"x"}', 'sent' from generate_series(1, 300) n`,
    )
    expect(await runLedger(client, 'deliveries', ['resolve', 'cccc01', 'sent'], false)).toBe(0)
    expect(await stateOf('outbox', id)).toBe('sent')
  })
  it.each([
    ['sent', 'sent'],
    ['resend', 'pending'],
    ['drop', 'dead'],
  ])('resolves a held delivery as %s', async (outcome, state) => {
    const id = await delivery('held', `dd${outcome.length}${outcome.length}01`)
    // What is resent waits: its adapter is not here.
    await runLedger(client, 'deliveries', ['resolve', id, outcome], true)
    expect(JSON.parse(out)).toMatchObject({ id })
    await expect.poll(() => stateOf('outbox', id)).toBe(state)
    await hub.hub.store.sql.query(`delete from hub.outbox where id = $1::uuid`, [id])
  })
  it.each<[string, readonly string[], RegExp]>([
    ['jobs', ['retry'], /name one: jobs retry <id>/],
    ['jobs', ['retry', '1'], /1 is too short: give at least its last 6 characters/],
    ['jobs', ['show', 'ffffff'], /none of the newest 200 jobs ends in ffffff/],
    ['jobs', ['resolve', '0'.repeat(36), 'sent'], /there is no job|there is no "jobs resolve": list, show, retry/],
    ['jobs', ['frob'], /there is no "jobs frob": list, show, retry/],
    ['jobs', ['show', '0'.repeat(40)], /none of the newest 200 jobs ends in 0{40}/],
    ['jobs', ['list', '--limit', '3'], /there is no option --limit/],
    ['jobs', ['list', '--state'], /name the state/],
    ['jobs', ['list', '--state', 'broken'], /state/],
    ['deliveries', ['resolve', '0'.repeat(36)], /say what happened: .*sent .*resend .*drop/],
    ['deliveries', ['forget', '0'.repeat(36)], /there is no "deliveries forget": list, show, retry, resolve/],
  ])('%s %j is refused with the cure', async (what, words, message) => {
    const error = await failure(runLedger(client, what as 'jobs', words, false))
    expect(error?.message).toMatch(message)
    expect(error?.code).toMatch(/^(?:INPUT_INVALID|NOT_FOUND)$/)
    expect(out).toBe('')
  })
  it('asks for the whole id where the short one fits two', async () => {
    await Promise.all([job('dead', 'eeee01'), job('dead', 'eeee01')])
    expect(await failure(runLedger(client, 'jobs', ['show', 'eeee01'], false))).toMatchObject({
      message: '2 jobs end in eeee01: give the whole id',
    })
  })
})

describe('a command of the hub', () => {
  it('answers on standard output, tells its progress on standard error', async () => {
    expect(await runChat(client, 'story As a shopper I want to pay with a saved card', false)).toBe(0)
    expect(out).toMatch(/ST-1/)
    expect(out).toMatch(/Scenario|criteri/i)
    expect(err).toMatch(/job [0-9a-f]{6}\n/)
    expect(out).not.toContain('**')
    expect(out).not.toContain('\u001b')
  })
  it('answers as JSON with the job', async () => {
    expect(await runChat(client, 'story list', true)).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      state: 'done',
      errorCode: null,
      result: { text: expect.stringContaining('ST-1') },
    })
  })
  it.each([
    ['story show ST-999', 'CONFLICT', /ST-999/],
    ['story show', 'INPUT_INVALID', /\nUsage: story show .+\nExample: story show ST-/],
    ['stroy x', 'INPUT_INVALID', /Did you mean story\?\nAll commands: hub help/],
    ['', 'INPUT_INVALID', /./],
  ])('%j fails, and says what to do', async (line, code, message) => {
    const error = await failure(runChat(client, line, false))
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(out).toBe('')
  })
  it('that fails with --json still answers the job, and is no success', async () => {
    expect(await runChat(client, 'story show ST-999', true)).toBe(1)
    expect(JSON.parse(out)).toMatchObject({ state: 'done', errorCode: 'NOT_FOUND' })
  })
})

describe('the client', () => {
  const speaking = (answer: () => Response | Promise<Response>) =>
    createClient({ where: 'http://hub', base: 'http://hub', token: 't', fetch: answer, close: async () => {} })
  it.each([
    [401, 'UNAUTHENTICATED', /refused the key: use the HUB_SECRET_KEY/],
    [404, 'NOT_FOUND', /gone/],
    [409, 'CONFLICT', /gone/],
    [413, 'INPUT_INVALID', /gone/],
    [503, 'UNAVAILABLE', /gone/],
  ])('tells status %d as %s', async (status, code, message) => {
    const failing = speaking(() => Response.json({ detail: 'gone' }, { status }))
    expect(await failure(failing.get('/x'))).toMatchObject({ code, message: expect.stringMatching(message) })
  })
  it('tells a hub that does not answer, and one that answers no JSON', async () => {
    const away = speaking(() => Promise.reject(new TypeError('fetch failed')))
    expect(await failure(away.get('/x'))).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('is it still running?'),
    })
    const proxy = speaking(() => new Response('<html>', { status: 502 }))
    expect(await failure(proxy.get('/x'))).toMatchObject({ code: 'UNAVAILABLE', message: 'status 502' })
  })
})
