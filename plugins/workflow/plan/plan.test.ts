import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '#contract'
import { ancestorsOf } from '../definition/graph.ts'
import { type Definition, definitionSchema } from '../definition/schema.ts'
import { plan } from './plan.ts'
import { type Outcome, observe, settle } from './settle.ts'
import { hasEnded, isOver, type RunState, readKey } from './state.ts'

const define = (value: unknown): Definition => definitionSchema.parse({ name: 'x', ...(value as object) })
const begun = (inputs: Json = {}): RunState => ({
  status: 'running',
  outcome: null,
  reason: null,
  inputs,
  event: null,
  about: { reference: 'WF-1', workflow: 'x', by: 'ada' },
  steps: new Map(),
  started: 0,
})
const statusOf = (state: RunState) => Object.fromEntries([...state.steps].map(([key, step]) => [key, step.status]))
const see = (definition: Definition, state: RunState, key: string, outcome: Outcome): RunState => {
  const seen = observe(state, key, state.steps.get(key)?.attempt ?? 1, outcome)
  return seen ? settle(definition, seen).state : state
}
const ok: Outcome = { status: 'succeeded', output: {} }
const bad: Outcome = { status: 'failed', error: 'broken' }
const task = { task: 'robot.do' }

describe('what follows', () => {
  it('a condition that says no stops nobody; a failure stops who needs it, and wakes who waits for one', () => {
    const definition = define({
      steps: {
        a: task,
        b: { ...task, needs: ['a'], if: 'false' },
        c: { ...task, needs: ['b'] },
        d: { ...task, needs: ['c'] },
        rescue: { ...task, needs: ['d'], when: 'failure' },
        tidy: { ...task, needs: ['rescue'], when: 'always' },
      },
    })
    let state = settle(definition, begun()).state
    state = see(definition, state, 'a', ok)
    expect(statusOf(state)).toEqual({ a: 'succeeded', b: 'skipped', c: 'queued' })
    state = see(definition, state, 'c', bad)
    expect(statusOf(state)).toMatchObject({ c: 'failed', d: 'blocked', rescue: 'queued' })
    state = see(definition, see(definition, state, 'rescue', ok), 'tidy', ok)
    expect(state).toMatchObject({ status: 'failed', reason: 'c failed: broken' })
  })
  it('a failure that is allowed fails neither the run nor who needs it', () => {
    const definition = define({ steps: { a: { ...task, allowFailure: true }, b: { ...task, needs: ['a'] } } })
    const state = see(definition, settle(definition, begun()).state, 'a', bad)
    expect(statusOf(state)).toEqual({ a: 'failed', b: 'queued' })
    expect(see(definition, state, 'b', ok).status).toBe('succeeded')
  })
  it('an expression that cannot be asked fails its step with the words for it', () => {
    const definition = define({ steps: { a: { gate: 'inputs.nothing.deep == 1' }, b: { ...task, if: 'inputs.n' } } })
    const { state } = settle(definition, begun({ n: 3 }))
    expect(state.steps.get('a')?.error).toContain('No such key: nothing')
    expect(state.steps.get('b')?.error).toBe('“inputs.n” is neither true nor false')
  })
  it('a cancelled run waits for what runs, and ends what waits', () => {
    const definition = define({ steps: { a: task, b: task, c: { ...task, needs: ['a'] } } })
    let state = settle(definition, begun()).state
    state = settle(definition, observe(state, 'a', 1, { status: 'running' }) ?? state).state
    state = settle(definition, { ...state, status: 'cancelling', outcome: 'cancelled', reason: 'enough' }).state
    expect(statusOf(state)).toEqual({ a: 'running', b: 'cancelled' })
    expect(see(definition, state, 'a', ok)).toMatchObject({ status: 'cancelled', reason: 'enough' })
  })
  it('a cancelled run waits for the runs that it began, and for nothing else that waits', () => {
    const definition = define({
      steps: {
        call: { workflow: 'inner' },
        each: { forEach: '[1, 2, 3]', concurrency: 2, workflow: 'inner' },
        ok: { approval: { subject: 'Now?' } },
        later: { workflow: 'inner', needs: ['ok'] },
        first: { ...task, compensate: task },
      },
    })
    let state = see(definition, settle(definition, begun()).state, 'first', ok)
    for (const key of ['call', 'each[0]', 'ok']) state = see(definition, state, key, { status: 'waiting' })
    state = settle(definition, { ...state, status: 'cancelling', outcome: 'cancelled', reason: 'enough' }).state
    expect(statusOf(state)).toEqual({
      first: 'succeeded',
      call: 'waiting',
      each: 'cancelled',
      'each[0]': 'waiting',
      'each[1]': 'cancelled',
      ok: 'cancelled',
    })
    state = see(definition, state, 'call', { status: 'cancelled' })
    expect(state).toMatchObject({ status: 'cancelling' })
    state = see(definition, state, 'each[0]', ok)
    expect(state).toMatchObject({ status: 'compensating', outcome: 'cancelled' })
  })
  it('a late answer to an attempt that is over changes nothing', () => {
    const definition = define({ steps: { a: task } })
    const first = settle(definition, begun()).state
    const second = observe(first, 'a', 1, { status: 'again', error: 'once more' }) ?? first
    expect(observe(second, 'a', 1, ok)).toBeNull()
    const over = see(definition, second, 'a', ok)
    expect(observe(over, 'a', 2, bad)).toBeNull()
  })
})

/** Any workflow without circles: a step needs only steps before it. */
const anyDefinition = fc
  .array(
    fc.record({
      needs: fc.array(fc.nat(), { maxLength: 3 }),
      when: fc.constantFrom('success', 'failure', 'always'),
      kind: fc.constantFrom('task', 'gate', 'each'),
      concurrency: fc.integer({ min: 1, max: 3 }),
      items: fc.nat({ max: 6 }),
      gate: fc.boolean(),
      if: fc.option(fc.boolean(), { nil: undefined }),
      allowFailure: fc.boolean(),
      undo: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((all) =>
    define({
      steps: Object.fromEntries(
        all.map((one, n) => {
          const needs = n === 0 ? [] : [...new Set(one.needs.map((need) => `s${need % n}`))]
          const common = {
            needs,
            when: one.when,
            allowFailure: one.allowFailure,
            ...(one.if === undefined ? {} : { if: String(one.if) }),
          }
          if (one.kind === 'gate') return [`s${n}`, { ...common, gate: String(one.gate) }]
          const undo = one.undo && one.kind === 'task' ? { compensate: { task: 'robot.undo' } } : {}
          const each =
            one.kind === 'each'
              ? { forEach: JSON.stringify(Array(one.items).fill(0)), concurrency: one.concurrency }
              : {}
          return [`s${n}`, { ...common, ...task, ...undo, ...each }]
        }),
      ),
    }),
  )

it('of any workflow, in whatever order its steps end: every rule holds at each moment, and it comes to an end', () => {
  fc.assert(
    fc.property(anyDefinition, fc.infiniteStream(fc.nat()), (definition, choices) => {
      const pick = () => choices.next().value ?? 0
      let state = settle(definition, begun()).state
      const attempts = new Set<string>()
      const undone: string[] = []
      for (let moves = 0; !isOver(state.status); moves++) {
        expect(moves).toBeLessThan(500)
        // Nothing that can be decided is left undecided, and deciding is the same each time.
        expect(plan(definition, state)).toEqual([])
        for (const step of state.steps.values()) {
          const { id, isUndo, index } = readKey(step.key)
          if (isUndo) continue
          for (const need of definition.steps[id]?.needs ?? []) expect(hasEnded(state.steps.get(need))).toBe(true)
          if (index === null) continue
          const open = [...state.steps.values()].filter((one) => one.id === id && one.key !== id && !hasEnded(one))
          expect(open.length).toBeLessThanOrEqual(definition.steps[id]?.concurrency ?? 0)
        }
        const open = [...state.steps.values()].filter(
          (one) => !hasEnded(one) && (one.key !== one.id || definition.steps[one.id]?.forEach === undefined),
        )
        expect(open.length).toBeGreaterThan(0)
        const step = open[pick() % open.length]
        if (!step) throw new Error('nothing can happen any more')
        if (readKey(step.key).isUndo) {
          expect(open).toHaveLength(1)
          undone.push(step.id)
        }
        const key = `${step.key}:${step.attempt}`
        expect(attempts.has(key)).toBe(false)
        const turn = pick() % 8
        if (turn === 0 && state.status === 'running') {
          state = settle(definition, { ...state, status: 'cancelling', outcome: 'cancelled', reason: 'enough' }).state
          continue
        }
        if (turn === 1 && step.attempt < 3 && state.status === 'running') {
          attempts.add(key)
          state = see(definition, state, step.key, { status: 'again', error: 'again' })
          continue
        }
        attempts.add(key)
        state = see(definition, state, step.key, turn < 4 ? bad : { status: 'succeeded', output: turn })
      }
      for (const step of state.steps.values()) expect(hasEnded(step)).toBe(true)
      // What is taken back was done, and in reverse order of its end.
      const orders = undone.map((id) => state.steps.get(id)?.order ?? 0)
      expect(orders).toEqual([...orders].sort((a, b) => b - a))
      if (state.status === 'succeeded') expect(undone).toEqual([])
      else
        for (const [id, step] of Object.entries(definition.steps))
          if (step.compensate && state.steps.get(id)?.status === 'succeeded') expect(undone).toContain(id)
      if (state.status === 'succeeded')
        for (const [id, step] of Object.entries(definition.steps)) {
          const now = state.steps.get(id)
          if (now?.status === 'failed') expect(step.allowFailure).toBe(true)
          if (now?.status === 'succeeded' && step.when === 'failure')
            expect([...ancestorsOf(definition, id)].some((one) => state.steps.get(one)?.status === 'failed')).toBe(true)
        }
    }),
    { numRuns: 400 },
  )
})
