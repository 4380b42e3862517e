import { randomUUID } from 'node:crypto'
import { opWord } from '../entries.ts'
import { type Lane, makeLanes } from '../lanes.ts'
import type { Wire } from '../platforms/chat-platform.ts'
import type { Rig } from '../rig.ts'
import { exactly, type Scenario, sleep } from '../scenario.ts'

const STALL_MS = 150

/**
 * Another transaction holds the key of a delivery for a moment and is rolled back. The hub's own row has its number by then and is
 * committed after rows with higher ones: whoever reads by number alone has passed it.
 */
function stall(rig: Rig, { key: { workspace, deliveryId } }: Wire): { readonly holds: Promise<void> } | undefined {
  const { sql } = rig.stores
  if (!sql) return undefined
  const holds = Promise.withResolvers<void>()
  const undone = sql
    .begin(async (tx) => {
      await tx`insert into hub.inbox (id, workspace, source, delivery_id, kind, body)
        values (${randomUUID()}, ${workspace}, ${rig.chat.name}, ${deliveryId}, 'command', '{}')`
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
    const wireOf = (n: number, lane: Lane, id: number) =>
      rig.driver.wire({ op: opWord(n), lane, deliveryId: `${10_000_000 + id}` })
    const deliver = async (n: number, lane: Lane, wire: Wire) => {
      const op = opWord(n)
      rig.ledger.note({ kind: 'attempt', op, lane: lane.name, order: n, atMs: Date.now() })
      const began = performance.now()
      const replies = await Promise.all(Array.from({ length: copies }, () => rig.driver.post(wire)))
      others.push(...replies.filter(({ taken }) => !taken).map(({ status }) => status))
      slowestMs = Math.max(slowestMs, performance.now() - began)
      if (replies.some(({ taken }) => taken)) {
        rig.ledger.note({ kind: 'ack', op, atMs: Date.now(), tookMs: performance.now() - began, tries: copies })
      }
    }
    const senders = Array.from({ length: 12 }, async () => {
      for (let lane = lanes[next]; lane; lane = lanes[next]) {
        const n = next++
        const wire = wireOf(first + n, lane, n)
        const stalled = n % 15 === 7 ? stall(rig, wire) : undefined
        await stalled?.holds
        // The same id from another workspace is another delivery.
        const other = { ...lane, name: `${lane.name}-other`, team: lane.team + 1_000_000 }
        const twin = first + ids + n
        await Promise.all([
          deliver(first + n, lane, wire),
          ...(n % 10 === 0 ? [deliver(twin, other, wireOf(twin, other, n))] : []),
        ])
      }
    })
    await Promise.all(senders)
    return {
      checks: [exactly('answers that took nothing', others.length, 0)],
      figures: {
        requests: copies * Math.ceil(ids * 1.1),
        firstAckMs: Math.round(warmUp[0]?.tookMs ?? Number.NaN),
        slowestMs: Math.round(slowestMs),
        others: [...new Set(others)].join(' ') || 'none',
      },
    }
  },
}
