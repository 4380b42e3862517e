import { randomUUID } from 'node:crypto'
import { type Lane, makeLanes, mentionBody } from '../driver.ts'
import { opWord } from '../entries.ts'
import type { Rig } from '../rig.ts'
import { exactly, type Scenario, sleep } from '../scenario.ts'

const STALL_MS = 150

/**
 * Another transaction holds the key of a delivery for a moment and is rolled back. The hub's own row has its number by then and is
 * committed after rows with higher ones: whoever reads by number alone has passed it.
 */
function stall(rig: Rig, lane: Lane, eventId: string): { readonly holds: Promise<void> } | undefined {
  const { sql } = rig.stores
  if (!sql) return undefined
  const holds = Promise.withResolvers<void>()
  const undone = sql
    .begin(async (tx) => {
      await tx`insert into hub.inbox (id, workspace, source, delivery_id, kind, body)
        values (${randomUUID()}, ${`slack:${lane.team}`}, 'slack', ${`event:${eventId}`}, 'command', '{}')`
      rig.fault('key held by another transaction')
      holds.resolve()
      await sleep(STALL_MS)
      throw new Error('rolled back')
    })
    .catch(() => undefined)
  return { holds: Promise.race([holds.promise, undone.then(() => undefined)]) }
}

/** The same delivery id many times at once, at two web processes: one effect, and every caller hears 2xx. */
export const concurrentDuplicates: Scenario = {
  name: 'concurrent-duplicates',
  target: 16,
  what: 'each delivery comes fifty times at once, to two processes',
  stores: ['redis', 'redis-aof', 'postgres', 'embedded'],
  async run(rig) {
    const ids = rig.quick ? 300 : 1_000
    const copies = rig.quick ? 10 : 50
    if (rig.stores.kind === 'embedded') await rig.hub('all')
    else {
      await Promise.all([rig.hub('web'), rig.hub('web')])
      await rig.hub('worker')
    }
    // Bolt is loaded with the first event, which takes long where a hundred come at once; that is another figure.
    const warmUp = await rig.driver.run({ count: 4, perSecond: 5, lanes: makeLanes(1) })
    const lanes = makeLanes(ids)
    const others: number[] = []
    let slowestMs = 0
    let next = 0
    const first = rig.driver.sent
    const deliver = async (n: number, lane: Lane, eventId: string) => {
      const op = opWord(n)
      rig.ledger.note({ kind: 'attempt', op, lane: lane.name, order: n, atMs: Date.now() })
      const began = performance.now()
      const body = mentionBody(lane, `echo ${op} of ${lane.name}`, eventId)
      const statuses = await Promise.all(
        Array.from({ length: copies }, () => rig.driver.post(body, 'application/json')),
      )
      others.push(...statuses.filter((status) => status < 200 || status > 299))
      slowestMs = Math.max(slowestMs, performance.now() - began)
      if (statuses.some((status) => status >= 200 && status < 300)) {
        rig.ledger.note({ kind: 'ack', op, atMs: Date.now(), tookMs: performance.now() - began, tries: copies })
      }
    }
    const senders = Array.from({ length: 12 }, async () => {
      for (let lane = lanes[next]; lane; lane = lanes[next]) {
        const n = next++
        const stalled = n % 15 === 7 ? stall(rig, lane, `Ev${n}`) : undefined
        await stalled?.holds
        // The same id from another workspace is another delivery.
        await Promise.all([
          deliver(first + n, lane, `Ev${n}`),
          ...(n % 10 === 0
            ? [deliver(first + ids + n, { ...lane, name: `${lane.name}-other`, team: `X${lane.team}` }, `Ev${n}`)]
            : []),
        ])
      }
    })
    await Promise.all(senders)
    return {
      checks: [exactly('answers other than 2xx', others.length, 0)],
      figures: {
        requests: copies * Math.ceil(ids * 1.1),
        firstAckMs: Math.round(warmUp[0]?.tookMs ?? Number.NaN),
        slowestMs: Math.round(slowestMs),
        others: [...new Set(others)].join(' ') || 'none',
      },
    }
  },
}
