import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Check } from '../checker.ts'
import { decideHeld, listHeld } from '../held-sends.ts'
import { makeLanes } from '../lanes.ts'
import { ROOT } from '../root.ts'
import { atLeast, atMost, exactly, type Scenario, sleep } from '../scenario.ts'

/** Where the platform cannot be asked, a lost answer leaves a send that only a person can settle: all of Teams, words for one person elsewhere. */
export const held: Scenario = {
  name: 'held',
  target: 8,
  what: 'sends that nobody can look for are held, shown, and decided once',
  stores: ['redis', 'redis-aof', 'postgres', 'embedded'],
  rig: () => ({ decides: true }),
  async run(rig) {
    const count = rig.quick ? 60 : 400
    await rig.platform.plan({ cutAfter: 0.25, cutBefore: 0.25 })
    const embedded = rig.stores.kind === 'embedded'
    // Slack takes 100 whispers a minute: what is measured is how they are held, not how they wait for that.
    await rig.hub(embedded ? 'all' : 'worker', { patches: ['tenfold-limits'] })
    if (!embedded) await rig.hub('web')
    // A held send holds up what follows it in its thread, so each has a thread of its own.
    await rig.driver.run({ count, perSecond: 30, lanes: makeLanes(count), call: () => ({ command: rig.chat.unseen }) })
    const began = performance.now()
    await rig.drain(60_000)
    const seenMs = performance.now() - began
    await rig.platform.plan({})
    const items = await listHeld(rig)
    const gauge = await rig.metric(/^hub_outbox\{state="held"\} /)
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['server/cli.ts', 'deliveries', 'list', '--state', 'held', '--json'],
      { cwd: ROOT, env: { PATH: process.env.PATH, ...rig.cliEnv } },
    )
    const cli = (JSON.parse(stdout) as object[]).length
    const taken = await decideHeld(rig, items, 8)
    rig.fault('eight people decide about each')
    const decided = taken.filter((n) => n === 1).length
    await sleep(200)
    const checks: Check[] = [
      atLeast('sends held', items.length, count / 6),
      atMost('time until each was held', seenMs, 30_000, ' ms'),
      exactly('listed by the command line', cli, Math.min(50, items.length)),
      // Each process counts the same table.
      atLeast('counted by the metrics', gauge, items.length),
      exactly('decisions taken once', decided, items.length),
      exactly('decisions taken twice, or not at all', taken.length - decided, 0),
    ]
    return { checks, expected: { holds: 'each' } }
  },
}
