import { z } from 'zod'
import { type Command, type Context, defineCommand, HubError, type Message } from '#contract'
import { follow } from '../follow.ts'
import { cancelRun } from '../outcomes.ts'
import type { RunState } from '../plan/state.ts'
import type { Ports } from '../ports.ts'
import { rerun } from '../rerun.ts'
import { authorOf, mustSteer, paragraph, runOf, toAsker } from './text.ts'

const runName = z.string().max(20).describe('Run, such as WF-12')

/** Commands that stop runs, hold them and take them up again. */
export function steerCommands(ports: () => Ports): readonly Command[] {
  return [
    defineCommand({
      name: 'workflow cancel',
      summary: 'Cancel a run; what it did is taken back where the workflow says how',
      args: z.object({ run: runName }),
      examples: ['workflow cancel WF-12'],
      allow: 'member',
      sideEffects: 'outside',
      async run({ run }, ctx) {
        const snapshot = await runOf(run, ctx, ports())
        const { reference } = snapshot.state.about
        if (snapshot.state.outcome !== 'cancelled') mustSteer(snapshot, ctx)
        await cancelRun(snapshot.run.id, `cancelled by ${ctx.actor.name}`, authorOf(ctx).key, ctx, ports())
        return toAsker(ctx, paragraph(`**${reference}** is being cancelled.`))
      },
    }),
    defineCommand({
      name: 'workflow pause',
      summary: 'Hold a run: what has begun goes on, nothing new begins',
      args: z.object({ run: runName }),
      examples: ['workflow pause WF-12'],
      allow: 'member',
      sideEffects: 'hub',
      run: ({ run }, ctx) =>
        alter(run, ctx, ports(), 'is paused. Take it up with /workflow resume', (state) =>
          state.status === 'running' ? { ...state, status: 'paused' } : null,
        ),
    }),
    defineCommand({
      name: 'workflow resume',
      summary: 'Take up a run that was paused',
      args: z.object({ run: runName }),
      examples: ['workflow resume WF-12'],
      allow: 'member',
      sideEffects: 'outside',
      run: ({ run }, ctx) =>
        alter(run, ctx, ports(), 'goes on', (state) =>
          state.status === 'paused' ? { ...state, status: 'running' } : null,
        ),
    }),
    defineCommand({
      name: 'workflow rerun',
      summary: 'Run again from what failed, or from a step of your choice',
      args: z.object({
        run: runName,
        step: z.string().max(40).optional().describe('Step to begin with; left out: everything that did not succeed'),
        latest: z.boolean().optional().meta({ flag: true }).describe('With the newest version of the workflow'),
      }),
      examples: ['workflow rerun WF-12', 'workflow rerun WF-12 deploy --latest'],
      allow: 'member',
      sideEffects: 'outside',
      async run({ run, step, latest = false }, ctx) {
        const { state } = await rerun(await runOf(run, ctx, ports()), { step: step ?? null, latest }, ctx, ports())
        return toAsker(ctx, paragraph(`**${state.about.reference}** has started: it takes up ${run.toUpperCase()}.`))
      },
    }),
  ]
}

async function alter(
  reference: string,
  ctx: Context,
  ports: Ports,
  said: string,
  to: (state: RunState) => RunState | null,
): Promise<Message> {
  const snapshot = await runOf(reference, ctx, ports)
  mustSteer(snapshot, ctx)
  const changed = await ports.runs().change(ctx.workspace, snapshot.run.id, authorOf(ctx).key, ({ state }) => to(state))
  await follow(changed, ctx, ports)
  const { about, status } = changed.snapshot.state
  if (!changed.changed && ctx.attempt === 1) throw new HubError('CONFLICT', `${about.reference} is ${status}`)
  return toAsker(ctx, paragraph(`**${about.reference}** ${said}.`))
}
