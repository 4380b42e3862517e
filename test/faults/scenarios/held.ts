import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Check } from '../checker.ts'
import { makeLanes } from '../driver.ts'
import { opOf } from '../entries.ts'
import { ROOT } from '../root.ts'
import { atLeast, atMost, exactly, type Scenario, sleep } from '../scenario.ts'

const PAGE = 200
interface Delivery {
  readonly id: string
  readonly text: string
}
/** Words for one person alone cannot be read back, so a lost answer leaves a send that only a person can settle. */
export const held: Scenario = {
  name: 'held',
  target: 8,
  what: 'sends that nobody can look for are held, shown, and decided once',
  stores: ['redis', 'redis-aof', 'postgres', 'embedded'],
  async run(rig) {
    const count = rig.quick ? 60 : 400
    await rig.platform.plan({ cutAfter: 0.25, cutBefore: 0.25 })
    const embedded = rig.stores.kind === 'embedded'
    // Slack takes 100 of these a minute: what is measured is how they are held, not how they wait for that.
    await rig.hub(embedded ? 'all' : 'worker', { patches: ['tenfold-limits'] })
    if (!embedded) await rig.hub('web')
    // A held send holds up what follows it in its thread, so each has a thread of its own.
    await rig.driver.run({ count, perSecond: 30, lanes: makeLanes(count), call: () => ({ command: 'whisper' }) })
    const began = performance.now()
    await rig.drain(60_000)
    const seenMs = performance.now() - began
    await rig.platform.plan({})
    const items: Delivery[] = []
    for (let before = ''; ; before = `&before=${items.at(-1)?.id}`) {
      const page = (await rig.api<{ items: Delivery[] }>('GET', `/deliveries?state=held&limit=${PAGE}${before}`)).json
        .items
      items.push(...page)
      if (page.length < PAGE) break
    }
    const gauge = await rig.metric(/^hub_outbox\{state="held"\} /)
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['server/cli.ts', 'deliveries', 'list', '--state', 'held', '--json'],
      { cwd: ROOT, env: { PATH: process.env.PATH, ...rig.cliEnv } },
    )
    const cli = (JSON.parse(stdout) as Delivery[]).length
    // The person looks at the platform, as the harness does.
    const arrived = new Set((await rig.history()).flatMap((e) => (e.kind === 'arrival' ? (opOf(e.text) ?? []) : [])))
    let decided = 0
    let twice = 0
    for (const { id, text } of items) {
      const outcome = arrived.has(opOf(text) ?? '') ? 'sent' : 'resend'
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => rig.api('POST', `/deliveries/${id}/resolve`, { outcome })),
      )
      const taken = answers.filter((answer) => answer.status === 200).length
      if (taken === 1) decided += 1
      else twice += 1
      rig.fault(`eight people decide: ${outcome}`)
    }
    await sleep(200)
    const checks: Check[] = [
      atLeast('sends held', items.length, count / 6),
      atMost('time until each was held', seenMs, 30_000, ' ms'),
      exactly('listed by the command line', cli, Math.min(50, items.length)),
      // Each process counts the same table.
      atLeast('counted by the metrics', gauge, items.length),
      exactly('decisions taken once', decided, items.length),
      exactly('decisions taken twice, or not at all', twice, 0),
    ]
    return { checks }
  },
}
