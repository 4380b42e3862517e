import { HubError, type Json } from '#contract'
import { ancestorsOf } from '../definition/graph.ts'
import { type Definition, kindOf, type Step } from '../definition/schema.ts'
import { readExpression } from '../expression/language.ts'
import { fillWords } from '../expression/template.ts'
import { scopeOf } from './scope.ts'
import { type Decision, hasEnded, isOver, itemKey, type RunState, type StepState, undoKey } from './state.ts'

/** Most a forEach goes through. */
const MAX_ITEMS = 1_000

/**
 * What follows from a state: pure, so that a repeat of a job, another worker and a replay of a recorded run decide the same.
 * Called again on the state that its decisions lead to, until it decides nothing.
 */
export function plan(definition: Definition, state: RunState): readonly Decision[] {
  if (isOver(state.status) || state.status === 'pending') return []
  if (state.status === 'cancelling') return planCancel(definition, state)
  if (state.status === 'compensating') return planUndo(definition, state)
  const decisions: Decision[] = []
  for (const [id, step] of Object.entries(definition.steps)) {
    const now = state.steps.get(id)
    if (!now) decisions.push(...begin(definition, state, id, step))
    else if (now.status === 'running' && step.forEach !== undefined) decisions.push(...goOn(state, id, step, now))
  }
  const starts = decisions.filter(({ kind }) => kind === 'start' || kind === 'open')
  if (state.status === 'paused') {
    return isThrough(definition, state) ? planEnd(definition, state) : decisions.filter(({ kind }) => kind === 'end')
  }
  if (starts.length > 0 && state.started + starts.length > definition.budget)
    return [
      {
        kind: 'run',
        status: 'cancelling',
        outcome: 'failed',
        reason: `its budget of ${definition.budget} steps is used up`,
      },
    ]
  if (decisions.length > 0) return decisions
  return isThrough(definition, state) ? planEnd(definition, state) : []
}

function begin(definition: Definition, state: RunState, id: string, step: Step): readonly Decision[] {
  if (!step.needs.every((need) => hasEnded(state.steps.get(need)))) return []
  const end = (
    status: 'succeeded' | 'failed' | 'skipped' | 'blocked',
    error: string | null = null,
    output: Json = null,
  ) => [{ kind: 'end', key: id, id, status, output, error }] as const
  const isFine = (need: string) => {
    const found = state.steps.get(need)
    return (
      found?.status === 'succeeded' ||
      found?.status === 'skipped' ||
      (found?.status === 'failed' && definition.steps[need]?.allowFailure === true)
    )
  }
  if (step.when === 'success' && !step.needs.every(isFine)) return end('blocked')
  if (step.when === 'failure' && !hasFailed(definition, state, id)) return end('blocked')
  const scope = scopeOf(state, null)
  try {
    if (step.if !== undefined && !isTrue(step.if, scope)) return end('skipped')
    if (step.gate !== undefined) {
      if (isTrue(step.gate, scope)) return end('succeeded', null, true)
      const reason = step.reason === undefined ? `the gate is closed: ${step.gate}` : fillWords(step.reason, scope)
      return end('failed', reason.slice(0, 2_000), false)
    }
    if (step.forEach === undefined) return [{ kind: 'start', key: id, id, attempt: 1 }]
    const items = readExpression(step.forEach).evaluate(scope)
    if (!Array.isArray(items)) return end('failed', `forEach gave no list: ${step.forEach}`)
    if (items.length > MAX_ITEMS) return end('failed', `forEach gave ${items.length} items: at most ${MAX_ITEMS}`)
    return items.length === 0 ? end('succeeded', null, []) : [{ kind: 'open', key: id, id, items }]
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    return end('failed', error.message)
  }
}
function isTrue(source: string, scope: ReturnType<typeof scopeOf>): boolean {
  const value = readExpression(source).evaluate(scope)
  if (typeof value === 'boolean') return value
  throw new HubError('INPUT_INVALID', `“${source}” is neither true nor false`)
}
/** Did anything before it fail? */
function hasFailed(definition: Definition, state: RunState, id: string): boolean {
  for (const one of ancestorsOf(definition, id))
    if (state.steps.get(one)?.status === 'failed' && !definition.steps[one]?.allowFailure) return true
  return false
}

/** The next items of a forEach, or its end. After a failed item no further one begins. */
function goOn(state: RunState, id: string, step: Step, parent: StepState): readonly Decision[] {
  const items = Array.isArray(parent.output) ? parent.output : []
  const outputs: Json[] = []
  const errors: string[] = []
  const fresh: number[] = []
  let open = 0
  for (let n = 0; n < items.length; n++) {
    const item = state.steps.get(itemKey(id, n))
    if (!item) fresh.push(n)
    else if (!hasEnded(item)) open += 1
    else if (item.status === 'succeeded') outputs.push(item.output)
    else errors.push(`${item.key}: ${item.error ?? item.status}`)
  }
  if (errors.length === 0 && fresh.length > 0)
    return fresh
      .slice(0, Math.max(0, step.concurrency - open))
      .map((n) => ({ kind: 'start', key: itemKey(id, n), id, attempt: 1 }))
  if (open > 0) return []
  const error = errors.length > 0 ? errors.slice(0, 3).join('; ') : null
  return [{ kind: 'end', key: id, id, status: error === null ? 'succeeded' : 'failed', output: outputs, error }]
}

const isThrough = (definition: Definition, state: RunState) =>
  Object.keys(definition.steps).every((id) => hasEnded(state.steps.get(id)))

function planEnd(definition: Definition, state: RunState): readonly Decision[] {
  const failed = Object.entries(definition.steps)
    .filter(([id, step]) => state.steps.get(id)?.status === 'failed' && !step.allowFailure)
    .map(([id]) => id)
  if (failed.length === 0) return [{ kind: 'run', status: 'succeeded', outcome: null, reason: null }]
  const first = state.steps.get(failed[0] ?? '')
  const reason = `${failed.join(', ')} failed${first?.error ? `: ${first.error}` : ''}`
  return undoOrEnd(definition, state, 'failed', reason)
}
function undoOrEnd(
  definition: Definition,
  state: RunState,
  outcome: 'failed' | 'cancelled',
  reason: string | null,
): readonly Decision[] {
  const status = toUndo(definition, state).length > 0 ? 'compensating' : outcome
  return [{ kind: 'run', status, outcome, reason }]
}

/** What waits or has not begun ends at once; what runs is waited for, because its effects may still come: a step's own work, and a run that it began. */
function planCancel(definition: Definition, state: RunState): readonly Decision[] {
  const parents = new Set([...state.steps.values()].filter(({ key, id }) => key !== id).map(({ id }) => id))
  const open = [...state.steps.values()].filter((step) => !hasEnded(step))
  const isAtWork = ({ key, id, status }: StepState) => {
    if (status === 'running') return !parents.has(key)
    const step = definition.steps[id]
    return status === 'waiting' && step !== undefined && kindOf(step) === 'workflow'
  }
  const stopped = open.filter((step) => !isAtWork(step))
  if (stopped.length > 0)
    return stopped.map(({ key, id }) => ({ kind: 'end', key, id, status: 'cancelled', output: null, error: null }))
  if (open.length > 0) return []
  return [{ kind: 'run', status: 'compensating', outcome: state.outcome ?? 'cancelled', reason: state.reason }]
}

/** Steps that succeeded and can be taken back, last one first. */
function toUndo(definition: Definition, state: RunState): readonly StepState[] {
  return [...state.steps.values()]
    .filter(({ key, id, status }) => key === id && status === 'succeeded' && definition.steps[id]?.compensate)
    .sort((a, b) => (b.order ?? 0) - (a.order ?? 0))
}
/** One at a time. One that fails is told and does not keep the others from being tried. */
function planUndo(definition: Definition, state: RunState): readonly Decision[] {
  const undone: StepState[] = []
  for (const { id } of toUndo(definition, state)) {
    const undo = state.steps.get(undoKey(id))
    if (!undo) return [{ kind: 'start', key: undoKey(id), id, attempt: 1 }]
    if (!hasEnded(undo)) return []
    undone.push(undo)
  }
  const broken = undone.filter(({ status }) => status !== 'succeeded').map(({ id }) => id)
  const said = broken.length > 0 ? `could not be taken back: ${broken.join(', ')}` : null
  const reason = [state.reason, said].filter((part) => part !== null).join(' · ') || null
  return [{ kind: 'run', status: state.outcome ?? 'failed', outcome: state.outcome, reason }]
}
