import type { Check } from '../checker.ts'
import { opWord } from '../entries.ts'
import { makeLanes } from '../lanes.ts'
import type { Rig } from '../rig.ts'
import { atLeast, atMost, exactly, type Scenario, sleep } from '../scenario.ts'

const ATTEMPTS = 8
/** These notices cannot name their op: the job never said anything. */
const SILENT = /^This did not work: (its worker stopped in the middle of attempt 8|it took longer than)/

/** Messages that fail, hang or take the process along end in the dead letter after eight attempts; the others do not notice. */
export const poison: Scenario = {
  name: 'poison',
  target: 13,
  what: 'messages that fail, hang or end the process; later they are fixed and replayed',
  stores: ['redis', 'redis-aof', 'postgres', 'embedded'],
  drainMs: 300_000,
  async run(rig) {
    const [count, bad] = rig.quick ? [500, 10] : [10_000, 200]
    // As many hang; the rest throws.
    const crashes = rig.quick ? 1 : 2
    const embedded = rig.stores.kind === 'embedded'
    // Eight attempts of one take two minutes, and a sick thread has several: what is counted is attempts, not how long they wait.
    const patches = ['quick-backoff']
    const start = async (fixed: 'yes' | 'no') => {
      const options = { patches, faults: { job: rig.quick ? 600 : 1_500 }, env: { FAULTS_FIXED: fixed } }
      if (embedded) await rig.hub('all', options)
      else await Promise.all([rig.hub('web', options), rig.hub('worker', options), rig.hub('worker', options)])
    }
    await start('no')
    const poisoned = new Set<string>()
    const random = rig.random.fork('poison')
    const lanes = makeLanes(rig.quick ? 100 : 500)
    // Poison stands in the way of its own thread until it is dead, so it is kept to a tenth of them.
    const sick = new Set(lanes.slice(0, lanes.length / 10).map((lane) => lane.name))
    const every = Math.floor(count / bad)
    const healthy = new Map<string, number>()
    const answers = await rig.driver.run({
      count,
      perSecond: embedded ? 30 : rig.quick ? 60 : 150,
      lanes,
      call(n, lane) {
        if (!sick.has(lane.name)) {
          healthy.set(opWord(n), Date.now())
          return {}
        }
        if (poisoned.size >= bad || !random.chance(10 / every)) return {}
        poisoned.add(opWord(n))
        const command = poisoned.size <= crashes ? 'crash' : poisoned.size <= 2 * crashes ? 'hang' : 'poison'
        return { command, orderedWith: `${lane.name} poison` }
      },
    })
    const drained = await rig.drain(300_000)
    const dead = await listDead(rig)
    const delays = (await rig.history()).flatMap((entry) => {
      const op = entry.kind === 'arrival' ? /\bop-\d+\b/.exec(entry.text)?.[0] : undefined
      const sent = op === undefined ? undefined : healthy.get(op)
      return sent === undefined || entry.kind !== 'arrival' ? [] : [entry.atMs - sent]
    })
    const p95 = delays.sort((a, b) => a - b)[Math.floor(delays.length * 0.95)] ?? Number.NaN
    // What nobody acknowledged, as the process was just gone, may be there or not.
    const acked = answers.filter((answer, n) => answer.acked && poisoned.has(opWord(n))).length
    const checks: Check[] = [
      atLeast('jobs in the dead letter', dead.length, acked),
      atMost('jobs in the dead letter', dead.length, poisoned.size),
      exactly('of these with eight attempts', dead.filter((job) => job.attempts === ATTEMPTS).length, dead.length),
      atLeast('poison acknowledged', acked, 3),
      // A crash costs its neighbours a lease and a sweep.
      atMost('p95 of threads without poison', p95, rig.quick || embedded ? 20_000 : 10_000, ' ms'),
      { name: 'drained with poison in it', ok: drained !== null, detail: `${drained}` },
    ]
    await rig.stopHubs()
    rig.fault('fixed')
    await start('yes')
    // Oldest first, as they came: the order inside a thread is kept.
    for (const job of dead) await rig.api('POST', `/jobs/${job.id}/retry`)
    await sleep(500)
    return {
      checks,
      expected: { mayFail: (op) => poisoned.has(op) || SILENT.test(op) },
      figures: { poisoned: poisoned.size, dead: dead.length },
    }
  },
}

interface Job {
  readonly id: string
  readonly attempts: number
}
async function listDead(rig: Rig): Promise<Job[]> {
  const all: Job[] = []
  for (let before: string | null = ''; before !== null; ) {
    const page: { json: { items: Job[]; next: string | null } } = await rig.api(
      'GET',
      `/jobs?state=dead&limit=100${before ? `&before=${before}` : ''}`,
    )
    all.push(...page.json.items)
    before = page.json.next
  }
  return all.reverse()
}
