import { bindings, criteriaAsked, type EventHandler, type Hub, handleEvent } from '#contract'
import type { LinearConfig } from './config.ts'
import { storyAsked } from './events.ts'
import { commentPlace, laneOf } from './place.ts'
import type { Reader } from './reader.ts'

/** `/story` alone means the issue it stands under, which the delivery does not tell. */
export function createStoryHandler(hub: Hub<LinearConfig>, reader: Reader): EventHandler {
  return handleEvent(storyAsked, async ({ deliveryId, issueId, thread, organizationId, actor }, ctx) => {
    const place = commentPlace(organizationId, issueId, thread)
    const found = await reader.one(place.workspace, issueId, { kind: 'description' }, ctx.signal)
    if (found === null) return
    const { title, body, project } = found.issue
    const target = { kind: 'tracker', plugin: 'linear', targetWorkspace: place.workspace, target: project } as const
    const bound = await hub.maybe(bindings)?.boundTo(target)
    if (bound && bound.length > 0)
      return ctx.publish(criteriaAsked, { plugin: 'linear', issueId, project, by: actor, thread })
    await hub.command({
      workspace: place.workspace,
      deliveryId,
      actor: { plugin: 'linear', id: actor.id },
      actorName: actor.name,
      place,
      lane: laneOf(place),
      input: `story ${title}\n\n${body}`.trim(),
    })
  })
}
