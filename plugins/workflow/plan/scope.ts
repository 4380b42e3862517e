import type { Json } from '#contract'
import type { Scope } from '../expression/language.ts'
import { type RunState, readKey } from './state.ts'

/** What the expressions of a step see. */
export function scopeOf(state: RunState, key: string | null): Scope {
  const steps: Record<string, Json> = {}
  for (const [id, step] of state.steps) {
    // Items are seen through their list.
    if (id === step.id) steps[id] = { state: step.status, output: step.output, error: step.error ?? '' }
  }
  const base = { inputs: state.inputs, event: state.event, run: { ...state.about }, steps }
  const index = key === null ? null : readKey(key).index
  if (key === null || index === null) return base
  const list = state.steps.get(readKey(key).id)?.output
  return { ...base, item: Array.isArray(list) ? (list[index] ?? null) : null, index }
}
