import { type Context, HubError } from '#contract'
import { askForApproval } from '../approvals/ask.ts'
import { stopChildren } from '../children.ts'
import { kindOf, type Step } from '../definition/schema.ts'
import { DURATION, durationMs } from '../expression/duration.ts'
import { fill, fillWords } from '../expression/template.ts'
import { follow } from '../follow.ts'
import { scopeOf } from '../plan/scope.ts'
import { type Outcome, observe } from '../plan/settle.ts'
import { hasEnded, isOver } from '../plan/state.ts'
import type { Ports } from '../ports.ts'
import type { Snapshot } from '../runs/run.ts'
import { startRun } from '../start.ts'
import { fits } from '../triggers/fits.ts'
import { ringAfter } from './due.ts'
import { outcomeOf } from './retry.ts'
import type { Attempt } from './run-step.ts'

interface Waiting extends Attempt {
  readonly step: Step
  readonly snapshot: Snapshot
}
/** Sub-workflows of sub-workflows of …: deeper is a circle. */
const MAX_DEPTH = 5
const DEFAULT_WAIT_MS = 24 * 3_600_000
const DEFAULT_APPROVAL_MS = 7 * DEFAULT_WAIT_MS

/** Begins a step that waits. Nothing is asked again and again: events find it by index, and its time is over by a job of that time. */
export async function beginWaiting(one: Waiting, ctx: Context, ports: Ports): Promise<void> {
  const { run, key, attempt, step, snapshot } = one
  const settle = (outcome: Outcome) =>
    ports.runs().advance(ctx.workspace, run, (now) => observe(now.state, key, attempt, outcome))
  const kind = kindOf(step)
  try {
    if (kind === 'delay') {
      const delayMs = readDelay(fillWords(step.delay ?? '1s', scopeOf(snapshot.state, key)))
      const changed = await settle({ status: 'waiting' })
      await ringAfter(one, delayMs, ctx, ports)
      return follow(changed, ctx, ports)
    }
    if (kind === 'approval') {
      const changed = await askForApproval(one, ctx, ports)
      const delayMs = step.timeout === undefined ? DEFAULT_APPROVAL_MS : durationMs(step.timeout)
      await ringAfter(one, delayMs, ctx, ports)
      return follow(changed, ctx, ports)
    }
    if (kind === 'wait') return await beginWait(one, ctx, ports)
    return await beginChild(one, ctx, ports, settle)
  } catch (error) {
    if (ctx.signal.aborted || isStoreTrouble(error)) throw error
    await follow(await settle(outcomeOf(error, key, attempt, snapshot)), ctx, ports)
  }
}
function readDelay(text: string): number {
  if (!DURATION.test(text))
    throw new HubError('INPUT_INVALID', `“${text.slice(0, 40)}” is no time to wait: write it like 90s, 15m, 2h or 3d`)
  return durationMs(text)
}
/** Only what the definition or its values are to blame for ends the step. */
const isStoreTrouble = (error: unknown): boolean => !(error instanceof Error && error.name === 'HubError')

async function beginWait({ run, key, attempt, step, snapshot }: Waiting, ctx: Context, ports: Ports): Promise<void> {
  const { wait } = step
  if (!wait) return
  const scope = scopeOf(snapshot.state, key)
  const match = fill(wait.match, scope)
  const waits = ports.waits()
  const changed = await ports.runs().change(ctx.workspace, run, null, async ({ state }, tx) => {
    const waiting = observe(state, key, attempt, { status: 'waiting' })
    if (waiting)
      await waits.add(tx, {
        workspace: ctx.workspace,
        runId: run,
        step: key,
        attempt,
        event: wait.event,
        match,
        purpose: 'wait',
      })
    return waiting
  })
  const delayMs = step.timeout === undefined ? DEFAULT_WAIT_MS : durationMs(step.timeout)
  await ringAfter({ run, key, attempt }, delayMs, ctx, ports)
  // It may have happened between the step before and this one.
  for (const event of await waits.since(ctx.workspace, wait.event, match, snapshot.run.createdAt)) {
    if (!fits(wait.if, { ...scope, event: event.payload })) continue
    const over = await ports
      .runs()
      .advance(ctx.workspace, run, ({ state }) =>
        observe(state, key, attempt, { status: 'succeeded', output: event.payload }),
      )
    return follow(over, ctx, ports)
  }
  await follow(changed, ctx, ports)
}

const asksPeople = ({ steps }: Snapshot['definition']): boolean =>
  Object.values(steps).some((step) => step.approval !== undefined)
/** Where the card of the run stands that all of this belongs to. */
async function placesAbove(run: Snapshot['run'], ports: Ports): Promise<Snapshot['run']['places']> {
  if (run.places.length > 0 || run.parent === null) return run.places
  const parent = await ports.runs().get(run.workspace, run.parent.run)
  return parent ? placesAbove(parent.run, ports) : []
}

async function beginChild(
  { run, key, attempt, step, snapshot }: Waiting,
  ctx: Context,
  ports: Ports,
  settle: (outcome: Outcome) => ReturnType<ReturnType<Ports['runs']>['change']>,
): Promise<void> {
  const parent = snapshot.run
  if (parent.depth >= MAX_DEPTH)
    return follow(
      await settle({ status: 'failed', error: `workflows within workflows: at most ${MAX_DEPTH} deep` }),
      ctx,
      ports,
    )
  const found = await ports.catalogue.find(ctx.workspace, step.workflow ?? '')
  const inputs = fill(step.with, scopeOf(snapshot.state, key))
  const child = await startRun(
    {
      found,
      inputs: inputs as Readonly<Record<string, unknown>>,
      event: null,
      trigger: 'workflow',
      startKey: `child:${run}:${key}:${attempt}`,
      startedBy: parent.startedBy,
      // Who is asked must see the question; what asks nothing has no card beside its parent's.
      places: asksPeople(found.definition) ? await placesAbove(parent, ports) : [],
      parent: { run, step: key, attempt },
      depth: parent.depth + 1,
    },
    ctx,
    ports,
  )
  const changed = await settle({ status: 'waiting' })
  if (step.timeout !== undefined) await ringAfter({ run, key, attempt }, durationMs(step.timeout), ctx, ports)
  const now = changed.snapshot.state.steps.get(key)
  // Its run was cancelled while this one was made: whoever cancelled it could not know of it.
  if (now && hasEnded(now) && !isOver(child.state.status)) await stopChildren(changed.snapshot, ctx, ports)
  await follow(changed, ctx, ports)
}
