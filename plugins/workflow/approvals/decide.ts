import type { Context } from '#contract'
import { follow } from '../follow.ts'
import { followJob } from '../jobs.ts'
import type { Ports } from '../ports.ts'
import { type Answered, answer, voterOf } from './answer.ts'
import type { Approval, Vote } from './approval.ts'

/** An answer and everything that follows from it. */
export async function decide(
  approval: Approval,
  vote: { readonly vote: Vote['vote']; readonly reason: string | null; readonly delegate: string | null },
  ctx: Context,
  ports: Ports,
): Promise<Answered> {
  const voter = await voterOf(ctx, approval.workspace, ports)
  const answered = await answer({ approval, ...vote }, voter, ctx, ports)
  const { run, state } = answered.changed.snapshot
  await ctx.audit(`workflow ${vote.vote}`, state.about.reference, { step: approval.step, code: approval.code })
  if (run.workspace === ctx.workspace) await follow(answered.changed, ctx, ports)
  // What follows belongs to the run's workspace: from another one it is a job there.
  else await ctx.enqueue(followJob, { run: run.id }, { key: `${run.id}:${run.revision}`, workspace: run.workspace })
  return answered
}
