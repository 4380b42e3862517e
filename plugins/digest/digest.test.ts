import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import type { Store } from '../../core/store/open.ts'
import { type DigestDesk, deploymentOf, digestDesk, memoryKv, wordsOf } from '../../test/fakes/digest-desk.ts'
import { DATABASES, isAvailable, openTestStore } from '../../test/support/stores.ts'
import { createMeasures } from '../deploy/measures/store.ts'
import { createDeployments } from '../deploy/service.ts'
import { createStore as createDeploymentStore } from '../deploy/store.ts'
import { listIdOf } from './api.ts'
import { timeWords } from './format.ts'

const ANN = 'ann@shop.test'
const at = (text: string) => Date.parse(text)
const codeIn = (desk: DigestDesk) => /Your code: (\w+)/.exec(desk.sent.at(-1)?.message.text ?? '')?.[1] ?? ''

for (const database of DATABASES)
  describe.skipIf(!isAvailable(database))(`digests on ${database}`, () => {
    let store: Store
    let desk: DigestDesk
    let tenants = 0
    let workspace: string
    beforeAll(async () => {
      store = await openTestStore(database)
    })
    afterAll(() => store?.close())
    beforeEach(async () => {
      await store.sql.query('delete from hub.digest_subscriptions')
      desk = digestDesk(store)
      tenants += 1
      workspace = `slack:T${tenants}`
    })
    const run = (line: string, over: Parameters<DigestDesk['run']>[1] = {}) => desk.run(line, { workspace, ...over })
    const rows = () =>
      store.sql.query<{
        recipient: string
        state: string
        stopped: string | null
        due: string | null
        zone: string
        id: string
      }>(
        `select id, recipient, state, stopped, zone, to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI') as due
         from hub.digest_subscriptions where workspace = $1 order by created_at`,
        [workspace],
      )
    const deployed = (over: Parameters<typeof deploymentOf>[0] = {}) =>
      void desk.deployments.all.push(deploymentOf({ workspace, ...over }))

    describe('subscribing', () => {
      it('takes the address that the platform vouches for, at once', async () => {
        desk.email = ANN
        const answer = await run('digest subscribe daily at 08:00 zone Europe/Vienna')
        expect(answer.text).toBe('ann@shop.test gets a digest daily at 08:00 (Europe/Vienna).')
        expect(answer.only).toEqual({ plugin: 'slack', id: 'Ann' })
        expect(await rows()).toMatchObject([{ recipient: `mail:${ANN}`, state: 'active', due: '2026-11-21T07:00' }])
        expect(desk.sent).toEqual([])
      })
      it('of another address waits for the code that was mailed to it', async () => {
        await run(`digest subscribe --to ${ANN}`)
        expect(await rows()).toMatchObject([{ state: 'unconfirmed', due: null }])
        expect(desk.sent).toMatchObject([{ to: { plugin: 'mail', channel: ANN }, message: { secret: true } }])
        await expect(run('digest confirm wrongone')).rejects.toThrow(/not the code/)
        expect((await run(`digest confirm ${codeIn(desk).toUpperCase()}`)).text).toBe('ann@shop.test is confirmed.')
        expect(await rows()).toMatchObject([{ state: 'active', due: '2026-11-21T08:00' }])
      })
      it('cannot be confirmed by somebody else, nor by guessing', async () => {
        await run(`digest subscribe --to ${ANN}`)
        await expect(run(`digest confirm ${codeIn(desk)}`, { who: 'Eve' })).rejects.toThrow(/not the code/)
        for (let i = 0; i < 5; i++) await expect(run('digest confirm guess234')).rejects.toThrow(/not the code/)
        await expect(run(`digest confirm ${codeIn(desk)}`)).rejects.toMatchObject({ code: 'CONFLICT' })
        expect(await rows()).toMatchObject([{ state: 'unconfirmed' }])
      })
      it('and confirming again after a crash does the same once', async () => {
        await run(`digest subscribe --to ${ANN}`, { jobId: 'same' })
        const first = codeIn(desk)
        await run(`digest subscribe --to ${ANN}`, { jobId: 'same' })
        expect(desk.sent).toHaveLength(1)
        await run(`digest confirm ${first}`, { jobId: 'confirming' })
        expect((await run(`digest confirm ${first}`, { jobId: 'confirming' })).text).toContain('is confirmed')
      })
      it('of an address that somebody else subscribed is refused', async () => {
        desk.email = ANN
        await run('digest subscribe')
        desk.email = undefined
        await expect(run(`digest subscribe weekly --to ${ANN}`, { who: 'Eve' })).rejects.toMatchObject({
          code: 'CONFLICT',
        })
        await expect(run(`digest unsubscribe --to ${ANN}`, { who: 'Eve' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
      })
      it('a channel needs no proof, and its digest stands in the channel and not in a thread', async () => {
        const place = {
          plugin: 'slack',
          workspace,
          channel: 'C7',
          visibility: 'team',
          thread: '1.2',
          ticket: 'x',
        } as const
        await run('digest subscribe weekly on friday --to here', { place })
        await desk.tick()
        desk.nowMs = at('2026-11-27T08:00Z')
        deployed({ finishedAtMs: at('2026-11-25T10:00Z') })
        await desk.tick()
        await desk.work()
        expect(desk.sent.map(({ to }) => to)).toEqual([
          { plugin: 'slack', workspace, channel: 'C7', visibility: 'team' },
        ])
        expect(desk.sent[0]?.message.list).toBeUndefined()
      })
      it('again changes what was there, and covers everything in between', async () => {
        desk.email = ANN
        await run('digest subscribe daily at 08:00 zone Europe/Vienna')
        await run('digest subscribe at 10:00')
        expect(await rows()).toMatchObject([{ zone: 'Europe/Vienna', due: '2026-11-21T09:00' }])
        desk.nowMs = at('2026-11-21T09:00Z')
        await desk.tick()
        expect(desk.queued).toMatchObject([
          { payload: { fromMs: at('2026-11-20T07:00Z'), toMs: at('2026-11-21T09:00Z') } },
        ])
      })
      test.each([
        ['digest subscribe zone Europe/Wiena', /did you mean Europe\/Vienna/],
        ['digest subscribe --to not-an-address', /no mail address/],
        ['digest subscribe daily at 08:00 --to "ann@shop.test\nBcc: eve@evil.test"', /not understood|no mail address/],
      ])('%j is refused', async (line, message) => {
        await expect(run(line)).rejects.toThrow(message)
        expect(await rows()).toEqual([])
      })
      it('by mail says what is missing where there is no mail server', async () => {
        desk.hasMail = false
        await expect(run(`digest subscribe --to ${ANN}`)).rejects.toThrow(/set SMTP_URL and MAIL_FROM/)
        expect((await run('digest subscribe')).text).toMatch(/^This channel gets a digest/)
      })
    })

    describe('at the hour', () => {
      beforeEach(async () => {
        desk.email = ANN
        await run('digest subscribe daily at 08:00 zone Europe/Vienna')
        deployed({ finishedAtMs: at('2026-11-20T10:00Z') })
        desk.nowMs = at('2026-11-21T07:00Z')
      })
      it('one digest goes out, with what was finished since the last one', async () => {
        await desk.tick()
        await desk.work()
        expect(desk.sent).toMatchObject([{ to: { plugin: 'mail', channel: ANN }, name: 'digest' }])
        expect(desk.sent[0]?.message.text).toBe('1 went live · Deployments · Fri 20 Nov')
        expect(desk.sent[0]?.message.list?.id).toBe(listIdOf(workspace, (await rows())[0]?.id ?? ''))
        expect(await rows()).toMatchObject([{ due: '2026-11-22T07:00' }])
      })
      it('a tick that fires twice sends one', async () => {
        await Promise.all([desk.tick('a'), desk.tick('b')])
        await desk.tick('c')
        await desk.work()
        expect(desk.sent).toHaveLength(1)
      })
      it('a tick that was killed between handing over and moving on sends one', async () => {
        await desk.tick()
        await store.sql.query(`update hub.digest_subscriptions set due_at = '2026-11-21T07:00Z' where workspace = $1`, [
          workspace,
        ])
        await desk.tick()
        await desk.work()
        expect(desk.queued).toHaveLength(1)
        expect(desk.sent).toHaveLength(1)
      })
      it('nothing is sent before it', async () => {
        desk.nowMs -= 1
        await desk.tick()
        expect(desk.queued).toEqual([])
      })
      it('a hub that was off for days sends one digest of all of them', async () => {
        desk.nowMs = at('2026-11-24T12:00Z')
        deployed({ service: 'search', finishedAtMs: at('2026-11-23T10:00Z') })
        await desk.tick()
        await desk.work()
        expect(desk.queued).toMatchObject([
          { payload: { fromMs: at('2026-11-20T07:00Z'), toMs: at('2026-11-24T07:00Z') } },
        ])
        expect(desk.sent[0]?.message.text).toBe('2 went live · Deployments · Fri 20 Nov – Tue 24 Nov')
      })
      it('the hour is the same through a change of the clocks, one digest for each day, without a gap', async () => {
        await store.sql.query(
          `update hub.digest_subscriptions set due_at = '2027-03-27T07:00Z', covered_until = '2027-03-26T07:00Z' where workspace = $1`,
          [workspace],
        )
        for (let hour = 0; hour < 24 * 4 - 1; hour++) {
          desk.nowMs = at('2027-03-27T07:00Z') + hour * 3_600_000
          await desk.tick()
        }
        expect(desk.queued.map(({ key }) => key.slice(-24))).toEqual([
          '2027-03-27T07:00:00.000Z',
          '2027-03-28T06:00:00.000Z',
          '2027-03-29T06:00:00.000Z',
          '2027-03-30T06:00:00.000Z',
        ])
        const windows = desk.queued.map(({ payload }) => payload as { fromMs: number; toMs: number })
        for (const [i, window] of windows.entries()) expect(window.fromMs).toBe(windows[i - 1]?.toMs ?? window.fromMs)
      })
      it('one whose zone this machine does not know gets it at the hour of UTC, and keeps nobody waiting', async () => {
        await run('digest subscribe daily at 08:00 zone Europe/Vienna', { who: 'Bob', workspace: 'slack:bob' })
        await store.sql.query(`update hub.digest_subscriptions set due_at = '2026-11-21T07:00Z'`)
        await store.sql.query(`update hub.digest_subscriptions set zone = 'Mars/Olympus' where workspace = $1`, [
          workspace,
        ])
        await desk.tick()
        await desk.work()
        expect(desk.queued.map((job) => job.workspace).sort()).toEqual(['slack:bob', workspace].sort())
        expect(desk.sent.map(({ message }) => message.text)).toEqual(['1 went live · Deployments · Fri 20 Nov'])
        expect(await rows()).toMatchObject([{ zone: 'Mars/Olympus', due: '2026-11-21T08:00' }])
      })
      it('who has left meanwhile gets nothing', async () => {
        await desk.tick()
        await run('digest unsubscribe')
        await desk.work()
        expect(desk.sent).toEqual([])
      })
      it('another tenant hears nothing of it', async () => {
        await run('digest subscribe', { workspace: 'slack:other' })
        desk.nowMs = at('2026-11-21T08:00Z')
        await desk.tick()
        await desk.work()
        expect(desk.sent).toHaveLength(1)
        expect(desk.deployments.asked.map((query) => query.workspace).sort()).toEqual(['slack:other', workspace].sort())
      })
    })

    describe('what is reported after the hour', () => {
      const spot = { service: 'search', environment: 'production' }
      const report = (deploymentId: string, state: 'succeeded' | 'failed', atMs: number) => {
        const unknown = { ref: null, sha: null, repository: null, by: null, url: null, environmentUrl: null }
        const rest = { ...unknown, description: null, rollsBack: null }
        return createDeploymentStore(store.db).report(
          { ...spot, workspace, project: null, production: true },
          { ...spot, ...rest, source: 'ci', deploymentId, state, atMs },
          Date.now(),
        )
      }
      /** The hour comes: no hour has to pass for it. */
      const hour = async (dueMs: number, coveredMs: number | null = null) => {
        await store.sql.query(
          `update hub.digest_subscriptions set due_at = to_timestamp($2::float8 / 1000),
             covered_until = coalesce(to_timestamp($3::float8 / 1000), covered_until) where workspace = $1`,
          [workspace, dueMs, coveredMs],
        )
        desk.nowMs = dueMs
        await desk.tick()
        await desk.work()
      }
      it('is in the next digest, in none twice, and shown at its own time', async () => {
        desk = digestDesk(
          store,
          memoryKv(),
          createDeployments(
            () => createDeploymentStore(store.db),
            () => createMeasures(store.db).read,
          ),
        )
        desk.email = ANN
        await run('digest subscribe daily at 08:00')
        const dueMs = Date.now() - 120_000
        await report('in-time', 'succeeded', dueMs - 3_600_000)
        await store.sql.query(`update hub.deployments set end_recorded_at = finished_at where workspace = $1`, [
          workspace,
        ])
        await hour(dueMs, dueMs - 86_400_000)
        expect(desk.sent.map(({ message }) => message.text)).toEqual([expect.stringMatching(/^1 went live/)])
        await report('late', 'failed', dueMs - 2_000)
        // Told once more, as senders do: it ended when it did.
        await report('late', 'failed', dueMs - 1_000)
        await hour(Date.now() + 5)
        expect(desk.sent).toHaveLength(2)
        const told = wordsOf(desk.sent[1]?.message ?? { text: '' })
        expect(told).toMatch(/^1 failed, 0 went live/)
        expect(told).toContain(`D-2 · ${timeWords(dueMs - 2_000, Date.now(), dueMs, 'UTC')}`)
        expect(told).not.toContain('D-1')
        await hour(Date.now() + 10)
        expect(desk.sent).toHaveLength(2)
      })
      it('by seconds has been written down when the digest is read', async () => {
        desk.email = ANN
        await run('digest subscribe daily at 08:00')
        await hour(Date.now())
        await hour(Date.now() - 60_000)
        expect(desk.queued).toHaveLength(2)
        const [fresh, long] = desk.queued.map(({ delayMs }) => delayMs)
        expect(fresh).toBeGreaterThan(5_000)
        expect(fresh).toBeLessThanOrEqual(10_000)
        expect(long).toBe(0)
      })
    })

    describe('a quiet day', () => {
      const morning = async () => {
        desk.nowMs = at('2026-11-21T08:00Z')
        await desk.tick()
        await desk.work()
      }
      beforeEach(() => {
        desk.email = ANN
      })
      it('is silent', async () => {
        await run('digest subscribe')
        await morning()
        expect(desk.queued).toHaveLength(1)
        expect(desk.sent).toEqual([])
      })
      it('or gets one line', async () => {
        await run('digest subscribe --quiet line')
        await morning()
        expect(desk.sent.map(({ message }) => message.text)).toEqual(['Nothing was deployed · Fri 20 Nov'])
      })
    })

    describe('an end', () => {
      beforeEach(async () => {
        desk.email = ANN
        await run('digest subscribe')
      })
      const list = async () => listIdOf(workspace, (await rows())[0]?.id ?? '')
      it('by the link in a mail stops it, and subscribing again takes a code', async () => {
        await desk.event('mail.left', { list: await list(), address: ANN })
        expect(await rows()).toMatchObject([{ state: 'stopped', due: null, stopped: 'ended by the link in a mail' }])
        await run('digest subscribe')
        expect(await rows()).toMatchObject([{ state: 'unconfirmed' }])
        await run(`digest confirm ${codeIn(desk)}`)
        expect(await rows()).toMatchObject([{ state: 'active' }])
      })
      it.each(['digest|x', 'nonsense', 'digest|slack:T1|00000000-0000-0000-0000-000000000000'])(
        'of %s ends nothing',
        async (id) => {
          await desk.event('mail.left', { list: id, address: ANN })
          expect(await rows()).toMatchObject([{ state: 'active' }])
        },
      )
      it('for another address ends nothing', async () => {
        await desk.event('mail.left', { list: await list(), address: 'eve@evil.test' })
        expect(await rows()).toMatchObject([{ state: 'active' }])
      })
      it('by a mailbox that takes no mail is shown with its reason', async () => {
        await desk.event('mail.refused', { address: 'Ann@shop.test', reason: 'no such mailbox' })
        expect(wordsOf(await run('digest list'))).toContain('stopped: no such mailbox')
      })
      it('by a mail that came back is told to its owner, alone, where they subscribed', async () => {
        await run('digest subscribe', { workspace: 'slack:other', place: null })
        const came = { address: ANN, reason: 'it said: `no` *such* user', by: 'bounce' }
        await desk.event('mail.refused', came)
        await desk.event('mail.refused', came)
        expect(desk.sent).toMatchObject([
          {
            to: { plugin: 'slack', channel: 'C1' },
            message: { only: { plugin: 'slack', id: 'Ann' }, text: expect.stringContaining('have stopped') },
          },
        ])
        expect(desk.sent[0]?.to).not.toHaveProperty('ticket')
        expect(wordsOf(desk.sent[0]?.message ?? { text: '' })).toMatch(
          /`it said: 'no' \*such\* user`.*digest subscribe --to ann@shop\.test --again/s,
        )
        expect(await rows()).toMatchObject([{ state: 'stopped', due: null }])
        expect(wordsOf(await run('digest status'))).toContain('it said: `no` *such* user')
        expect((await run('digest status', { workspace: 'slack:third' })).text).toBe('No digest is stopped.')
        // Nobody can be told there; it is stopped all the same.
        expect(wordsOf(await run('digest status', { workspace: 'slack:other' }))).toContain(ANN)
      })
      it('by a mail that came back is lifted by the code alone, asked for in so many words', async () => {
        desk.stops.set(ANN, { by: 'bounce', reason: 'no such user', atMs: at('2026-11-20T10:00Z') })
        await desk.event('mail.refused', { address: ANN, reason: 'no such user', by: 'bounce' })
        desk.sent.length = 0
        const answer = await run('digest subscribe --quiet line weekly at 10:00')
        expect(answer.text).toBe('Nothing is sent to ann@shop.test since 2026-11-20.')
        expect(wordsOf(answer)).toMatch(
          /no such user.*"digest subscribe --to ann@shop\.test --again --quiet line weekly at 10:00"/s,
        )
        expect([desk.sent, (await rows())[0]?.state]).toEqual([[], 'stopped'])
        await run(`digest subscribe --to ${ANN} --again --quiet line weekly at 10:00`)
        expect(desk.sent).toMatchObject([{ to: { channel: ANN }, message: { secret: true } }])
        expect(await rows()).toMatchObject([{ state: 'unconfirmed', due: null }])
        expect(desk.stops.size).toBe(1)
        await run(`digest confirm ${codeIn(desk)}`)
        expect(desk.stops.size).toBe(0)
        expect(await rows()).toMatchObject([{ state: 'active', due: '2026-11-23T10:00' }])
      })
      it('while its code is on its way is not made by what a server says of other mail, and is by the code that came back', async () => {
        desk.stops.set(ANN, { by: 'bounce', reason: 'gone', atMs: 0 })
        await desk.event('mail.refused', { address: ANN, reason: 'gone', by: 'bounce' })
        await run('digest subscribe daily --again')
        await desk.event('mail.refused', { address: ANN, reason: 'gone' })
        expect(await rows()).toMatchObject([{ state: 'unconfirmed' }])
        await desk.event('mail.refused', { address: ANN, reason: 'gone', by: 'bounce' })
        expect(await rows()).toMatchObject([{ state: 'stopped' }])
      })
      it('by a complaint is not lifted for somebody else', async () => {
        desk.stops.set(ANN, { by: 'complaint', reason: 'reported as unwanted', atMs: 0 })
        await desk.event('mail.refused', { address: ANN, reason: 'reported as unwanted', by: 'complaint' })
        desk.sent.length = 0
        desk.email = 'eve@shop.test'
        await expect(run(`digest subscribe --to ${ANN} --again`, { who: 'Eve' })).rejects.toMatchObject({
          code: 'FORBIDDEN',
        })
        expect(desk.sent).toEqual([])
        await run(`digest subscribe --to ${ANN} --again`)
        expect(desk.sent).toHaveLength(1)
      })
      it('by a complaint about a code leaves nothing to whoever asked for it', async () => {
        await run('digest unsubscribe')
        desk.email = 'eve@shop.test'
        await run(`digest subscribe --to ${ANN}`, { who: 'Eve' })
        desk.stops.set(ANN, { by: 'complaint', reason: 'reported as unwanted', atMs: 0 })
        await desk.event('mail.refused', { address: ANN, reason: 'reported as unwanted', by: 'complaint' })
        expect(await rows()).toEqual([])
        await expect(run(`digest subscribe --to ${ANN} --again`, { who: 'Eve' })).rejects.toMatchObject({
          code: 'FORBIDDEN',
        })
        expect(desk.sent).toHaveLength(1)
        desk.email = ANN
        await run('digest subscribe --again')
        await run(`digest confirm ${codeIn(desk)}`)
        expect(await rows()).toMatchObject([{ state: 'active' }])
      })
      it('by a command', async () => {
        expect((await run('digest unsubscribe')).text).toBe('No more digests go to ann@shop.test.')
        expect(await rows()).toEqual([])
        expect((await run('digest unsubscribe')).text).toBe('You have no digest here.')
      })
      it('asks which one where there are several', async () => {
        await run('digest subscribe --to here')
        expect(wordsOf(await run('digest unsubscribe'))).toMatch(/Which one\?.*digest unsubscribe --to here/s)
        expect(await rows()).toHaveLength(2)
        expect(wordsOf(await run('digest list'))).toMatch(/"label":"ann@shop\.test".*"label":"this channel"/)
        expect((await run('digest unsubscribe --to here')).text).toBe('No more digests go to this channel.')
      })
    })

    it('preview shows the last day and sends nothing', async () => {
      deployed({ finishedAtMs: desk.nowMs - 3_600_000 })
      deployed({ finishedAtMs: desk.nowMs - 3 * 86_400_000 })
      expect((await run('digest preview')).text).toMatch(/^1 went live/)
      expect((await run('digest preview weekly')).text).toMatch(/^2 went live/)
      expect(desk.sent).toEqual([])
    })
    it('send sends now, once for each time it was asked', async () => {
      desk.email = ANN
      await run('digest subscribe')
      await run('digest send', { jobId: 'asked' })
      await run('digest send', { jobId: 'asked' })
      await desk.work()
      expect(desk.sent.map(({ message }) => message.text)).toEqual(['Nothing was deployed · Thu 19 Nov'])
    })
    it('a team that is sent the same window reads it once', async () => {
      for (const who of ['Ann', 'Bob', 'Cleo']) {
        desk.email = `${who.toLowerCase()}@shop.test`
        await run('digest subscribe --quiet line', { who })
      }
      desk.nowMs = at('2026-11-21T08:00Z')
      await desk.tick()
      await desk.work()
      expect(desk.sent).toHaveLength(3)
      expect(desk.deployments.asked).toHaveLength(1)
    })
    it('codes are good for their own store alone', async () => {
      const other = digestDesk(store, memoryKv())
      await run(`digest subscribe --to ${ANN}`)
      await expect(other.run(`digest confirm ${codeIn(desk)}`, { workspace })).rejects.toThrow(/not the code/)
    })
  })
