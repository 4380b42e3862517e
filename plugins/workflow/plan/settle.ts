import type { Definition } from '../definition/schema.ts'
import { plan } from './plan.ts'
import { type Decision, hasEnded, type RunState, type StepState } from './state.ts'

/** A state at rest and the way to it. */
export interface Settled {
  readonly state: RunState
  readonly decisions: readonly Decision[]
}

/** Plans until there is nothing left to decide. */
export function settle(definition: Definition, from: RunState): Settled {
  let state = from
  const all: Decision[] = []
  // Each round ends, starts or changes something, and there is only so much of it.
  for (let rounds = 0; rounds < 20_000; rounds++) {
    const decisions = plan(definition, state)
    if (decisions.length === 0) return { state, decisions: all }
    all.push(...decisions)
    state = carryOut(state, decisions)
  }
  throw new Error(`the plan of ${definition.name} does not come to rest`)
}

/** Decisions carried out, one after another. Pure; one copy for all, because there may be a thousand of each. */
function carryOut(state: RunState, decisions: readonly Decision[]): RunState {
  const steps = new Map(state.steps)
  let after: RunState = { ...state, steps }
  let order = lastOrder(state)
  for (const decision of decisions) {
    if (decision.kind === 'run') {
      const { status, outcome, reason } = decision
      after = { ...after, status, outcome, reason }
      continue
    }
    const { key, id } = decision
    if (decision.kind === 'end') {
      const { status, output, error } = decision
      steps.set(key, { key, id, status, attempt: steps.get(key)?.attempt ?? 0, output, error, order: ++order })
      continue
    }
    const base = { key, id, error: null, order: null }
    if (decision.kind === 'open') steps.set(key, { ...base, status: 'running', attempt: 1, output: decision.items })
    else {
      steps.set(key, { ...base, status: 'queued', attempt: decision.attempt, output: null })
      after = { ...after, started: after.started + 1 }
    }
  }
  return after
}

/** What came of an attempt, seen from outside. False: that attempt is over already, so nothing changes. */
export type Outcome =
  | { readonly status: 'running' }
  | { readonly status: 'waiting' }
  | { readonly status: 'succeeded'; readonly output: StepState['output'] }
  /** `output`: what it left behind all the same. */
  | { readonly status: 'failed'; readonly error: string; readonly output?: StepState['output'] }
  /** The run that it waited for was stopped together with its own. */
  | { readonly status: 'cancelled' }
  /** The same step once more. */
  | { readonly status: 'again'; readonly error: string | null }

export function observe(state: RunState, key: string, attempt: number, outcome: Outcome): RunState | null {
  const now = state.steps.get(key)
  if (!now || now.attempt !== attempt || hasEnded(now)) return null
  const steps = new Map(state.steps)
  if (outcome.status === 'running' || outcome.status === 'waiting') {
    if (now.status === outcome.status || (now.status === 'waiting' && outcome.status === 'running')) return null
    steps.set(key, { ...now, status: outcome.status })
    return { ...state, steps }
  }
  if (outcome.status === 'again') {
    steps.set(key, { ...now, status: 'queued', attempt: attempt + 1, error: outcome.error })
    return { ...state, steps, started: state.started + 1 }
  }
  if (outcome.status === 'cancelled') {
    steps.set(key, { ...now, status: 'cancelled', output: null, error: null, order: lastOrder(state) + 1 })
    return { ...state, steps }
  }
  const ended: StepState =
    outcome.status === 'succeeded'
      ? { ...now, status: 'succeeded', output: outcome.output, error: null, order: lastOrder(state) + 1 }
      : {
          ...now,
          status: 'failed',
          output: outcome.output ?? now.output,
          error: outcome.error,
          order: lastOrder(state) + 1,
        }
  steps.set(key, ended)
  return { ...state, steps }
}

const lastOrder = (state: RunState): number => {
  let last = 0
  for (const { order } of state.steps.values()) if (order !== null && order > last) last = order
  return last
}
