import { type Context, HubError } from '#contract'
import { kindOf, type Step } from '../definition/schema.ts'
import { durationMs, formatDuration } from '../expression/duration.ts'
import { follow } from '../follow.ts'
import { STEP_TRIES } from '../jobs.ts'
import { type Outcome, observe } from '../plan/settle.ts'
import { hasEnded, readKey } from '../plan/state.ts'
import type { Ports } from '../ports.ts'
import { unchanged } from '../runs/apply.ts'
import type { Snapshot } from '../runs/run.ts'
import { asResult } from './result.ts'
import { outcomeOf } from './retry.ts'
import { beginWaiting } from './waiting.ts'
import { work } from './work.ts'

export interface Attempt {
  readonly run: string
  readonly key: string
  readonly attempt: number
}
/** A try of a ledger job ends at ten minutes; whatever takes longer is a wait. */
const DEFAULT_TIMEOUT_MS = 5 * 60_000
const WAITING = ['approval', 'wait', 'delay', 'workflow']

/** One attempt of one step. A repeat after a crash finds what was decided and only sees to what follows from it. */
export async function runStep(one: Attempt, ctx: Context, ports: Ports): Promise<void> {
  const { run, key, attempt } = one
  const runs = ports.runs()
  const { id, isUndo } = readKey(key)
  const isWaiting = (step: Step) => WAITING.includes(kindOf(step)) && (!isUndo || step.compensate === undefined)
  const toDo = (step: Step | undefined) => (step && isUndo ? wayBack(step) : step)
  // From here on a cancelled run waits for what is done outside.
  const begun = await runs.advance(
    ctx.workspace,
    run,
    ({ definition, state }) => {
      const step = toDo(definition.steps[id])
      return step && !isWaiting(step) ? observe(state, key, attempt, { status: 'running' }) : null
    },
    false,
  )
  const { snapshot } = begun
  const step = toDo(snapshot.definition.steps[id])
  const now = snapshot.state.steps.get(key)
  if (!step || !now) return
  if (now.attempt !== attempt || hasEnded(now) || (now.status === 'waiting' && ctx.attempt === 1))
    return follow(unchanged(snapshot), ctx, ports)
  if (isWaiting(step)) return beginWaiting({ ...one, step, snapshot }, ctx, ports)
  const outcome = await attemptWork(snapshot, step, one, ctx, ports)
  const changed = await runs.advance(ctx.workspace, run, ({ state }) => observe(state, key, attempt, outcome))
  await follow(changed, ctx, ports)
}

/** What takes a step back, where that is a run of its own: a step like any other that waits for one. */
function wayBack(step: Step): Step {
  const { workflow, with: values } = step.compensate ?? {}
  return workflow === undefined || values === undefined
    ? step
    : { needs: [], when: 'always', allowFailure: false, concurrency: 1, workflow, with: values }
}

async function attemptWork(snapshot: Snapshot, step: Step, one: Attempt, ctx: Context, ports: Ports): Promise<Outcome> {
  const { key, attempt } = one
  if (ctx.attempt >= STEP_TRIES)
    return { status: 'failed', error: `its job ended without an answer ${STEP_TRIES - 1} times` }
  const timeoutMs = step.timeout === undefined ? DEFAULT_TIMEOUT_MS : durationMs(step.timeout)
  const late = new AbortController()
  const timer = setTimeout(
    () => late.abort(new HubError('UNAVAILABLE', `it took longer than ${formatDuration(timeoutMs)}`)),
    timeoutMs,
  )
  const signal = AbortSignal.any([ctx.signal, late.signal])
  try {
    const output = await untilAborted(work({ snapshot, key, attempt, step }, { ...ctx, signal }, ports), signal)
    return { status: 'succeeded', output: asResult(output) }
  } catch (error) {
    // The ledger gives the job to another process, or to this one after its start.
    if (ctx.signal.aborted) throw error
    if (!late.signal.aborted && isForTheLedger(error, step)) throw error
    if (!(error instanceof HubError))
      ctx.log.error({ error, run: snapshot.run.id, step: key }, 'a step failed unexpectedly')
    return outcomeOf(error, key, attempt, snapshot)
  } finally {
    clearTimeout(timer)
  }
}
/** A task that names its own time to come back, or must look for what it began, keeps the id of its job. */
function isForTheLedger(error: unknown, step: Step): boolean {
  if (!(error instanceof HubError) || step.task === undefined) return false
  return typeof error.retry === 'object' || (error.code === 'OUTCOME_UNKNOWN' && error.retry !== 'never')
}

/** Whoever ignores the signal is left behind. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
