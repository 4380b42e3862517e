import type { Definition } from '../definition/schema.ts'
import { type Outcome, observe, settle } from '../plan/settle.ts'
import type { RunState, RunStatus, StepStatus } from '../plan/state.ts'
import { type Entry, planned } from './entries.ts'

/** Where a replay came to another plan than the run did. */
export interface Difference {
  /** Place in the journal. */
  readonly at: number
  readonly recorded: string
  readonly replayed: string
}

/** Plays what a run saw to the plan of today: null when it decides all that was decided then, and nothing else. Pure. */
export function replay(
  definition: Definition,
  start: Pick<RunState, 'inputs' | 'event' | 'about'>,
  journal: readonly Entry[],
): Difference | null {
  let state: RunState = { ...start, status: 'pending', outcome: null, reason: null, steps: new Map(), started: 0 }
  for (let at = 0; at < journal.length; ) {
    let entry = journal[at]
    if (entry?.cause !== 'seen') return { at, recorded: entry ? say(entry) : 'the end', replayed: 'nothing' }
    // What was seen at once was planned for at once; between changes that nothing followed from, nothing follows here either.
    for (; entry?.cause === 'seen'; entry = journal[at]) {
      const seen = see(state, entry)
      if (seen === null) return { at, recorded: say(entry), replayed: 'it was over already' }
      state = seen
      at += 1
    }
    const settled = settle(definition, state)
    state = settled.state
    for (const decided of settled.decisions.map(planned)) {
      const recorded = journal[at]
      if (recorded?.cause !== 'plan' || say(recorded) !== say(decided))
        return { at, recorded: recorded ? say(recorded) : 'the end', replayed: say(decided) }
      at += 1
    }
  }
  return null
}

function see(state: RunState, { step, attempt, status, note, output }: Entry): RunState | null {
  if (step === null) {
    const isEnd = status === 'cancelling' || status === 'cancelled'
    return { ...state, status: status as RunStatus, reason: note, outcome: isEnd ? 'cancelled' : state.outcome }
  }
  const known = state.steps.get(step)
  const now = attempt ?? 1
  // A run that takes another one up begins with steps that are done.
  if (!known) {
    const steps = new Map(state.steps)
    steps.set(step, {
      key: step,
      id: step,
      status: status as StepStatus,
      attempt: now,
      output,
      error: note,
      order: steps.size + 1,
    })
    return { ...state, steps }
  }
  const outcomes: Readonly<Record<string, Outcome>> = {
    running: { status: 'running' },
    waiting: { status: 'waiting' },
    succeeded: { status: 'succeeded', output },
    failed: { status: 'failed', error: note ?? '', output },
    cancelled: { status: 'cancelled' },
    queued: { status: 'again', error: note },
  }
  const outcome = outcomes[status]
  return outcome ? observe(state, step, status === 'queued' ? now - 1 : now, outcome) : null
}
const say = ({ cause, step, attempt, status, note }: Entry): string =>
  JSON.stringify([cause, step, attempt, status, note])
