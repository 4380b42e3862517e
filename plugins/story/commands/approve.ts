import { z } from 'zod'
import { type Command, defineCommand } from '#contract'
import { storyApproved } from '../api.ts'
import { formatReference, parseReference } from '../reference.ts'
import { renderStory } from '../render.ts'
import { type Desk, inPlace, sourceOf, writerOf } from './desk.ts'
import { storyId, versionFlag } from './fields.ts'

/** Members may approve: it changes nothing outside the hub, and --reopen undoes it. */
export function approveCommand(desk: Desk): Command {
  return defineCommand({
    name: 'story approve',
    summary: 'Freeze a story: later changes need --reopen',
    args: z.object({ id: storyId, version: versionFlag.describe('Only if this is still the current version') }),
    examples: ['story approve ST-12', 'story approve ST-12 --version 3'],
    allow: 'member',
    sideEffects: 'hub',
    source: sourceOf(desk),
    async run({ id, version }, ctx) {
      const { saved, own } = await desk.store().approve(writerOf(ctx), parseReference(id), version)
      const reference = formatReference(saved.number)
      if (!own) return inPlace(renderStory(saved, { lead: `${reference} was approved already.` }))
      const { id: storyId, latest, draft } = saved
      await ctx.publish(storyApproved, { storyId, reference, version: latest, title: draft.title })
      return inPlace(renderStory(saved, { lead: `${reference} v${latest} is approved and frozen.` }))
    },
  })
}
