import { opWord } from '../entries.ts'
import { makeLanes } from '../lanes.ts'
import { atLeast, exactly, notAsked, type Scenario, sleep } from '../scenario.ts'

/** A captured request again and again, and clocks that jump: one effect each, and no lease notices. */
export const replaySkew: Scenario = {
  name: 'replay-skew',
  target: 10,
  what: 'captured requests are replayed; wall clocks of workers jump by minutes and a day',
  stores: ['redis', 'redis-aof', 'postgres'],
  async run(rig) {
    const seconds = rig.quick ? 10 : 60
    const imports = ['./test/faults/clock.ts']
    await rig.hub('web')
    const workers = await Promise.all([rig.hub('worker', { imports }), rig.hub('worker', { imports })])
    const statuses = new Map<string, Set<number>>()
    // The first, the same again, almost too old, too old, from the future, and a week old; then a late repeat, signed anew.
    const { signsTime } = rig.chat
    const ages = {
      first: 0,
      again: 0,
      ...(signsTime ? { '299 s': 297, '301 s': 303, 'in 301 s': -303, '7 days': 604_800 } : {}),
      'signed anew': 0,
    }
    const lanes = makeLanes(40)
    for (const [i, lane] of lanes.entries()) {
      const n = 1_000_000 + i
      const wire = rig.driver.wire({ op: opWord(n), lane })
      const order = { lane: wire.inLane ? `${lane.name} replay` : opWord(n), order: n }
      rig.ledger.note({ kind: 'attempt', op: opWord(n), ...order, atMs: Date.now() })
      const now = Math.floor(Date.now() / 1_000)
      for (const [age, secondsAgo] of Object.entries(ages)) {
        const { status } = await rig.driver.post(wire, { atSeconds: now - secondsAgo })
        statuses.set(age, (statuses.get(age) ?? new Set()).add(status))
      }
      rig.ledger.note({ kind: 'ack', op: opWord(n), atMs: Date.now(), tookMs: 0, tries: 1 })
      rig.fault('replayed again and again')
    }
    const accepted = ['first', 'again', '299 s', 'signed anew']
    const wrong = [...statuses].filter(([age, got]) => [...got].join() !== (accepted.includes(age) ? '200' : '401'))
    let jumping = true
    let jumps = 0
    const jump = (async () => {
      while (jumping) {
        await sleep(500)
        for (const worker of workers) (await worker.ready()).signal('SIGUSR2')
        rig.fault('clock jumps')
        jumps += 1
      }
    })()
    await rig.driver.run({ count: 50 * seconds, perSecond: 50, lanes })
    jumping = false
    await jump
    return {
      checks: [
        {
          name: 'answers by age',
          ok: wrong.length === 0,
          detail: [...statuses].map(([a, s]) => `${a}: ${[...s].join('/')}`).join(', '),
        },
        ...(signsTime
          ? []
          : [notAsked('age of a request', `a token of ${rig.chat.name} names none; a repeat is a repeat`)]),
        atLeast('clock jumps', jumps, seconds),
      ],
      afterDrain: async () => [exactly('writes refused by a fence', await rig.metric(/^hub_fenced_writes_total /), 0)],
    }
  },
}
