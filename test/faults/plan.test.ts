import { describe, expect, it } from 'vitest'
import { planRuns, type Wanted } from './plan.ts'
import { SCENARIOS } from './scenarios/index.ts'

const scenarios = SCENARIOS.filter(({ alone }) => !alone)
const plan = (more: Partial<Wanted>) => planRuns({ scenarios, quick: true, seed: 1, ...more })
const guests = (seed: number) =>
  plan({ seed })
    .runs.filter(({ platform }) => platform !== 'slack')
    .map(({ scenario, platform }) => `${platform} ${scenario.name}`)

describe('what a fault run consists of', () => {
  it('runs everything on Slack and one scenario each on Discord and Teams, which change with the seed', () => {
    expect(plan({}).runs).toHaveLength(scenarios.length + 2)
    expect(guests(1)).toEqual(['teams worker-kill', 'discord response-lost'])
    expect(guests(2)).toEqual(['teams response-lost', 'discord worker-kill'])
    expect(plan({ quick: false }).runs.every(({ platform }) => platform === 'slack')).toBe(true)
  })
  it('runs everything on one platform, but for what is skipped there with a reason', () => {
    const { runs, skips } = plan({ platform: 'discord', stores: 'redis' })
    expect(skips.map(({ scenario }) => scenario.name)).toEqual(['workflow-kill', 'ordered-backlog'])
    expect(skips[1]?.reason).toContain('order')
    expect(runs).toHaveLength(scenarios.length - 2)
    expect(new Set(runs.map(({ platform, kind }) => `${platform} ${kind}`))).toEqual(new Set(['discord redis']))
    expect(plan({ platform: 'teams', stores: 'redis' }).skips.map(({ scenario }) => scenario.name)).toEqual([
      'workflow-kill',
    ])
  })
})
