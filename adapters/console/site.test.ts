import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HubError } from '#contract'
import { type ConsoleRig, openDatabase, startConsole, TOKEN } from '../../test/console/harness.ts'
import { placeOf } from './channel.ts'
import { makeSessions } from './session.ts'
import { consoleMessages, consoleThreads } from './tables.ts'

let database: Awaited<ReturnType<typeof openDatabase>>
let rig: ConsoleRig
beforeAll(async () => {
  database = await openDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  await database.db.delete(consoleMessages)
  await database.db.delete(consoleThreads)
  rig = await startConsole(database.db)
})
afterEach(() => rig.close())

const HOST = '127.0.0.1:3000'
const BEARER = { authorization: `Bearer ${TOKEN}` }
const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
  rig.app.request(`http://${HOST}${path}`, { ...init, headers: { host: HOST, ...headers } })
const command = (body: object, headers: Record<string, string> = BEARER) =>
  ask(
    '/console/commands',
    { 'content-type': 'application/json', ...headers },
    { method: 'POST', body: JSON.stringify(body) },
  )
const line = (input: unknown, more: object = {}) => ({ thread: 't1', clientId: randomUUID(), input, ...more })
async function signIn(): Promise<string> {
  const answer = await ask(`/?token=${TOKEN}`)
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

describe('the door', () => {
  test('the printed link sets a session that scripts and other sites cannot use, and leaves the token behind', async () => {
    const answer = await ask(`/?token=${TOKEN}`)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/')
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^hub_console_3000=/)
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Strict/)
    expect(cookie).not.toContain(TOKEN)
    const page = await ask('/', { cookie: cookie.split(';')[0] ?? '' })
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('id="composer"')
  })
  test('is Secure where the public address is https', async () => {
    const other = await startConsole(database.db, { publicUrl: 'https://hub.example.com' })
    const answer = await other.app.request(`https://hub.example.com/?token=${TOKEN}`, {
      headers: { host: 'hub.example.com' },
    })
    expect(answer.headers.get('set-cookie')).toMatch(/Secure/)
    await other.close()
  })
  test.each(['/', '/?token=', '/?token=wrong', `/?token=${TOKEN}x`])(
    '%s without a session says where the link is',
    async (path) => {
      const answer = await ask(path)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('set-cookie')).toBeNull()
      expect(await answer.text()).toContain('Open the link the hub printed')
    },
  )
  test.each([
    '/console/commands',
    '/console/threads',
    '/console/threads/t1',
    '/console/events?thread=t1',
    '/console/form?run=x',
    '/console/nothing',
  ])('%s needs a session or the token', async (path) => {
    expect((await ask(path)).status).toBe(401)
    expect((await ask(path, { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await ask(path, { cookie: 'hub_console_3000=9999999999999.AAAA' })).status).toBe(401)
  })
  test('a session ends with its time and with its token', () => {
    const sessions = makeSessions(TOKEN)
    const session = sessions.issue(1_000)
    expect(sessions.isValid(session, 2_000)).toBe(true)
    expect(sessions.isValid(session, 1_000 + 8 * 24 * 3_600_000)).toBe(false)
    expect(sessions.isValid(`9${session}`, 2_000)).toBe(false)
    expect(makeSessions(`${TOKEN}2`).isValid(session, 2_000)).toBe(false)
  })
  test.each(['evil.test', 'localhost.evil.test', '127.0.0.1.evil.test', '10.0.0.7:3000', ''])(
    'refuses the host %j, even with the token',
    async (host) => {
      expect((await ask(`/?token=${TOKEN}`, { host })).status).toBe(403)
      expect((await ask('/console/threads', { ...BEARER, host })).status).toBe(403)
    },
  )
  test.each(['localhost:3000', '127.0.0.1', '[::1]:3000'])('answers to %s', async (host) => {
    expect((await ask('/console/threads', { ...BEARER, host })).status).toBe(200)
  })
  test('its checks stand before its own routes only', async () => {
    expect((await ask('/health/live', { host: 'evil.test' })).status).toBe(200)
  })
  test('every answer forbids inline script, frames and other origins', async () => {
    for (const path of ['/', `/?token=${TOKEN}`, '/console/threads', '/console/assets/app.js']) {
      const { headers } = await ask(path, BEARER)
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/)
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe|http:|https:|\*/)
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })
  test('serves its own files and nothing else', async () => {
    const script = await ask('/console/assets/app.js')
    expect(script.headers.get('content-type')).toMatch(/text\/javascript/)
    const again = await ask('/console/assets/app.js', { 'if-none-match': script.headers.get('etag') ?? '' })
    expect(again.status).toBe(304)
    for (const name of ['../index.ts', '..%2Findex.ts', '%2e%2e%2findex.ts', 'nothing.js']) {
      expect((await ask(`/console/assets/${name}`, BEARER)).status).toBe(404)
    }
  })
})

describe('a command', () => {
  test('becomes one command of the hub, with the receipt answered and the line kept', async () => {
    const body = line('  /story As a shopper I want to pay\nwith a card  ')
    const answer = await command(body)
    expect(answer.status).toBe(202)
    const receipt: unknown = await answer.json()
    expect(receipt).toMatchObject({
      status: 'queued',
      announce: 'Drafting a story, about 3 s',
      row: { jobState: 'queued' },
    })
    expect(rig.calls).toEqual([
      {
        workspace: 'console:local',
        deliveryId: body.clientId,
        lane: 'console:local|console|t1',
        actor: { plugin: 'console', id: 'operator' },
        actorName: 'Operator',
        place: {
          plugin: 'console',
          workspace: 'console:local',
          channel: 'console',
          thread: 't1',
          visibility: 'private',
        },
        input: 'story As a shopper I want to pay\nwith a card',
      },
    ])
    const thread: unknown = await (await ask('/console/threads/t1', BEARER)).json()
    expect(thread).toMatchObject({
      title: 'story As a shopper I want to pay',
      rows: [{ side: 'typed', key: body.clientId, message: { text: 'story As a shopper I want to pay\nwith a card' } }],
    })
  })
  test('pressed twice, or sent again after a lost answer, is one', async () => {
    const body = line('story twice')
    const answers = await Promise.all([command(body), command(body), command(body)])
    const receipts = (await Promise.all(answers.map((a) => a.json()))) as { status: string; id: string }[]
    expect(receipts.map((r) => r.status).sort()).toEqual(['duplicate', 'duplicate', 'queued'])
    expect(new Set(receipts.map((r) => r.id)).size).toBe(1)
    expect(rig.calls).toHaveLength(1)
    expect(await (await ask('/console/threads/t1', BEARER)).json()).toMatchObject({ rows: [{ jobState: 'queued' }] })
  })
  test('that the hub refuses is shown as refused, and taken when sent again', async () => {
    rig.refuseNext(new HubError('UNAVAILABLE', 'The database is away; try again'))
    const body = line('story later')
    expect((await command(body)).status).toBe(503)
    expect(await (await ask('/console/threads/t1', BEARER)).json()).toMatchObject({
      rows: [{ jobState: 'refused', error: 'The database is away; try again', input: 'story later' }],
    })
    expect((await command(body)).status).toBe(202)
    expect(await (await ask('/console/threads/t1', BEARER)).json()).toMatchObject({
      rows: [{ jobState: 'queued', error: null }],
    })
  })
  test('from a form is checked first, field by field', async () => {
    const values = { id: 'ST-1', instruction: 'no' }
    const refused = await command(line({ command: 'story refine', values }))
    expect(refused.status).toBe(422)
    expect(await refused.json()).toMatchObject({
      errors: [{ field: 'instruction', message: 'Say it in at least 5 characters' }],
    })
    expect(rig.calls).toEqual([])
    await command(line({ command: 'story refine', values: { ...values, instruction: 'add refunds' } }))
    expect(rig.calls[0]?.input).toEqual({ command: 'story refine', values: { id: 'ST-1', instruction: 'add refunds' } })
  })
  test('from a button names the message it stood on, and only one of its own thread', async () => {
    const posted = await rig.post(placeOf('t1'), 'k1', { text: 'a card' })
    await command(line('story approve ST-1', { on: posted.message }))
    await command(line('story approve ST-1', { on: posted.message, thread: 't2' }))
    expect(rig.calls.map((call) => call.on?.message)).toEqual([posted.message, undefined])
  })
  test('survives characters that the database refuses', async () => {
    expect((await command(line('story \0 \ud800 ok'))).status).toBe(202)
    expect(rig.calls[0]?.input).toBe('story  � ok')
  })
  test.each([
    ['another content type', { headers: { 'content-type': 'text/plain' } }, 415],
    ['no JSON', { body: '{' }, 400],
    ['only spaces', { body: JSON.stringify(line('   ')) }, 400],
    ['an id that is no UUID', { body: JSON.stringify({ ...line('x'), clientId: '1' }) }, 400],
    ['a thread with a path in it', { body: JSON.stringify({ ...line('x'), thread: '../x' }) }, 400],
    ['unknown members', { body: JSON.stringify({ ...line('x'), workspace: 'slack:T1' }) }, 400],
  ])(
    'with %s is refused',
    async (_, { headers, body }: { headers?: Record<string, string>; body?: string }, status) => {
      const answer = await ask(
        '/console/commands',
        { 'content-type': 'application/json', ...BEARER, ...headers },
        { method: 'POST', body: body ?? JSON.stringify(line('x')) },
      )
      expect(answer.status).toBe(status)
      expect(rig.calls).toEqual([])
    },
  )
  test('with a session must come from our own page', async () => {
    const cookie = await signIn()
    const from = async (headers: Record<string, string>) =>
      (await command(line('hub help'), { cookie, ...headers })).status
    expect(await from({ origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' })).toBe(202)
    expect(await from({ origin: `http://${HOST}` })).toBe(202)
    expect(await from({})).toBe(403)
    expect(await from({ 'sec-fetch-site': 'none' })).toBe(403)
    expect(await from({ origin: 'http://evil.test' })).toBe(403)
    expect(await from({ origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await from({ origin: 'null' })).toBe(403)
    expect(await from({ ...BEARER, origin: 'http://evil.test' })).toBe(403)
  })
})

describe('the event stream', () => {
  /** Reads events until `done` says so. */
  async function events(
    path: string,
    headers: Record<string, string>,
    done: (rows: StreamRow[]) => boolean,
  ): Promise<StreamRow[]> {
    const stop = new AbortController()
    const answer = await ask(path, { ...BEARER, ...headers }, { signal: stop.signal })
    expect(answer.headers.get('content-type')).toMatch(/text\/event-stream/)
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    const rows: StreamRow[] = []
    let text = ''
    while (reader && !done(rows)) {
      const { value, done: ended } = await reader.read()
      if (ended) break
      text += value
      const whole = text.split('\n\n')
      text = whole.pop() ?? ''
      for (const event of whole) {
        const id = /^id: (\d+)$/m.exec(event)?.[1]
        const data = /^data: (.*)$/m.exec(event)?.[1]
        if (id && data) rows.push({ ...(JSON.parse(data) as StreamRow), rev: Number(id) })
      }
    }
    await reader?.cancel()
    return rows
  }
  interface StreamRow {
    readonly rev: number
    readonly jobState: string | null
    readonly message: { readonly text: string }
  }
  const texts = (rows: StreamRow[]) => rows.map((row) => row.message.text)

  test('resumes after the last event that was seen: nothing lost, nothing that did not change repeated', async () => {
    const place = placeOf('t1')
    const first = await rig.post(place, 'k1', { text: 'one' })
    await rig.post(place, 'k2', { text: 'two' })
    const seen = await events('/console/events?thread=t1', {}, (rows) => rows.length === 2)
    expect(texts(seen)).toEqual(['one', 'two'])
    await rig.edit(first, 'e1', { text: 'one, edited' })
    await rig.post(place, 'k3', { text: 'three' })
    const last = String(seen.at(-1)?.rev)
    const missed = await events(
      '/console/events?thread=t1&after=0',
      { 'last-event-id': last },
      (rows) => rows.length === 2,
    )
    expect(texts(missed)).toEqual(['one, edited', 'three'])
  })
  test('shows what another process delivered, and 300 rows at once', async () => {
    const other = await startConsole(database.db)
    const reading = events('/console/events?thread=t1', {}, (rows) => rows.length === 301)
    for (let i = 0; i <= 300; i++) await other.post(placeOf('t1'), `k${i}`, { text: `${i}` })
    expect(texts(await reading)).toEqual(Array.from({ length: 301 }, (_, i) => `${i}`))
    await other.close()
  })
  test('follows a job from queued to its end', async () => {
    rig.onCommand((_, id) => {
      rig.jobs.set(id, { id, state: 'running', attempts: 1, error: null })
    })
    const states = events('/console/events?thread=t1', {}, (rows) => {
      if (rows.at(-1)?.jobState === 'running') {
        for (const [id, job] of rig.jobs) rig.jobs.set(id, { ...job, state: 'dead', error: 'The model refused' })
      }
      return rows.at(-1)?.jobState === 'dead'
    })
    await command(line('story watch me'))
    const seen = (await states).map((row) => row.jobState)
    expect(seen.slice(-2)).toEqual(['running', 'dead'])
    expect(await (await ask('/console/threads/t1', BEARER)).json()).toMatchObject({
      rows: [{ error: 'The model refused' }],
    })
  })
  test('ends when the hub stops', async () => {
    const ended = events('/console/events?thread=t1', {}, () => false)
    await rig.close()
    expect(await ended).toEqual([])
  })
})

test('threads are listed newest first, and a long one is read in pages', async () => {
  for (let i = 0; i < 205; i++) await rig.post(placeOf('long'), `k${i}`, { text: `${i}` })
  await rig.post(placeOf('short'), 'k', { text: 'Second thread' })
  const { threads } = (await (await ask('/console/threads', BEARER)).json()) as {
    threads: { id: string; title: string }[]
  }
  expect(threads.map((t) => [t.id, t.title])).toEqual([
    ['short', 'Second thread'],
    ['long', '0'],
  ])
  type Page = { rows: { seq: number; message: { text: string } }[]; more: boolean; rev: number }
  const page = (await (await ask('/console/threads/long', BEARER)).json()) as Page
  expect([page.rows.length, page.rows[0]?.message.text, page.more, page.rev]).toEqual([200, '5', true, 205])
  const rest = (await (await ask(`/console/threads/long?before=${page.rows[0]?.seq}`, BEARER)).json()) as Page
  expect([rest.rows.map((row) => row.message.text), rest.more]).toEqual([['0', '1', '2', '3', '4'], false])
})

test('a file is always saved, never shown', async () => {
  const html = '<script>alert(1)</script>'
  const posted = await rig.post(placeOf('t1'), 'k1', {
    text: 'x',
    blocks: [{ kind: 'file', name: 'größe "1".html', mediaType: 'text/html', text: html }],
  })
  const file = await ask(`/console/messages/${posted.message}/files/0`, BEARER)
  expect(await file.text()).toBe(html)
  expect(file.headers.get('content-type')).toBe('application/octet-stream')
  expect(file.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%221%22.html")
  for (const path of [`${posted.message}/files/1`, `${posted.message}/files/x`, 'x/files/0']) {
    expect((await ask(`/console/messages/${path}`, BEARER)).status).toBe(404)
  }
})
