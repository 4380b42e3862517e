import type { Context } from '#contract'
import { type Definition, kindOf, type StepKind } from '../definition/schema.ts'
import { dueJob } from '../jobs.ts'
import { hasEnded, type RunState, readKey, type StepState } from '../plan/state.ts'
import type { Ports } from '../ports.ts'
import type { Snapshot } from '../runs/run.ts'
import type { Attempt } from './run-step.ts'

/** The ledger keeps a delay in 32 bits of milliseconds, not quite 25 days: longer ones go in stages. */
const STAGE_MS = 20 * 86_400_000
const TIMED: readonly StepKind[] = ['approval', 'wait', 'delay', 'workflow']

/** All stages of one timer, and nothing else. */
const laneOf = ({ run, key, attempt }: Attempt): string => `workflow-due|${run}|${key}|${attempt}`

/** Rings when the time of a waiting step is over. */
export async function ringAfter(one: Attempt, ms: number, ctx: Context, ports: Ports, stage = 0): Promise<void> {
  const { run, key, attempt } = one
  const delayMs = Math.min(ms, STAGE_MS)
  await ctx.enqueue(
    dueJob,
    { run, key, attempt, leftMs: ms - delayMs, stage },
    { key: `${run}:${key}:${attempt}${stage > 0 ? `:${stage}` : ''}`, delayMs, lane: laneOf(one) },
  )
  // It may have ended while its timer was made: whoever ended it found none to withdraw.
  const now = (await ports.runs().get(ctx.workspace, run))?.state.steps.get(key)
  if (!now || now.attempt !== attempt || hasEnded(now)) await withdraw(ctx.workspace, [one], ports)
}

/**
 * Ends the timers of what ended before its time, so that nothing stays in the ledger until a day that nobody waits for. `left`: attempts that ended
 * with this change; null: all of the run, for a job that is repeated and whose first try may have ended in between. Does nothing the second time,
 * and a timer that has begun sees for itself that nobody waits for it.
 */
export async function endTimers(
  { run, definition, state }: Snapshot,
  left: readonly StepState[] | null,
  ports: Ports,
): Promise<void> {
  const over = left ?? [...state.steps.values()].flatMap(attemptsOver)
  const timed = over.filter((step) => isTimed(definition, step, state))
  await withdraw(
    run.workspace,
    timed.map(({ key, attempt }) => ({ run: run.id, key, attempt })),
    ports,
  )
}
function isTimed({ steps }: Definition, { id, key }: StepState, { steps: now }: RunState): boolean {
  const step = steps[id]
  if (!step || readKey(key).isUndo || !TIMED.includes(kindOf(step))) return false
  // Without a time of its own it takes as long as the run that it waits for.
  if (step.workflow !== undefined) return step.timeout !== undefined
  // Its timer is what ended it.
  return kindOf(step) !== 'delay' || now.get(key)?.status !== 'succeeded'
}
/** The attempt that is over, and the one before it, which was asked again. */
function attemptsOver(step: StepState): readonly StepState[] {
  const before = step.attempt > 1 ? [{ ...step, attempt: step.attempt - 1 }] : []
  return hasEnded(step) ? [step, ...before] : before
}
async function withdraw(workspace: string, which: readonly Attempt[], ports: Ports): Promise<void> {
  if (which.length === 0) return
  await ports.control().withdraw({ workspace, lanes: which.map(laneOf), reason: 'its step ended before its time' })
}
