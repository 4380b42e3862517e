import type { Json } from '#contract'
import type { Decision, RunState } from '../plan/state.ts'
import type { Transition } from '../runs/run.ts'

export type Entry = Pick<Transition, 'step' | 'attempt' | 'cause' | 'status' | 'note'> & { readonly output: Json }

/** What somebody or something outside changed. Steps that ended come in that order: what is taken back goes by it. */
export function observed(before: RunState, seen: RunState): readonly Entry[] {
  const entries: Entry[] = []
  const changed = [...seen.steps.values()].filter((step) => before.steps.get(step.key) !== step)
  for (const step of changed.sort((a, b) => (a.order ?? 0) - (b.order ?? 0))) {
    entries.push({
      step: step.key,
      attempt: step.attempt,
      cause: 'seen',
      status: step.status,
      note: step.error,
      output: step.status === 'succeeded' || step.status === 'failed' ? step.output : null,
    })
  }
  if (before.status !== seen.status)
    entries.push({ step: null, attempt: null, cause: 'seen', status: seen.status, note: seen.reason, output: null })
  return entries
}
/** What followed from it. */
export function planned(decision: Decision): Entry {
  const base = { cause: 'plan', output: null, note: null } as const
  if (decision.kind === 'run')
    return { ...base, step: null, attempt: null, status: decision.status, note: decision.reason }
  if (decision.kind === 'end')
    return { ...base, step: decision.key, attempt: null, status: decision.status, note: decision.error }
  if (decision.kind === 'open')
    return { ...base, step: decision.key, attempt: 1, status: 'running', note: `${decision.items.length} items` }
  return { ...base, step: decision.key, attempt: decision.attempt, status: 'queued' }
}
