import { describe, expect, it } from 'vitest'
import type { Json } from '#contract'
import { artifactsOf } from './artifacts.ts'
import { definitionSchema } from './definition/schema.ts'
import { observed, planned } from './journal/entries.ts'
import { replay } from './journal/replay.ts'
import { observe, settle } from './plan/settle.ts'
import type { RunState, StepState } from './plan/state.ts'

const artifact = (name: string, url = `https://forge.test/runs/1/${name}`) => ({
  name,
  sizeBytes: 10,
  url,
  runUrl: 'https://forge.test/runs/1',
  digest: null,
  expiresAt: null,
  expired: false,
})
const left = (...names: string[]) => ({ artifacts: names.map((name) => artifact(name)), artifactCount: names.length })
const step = (key: string, output: Json, status: StepState['status'] = 'succeeded'): [string, StepState] => [
  key,
  { key, id: key.replace(/\[\d+\]$/, ''), status, attempt: 1, output, error: null, order: 1 },
]
const definition = definitionSchema.parse({
  name: 'ship',
  steps: {
    build: { workflow: 'github-run' },
    each: { forEach: '[1, 2]', workflow: 'github-run' },
    read: { task: 'github.run' },
    said: { model: { prompt: 'x', schema: {} } },
    told: { needs: ['build'], when: 'always', if: 'steps.build.output.artifacts.size() > 0', notify: { text: 'x' } },
  },
})
const names = (...steps: [string, StepState][]) =>
  artifactsOf(definition, { steps: new Map(steps) }).artifacts.map(({ name }) => name)

describe('what the runs of a workflow left behind', () => {
  it('comes from tasks and workflows, of items too, once, and from what failed first', () => {
    expect(
      names(
        step('build', left('web')),
        step('each', [left('a'), left('b')]),
        step('each[0]', left('a')),
        step('each[1]', left('b', 'web')),
        step('read', left('report'), 'failed'),
      ),
    ).toEqual(['report', 'web', 'a', 'b'])
  })
  it('is nobody else’s word: not a model’s, and no address that is none', () => {
    expect(names(step('said', left('evil')))).toEqual([])
    const script = { artifacts: [artifact('x', 'javascript:alert(1)')], artifactCount: 1 }
    expect(names(step('read', script), step('build', null), step('gone', left('y')))).toEqual([])
  })
  it('counts what is not listed', () => {
    const many = { ...left('a'), artifactCount: 250 }
    expect(artifactsOf(definition, { steps: new Map([step('build', many)]) }).artifactCount).toBe(250)
  })
  it('of a step that failed is seen by later steps, and by a replay of the run', () => {
    const start = { inputs: {}, event: null, about: { reference: 'WF-1', workflow: 'ship', by: 'Ada' } }
    const small = { ...definition, steps: { build: definition.steps.build, told: definition.steps.told } }
    const only = definitionSchema.parse(JSON.parse(JSON.stringify(small)))
    const pending: RunState = { ...start, status: 'pending', outcome: null, reason: null, steps: new Map(), started: 0 }
    const begun = { ...pending, status: 'running' } as const
    const first = settle(only, begun)
    const failed = observe(first.state, 'build', 1, { status: 'failed', error: 'red', output: left('report') })
    if (!failed) throw new Error('it was over already')
    const then = settle(only, failed)
    expect(then.state.steps.get('told')?.status).toBe('queued')
    const journal = [
      ...observed(pending, begun),
      ...first.decisions.map(planned),
      ...observed(first.state, failed),
      ...then.decisions.map(planned),
    ]
    expect(replay(only, start, journal)).toBeNull()
  })
})
