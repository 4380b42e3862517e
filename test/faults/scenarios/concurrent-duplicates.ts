import { type Lane, makeLanes, mentionBody } from '../driver.ts'
import { opWord } from '../entries.ts'
import { exactly, type Scenario } from '../scenario.ts'

/** The same delivery id many times at once, at two web processes: one effect, and every caller hears 2xx. */
export const concurrentDuplicates: Scenario = {
  name: 'concurrent-duplicates',
  target: 16,
  what: 'each delivery comes fifty times at once, to two processes',
  stores: ['redis', 'redis-aof', 'postgres', 'embedded'],
  async run(rig) {
    const ids = rig.quick ? 150 : 1_000
    const copies = rig.quick ? 20 : 50
    if (rig.stores.kind === 'embedded') await rig.hub('all')
    else {
      await Promise.all([rig.hub('web'), rig.hub('web')])
      await rig.hub('worker')
    }
    const lanes = makeLanes(ids)
    let other = 0
    let next = 0
    const deliver = async (n: number, lane: Lane, eventId: string) => {
      const op = opWord(n)
      rig.ledger.note({ kind: 'attempt', op, lane: lane.name, order: n, atMs: Date.now() })
      const began = performance.now()
      const body = mentionBody(lane, `echo ${op} of ${lane.name}`, eventId)
      const statuses = await Promise.all(
        Array.from({ length: copies }, () => rig.driver.post(body, 'application/json')),
      )
      other += statuses.filter((status) => status < 200 || status > 299).length
      if (statuses.some((status) => status >= 200 && status < 300)) {
        rig.ledger.note({ kind: 'ack', op, atMs: Date.now(), tookMs: performance.now() - began, tries: copies })
      }
    }
    const senders = Array.from({ length: 6 }, async () => {
      for (let lane = lanes[next]; lane; lane = lanes[next]) {
        const n = next++
        // The same id from another workspace is another delivery.
        await Promise.all([
          deliver(n, lane, `Ev${n}`),
          ...(n % 10 === 0
            ? [deliver(ids + n, { ...lane, name: `${lane.name}-other`, team: `X${lane.team}` }, `Ev${n}`)]
            : []),
        ])
      }
    })
    await Promise.all(senders)
    return {
      checks: [exactly('answers other than 2xx', other, 0)],
      figures: { requests: copies * Math.ceil(ids * 1.1) },
    }
  },
}
