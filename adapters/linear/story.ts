import { bindings, criteriaAsked, type EventHandler, type Hub, handleEvent } from '#contract'
import type { LinearConfig } from './config.ts'
import { storyAsked } from './events.ts'
import { commentPlace, laneOf, sessionOf } from './place.ts'
import type { Reader } from './reader.ts'
import type { Sessions } from './sessions.ts'

/**
 * `/story` alone means the issue it stands under, which the delivery does not tell. Where its project is bound the criteria go into the issue; else
 * they are drafted in the thread.
 */
export function createStoryHandler(hub: Hub<LinearConfig>, reader: Reader, sessions: Sessions): EventHandler {
  return handleEvent(storyAsked, async ({ deliveryId, issueId, thread, organizationId, actor }, ctx) => {
    const place = commentPlace(organizationId, issueId, thread)
    const found = await reader.one(place.workspace, issueId, { kind: 'description' }, ctx.signal)
    if (found === null) return
    const { title, body, project } = found.issue
    const target = { kind: 'tracker', plugin: 'linear', targetWorkspace: place.workspace, target: project } as const
    const bound = await hub.maybe(bindings)?.boundTo(target)
    if (bound && bound.length > 0) {
      await ctx.publish(criteriaAsked, { plugin: 'linear', issueId, project, by: actor, thread })
      const sessionId = sessionOf(place)
      const body = `The criteria are written into ${found.issue.key}.`
      if (sessionId !== null)
        await sessions.say({ workspace: place.workspace, sessionId, key: deliveryId }, { type: 'response', body })
      return
    }
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
