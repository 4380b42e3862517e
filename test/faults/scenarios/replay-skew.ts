import { request } from 'node:http'
import { signSlack } from '../../fakes/slack/sign.ts'
import { makeLanes, mentionBody } from '../driver.ts'
import { opWord } from '../entries.ts'
import { atLeast, exactly, type Scenario, sleep } from '../scenario.ts'

/** A captured request again and again, and clocks that jump: one effect each, and no lease notices. */
export const replaySkew: Scenario = {
  name: 'replay-skew',
  target: 10,
  what: 'captured requests are replayed; wall clocks of workers jump by minutes and a day',
  stores: ['redis', 'redis-aof', 'postgres'],
  async run(rig) {
    const seconds = rig.quick ? 10 : 60
    const imports = ['./test/faults/clock.ts']
    const web = await rig.hub('web')
    const workers = await Promise.all([rig.hub('worker', { imports }), rig.hub('worker', { imports })])
    const url = (await web.ready()).url
    const secret = rig.platform.env.SLACK_SIGNING_SECRET ?? ''
    const post = (body: string, atSeconds: number) =>
      new Promise<number>((resolve, reject) => {
        const headers = { 'content-type': 'application/json', ...signSlack(body, secret, atSeconds) }
        const call = request(`${url}/hooks/slack`, { method: 'POST', headers }, (answer) => {
          answer.resume()
          answer.on('end', () => resolve(answer.statusCode ?? 0))
        })
        call.on('error', reject)
        call.end(body)
      })
    const statuses = new Map<string, Set<number>>()
    const lanes = makeLanes(40)
    for (const [i, lane] of lanes.entries()) {
      const n = 1_000_000 + i
      const body = mentionBody(lane, `echo ${opWord(n)} of ${lane.name}`, `EvReplay${i}`)
      rig.ledger.note({ kind: 'attempt', op: opWord(n), lane: `${lane.name} replay`, order: n, atMs: Date.now() })
      const now = Math.floor(Date.now() / 1_000)
      // The first, the same again, almost too old, too old, from the future, and a week old; then Slack's own late repeat, signed anew.
      const ages = {
        first: 0,
        again: 0,
        '299 s': 297,
        '301 s': 303,
        'in 301 s': -303,
        '7 days': 604_800,
        'signed anew': 0,
      }
      for (const [age, secondsAgo] of Object.entries(ages)) {
        const status = await post(body, now - secondsAgo)
        statuses.set(age, (statuses.get(age) ?? new Set()).add(status))
      }
      rig.ledger.note({ kind: 'ack', op: opWord(n), atMs: Date.now(), tookMs: 0, tries: 1 })
      rig.fault('replayed six times')
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
        atLeast('clock jumps', jumps, seconds),
      ],
      afterDrain: async () => [exactly('writes refused by a fence', await rig.metric(/^hub_fenced_writes_total /), 0)],
    }
  },
}
