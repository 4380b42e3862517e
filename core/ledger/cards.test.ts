import { randomUUIDv7 } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Capabilities, Channel, Place } from '#contract'
import { DATABASES, isAvailable, openTestStore } from '../../test/support/stores.ts'
import { planCard } from '../delivery/card.ts'
import type { Store } from '../store/open.ts'
import { storableJson } from './inbox.ts'
import { createOutbox, type Settled } from './outbox.ts'
import { createPrune } from './prune.ts'

const place: Place = { plugin: 'slack', workspace: 'slack:T1', channel: 'C1', visibility: 'team' }
const outlet = {
  channel: { split: (message) => [message] } as Pick<Channel, 'split'> as Channel,
  can: { update: true, buttons: true, forms: true, private: true, threads: true } as Capabilities,
}

for (const database of DATABASES)
  describe.skipIf(!isAvailable(database))(`cards on ${database}`, () => {
    let store: Store
    beforeAll(async () => {
      store = await openTestStore(database)
    })
    afterAll(() => store.close())
    beforeEach(() => store.sql.query('delete from hub.outbox'))

    const outbox = () => createOutbox(store.sql, { worker: 'w1', leaseMs: 60_000, storable: storableJson })
    const show = (revision: number, over: { of?: string; to?: Place; workspace?: string } = {}) => {
      const { of = 'deployment 1', to = place, workspace = 'slack:T1' } = over
      const message = { text: `revision ${revision}`, card: { of, revision } }
      return outbox().show(planCard({ jobId: randomUUIDv7(), workspace, to, message }, outlet))
    }
    const rows = () =>
      store.sql.query<{ op: string; state: string; text: string; target: string | null }>(
        `select op, state, message ->> 'text' as text, target from hub.outbox order by seq`,
      )
    const settle = async (over: Partial<Settled>) => {
      const [send] = await outbox().claim(1)
      if (!send) throw new Error('nothing is due')
      await outbox().settle({
        id: send.id,
        fence: send.fence,
        state: 'sent',
        posted: { ...place, message: 'M1' },
        error: null,
        errorCode: null,
        waitMs: 0,
        reserved: false,
        uncounted: false,
        asPost: false,
        ...over,
      })
      return send
    }

    it('is posted once in each place and edited from then on', async () => {
      await show(1)
      await show(1, { to: { ...place, channel: 'C2' } })
      await settle({})
      await show(2)
      expect((await rows()).map(({ op, text }) => `${op} ${text}`)).toEqual([
        'post revision 1',
        'post revision 1',
        'update revision 2',
      ])
      await settle({})
      const edit = await settle({})
      expect(edit).toMatchObject({ op: 'update', targetPosted: { message: 'M1' }, message: { text: 'revision 2' } })
    })
    it('stores nothing for a repeat or for what a later revision has overtaken', async () => {
      await show(3)
      await show(3)
      await show(2)
      expect(await rows()).toHaveLength(1)
    })
    it('keeps one post and the latest revision when many jobs show it at once', async () => {
      await Promise.all(Array.from({ length: 12 }, (_, i) => show(((i * 5) % 12) + 1)))
      const alive = (await rows()).filter(({ state }) => state === 'pending')
      expect(alive.filter(({ op }) => op === 'post')).toHaveLength(1)
      expect(alive.at(-1)?.text).toBe('revision 12')
      expect(alive.length).toBeLessThanOrEqual(2)
    })
    it('is posted anew after a post that could not be made, and that one is edited', async () => {
      await show(1)
      await settle({ state: 'dead', posted: null })
      await show(2)
      await settle({})
      await show(3)
      const [, again, edit] = await rows()
      expect(again).toMatchObject({ op: 'post', text: 'revision 2' })
      expect(edit?.target).toMatch(/:again:2$/)
    })
    it('is edited after its other sends were forgotten: where it stands is kept for a year, in one row', async () => {
      const age = (days: number) =>
        store.sql.query(
          `update hub.outbox set finished_at = finished_at - $1::int * interval '1 day',
             id = (lpad(to_hex((extract(epoch from clock_timestamp() - $1::int * interval '1 day') * 1000)::bigint), 12, '0')
               || substr(replace(id::text, '-', ''), 13))::uuid`,
          [days],
        )
      const forget = createPrune(store.sql)
      await show(1)
      await settle({})
      await show(2)
      await settle({})
      await age(31)
      await forget()
      expect((await rows()).map(({ op, text }) => `${op} ${text}`)).toEqual(['post revision 1'])
      await show(3)
      expect(await settle({})).toMatchObject({ op: 'update', targetPosted: { message: 'M1' } })
      await age(366)
      await createPrune(store.sql)()
      expect(await rows()).toEqual([])
    })
    it('keeps things of the same name in two workspaces apart', async () => {
      await show(5)
      await show(1, { workspace: 'discord:G1' })
      expect((await rows()).map(({ op }) => op)).toEqual(['post', 'post'])
    })
  })
