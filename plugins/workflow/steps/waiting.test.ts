import { describe, expect, it, vi } from 'vitest'
import type { Context } from '#contract'
import { contextOf, personOf } from '../../../test/dispatch/run-fixture.ts'
import { begunRun } from '../../../test/fakes/workflow-run.ts'
import { definitionSchema } from '../definition/schema.ts'
import { cancelJob } from '../jobs.ts'
import { settle } from '../plan/settle.ts'
import type { RunState } from '../plan/state.ts'
import type { Ports } from '../ports.ts'
import { unchanged } from '../runs/apply.ts'
import type { Snapshot } from '../runs/run.ts'
import { runStep } from './run-step.ts'

const WORKSPACE = 'chat:T1'
const inner = definitionSchema.parse({ name: 'inner', steps: { work: { task: 'robot.do' } } })
const outer = definitionSchema.parse({ name: 'outer', steps: { call: { workflow: 'inner' } } })
const cancelled = (state: RunState): RunState =>
  settle(outer, { ...state, status: 'cancelling', outcome: 'cancelled', reason: 'enough' }).state

/** A step that begins another run; `meanwhile` happens to its own when that one is stored. */
function desk({
  attempt = 1,
  parent = begunRun(outer, 'parent', 'WF-1').state,
  meanwhile = (state: RunState) => state,
}) {
  const now = () => ({ ...begunRun(outer, 'parent', 'WF-1'), state: parent })
  const child = begunRun(inner, 'child', 'WF-2')
  const runs = {
    async advance(_workspace: string, _run: string, alter: (now: Snapshot) => RunState | null) {
      parent = alter(now()) ?? parent
      return unchanged(now())
    },
    async create() {
      parent = meanwhile(parent)
      return unchanged(child)
    },
    children: async () => [{ id: 'child', step: 'call', attempt: 1 }],
  }
  const ports = {
    runs: () => runs,
    catalogue: { find: async () => ({ definition: inner, version: 'v', source: '' }) },
    control: () => ({ withdraw: async () => 0 }),
  } as unknown as Ports
  const enqueue = vi.fn<Context['enqueue']>(async () => ({ jobId: 'next' }))
  const ctx = { ...contextOf(personOf('member'), 'j', WORKSPACE).ctx, attempt, enqueue }
  const stopped = () => enqueue.mock.calls.flatMap(([job, payload]) => (job.name === cancelJob.name ? [payload] : []))
  return { start: () => runStep({ run: 'parent', key: 'call', attempt: 1 }, ctx, ports), stopped }
}

describe('a run that a step begins', () => {
  it('goes on while the step waits for it', async () => {
    const { start, stopped } = desk({})
    await start()
    expect(stopped()).toEqual([])
  })
  it('is cancelled where its parent was cancelled while it was made', async () => {
    const { start, stopped } = desk({ meanwhile: cancelled })
    await start()
    expect(stopped()).toEqual([{ run: 'child', reason: 'WF-1 was cancelled' }])
  })
  it('is cancelled by the second try where the first one died before it could', async () => {
    const { start, stopped } = desk({ attempt: 2, parent: cancelled(begunRun(outer, 'parent', 'WF-1').state) })
    await start()
    expect(stopped()).toEqual([{ run: 'child', reason: 'WF-1 was cancelled' }])
  })
})
