import {
  type BindingTarget,
  type Context,
  ciRunChanged,
  deploymentReported,
  type EventHandler,
  type EventType,
  handleEvent,
  issueChanged,
  pullRequestChanged,
  pushed,
} from '#contract'
import { storyApproved } from '../../story/api.ts'
import { happenedJob } from '../jobs.ts'
import type { Ports } from '../ports.ts'

/** Neutral events, each told to the workspaces whose projects are joined to where it happened, and to its own. */
export function eventHandlers(ports: () => Ports): readonly EventHandler[] {
  const ofRepository = ({ plugin, repository }: { plugin: string; repository: string }) =>
    ({ kind: 'repository', plugin, target: repository }) as const
  return [
    handleEvent(pushed, (event, ctx) => tell(pushed, event, ctx, ports(), ofRepository(event))),
    handleEvent(pullRequestChanged, (event, ctx) => tell(pullRequestChanged, event, ctx, ports(), ofRepository(event))),
    handleEvent(ciRunChanged, (event, ctx) => tell(ciRunChanged, event, ctx, ports(), ofRepository(event))),
    handleEvent(deploymentReported, (event, ctx) =>
      tell(
        deploymentReported,
        event,
        ctx,
        ports(),
        event.repository === null ? null : ofRepository({ plugin: event.source, repository: event.repository }),
      ),
    ),
    handleEvent(issueChanged, (event, ctx) =>
      tell(issueChanged, event, ctx, ports(), { kind: 'tracker', plugin: event.plugin, target: event.project }),
    ),
    handleEvent(storyApproved, (event, ctx) => tell(storyApproved, event, ctx, ports(), null)),
  ]
}

async function tell(
  event: EventType,
  payload: unknown,
  ctx: Context,
  ports: Ports,
  target: Omit<BindingTarget, 'targetWorkspace'> | null,
): Promise<void> {
  const bound = target ? await ports.bindings().boundTo({ ...target, targetWorkspace: ctx.workspace }) : []
  const told = new Set([ctx.workspace, ...bound.map((one) => one.workspace)])
  for (const workspace of await ports.waits().heeding([...told]))
    await ctx.enqueue(
      happenedJob,
      { event: event.name, id: ctx.jobId, payload },
      { key: `${event.name}:${ctx.jobId}`, workspace },
    )
}
