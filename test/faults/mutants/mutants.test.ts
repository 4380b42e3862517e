import { describe, expect, it } from 'vitest'
import { services } from '../../services/index.ts'
import { play } from '../play.ts'
import { SCENARIOS } from '../scenarios/index.ts'
import { MUTANTS } from './patches.ts'

const { databaseUrl, redisUrl } = services()

/** A checker that never failed is no evidence. What each mistake does to people is in the sets, not only in a figure beside them. */
const HARM = {
  'ack-before-commit': 'lost',
  'no-fence': 'writes to finished rows',
  'sdk-retries': 'duplicated',
  'no-reconcile': 'duplicated',
  'cursor-relay': 'lost',
  'dedupe-apart': 'lost',
} as const

/** Two at a time: they mostly wait. */
const turns = [Promise.resolve(), Promise.resolve()]
async function inTurn<T>(n: number, work: () => Promise<T>): Promise<T> {
  const done = Promise.withResolvers<void>()
  const before = turns[n % 2]
  turns[n % 2] = done.promise
  await before
  return work().finally(done.resolve)
}

describe.skipIf(databaseUrl === null || redisUrl === null)(
  'a hub that is broken on purpose turns its scenario red',
  () => {
    it('has a harm named for each mutant', () => expect(Object.keys(HARM).sort()).toEqual(Object.keys(MUTANTS).sort()))

    const rows = Object.entries(HARM).map(([name, harm], n) => ({ name, harm, n }))
    it.concurrent.each(rows)('$name: $harm', { timeout: 300_000 }, async ({ name, harm, n }) => {
      const mutant = MUTANTS[name]
      const scenario = SCENARIOS.find((one) => one.name === mutant?.scenario)
      if (!scenario) throw new Error(`no scenario for ${name}`)
      const how = { stores: 'redis', seed: 7, quick: true, patches: [name], drainMs: 8_000 } as const
      const report = await inTurn(n, () => play(scenario, how))
      expect(report.ok).toBe(false)
      expect(report.problems.join('\n')).toContain(harm)
    })
  },
)
