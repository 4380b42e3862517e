import type { Context } from '#contract'
import { cancelJob } from './jobs.ts'
import { hasEnded } from './plan/state.ts'
import type { Ports } from './ports.ts'
import type { Snapshot } from './runs/run.ts'

/**
 * Ends the runs that steps of this one began and nobody needs any more: all of them when it is cancelled, and those of an attempt that is over. A
 * cancelled run waits for their end, as it does for everything that it began.
 */
export async function stopChildren({ run, state }: Snapshot, ctx: Context, ports: Ports): Promise<void> {
  const { workspace, id } = run
  const { reference } = state.about
  const said = { cancelled: 'was cancelled', failed: 'was stopped' } as const
  const isStopped = state.status === 'cancelling' || state.outcome === 'cancelled'
  const why = `${reference} ${isStopped ? said[state.outcome ?? 'cancelled'] : 'no longer waits for it'}`
  for (const child of await ports.runs().children(workspace, id)) {
    const now = state.steps.get(child.step)
    const isLeft = now !== undefined && (hasEnded(now) || child.attempt < now.attempt)
    if (state.status === 'cancelling' || isLeft)
      await ctx.enqueue(cancelJob, { run: child.id, reason: why }, { key: `${child.id}:parent`, workspace })
  }
}
