import { type EventHandler, type Hub, handleEvent } from '#contract'
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
    const { title, body } = found.issue
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
