import { makeLanes } from '../lanes.ts'
import { exactly, type Scenario } from '../scenario.ts'

/** Text of outsiders that would ping people, open links or break out of its place, in the ways the platforms' markup allows. */
const PIECES = [
  '<!channel>',
  '<!here>',
  '<!everyone>',
  '<!subteam^S0001>',
  '<@U0ANN0001>',
  '@channel',
  '@here',
  '@everyone',
  '<#C0GENERAL>',
  '<https://evil.test|https://good.test>',
  '[Approve](https://evil.test)',
  '<javascript:alert(1)|go>',
  'javascript:alert(1)',
  '```',
  '`',
  '](',
  '\u202Egnp.exe',
  '\u200b',
  '<!date^1^{date}^https://evil.test|x>',
  '<at>all</at>',
  '<@&123>',
  '&lt;!channel&gt;',
  '*',
  '_',
  '~',
  '> ',
  '<mailto:a@evil.test|b>',
  '<',
  '>',
  '|',
  '&',
] as const

export const liveText: Scenario = {
  name: 'live-text',
  target: 18,
  what: 'words that would mention everyone or hide a link come back as mere words',
  stores: ['redis', 'postgres', 'embedded'],
  async run(rig) {
    const count = rig.quick ? 200 : 1_000
    await rig.hub(rig.stores.kind === 'embedded' ? 'all' : 'worker')
    if (rig.stores.kind !== 'embedded') await rig.hub('web')
    const random = rig.random.fork('words')
    await rig.driver.run({
      count,
      perSecond: 40,
      lanes: makeLanes(200),
      call(n) {
        const pieces = Array.from({ length: random.int(1, 6) }, () => random.pick(PIECES))
        return { words: `op-${n} ${pieces.join(random.pick(['', ' ']))}`, slash: n % 2 === 0 }
      },
    })
    return {
      async afterDrain() {
        const { live } = await rig.platform.facts()
        return [{ ...exactly('live mentions and links', live.length, 0), detail: live.slice(0, 5).join(' ') || 'none' }]
      },
    }
  },
}
