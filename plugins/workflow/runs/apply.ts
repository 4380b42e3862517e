import { type Settled, settle } from '../plan/settle.ts'
import { isOver, type RunState, type StepState } from '../plan/state.ts'
import { isCalm, isVisible } from '../plan/visible.ts'
import type { Snapshot } from './run.ts'

/** What a change came to. */
export interface Changed {
  readonly snapshot: Snapshot
  /** False: it had happened before, no longer applies, or was stored with another one that sees to what follows from both. */
  readonly changed: boolean
  /** Steps of which an attempt begins with this change. */
  readonly fresh: readonly StepState[]
  /** Steps as they waited, of which nobody waits any more. */
  readonly left: readonly StepState[]
  /** Is the card another one now? */
  readonly visible: boolean
  /** May the card say so a moment later? */
  readonly calm: boolean
}
/** A run as it was found: nothing follows from that. */
export const unchanged = (snapshot: Snapshot): Changed => ({
  snapshot,
  changed: false,
  fresh: [],
  left: [],
  visible: false,
  calm: false,
})

/** What happened to a run, and what follows from it. */
export interface Change {
  readonly before: Snapshot
  /** As somebody or something outside made it. */
  readonly seen: RunState
  readonly settled: Settled
  readonly by: string | null
}
export function changeOf(before: Snapshot, seen: RunState, by: string | null): Change {
  return { before, seen, settled: settle(before.definition, seen), by }
}

/** A change as it was stored. */
export function changedBy(change: Change, revision: number): Changed {
  const { before, settled } = change
  const after = settled.state
  const fresh = [...after.steps.values()].filter((step) => {
    const was = before.state.steps.get(step.key)
    return step.status === 'queued' && (was?.status !== 'queued' || was.attempt !== step.attempt)
  })
  const run = { ...before.run, revision, finishedAt: isOver(after.status) ? new Date() : null }
  return {
    snapshot: { ...before, run, state: after },
    changed: true,
    fresh,
    left: leftBy(change),
    visible: isVisible(before.state, after),
    calm: isCalm(before.state, after),
  }
}

/** Steps that waited before a change, and after it do not, or for something else. */
export function leftBy({ before, settled }: Change): readonly StepState[] {
  const { steps } = settled.state
  return [...before.state.steps.values()].filter((was) => {
    const now = steps.get(was.key)
    return was.status === 'waiting' && now !== was && (now?.status !== 'waiting' || now.attempt !== was.attempt)
  })
}
