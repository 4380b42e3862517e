import type { Context } from '#contract'
import { artifactsOf } from './artifacts.ts'
import { stopChildren } from './children.ts'
import { kindOf } from './definition/schema.ts'
import { formatDuration } from './expression/duration.ts'
import { follow } from './follow.ts'
import { type Outcome, observe } from './plan/settle.ts'
import { hasEnded, isOver, readKey } from './plan/state.ts'
import type { Ports } from './ports.ts'
import type { Snapshot } from './runs/run.ts'
import { failedOnce } from './steps/retry.ts'
import type { Attempt } from './steps/run-step.ts'

/** The time of a delay, a wait, an approval or a run within this one is over. */
export async function timeIsOver({ run, key, attempt }: Attempt, ctx: Context, ports: Ports): Promise<void> {
  const approvals = ports.approvals()
  const changed = await ports.runs().change(ctx.workspace, run, null, async (now, tx) => {
    const step = now.definition.steps[readKey(key).id]
    const state = now.state.steps.get(key)
    if (!step || !state || state.attempt !== attempt || hasEnded(state)) return null
    const see = (outcome: Outcome) => observe(now.state, key, attempt, outcome)
    const kind = kindOf(step)
    if (kind === 'delay') return see({ status: 'succeeded', output: null })
    if (kind === 'workflow') {
      const why = `it took longer than ${step.timeout ?? 'it may'}`
      return see(failedOnce(why, 'UNAVAILABLE', key, attempt, now))
    }
    if (kind !== 'approval') return see({ status: 'failed', error: `nothing came within ${step.timeout ?? '24h'}` })
    const asked = (await approvals.ofRun(tx, ctx.workspace, run)).find(
      (one) => one.step === key && one.attempt === attempt,
    )
    if (asked?.state !== 'open') return null
    const approved = asked.rules.default === 'approve'
    await approvals.close(tx, asked, approved ? 'approved' : 'rejected')
    const waited = formatDuration(Date.now() - now.run.createdAt.getTime())
    return approved
      ? see({ status: 'succeeded', output: { by: ['nobody, in time'], votes: 0 } })
      : see({ status: 'failed', error: `nobody answered within ${step.timeout ?? waited}` })
  })
  const { steps } = changed.snapshot.definition
  if (changed.left.some(({ id }) => steps[id]?.workflow !== undefined)) await stopChildren(changed.snapshot, ctx, ports)
  await follow(changed, ctx, ports)
}

/** The run that a step waits for is over. */
export async function childIsOver(
  one: Attempt & { readonly child: string },
  ctx: Context,
  ports: Ports,
): Promise<void> {
  const child = await ports.runs().get(ctx.workspace, one.child)
  if (!child || !isOver(child.state.status)) return
  const { state } = child
  const { reference } = state.about
  const { artifacts, artifactCount } = artifactsOf(child.definition, state)
  const left = { artifacts: artifacts.map((artifact) => ({ ...artifact })), artifactCount }
  const why = `${reference} ${state.status}${state.reason === null ? '' : `: ${state.reason}`}`
  const outcomeIn = (parent: Snapshot): Outcome => {
    if (state.status === 'succeeded')
      return { status: 'succeeded', output: { reference, outputs: outputsOf(child), ...left } }
    // It ended with the run that it belongs to: that says why.
    if (state.status === 'cancelled' && parent.state.status === 'cancelling') return { status: 'cancelled' }
    const failed = failedOnce(why, 'UNAVAILABLE', one.key, one.attempt, parent)
    // What somebody cancelled is not begun anew.
    if (failed.status === 'again' && state.status === 'failed') return failed
    return { status: 'failed', error: failed.error ?? why, output: { reference, ...left } }
  }
  const changed = await ports
    .runs()
    .advance(ctx.workspace, one.run, (now) => observe(now.state, one.key, one.attempt, outcomeIn(now)))
  await follow(changed, ctx, ports)
}
const outputsOf = ({ state }: Snapshot) =>
  Object.fromEntries(
    [...state.steps.values()].filter(({ key, id }) => key === id).map(({ id, output }) => [id, output]),
  )

/** Ends a run before its time. What it has begun outside is waited for, and taken back where the definition says how. */
export async function cancelRun(
  run: string,
  reason: string,
  by: string | null,
  ctx: Context,
  ports: Ports,
  workspace = ctx.workspace,
) {
  const changed = await ports.runs().change(workspace, run, by, ({ state }) => {
    if (isOver(state.status) || state.status === 'cancelling' || state.status === 'compensating') return null
    const status = state.status === 'pending' ? 'cancelled' : 'cancelling'
    return { ...state, status, outcome: 'cancelled', reason }
  })
  await follow(changed, ctx, ports)
  return changed
}
